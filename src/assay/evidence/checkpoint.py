"""Checkpoints: signed tree heads as C2SP tlog-checkpoint, in the form of C2SP signed-note.

* A signature by the key that is asked about must verify; one that does not refuses the note.
* Signatures by unknown keys (witnesses, an older key) are ignored, as signed-note asks.
* The text is read only after its signature was verified, and its origin is compared.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError, ProofError, SignatureInvalidError, inside
from assay.evidence.exactbase64 import decode_base64
from assay.evidence.merkle import HASH_BYTES, MAX_SIZE
from assay.signing.keys import Signer
from assay.signing.notekey import NoteKey, note_key

MAX_NOTE_BYTES: Final = 256 * 2**10  # signed-note: at least 16 signatures of up to 5 kB

_SIGNATURE_LINE: Final = re.compile(r"— ([^\s+]+) (\S+)\Z")
_DECIMAL: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log: its origin, the number of its entries, the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes


def sign_checkpoint(checkpoint: Checkpoint, *, signer: Signer) -> bytes:
    """Return the checkpoint as a note, signed under the log's origin.

    Raises:
        UsageError: Not an Ed25519 key, or an origin that a note cannot carry.
    """
    key = note_key(checkpoint.origin, signer.public)
    text = _render_text(checkpoint)
    signature = base64.b64encode(key.note_id + signer.sign(text)).decode()
    return text + f"\n— {key.name} {signature}\n".encode()


def verify_checkpoint(note: bytes, *, log_key: NoteKey) -> Checkpoint:
    """Return the checkpoint that `log_key` signed; its origin is the name of that key.

    Raises:
        MalformedError: Not a note, or not the text of a checkpoint.
        SignatureInvalidError: The log's key did not sign it.
        ProofError: It is a checkpoint of another log.
    """
    text, signatures = _parse_note(note)
    own = [s[4:] for name, s in signatures if (name, s[:4]) == (log_key.name, log_key.note_id)]
    if not own:
        raise SignatureInvalidError(f"not signed by {log_key.name!r}", where="checkpoint")
    for signature in own:
        log_key.public.verify(text, signature)
    checkpoint = _parse_text(text.decode())
    if checkpoint.origin != log_key.name:
        raise ProofError(
            f"a checkpoint of {checkpoint.origin!r}, where one of {log_key.name!r} is needed",
            where="checkpoint",
        )
    return checkpoint


def _render_text(checkpoint: Checkpoint) -> bytes:
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode()


def _parse_text(text: str) -> Checkpoint:
    """Read the text of a checkpoint; extension lines may follow, and are not used."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise MalformedError("not an origin, a size and a root", where="checkpoint")
    origin, size, root = lines[:3]
    if not _DECIMAL.match(size) or int(size) > MAX_SIZE:
        raise MalformedError(f"a tree of {size!r} entries", where="checkpoint")
    decoded = _decoded(root)
    if len(decoded) != HASH_BYTES:
        raise MalformedError(f"a root of {len(decoded)} bytes", where="checkpoint")
    return Checkpoint(origin=origin, size=int(size), root=decoded)


def _parse_note(note: bytes) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
    """Return the text that is signed, and its signatures as (key name, key id and signature)."""
    if len(note) > MAX_NOTE_BYTES:
        raise MalformedError(f"{len(note)} bytes, where at most {MAX_NOTE_BYTES} are read")
    try:
        decoded = note.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("a note that is not UTF-8", where="checkpoint") from error
    text, blank, lines = decoded.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or _CONTROL.search(decoded):
        raise MalformedError("not a signed note", where="checkpoint")
    return f"{text}\n".encode(), tuple(_parse_signature(line) for line in lines[:-1].split("\n"))


def _parse_signature(line: str) -> tuple[str, bytes]:
    found = _SIGNATURE_LINE.match(line)
    if found is None:
        raise MalformedError(f"{line!r} is no signature line", where="checkpoint")
    signature = _decoded(found[2])
    if len(signature) <= 4:
        raise MalformedError("a signature without a key id", where="checkpoint")
    return found[1], signature


def _decoded(text: str) -> bytes:
    with inside("checkpoint"):
        return decode_base64(text)
