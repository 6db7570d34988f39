"""OpenPGP made by hand: signatures of version 4 whose every part a test may change."""

import base64
import hashlib
import struct
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ed25519

CREATED: Final = 1767268800  # 2026-01-01, when the commits of `GitRepo` are made


def armour(data: bytes, label: str = "PGP SIGNATURE") -> bytes:
    """Return `data` in armour, without a checksum."""
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", "", *lines, f"-----END {label}-----"]).encode()


def packet(tag: int, content: bytes) -> bytes:
    """Return a packet with a length of four bytes."""
    return bytes([0xC0 | tag, 0xFF]) + struct.pack(">I", len(content)) + content


def mpi(number: bytes) -> bytes:
    """Return a number, big-endian, as OpenPGP counts it."""
    whole = number.lstrip(b"\0")
    return struct.pack(">H", int.from_bytes(whole, "big").bit_length()) + whole


def part(kind: int, body: bytes, *, critical: bool = False) -> bytes:
    """Return a subpacket."""
    return bytes([len(body) + 1, kind | (0x80 if critical else 0)]) + body


def created(at: int = CREATED) -> bytes:
    """Return the subpacket that says when a signature was made."""
    return part(2, struct.pack(">I", at))


@dataclass(frozen=True, kw_only=True)
class PgpForm:
    """A signature's parts; the defaults are those of a good one by an Ed25519 key."""

    version: int = 4
    kind: int = 0
    algorithm: int = 22
    hashed: int = 10
    own: bytes = field(default_factory=created)
    hints: bytes = b""
    after: bytes = b""


def pgp_sign(key: ed25519.Ed25519PrivateKey, message: bytes, form: PgpForm | None = None) -> bytes:
    """Return an armoured signature on `message`."""
    form = form or PgpForm()
    covered = bytes([form.version, form.kind, form.algorithm, form.hashed])
    covered += struct.pack(">H", len(form.own)) + form.own
    trailer = b"\x04\xff" + struct.pack(">I", len(covered))
    name = {8: "sha256", 9: "sha384", 10: "sha512"}.get(form.hashed, "sha1")
    digest = hashlib.new(name, message + covered + trailer, usedforsecurity=False).digest()
    value = key.sign(digest)
    numbers = value if form.algorithm == 27 else mpi(value[:32]) + mpi(value[32:])
    content = covered + struct.pack(">H", len(form.hints)) + form.hints + digest[:2] + numbers
    return armour(packet(2, content + form.after))


def public_block(key: ed25519.Ed25519PrivateKey) -> bytes:
    """Return the block with the public key, as `gpg --armor --export` writes it."""
    raw = key.public_key().public_bytes_raw()
    content = b"\x04" + struct.pack(">I", CREATED) + b"\x1b" + raw  # 27: Ed25519 by itself
    return armour(packet(6, content), "PGP PUBLIC KEY BLOCK")
