"""Readers of what must be verified: envelopes, checkpoints, proofs, keys, trust roots."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.fakes.trust import (
    ALICE,
    ALICE_TOO,
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
from assay.evidence.checkpoint import (
    Checkpoint,
    add_cosignatures,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosigned,
    verify_time,
)
from assay.evidence.dsse import sign_dsse
from assay.evidence.envelope import PAYLOAD_TYPE, parse_envelope, seal_statement
from assay.evidence.merkle import leaf_hash
from assay.evidence.note import parse_note, render_signature, sign_text
from assay.evidence.statement import parse_statement, render_statement
from assay.evidence.tlogproof import (
    TlogProof,
    parse_tlog_proof,
    render_tlog_proof,
    verify_tlog_proof,
)
from assay.signing.notekey import cosigner_key, render_note_key
from assay.signing.spki import render_public_pem
from assay.signing.trust import render_trust_root
from fuzz.target import Target, raw, text

_VECTORS: Final = Path(__file__).resolve().parents[4] / "shared" / "data" / "vectors"
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


def _texts() -> Sequence[bytes]:
    return tuple(note.partition(b"\n\n")[0] + b"\n" for note in _notes())


def _proofs() -> Sequence[bytes]:
    return (render_tlog_proof(TlogProof(index=0, path=(), checkpoint=_checkpoint(1))),)


def _verify_proof(data: bytes) -> object:
    return verify_tlog_proof(parse_tlog_proof(data), entry=b"entry", log_key=LOG_KEY)


def _pems() -> Sequence[bytes]:
    return tuple(render_public_pem(signer.public.spki) for signer in (ALICE, ALICE_TOO))


def _ders() -> Sequence[bytes]:
    return tuple(base64.b64decode(b"".join(pem.splitlines()[1:-1])) for pem in _pems())


def _vectors(pattern: str) -> Sequence[bytes]:
    """Return the public vectors, where they are there, or the least that is read at all."""
    return tuple(file.read_bytes() for file in sorted(_VECTORS.glob(pattern))) or (b"{}",)


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
    Target(name="assay.evidence.note:parse_note", read=_verify_note, seeds=_notes),
    raw(
        "assay.evidence.note:parse_signature_lines",
        lambda: tuple(n.partition(b"\n\n")[2] for n in _notes()),
    ),
    Target(name="assay.evidence.checkpoint:parse_checkpoint_text", read=_signed_text, seeds=_texts),
    Target(name="assay.evidence.tlogproof:parse_tlog_proof", read=_verify_proof, seeds=_proofs),
    text("assay.evidence.exactbase64:decode_base64", lambda: (b"QUJD", b"QQ==")),
    text("assay.evidence.exactbase64:decode_either_base64", lambda: (b"QUJD", b"-_8=")),
    raw("assay.signing.asymmetric:parse_public_pem", _pems),
    raw("assay.signing.asymmetric:parse_public_der", _ders),
    raw("assay.signing.keys:load_public_key", _pems),
    text("assay.signing.notekey:parse_note_key", lambda: (render_note_key(LOG_KEY).encode(),)),
    text(
        "assay.signing.notekey:parse_witness_key",
        lambda: (render_note_key(cosigner_key(ORIGIN, LOG.public)).encode(),),
    ),
    raw("assay.signing.trust:parse_trust_root", lambda: (render_trust_root(ROOT),)),
)
