"""C2SP signed-note: a text and the signatures under it, by keys of type 0x01 and 0x04.

* A signature by a key that is asked about must verify; one that does not refuses the whole note.
* A key may sign more than once; signatures by unknown keys are ignored, as signed-note asks.
* Nothing here reads the text: whoever does verifies first.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from assay.core.errors import MalformedError, SignatureInvalidError, UsageError, inside
from assay.evidence.exactbase64 import decode_base64
from assay.signing.keys import Signer
from assay.signing.notekey import NoteKey, NoteKind

MAX_NOTE_BYTES: Final = 256 * 2**10  # signed-note: at least 16 signatures of up to 5 kB

_SIGNATURE_LINE: Final = re.compile(r"— ([^\s+]+) (\S+)\Z")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_LATEST: Final = 253402300799  # the last second of the year 9999, beyond which nothing counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: the key's name and id as claimed, and what follows the id."""

    name: str
    note_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note whose signatures nobody has checked yet; `text` ends in a newline."""

    text: bytes
    signatures: tuple[Signature, ...]

    def by(self, key: NoteKey) -> tuple[Signature, ...]:
        """Return the signatures that claim to be by `key`."""
        return tuple(s for s in self.signatures if (s.name, s.note_id) == (key.name, key.note_id))


def parse_note(note: bytes) -> Note:
    """Read the form of a note, and nothing of its text.

    Raises:
        MalformedError: Not of that form, or larger than `MAX_NOTE_BYTES`.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise MalformedError(f"{len(note)} bytes, where at most {MAX_NOTE_BYTES} are read")
    decoded = _decoded(note)
    text, blank, lines = decoded.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or _CONTROL.search(decoded):
        raise MalformedError("not a signed note", where="checkpoint")
    return Note(text=f"{text}\n".encode(), signatures=tuple(_parse_lines(lines)))


def parse_signature_lines(lines: bytes) -> tuple[Signature, ...]:
    """Read signature lines alone, as a witness returns them.

    Raises:
        MalformedError: Not one or more of them, each ending in a newline, or too many.
    """
    if len(lines) > MAX_NOTE_BYTES:
        raise MalformedError(f"{len(lines)} bytes, where at most {MAX_NOTE_BYTES} are read")
    decoded = _decoded(lines)
    if not decoded.endswith("\n"):
        raise MalformedError("no whole signature line", where="checkpoint")
    return tuple(_parse_lines(decoded))


def render_signature(signature: Signature) -> bytes:
    """Write one signature line."""
    encoded = base64.b64encode(signature.note_id + signature.value).decode()
    return f"— {signature.name} {encoded}\n".encode()


def sign_text(text: bytes, *, key: NoteKey, signer: Signer) -> Signature:
    """Sign the text of a note (signed-note, type 0x01)."""
    return Signature(name=key.name, note_id=key.note_id, value=signer.sign(text))


def cosign_text(text: bytes, *, key: NoteKey, signer: Signer, at: datetime) -> Signature:
    """Sign the text together with the time `at` (tlog-cosignature, type 0x04).

    Raises:
        UsageError: A time before 1970.
    """
    seconds = int(at.timestamp())
    if seconds < 0:
        raise UsageError(f"a cosignature at {at.isoformat()}", hint="set the clock")
    value = seconds.to_bytes(_TIME_BYTES) + signer.sign(_timed(text, seconds))
    return Signature(name=key.name, note_id=key.note_id, value=value)


def verify_signatures(note: Note, *, key: NoteKey) -> tuple[Signature, ...]:
    """Refuse unless every signature that claims to be by `key` is; return them, maybe none.

    Raises:
        SignatureInvalidError: One does not verify.
    """
    own = note.by(key)
    for signature in own:
        if key.kind is NoteKind.COSIGNATURE:
            seconds, signed = _split_time(signature)
            key.public.verify(_timed(note.text, seconds), signed)
        else:
            key.public.verify(note.text, signature.value)
    return own


def time_of(signature: Signature) -> datetime:
    """Return the time that a verified cosignature states.

    Raises:
        SignatureInvalidError: It is no cosignature.
    """
    return datetime.fromtimestamp(_split_time(signature)[0], tz=UTC)


def _split_time(signature: Signature) -> tuple[int, bytes]:
    seconds = int.from_bytes(signature.value[:_TIME_BYTES])
    if len(signature.value) <= _TIME_BYTES or seconds > _LATEST:
        raise SignatureInvalidError(f"no time in a cosignature by {signature.name!r}")
    return seconds, signature.value[_TIME_BYTES:]


def _timed(text: bytes, seconds: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % seconds + text


def _parse_lines(lines: str) -> Iterator[Signature]:
    for line in lines[:-1].split("\n"):
        found = _SIGNATURE_LINE.match(line)
        if found is None:
            raise MalformedError(f"{line!r} is no signature line", where="checkpoint")
        with inside("checkpoint"):
            signed = decode_base64(found[2])
        if len(signed) <= _ID_BYTES:
            raise MalformedError("a signature without a key id", where="checkpoint")
        yield Signature(name=found[1], note_id=signed[:_ID_BYTES], value=signed[_ID_BYTES:])


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("a note that is not UTF-8", where="checkpoint") from error
