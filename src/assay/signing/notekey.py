"""Keys of signed notes, as C2SP signed-note writes them: `name+hash+base64(type, key)`.

The keys of logs and witnesses are kept in this form in the trust root, so that any C2SP tool can
check the log. Two types, both Ed25519: 0x01 signs the text of a note (signed-note), 0x04 signs it
together with a time (tlog-cosignature). One key may have both forms: their ids differ, and so do
the messages that are signed.
"""

import base64
import binascii
import enum
import hashlib
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError, UsageError
from assay.signing.keys import PublicKey
from assay.signing.spki import ED25519

_RAW_BYTES: Final = 32  # an Ed25519 key; also the end of its SubjectPublicKeyInfo
_NAME_HINT: Final = "no spaces, no +, not empty"


class NoteKind(enum.Enum):
    """What a note key signs; the value is the type byte of C2SP signed-note."""

    TEXT = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A name, the four-byte key id that note signatures carry, what it signs, and the key."""

    name: str
    note_id: bytes
    kind: NoteKind
    public: PublicKey


def note_key(name: str, public: PublicKey) -> NoteKey:
    """Return the note key (type 0x01) of `public` under `name`.

    Raises:
        UsageError: Not an Ed25519 key, or a name that a note cannot carry.
    """
    return _note_key(name, public, NoteKind.TEXT)


def cosigner_key(name: str, public: PublicKey) -> NoteKey:
    """Return the cosigner's key (type 0x04) of `public` under `name`.

    Raises:
        UsageError: Not an Ed25519 key, or a name that a note cannot carry.
    """
    return _note_key(name, public, NoteKind.COSIGNATURE)


def render_note_key(key: NoteKey) -> str:
    """Write the verifier key, as `example.com/log+33d7b496+AeHT…`."""
    encoded = base64.b64encode(bytes([key.kind.value]) + _raw(key.public)).decode()
    return f"{key.name}+{key.note_id.hex()}+{encoded}"


def parse_note_key(text: str) -> NoteKey:
    """Read a verifier key of either type (C2SP signed-note, "Verifier keys").

    Raises:
        MalformedError: Not of that form, another type, or a key id that is not the one of this
            name, type and key.
    """
    from assay.signing import asymmetric  # noqa: PLC0415  # slow to import, see keys.py

    name, _, rest = text.partition("+")
    claimed, _, encoded = rest.partition("+")
    try:
        typed = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:  # ValueError: characters beyond ASCII
        raise MalformedError(f"{text!r} is no note key: not base64") from error
    if not is_note_name(name) or typed[:1] not in {bytes([kind.value]) for kind in NoteKind}:
        raise MalformedError(f"{text!r} is no Ed25519 note key")
    key = _note_key(name, asymmetric.ed25519_from_raw(typed[1:]), NoteKind(typed[0]))
    if claimed != key.note_id.hex() or text != render_note_key(key):
        raise MalformedError(f"key id {claimed!r}, where {key.note_id.hex()!r} belongs")
    return key


def parse_witness_key(text: str) -> NoteKey:
    """Read the verifier key of a witness: type 0x04, and no other.

    Raises:
        MalformedError: Not of that form, or the key signs no times.
    """
    key = parse_note_key(text)
    if key.kind is not NoteKind.COSIGNATURE:
        raise MalformedError(f"{text!r} is no key of a witness", hint="its type is 0x04")
    return key


def is_note_name(name: str) -> bool:
    """Tell whether `name` can be the name of a note key, or the origin of a log."""
    return bool(name) and name.isprintable() and not any(c.isspace() or c == "+" for c in name)


def _note_key(name: str, public: PublicKey, kind: NoteKind) -> NoteKey:
    if public.algorithm != ED25519:
        raise UsageError(f"a log key of algorithm {public.algorithm!r}", hint="use ed25519")
    if not is_note_name(name):
        raise UsageError(f"{name!r} cannot name a log", hint=_NAME_HINT)
    signed = name.encode() + b"\n" + bytes([kind.value]) + _raw(public)
    note_id = hashlib.sha256(signed).digest()[:4]
    return NoteKey(name=name, note_id=note_id, kind=kind, public=public)


def _raw(public: PublicKey) -> bytes:
    return public.spki[-_RAW_BYTES:]
