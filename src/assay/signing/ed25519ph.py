"""Ed25519ph (RFC 8032, section 5.1) verified in plain Python: the pre-hashed form of Ed25519.

The cryptographic library has only the pure form, and Sigstore's clients sign digests with this
one. Only public values are handled, so that time may depend on them. One signature takes some
milliseconds. The group equation is the one without the cofactor, as Go and OpenSSL check it.
"""

import hashlib
from typing import Final

from assay.core.errors import SignatureInvalidError

DIGEST_BYTES: Final = 64  # SHA-512
_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493  # the order of the base point
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)  # of -1
_DOM: Final = b"SigEd25519 no Ed25519 collisions\x01\x00"  # flag 1: pre-hashed; no context

Point = tuple[int, int, int, int]
"""Extended coordinates (section 5.1.4): x = X/Z, y = Y/Z, x·y = T/Z."""


def verify_ed25519ph(raw_key: bytes, digest: bytes, signature: bytes) -> None:
    """Refuse unless `signature` (64 bytes) is that of the key on the SHA-512 `digest`.

    Implements RFC 8032, section 5.1.7, with an empty context.

    Raises:
        SignatureInvalidError: It is not, or one of the three has another length.
    """
    if (len(raw_key), len(digest), len(signature)) != (32, DIGEST_BYTES, 64):
        raise SignatureInvalidError("an Ed25519ph key, digest or signature of another length")
    key, scalar = _decode(raw_key), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _L:  # a larger scalar would be a second form of one signature
        raise SignatureInvalidError("not an Ed25519ph signature")
    hashed = hashlib.sha512(_DOM + signature[:32] + raw_key + digest).digest()
    challenge = int.from_bytes(hashed, "little") % _L
    negative: Point = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    expected = _add(_multiply(scalar, _BASE), _multiply(challenge, negative))
    if _encode(expected) != signature[:32]:
        raise SignatureInvalidError("not an Ed25519ph signature by this key")


def _add(a: Point, b: Point) -> Point:
    """Add two points (section 5.1.4)."""
    s = (a[1] - a[0]) * (b[1] - b[0]) % _P
    t = (a[1] + a[0]) * (b[1] + b[0]) % _P
    u = 2 * a[3] * b[3] * _D % _P
    v = 2 * a[2] * b[2] % _P
    e, f, g, h = t - s, v - u, v + u, t + s
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _multiply(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(encoded: bytes) -> Point | None:
    """Return the point (section 5.1.3), or None where the bytes are none in their one form."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else _P - x
    return (x, y, 1, x * y % _P)


_BASE_X: Final = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE_Y: Final = 4 * pow(5, _P - 2, _P) % _P
_BASE: Final[Point] = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
