"""OpenPGP (RFC 4880, RFC 9580): armour, packets of version 4, and the keys of a public key block.

Only what is needed to take a key out of `gpg --armor --export`, and to read a signature on data.
A block's own user ids, expirations and certifications are not used: the trust root says whose a
key is, and from when until when.
"""

import binascii
import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.signing.keys import PublicKey
from assay.signing.spki import ECDSA_P256, ECDSA_P384, ED25519, spki_of_raw

RSA: Final = frozenset({1, 3})  # 3: sign only
ECDSA: Final = 19
EDDSA: Final = 22  # with numbers, as GnuPG writes it
ED25519_NATIVE: Final = 27
SIGNATURE: Final = 2
MAX_ARMOUR_BYTES: Final = 256 * 2**10
_PUBLIC_KEY: Final = 6
_SUBKEY: Final = 14
_MAX_PACKETS: Final = 1000
_ED25519_OID: Final = bytes.fromhex("2b06010401da470f01")
_CURVES: Final = {
    bytes.fromhex("2a8648ce3d030107"): ECDSA_P256,
    bytes.fromhex("2b81040022"): ECDSA_P384,
}
_CRC_START: Final = 0xB704CE


def _crc_entry(byte: int) -> int:
    crc = byte << 16
    for _ in range(8):
        crc = (crc << 1) ^ (0x1864CFB if crc & 0x800000 else 0)
    return crc & 0xFFFFFF


_CRC_TABLE: Final = tuple(_crc_entry(byte) for byte in range(256))


@dataclass(frozen=True, slots=True, kw_only=True)
class PgpKey:
    """A key that can sign, and the fingerprint by which OpenPGP calls it."""

    public: PublicKey
    fingerprint: str  # 40 hexadecimal digits


@dataclass(slots=True, kw_only=True)
class Cursor:
    """What is left of a packet; everything is taken from its front."""

    data: bytes = field(repr=False)

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes.

        Raises:
            MalformedError: There are not so many.
        """
        if len(self.data) < count:
            raise MalformedError("an OpenPGP packet that is cut off")
        found, self.data = self.data[:count], self.data[count:]
        return found

    def number(self, size: int) -> int:
        """Return the next `size` bytes as a number."""
        return int.from_bytes(self.take(size), "big")

    def mpi(self) -> bytes:
        """Return the next multi-precision integer, big-endian, without leading zeros."""
        bits = self.number(2)
        found = self.take((bits + 7) // 8)
        if int.from_bytes(found, "big").bit_length() != bits:
            raise MalformedError("an OpenPGP number of another length than it says")
        return found

    def end(self) -> None:
        """Refuse what is left."""
        if self.data:
            raise MalformedError("an OpenPGP packet with something after its end")


def parse_armour(text: bytes, *, label: bytes) -> bytes:
    """Return what is in the one armoured block that `text` is (RFC 9580, section 6.2).

    Raises:
        MalformedError: Not such a block of this label, or its checksum is of something else.
    """
    lines = [line.rstrip() for line in text[: MAX_ARMOUR_BYTES + 1].strip().splitlines()]
    if len(text) > MAX_ARMOUR_BYTES or len(lines) < 3:
        raise MalformedError("not an armoured block of OpenPGP")
    if (lines[0], lines[-1]) != (b"-----BEGIN %b-----" % label, b"-----END %b-----" % label):
        raise MalformedError("not one armoured block of OpenPGP")
    blank = lines.index(b"") if b"" in lines else 0  # headers end at the first blank line
    body = lines[blank + 1 : -1]
    checksum = body.pop() if body and body[-1].startswith(b"=") else b""
    try:
        data = binascii.a2b_base64(b"".join(body), strict_mode=True)
        expected = binascii.a2b_base64(checksum[1:], strict_mode=True)
    except binascii.Error as error:
        raise MalformedError("an armoured block that is not base64") from error
    if checksum and expected != _crc24(data).to_bytes(3, "big"):
        raise MalformedError("an armoured block with another checksum")
    return data


def list_packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and the content of each packet, old and new form.

    Raises:
        MalformedError: Not packets, cut off, or of a length that is not told.
    """
    rest = Cursor(data=data)
    for _ in range(_MAX_PACKETS + 1):
        if not rest.data:
            return
        first = rest.number(1)
        if not first & 0x80:
            raise MalformedError("not a packet of OpenPGP")
        if first & 0x40:
            tag, size = first & 0x3F, _new_length(rest)
        else:
            tag, size = (first >> 2) & 0x0F, _old_length(rest, first & 0x03)
        yield tag, rest.take(size)
    raise MalformedError("too many packets of OpenPGP")


def parse_pgp_keys(armoured: str) -> tuple[PgpKey, ...]:
    """Return the keys of a public key block that can sign, the primary key first.

    Raises:
        MalformedError: Not such a block, or no key in it is of a known kind.
    """
    label = b"PGP PUBLIC KEY BLOCK"
    data = parse_armour(armoured.encode(errors="replace"), label=label)
    found = [
        key
        for tag, content in list_packets(data)
        if tag in {_PUBLIC_KEY, _SUBKEY} and (key := _parse_key(content)) is not None
    ]
    if not found:
        raise MalformedError(
            "no key that can sign", hint="Ed25519, RSA, or ECDSA with P-256 or P-384; version 4"
        )
    return tuple(found)


def _parse_key(content: bytes) -> PgpKey | None:
    """Return a key that can sign; None for one of another kind."""
    rest = Cursor(data=content)
    if rest.number(1) != 4:
        return None
    rest.take(4)  # when it was made: the trust root knows since when it counts
    public = _public(rest.number(1), rest)
    if public is None:
        return None
    rest.end()
    digest = hashlib.sha1(
        b"\x99" + struct.pack(">H", len(content)) + content, usedforsecurity=False
    ).hexdigest()
    return PgpKey(public=public, fingerprint=digest)


def _public(algorithm: int, rest: Cursor) -> PublicKey | None:
    from assay.signing.asymmetric import (  # noqa: PLC0415  # only where a key is read
        ed25519_from_raw,
        parse_public_der,
        rsa_from_numbers,
    )

    if algorithm in RSA:
        return rsa_from_numbers(modulus=rest.mpi(), exponent=rest.mpi())
    if algorithm == ED25519_NATIVE:
        return ed25519_from_raw(rest.take(32))
    if algorithm not in {ECDSA, EDDSA}:
        return None
    curve, point = rest.take(rest.number(1)), rest.mpi()
    if algorithm == EDDSA and curve == _ED25519_OID and point[:1] == b"\x40":
        return parse_public_der(spki_of_raw(ED25519, point[1:]))
    if algorithm == ECDSA and curve in _CURVES:
        return parse_public_der(spki_of_raw(_CURVES[curve], point))
    return None


def _new_length(rest: Cursor) -> int:
    first = rest.number(1)
    if first < 192:
        return first
    if first < 224:
        return ((first - 192) << 8) + rest.number(1) + 192
    if first == 255:
        return rest.number(4)
    raise MalformedError("an OpenPGP packet in parts")


def _old_length(rest: Cursor, kind: int) -> int:
    if kind == 3:
        raise MalformedError("an OpenPGP packet without a length")
    return rest.number(1 << kind)


def _crc24(data: bytes) -> int:
    crc = _CRC_START
    for byte in data:
        crc = ((crc << 8) & 0xFFFFFF) ^ _CRC_TABLE[(crc >> 16) ^ byte]
    return crc
