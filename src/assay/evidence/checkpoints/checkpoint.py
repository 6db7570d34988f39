"""Checkpoints: signed tree heads as C2SP tlog-checkpoint, with times as C2SP tlog-cosignature.

* What our log signs carries two signatures by the log's key: on the text, so that every tool can
  check it, and on the text with the time, so that the log itself says when.
* The text is read only after its signature was verified, and its origin is compared.
* Witnesses are counted by name and by key: one that signs under two names, or with two keys, is
  one witness.
* The first checkpoint under a new key carries the signatures of both keys, and seals those before:
  see `assay.evidence.checkpoints.sealing`.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.errors import MalformedError, ProofError, SignatureInvalidError, UsageError, inside
from assay.evidence.checkpoints.note import (
    MAX_NOTE_BYTES,
    Signature,
    cosign_text,
    parse_note,
    parse_signature_lines,
    render_signature,
    sign_text,
    time_of,
    verify_signatures,
)
from assay.evidence.exactbase64 import decode_base64
from assay.evidence.merkle import HASH_BYTES, MAX_SIZE
from assay.signing.keys import Signer
from assay.signing.notekey import NoteKey, NoteKind, cosigner_key, note_key

_DECIMAL: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
_HASH_LINE: Final = re.compile(r"(index|previous) ([A-Za-z0-9+/]{43}=)\Z")
_SEAL_LINE: Final = re.compile(r"sealed ([1-9][0-9]{0,18}) ([A-Za-z0-9+/]{43}=)\Z")


@dataclass(frozen=True, slots=True)
class Seal:
    """How many checkpoints were before, and the root over their notes (RFC 9162, 32 bytes)."""

    count: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log: its origin, the number of its entries, the root over them (32 bytes).

    `index_root` is the root of the verifiable index over the same entries (32 bytes), or None
    where the log has none. It stands in an extension line: `index` and the root in base64.
    `previous` is the SHA-256 of the note before this one, as the log stored it, in a line of the
    same form: no checkpoint can be taken out from between two others. `seal` stands in the first
    one under a new key, in a line `sealed`, the count, and the root.
    """

    origin: str
    size: int
    root: bytes
    index_root: bytes | None = None
    previous: bytes | None = None
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A witness that cosigned, and when it says it did."""

    name: str
    at: datetime


def sign_checkpoint(
    checkpoint: Checkpoint, *, signer: Signer, at: datetime, retiring: Signer | None = None
) -> bytes:
    """Return the checkpoint as a note, signed and dated `at` under the log's origin.

    `retiring` has the key that the log had so far, where this is the first one under a new key.

    Raises:
        UsageError: Not an Ed25519 key, or an origin or a time that a note cannot carry.
    """
    text = _render_text(checkpoint)
    lines = list[Signature]()
    for one in filter(None, (signer, retiring)):
        signing, dating = (of(checkpoint.origin, one.public) for of in (note_key, cosigner_key))
        lines.append(sign_text(text, key=signing, signer=one))
        lines.append(cosign_text(text, key=dating, signer=one, at=at))
    return text + b"\n" + b"".join(map(render_signature, lines))


def verify_checkpoint(note: bytes, *, log_key: NoteKey) -> Checkpoint:
    """Return the checkpoint that `log_key` signed; its origin is the name of that key.

    Raises:
        MalformedError: Not a note, or not the text of a checkpoint.
        SignatureInvalidError: The log's key did not sign it, or a date under its name is forged.
        ProofError: It is a checkpoint of another log.
    """
    return _verified(note, log_key)[0]


def verify_dated(note: bytes, *, log_key: NoteKey) -> tuple[Checkpoint, datetime]:
    """Return what `verify_checkpoint` and `verify_time` do; each signature is checked once.

    Raises:
        MalformedError, ProofError: As `verify_checkpoint` does.
        SignatureInvalidError: The log's key did not sign it, or dated nothing here.
    """
    checkpoint, dates = _verified(note, log_key)
    if not dates:
        raise SignatureInvalidError(f"not dated by {log_key.name!r}", where="checkpoint")
    return checkpoint, min(map(time_of, dates))


def verify_time(note: bytes, *, log_key: NoteKey) -> datetime:
    """Return when the log's key says that it signed `note`; the earliest time, if there are more.

    Raises:
        MalformedError: Not a note.
        SignatureInvalidError: The log's key dated nothing here, or a date is forged.
    """
    return verify_time_of(note, key=_dating(log_key))


def verify_time_of(note: bytes, *, key: NoteKey) -> datetime:
    """Return when the cosigner's `key` says that it signed `note`; the earliest time of several.

    Raises:
        MalformedError: Not a note.
        SignatureInvalidError: The key dated nothing here, or a date is forged.
    """
    dated = verify_signatures(parse_note(note), key=key)
    if not dated:
        raise SignatureInvalidError(f"not dated by {key.name!r}", where="checkpoint")
    return min(map(time_of, dated))


def verify_cosigned(
    note: bytes, *, witnesses: tuple[NoteKey, ...], quorum: int
) -> tuple[Cosigned, ...]:
    """Refuse unless `quorum` distinct witnesses cosigned the text of `note`; return all who did.

    This says nothing of the log: `verify_checkpoint` is asked about the same bytes. A quorum of 0
    asks for none, but a wrong signature by a known witness refuses in any case.

    Raises:
        MalformedError: Not a note.
        SignatureInvalidError: Too few cosigned, or a signature of one does not verify.
        UsageError: A negative quorum, or a key that signs no times.
    """
    if quorum < 0:
        raise UsageError(f"a quorum of {quorum} witnesses")
    parsed = parse_note(note)
    found, keys = dict[str, Cosigned](), set[str]()
    for witness in witnesses:
        if witness.kind is not NoteKind.COSIGNATURE:
            raise UsageError(f"the key {witness.name!r} signs no times", hint="its type is 0x04")
        signed = verify_signatures(parsed, key=witness)
        if signed and witness.name not in found and witness.public.key_id not in keys:
            found[witness.name] = Cosigned(name=witness.name, at=min(map(time_of, signed)))
            keys.add(witness.public.key_id)
    if len(found) < quorum:
        raise SignatureInvalidError(
            f"{len(found)} known witnesses cosigned, {quorum} needed", where="checkpoint"
        )
    return tuple(found.values())


def cosign_checkpoint(note: bytes, *, name: str, signer: Signer, at: datetime) -> bytes:
    """Return the cosignature line of the witness `name` on the text of `note`, which it verified.

    Raises:
        MalformedError: Not a note.
        UsageError: Not an Ed25519 key, or a name or a time that a note cannot carry.
    """
    key = cosigner_key(name, signer.public)
    return render_signature(cosign_text(parse_note(note).text, key=key, signer=signer, at=at))


def add_cosignatures(note: bytes, lines: bytes) -> bytes:
    """Return `note` with the signature `lines` that it has not yet; none of them is verified.

    Raises:
        MalformedError: Not a note, not signature lines, or more than a note holds.
    """
    there = parse_note(note).signatures
    added = dict.fromkeys(s for s in parse_signature_lines(lines) if s not in there)
    result = note + b"".join(map(render_signature, added))
    if len(result) > MAX_NOTE_BYTES:
        raise MalformedError(f"{len(result)} bytes, where at most {MAX_NOTE_BYTES} are read")
    return result


def _verified(note: bytes, log_key: NoteKey) -> tuple[Checkpoint, tuple[Signature, ...]]:
    """Return the checkpoint that the log's key signed, and its verified dates."""
    parsed = parse_note(note)
    signed, dated = (verify_signatures(parsed, key=key) for key in (log_key, _dating(log_key)))
    if not signed:
        raise SignatureInvalidError(f"not signed by {log_key.name!r}", where="checkpoint")
    checkpoint = parse_checkpoint_text(parsed.text.decode())
    if checkpoint.origin != log_key.name:
        raise ProofError(
            f"a checkpoint of {checkpoint.origin!r}, where one of {log_key.name!r} is needed",
            where="checkpoint",
        )
    return checkpoint, dated


def _dating(log_key: NoteKey) -> NoteKey:
    """Return the form of the log's key in which it states times."""
    return cosigner_key(log_key.name, log_key.public)


def _render_text(checkpoint: Checkpoint) -> bytes:
    lines = [checkpoint.origin, str(checkpoint.size), base64.b64encode(checkpoint.root).decode()]
    for name, value in (("index", checkpoint.index_root), ("previous", checkpoint.previous)):
        if value is not None:
            lines.append(f"{name} {base64.b64encode(value).decode()}")
    if (seal := checkpoint.seal) is not None:
        lines.append(f"sealed {seal.count} {base64.b64encode(seal.root).decode()}")
    return "".join(f"{line}\n" for line in lines).encode()


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read the text of a checkpoint; other extension lines than three mean nothing here."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise MalformedError("not an origin, a size and a root", where="checkpoint")
    origin, size, root, *extensions = lines
    if not _DECIMAL.match(size) or int(size) > MAX_SIZE:
        raise MalformedError(f"a tree of {size!r} entries", where="checkpoint")
    decoded = _decoded(root)
    if len(decoded) != HASH_BYTES:
        raise MalformedError(f"a root of {len(decoded)} bytes", where="checkpoint")
    return Checkpoint(
        origin=origin,
        size=int(size),
        root=decoded,
        index_root=_parse_hash(extensions, "index", "more than one index root"),
        previous=_parse_hash(extensions, "previous", "more than one checkpoint before"),
        seal=_parse_seal(extensions),
    )


def _parse_hash(extensions: list[str], name: str, repeated: str) -> bytes | None:
    """Return the hash of one kind; lines of another form are opaque, as tlog-checkpoint asks."""
    lines = (_HASH_LINE.match(line) for line in extensions)
    found = [line[2] for line in lines if line is not None and line[1] == name]
    if len(found) > 1:
        raise MalformedError(repeated, where="checkpoint")
    return _decoded(found[0]) if found else None


def _parse_seal(extensions: list[str]) -> Seal | None:
    found = [line for line in map(_SEAL_LINE.match, extensions) if line is not None]
    if len(found) > 1:
        raise MalformedError("more than one seal", where="checkpoint")
    return Seal(int(found[0][1]), _decoded(found[0][2])) if found else None


def _decoded(text: str) -> bytes:
    with inside("checkpoint"):
        return decode_base64(text)
