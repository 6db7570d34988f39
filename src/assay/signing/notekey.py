"""Keys of signed notes, as C2SP signed-note writes them: `name+hash+base64(type, key)`.

The log's key is kept in this form in the trust root, so that any C2SP tool can check the log.
Ed25519 (type 0x01) is the only type: one algorithm, chosen when the log is made.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError, UsageError
from assay.signing.keys import PublicKey
from assay.signing.spki import ED25519

_ED25519_TYPE: Final = b"\x01"
_RAW_BYTES: Final = 32  # an Ed25519 key; also the end of its SubjectPublicKeyInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A name, the four-byte key id that note signatures carry, and the key."""

    name: str
    note_id: bytes
    public: PublicKey


def note_key(name: str, public: PublicKey) -> NoteKey:
    """Return the note key of `public` under `name`.

    Raises:
        UsageError: Not an Ed25519 key, or a name that a note cannot carry.
    """
    if public.algorithm != ED25519:
        raise UsageError(f"a log key of algorithm {public.algorithm!r}", hint="use ed25519")
    if not is_note_name(name):
        raise UsageError(f"{name!r} cannot name a log", hint="no spaces, no +, not empty")
    return NoteKey(name=name, note_id=_note_id(name, _raw(public)), public=public)


def render_note_key(key: NoteKey) -> str:
    """Write the verifier key, as `example.com/log+33d7b496+AeHT…`."""
    encoded = base64.b64encode(_ED25519_TYPE + _raw(key.public)).decode()
    return f"{key.name}+{key.note_id.hex()}+{encoded}"


def parse_note_key(text: str) -> NoteKey:
    """Read a verifier key (C2SP signed-note, "Ed25519 signatures").

    Raises:
        MalformedError: Not of that form, another type than Ed25519, or a key id that is not
            the one of this name and key.
    """
    from assay.signing import asymmetric  # noqa: PLC0415  # slow to import, see keys.py

    name, _, rest = text.partition("+")
    claimed, _, encoded = rest.partition("+")
    try:
        typed = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise MalformedError(f"{text!r} is no note key: not base64") from error
    if not is_note_name(name) or typed[:1] != _ED25519_TYPE:
        raise MalformedError(f"{text!r} is no Ed25519 note key")
    public = asymmetric.ed25519_from_raw(typed[1:])
    key = NoteKey(name=name, note_id=_note_id(name, typed[1:]), public=public)
    if claimed != key.note_id.hex():
        raise MalformedError(f"key id {claimed!r}, where {key.note_id.hex()!r} belongs")
    return key


def is_note_name(name: str) -> bool:
    """Tell whether `name` can be the name of a note key, or the origin of a log."""
    return bool(name) and name.isprintable() and not any(c.isspace() or c == "+" for c in name)


def _raw(public: PublicKey) -> bytes:
    return public.spki[-_RAW_BYTES:]


def _note_id(name: str, raw: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519_TYPE + raw).digest()[:4]
