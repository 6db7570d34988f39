"""OpenPGP signatures on commits and tags (RFC 4880 and RFC 9580, version 4), verified in process.

* Exactly one signature on binary data, with SHA-256, SHA-384 or SHA-512.
* Everything in the hashed part is read: a critical subpacket that is not known refuses, as the
  standard says; when it was made must be there, once; an expiry of its own counts.
* A fingerprint orders which keys are tried; it is no reason to trust or to skip one. What a key may
  sign, and since when, the trust root says.
"""

import hashlib
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from assay.core.errors import MalformedError, RejectedError
from assay.signing.openpgp import (
    ECDSA,
    ED25519_NATIVE,
    EDDSA,
    RSA,
    SIGNATURE,
    Cursor,
    list_packets,
    parse_armour,
)
from assay.signing.rawsignature import verify_ecdsa, verify_ed25519, verify_rsa

_LABEL: Final = b"PGP SIGNATURE"
_BINARY: Final = 0x00
_HASHES: Final = {8: "sha256", 9: "sha384", 10: "sha512"}
_CREATED, _EXPIRES, _ISSUER, _FINGERPRINT, _SIGNERS_NAME = 2, 3, 16, 33, 28
_KNOWN: Final = frozenset({_CREATED, _EXPIRES, _ISSUER, _FINGERPRINT, _SIGNERS_NAME})
_MAX_SUBPACKETS: Final = 100
_ED25519_HALF: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PgpSignature:
    """A signature, not verified yet; `issuer` is a hint: a fingerprint, or the end of one."""

    algorithm: int
    hashed: str
    issuer: str
    made_at: datetime
    expires_at: datetime | None
    numbers: tuple[bytes, ...] = field(repr=False)
    covered: bytes = field(repr=False)  # of the signature itself
    check: bytes  # the first two bytes of the digest


def parse_pgp_signature(armoured: bytes) -> PgpSignature:
    """Read a signature in its armour.

    Raises:
        MalformedError: Not one signature of version 4 on binary data.
        RejectedError: It has a hash, or a condition, that is not accepted.
    """
    packets = tuple(list_packets(parse_armour(armoured, label=_LABEL)))
    if len(packets) != 1 or packets[0][0] != SIGNATURE:
        raise MalformedError("not exactly one OpenPGP signature")
    content = packets[0][1]
    rest = Cursor(data=content)
    version, kind, algorithm, hashed = (rest.number(1) for _ in range(4))
    if (version, kind) != (4, _BINARY):
        raise MalformedError(f"an OpenPGP signature of version {version} and type {kind}")
    if hashed not in _HASHES:
        raise RejectedError("an OpenPGP signature with a hash that is not accepted")
    signed_part = rest.take(rest.number(2))
    unsigned_part = rest.take(rest.number(2))
    covered = content[: 6 + len(signed_part)]
    own, hints = _subpackets(signed_part), _subpackets(unsigned_part)
    made_at, expires_at = _times(own)
    return PgpSignature(
        algorithm=algorithm,
        hashed=_HASHES[hashed],
        issuer=_issuer(own) or _issuer(hints),
        made_at=made_at,
        expires_at=expires_at,
        check=rest.take(2),
        numbers=_numbers(algorithm, rest),
        covered=covered + b"\x04\xff" + struct.pack(">I", len(covered)),
    )


def verify_pgp_signature(signature: PgpSignature, message: bytes, *, spki: bytes) -> None:
    """Refuse unless the key with this SubjectPublicKeyInfo signed `message`.

    Raises:
        SignatureInvalidError: It did not, or is of another kind.
    """
    digest = hashlib.new(signature.hashed, message + signature.covered).digest()
    if signature.algorithm in RSA:
        verify_rsa(spki, digest, signature.numbers[0], hashed=signature.hashed)
    elif signature.algorithm == ECDSA:
        r, s = (int.from_bytes(number, "big") for number in signature.numbers)
        verify_ecdsa(spki, digest, (r, s), hashed=signature.hashed)
    else:
        verify_ed25519(spki, digest, b"".join(signature.numbers))


def _numbers(algorithm: int, rest: Cursor) -> tuple[bytes, ...]:
    found: tuple[bytes, ...]
    if algorithm in RSA:
        found = (rest.mpi(),)
    elif algorithm == ECDSA:
        found = (rest.mpi(), rest.mpi())
    elif algorithm == EDDSA:
        found = tuple(rest.mpi().rjust(_ED25519_HALF, b"\0") for _ in range(2))
    elif algorithm == ED25519_NATIVE:
        found = (rest.take(2 * _ED25519_HALF),)
    else:
        raise RejectedError(f"an OpenPGP signature by algorithm {algorithm}, which is not accepted")
    rest.end()
    return found


def _subpackets(data: bytes) -> dict[int, list[bytes]]:
    """Return the bodies of the subpackets by their types (RFC 9580, section 5.2.3.7).

    Raises:
        RejectedError: One is critical, and not known here.
    """
    found: dict[int, list[bytes]] = {}
    rest = Cursor(data=data)
    for _ in range(_MAX_SUBPACKETS):
        if not rest.data:
            return found
        body = Cursor(data=rest.take(_subpacket_length(rest)))
        kind = body.number(1)
        if kind & 0x80 and kind & 0x7F not in _KNOWN:
            raise RejectedError(
                f"an OpenPGP signature with a condition that is not known: {kind & 0x7F}"
            )
        found.setdefault(kind & 0x7F, []).append(body.data)
    raise MalformedError("too many parts in an OpenPGP signature")


def _subpacket_length(rest: Cursor) -> int:
    first = rest.number(1)
    if first < 192:
        return first
    if first < 255:
        return ((first - 192) << 8) + rest.number(1) + 192
    return rest.number(4)


def _times(own: dict[int, list[bytes]]) -> tuple[datetime, datetime | None]:
    created, expires = own.get(_CREATED, []), own.get(_EXPIRES, [])
    if len(created) != 1 or len(expires) > 1 or any(len(t) != 4 for t in (*created, *expires)):
        raise MalformedError("an OpenPGP signature that does not say once when it was made")
    made_at = datetime.fromtimestamp(int.from_bytes(created[0], "big"), UTC)
    seconds = int.from_bytes(expires[0], "big") if expires else 0
    return made_at, made_at + timedelta(seconds=seconds) if seconds else None


def _issuer(parts: dict[int, list[bytes]]) -> str:
    for fingerprint in parts.get(_FINGERPRINT, []):
        if fingerprint[:1] == b"\x04":
            return fingerprint[1:].hex()
    return next((key_id.hex() for key_id in parts.get(_ISSUER, [])), "")
