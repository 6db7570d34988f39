"""Keys and strings as SSH writes them (RFC 4251, section 5; RFC 4253, section 6.6; RFC 5656).

A key of a security token (`sk-…@openssh.com`) holds a usual key: that is what is returned, with
the application for which the token made it.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.signing.keys import PublicKey
from assay.signing.spki import ECDSA_P256, ECDSA_P384, ED25519, spki_of_raw

MAX_KEY_BYTES: Final = 16 * 2**10  # an RSA key of 16,384 bits has 2 kB
_LENGTH: Final = struct.Struct(">I")
_RAW: Final = {  # the name of the key, ours, and whether the name of a curve stands before the key
    b"ssh-ed25519": (ED25519, False),
    b"ecdsa-sha2-nistp256": (ECDSA_P256, True),
    b"ecdsa-sha2-nistp384": (ECDSA_P384, True),
}
_TOKENS: Final = {
    b"sk-ssh-ed25519@openssh.com": b"ssh-ed25519",
    b"sk-ecdsa-sha2-nistp256@openssh.com": b"ecdsa-sha2-nistp256",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SshKey:
    """A public key; `application` is None but for a key in a security token."""

    name: bytes
    public: PublicKey
    application: bytes | None


def parse_ssh_line(text: str) -> SshKey:
    """Read a public key as it stands in a `.pub` file: its name, the key, perhaps a comment.

    Raises:
        MalformedError: Not such a line, or a key of a kind that is not known here.
    """
    name, _, rest = text.strip().partition(" ")
    try:
        blob = base64.b64decode(rest.partition(" ")[0], validate=True)
    except ValueError as error:
        raise MalformedError("not a public key of SSH") from error
    key = parse_ssh_key(blob)
    if "\n" in text.strip() or key.name != name.encode(errors="replace"):
        raise MalformedError("not a public key of SSH")
    return key


def parse_ssh_key(blob: bytes) -> SshKey:
    """Read a public key from its bytes.

    Raises:
        MalformedError: Not a key, or one of a kind that is not known here.
    """
    from assay.signing.asymmetric import (  # noqa: PLC0415  # only where a key is read
        parse_public_der,
        rsa_from_numbers,
    )

    if len(blob) > MAX_KEY_BYTES:
        raise MalformedError(f"a key of {len(blob)} bytes")
    name, rest = first_string(blob)
    if name == b"ssh-rsa":
        exponent, modulus = exactly(2, rest)
        public = rsa_from_numbers(modulus=modulus, exponent=exponent)
        return SshKey(name=name, public=public, application=None)
    inner = _TOKENS.get(name, name)
    if inner not in _RAW:
        raise MalformedError(f"a key {name.decode(errors='replace')!r}, which is not known here")
    algorithm, curve = _RAW[inner]
    parts = exactly(1 + curve + (name in _TOKENS), rest)
    if curve and parts[0] != inner.rpartition(b"-")[2]:
        raise MalformedError("a key on another curve than its name says")
    public = parse_public_der(spki_of_raw(algorithm, parts[curve]))
    return SshKey(name=name, public=public, application=parts[-1] if name in _TOKENS else None)


def fingerprint_of(blob: bytes) -> str:
    """Return what `ssh-keygen -l` calls a key by."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def exactly(count: int, data: bytes) -> list[bytes]:
    """Return the `count` strings that `data` consists of.

    Raises:
        MalformedError: More, fewer, or one that is cut off.
    """
    found: list[bytes] = []
    while data and len(found) <= count:
        string, data = first_string(data)
        found.append(string)
    if len(found) != count:
        raise MalformedError(f"another number of strings than {count}")
    return found


def first_string(data: bytes) -> tuple[bytes, bytes]:
    """Return the first string, and what follows it.

    Raises:
        MalformedError: It is cut off.
    """
    if len(data) < _LENGTH.size:
        raise MalformedError("a string that is cut off")
    (size,) = _LENGTH.unpack_from(data)
    end = _LENGTH.size + size
    if len(data) < end:
        raise MalformedError("a string that is cut off")
    return data[_LENGTH.size : end], data[end:]


def string_of(data: bytes) -> bytes:
    """Write a string: its length, then its bytes."""
    return _LENGTH.pack(len(data)) + data
