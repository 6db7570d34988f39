"""Readers of what must be verified: envelopes, checkpoints, proofs, indexes, kits."""

from collections.abc import Sequence
from typing import Final

from tests.fakes.trust import (
    ALICE,
    BOB,
    COMMIT,
    KIND,
    LOG,
    LOG_KEY,
    NOW,
    ORIGIN,
    ROOT,
    statement,
)

from assay.core.errors import AssayError
from assay.evidence.backup.record import (
    BackedUp,
    Manifest,
    describe_part,
    parse_parts,
    render_manifest,
    render_parts,
)
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    add_cosignatures,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosigned,
    verify_time,
)
from assay.evidence.checkpoints.fork import Fork, render_fork
from assay.evidence.checkpoints.note import parse_note, render_signature, sign_text
from assay.evidence.checkpoints.witness import AddCheckpoint, render_add_checkpoint
from assay.evidence.dsse import sign_dsse
from assay.evidence.envelope import parse_envelope, seal_statement
from assay.evidence.index.page import EMPTY_PAGE, Held, page_hash, render_leaf, with_slot
from assay.evidence.index.proof import verify_index_path
from assay.evidence.kit.document import Kit, KitCheckpoint, KitEntry, KitList, render_kit
from assay.evidence.merkle import leaf_hash
from assay.evidence.statement import PAYLOAD_TYPE, parse_statement, render_statement
from assay.evidence.tiles.layout import Tile, parse_bundle, parse_tile, render_bundle
from assay.evidence.tiles.tlogproof import (
    TlogProof,
    parse_tlog_proof,
    render_tlog_proof,
    verify_tlog_proof,
)
from assay.evidence.trustchain import draft_change
from assay.signing.notekey import cosigner_key
from fuzz.target import Target, raw, text

_PREDICATES: Final = ({"answer": 42}, {"list": [1, "two", None, {"three": True}]})


def _statements() -> Sequence[bytes]:
    return tuple(render_statement(statement(predicate)) for predicate in _PREDICATES)


def envelopes() -> Sequence[bytes]:
    """Return signed statements."""
    signers = (ALICE, BOB)
    return tuple(seal_statement(statement(predicate), signers=signers) for predicate in _PREDICATES)


def _verify_envelope(data: bytes) -> object:
    """Read and verify: what the parser lets through is looked at by the verifier."""
    return parse_envelope(data).verify(
        trusted=ROOT, role="collector", threshold=1, subject=COMMIT, predicate_type=KIND, at=NOW
    )


def _signed_statement(payload: bytes) -> object:
    """Verify a statement whose signature is good, whatever it says."""
    return _verify_envelope(sign_dsse(payload, payload_type=PAYLOAD_TYPE, signers=(ALICE,)))


def _checkpoint(size: int) -> bytes:
    root = leaf_hash(b"entry")
    made = Checkpoint(origin=ORIGIN, size=size, root=root, index_root=root if size > 1 else None)
    return sign_checkpoint(made, signer=LOG, at=NOW)


def _notes() -> Sequence[bytes]:
    return (_checkpoint(1), _checkpoint(70_000))


def _verify_note(note: bytes) -> object:
    witness = cosigner_key("witness.example/w", ALICE.public)
    found: list[object] = [parse_note(note)]
    for step in (
        lambda: verify_checkpoint(note, log_key=LOG_KEY),
        lambda: verify_time(note, log_key=LOG_KEY),
        lambda: verify_cosigned(note, witnesses=(witness,), quorum=1),
        lambda: add_cosignatures(note, note.partition(b"\n\n")[2]),
    ):
        try:
            found.append(step())
        except AssayError as error:
            found.append(str(error))
    return found


def _signed_text(data: bytes) -> object:
    """Verify a checkpoint whose signature is good, whatever it says."""
    signature = sign_text(data, key=LOG_KEY, signer=LOG)
    return verify_checkpoint(data + b"\n" + render_signature(signature), log_key=LOG_KEY)


def checkpoint_texts() -> Sequence[bytes]:
    """Return what a log signs in its checkpoints."""
    return tuple(note.partition(b"\n\n")[0] + b"\n" for note in _notes())


def _proofs() -> Sequence[bytes]:
    return (render_tlog_proof(TlogProof(index=0, path=(), checkpoint=_checkpoint(1))),)


def _verify_proof(data: bytes) -> object:
    return verify_tlog_proof(parse_tlog_proof(data), entry=b"entry", log_key=LOG_KEY)


def _requests() -> Sequence[bytes]:
    path = (leaf_hash(b"one"), leaf_hash(b"two"))
    made = AddCheckpoint(old_size=1, path=path, note=_checkpoint(70_000))
    return (render_add_checkpoint(made),)


def kits() -> Sequence[bytes]:
    """Return a kit of the right form; its proofs prove nothing."""
    envelope = envelopes()[0]
    hashes = (leaf_hash(b"one"),)
    made = Kit(
        subject=COMMIT,
        checkpoints=(KitCheckpoint(note=_checkpoint(2), consistency=hashes),),
        entries=(KitEntry(index=0, envelope=envelope, path=hashes),),
        lists=(KitList(subject=COMMIT, predicate_type=None, indexes=(0,), pages=(EMPTY_PAGE,)),),
    )
    return (render_kit(made),)


def _index_path(data: bytes) -> object:
    """Walk pages whose hashes are good, whatever is in them."""
    pages = [EMPTY_PAGE]
    pages = (
        [with_slot(EMPTY_PAGE, 0, page_hash(data)), data] if len(data) >= len(EMPTY_PAGE) else pages
    )
    return verify_index_path(root=page_hash(pages[0]), key=bytes(32), path=tuple(pages))


def _pages() -> Sequence[bytes]:
    held = render_leaf(bytes(32), Held(count=3, chain=leaf_hash(b"chain")))
    return (EMPTY_PAGE, with_slot(EMPTY_PAGE, 0, held), with_slot(EMPTY_PAGE, 7, leaf_hash(b"x")))


def _parts() -> Sequence[bytes]:
    heads = [
        BackedUp(envelopes=tuple(envelopes()), note=_checkpoint(2), lines=b"line\n"),
        BackedUp(envelopes=(envelopes()[0],), note=_checkpoint(3), lines=b""),
    ]
    return tuple(data for _, data in render_parts(heads))


def _manifests() -> Sequence[bytes]:
    part = describe_part("part-000000", b"data")
    made = Manifest(origin=ORIGIN, size=2, note=_checkpoint(2), made_at=NOW, parts=(part,))
    return (render_manifest(made),)


def _forks() -> Sequence[bytes]:
    hashed = leaf_hash(b"one")
    made = Fork(first=_checkpoint(1), second=_checkpoint(2), root_then=hashed, path=(hashed,))
    return (render_fork(made),)


_TILE: Final = Tile(level=0, index=0, width=2)
TARGETS: Final[tuple[Target, ...]] = (
    Target(
        name="assay.evidence.envelope:parse_envelope",
        read=_verify_envelope,
        seeds=envelopes,
        also=("assay.evidence.dsse:parse_dsse",),
    ),
    raw("assay.evidence.envelope:parse_claims", envelopes),
    raw("assay.evidence.dsse:parse_dsse", envelopes),
    Target(
        name="assay.evidence.statement:parse_statement", read=parse_statement, seeds=_statements
    ),
    Target(
        name="assay.evidence.statement:parse_statement", read=_signed_statement, seeds=_statements
    ),
    Target(name="assay.evidence.checkpoints.note:parse_note", read=_verify_note, seeds=_notes),
    raw(
        "assay.evidence.checkpoints.note:parse_signature_lines",
        lambda: tuple(n.partition(b"\n\n")[2] for n in _notes()),
    ),
    Target(
        name="assay.evidence.checkpoints.checkpoint:parse_checkpoint_text",
        read=_signed_text,
        seeds=checkpoint_texts,
    ),
    Target(
        name="assay.evidence.tiles.tlogproof:parse_tlog_proof", read=_verify_proof, seeds=_proofs
    ),
    raw("assay.evidence.checkpoints.witness:parse_add_checkpoint", _requests),
    raw("assay.evidence.kit.document:parse_kit", kits),
    Target(
        name="assay.evidence.backup.record:parse_parts",
        read=lambda data: tuple(parse_parts([data])),
        seeds=_parts,
    ),
    raw("assay.evidence.backup.record:parse_manifest", _manifests),
    raw("assay.evidence.checkpoints.fork:parse_fork", _forks),
    raw("assay.evidence.dsse:parse_unsigned", envelopes, payload_type=PAYLOAD_TYPE),
    raw("assay.evidence.envelope:parse_draft", envelopes),
    raw("assay.evidence.trustchain:parse_change", lambda: (draft_change(ROOT),)),
    Target(name="assay.evidence.index.proof:verify_index_path", read=_index_path, seeds=_pages),
    Target(
        name="assay.evidence.tiles.layout:parse_tile",
        read=lambda data: parse_tile(_TILE, data),
        seeds=lambda: (leaf_hash(b"one") + leaf_hash(b"two"),),
    ),
    Target(
        name="assay.evidence.tiles.layout:parse_bundle",
        read=lambda data: parse_bundle(_TILE, data),
        seeds=lambda: (render_bundle((b"one", b"two")),),
    ),
    text("assay.evidence.exactbase64:decode_base64", lambda: (b"QUJD", b"QQ==")),
    text("assay.evidence.exactbase64:decode_either_base64", lambda: (b"QUJD", b"-_8=")),
)
