"""What can be told about a match without asking its provider: checksums, structure, decoding.

A value that cannot be what its rule says is refused. A value that may be, but looks altered or
invented, is kept with a doubt, which lowers its severity and is part of the message: a checksum
that we computed wrongly must not hide a secret.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictjson import parse_json

_BASE62: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE32: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_BASE36: Final = b"0123456789abcdefghijklmnopqrstuvwxyz"
_CHECKSUM_LENGTH: Final = 6
_CRC_DIGITS: Final = 7  # of a GitLab token
_ROUTE: Final = re.compile(r"([a-z]):([0-9a-z]{1,12})(?:\n|(?=[^\n]*\Z))")
_ROUTED: Final = {"o": "organisation", "g": "group", "p": "project", "u": "user"}
_DER_START: Final = re.compile(rb"M[A-P]")  # a SEQUENCE in base64, whatever its length
_DER_SEARCHED: Final = 8  # characters: code that puts lines together leaves some in front
_YEAR_10000: Final = 253_402_300_800
_MIN_PEM_BYTES: Final = 64  # base64 characters; an Ed25519 key in PKCS#8 has exactly 64
_MAX_HEADER_BYTES: Final = 8192  # of a JSON Web Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The outcome: refused, or kept with a doubt or a detail; `value` is the normal form."""

    refused: bool = False
    doubt: str = ""
    detail: str = ""
    value: bytes = b""


REFUSED: Final = Checked(refused=True)
KEPT: Final = Checked()


def crc32_base62(digits: bytes) -> bytes:
    """Return the checksum of GitHub and npm tokens: CRC-32 in six digits of base 62."""
    number, text = zlib.crc32(digits), b""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, 62)
        text = _BASE62[digit : digit + 1] + text
    return text


def check_crc32_base62(value: bytes, _context: bytes) -> Checked:
    """Check the last six characters against what stands between them and the prefix."""
    body = value[value.index(b"_") + 1 :]
    if crc32_base62(body[:-_CHECKSUM_LENGTH]) == body[-_CHECKSUM_LENGTH:]:
        return Checked(detail="its checksum holds")
    return Checked(doubt="its checksum does not hold, so it was altered or invented")


def check_pypi_macaroon(value: bytes, _context: bytes) -> Checked:
    """Check that the token is a version 2 macaroon with a location."""
    raw = _decoded(value.removeprefix(b"pypi-"), urlsafe=True)
    if raw is None or raw[:2] != b"\x02\x01":
        return Checked(doubt="it is no macaroon, so it was altered or invented")
    location = raw[3 : 3 + raw[2]]
    return Checked(detail=f"it is for {location.decode('ascii', 'replace')!r}")


def check_gitlab_token(value: bytes, _context: bytes) -> Checked:
    """Check the CRC-32 of a routable token, and tell what it belongs to; others have none.

    An instance may put a prefix of its own in front, which the checksum covers and we cannot see:
    one that does not hold is no doubt.
    """
    payload, dot, tail = value.partition(b".")
    if not dot or _base36(zlib.crc32(value[:-_CRC_DIGITS])) != tail[-_CRC_DIGITS:]:
        return KEPT
    raw = _decoded(payload.rpartition(b"-")[2], urlsafe=True) or b""
    routed = _ROUTE.findall(raw.decode("latin-1"))
    names = [f"{_ROUTED[key]} {int(number, 36)}" for key, number in routed if key in _ROUTED]
    about = f", and it belongs to {', '.join(names)}" if names else ""
    return Checked(detail=f"its checksum holds{about}")


def check_aws_key_id(value: bytes, _context: bytes) -> Checked:
    """Decode the account: bits 1 to 40 of the base32 digits behind the prefix."""
    digits = value[4:]
    if len(digits) != 16 or not _BASE32.issuperset(digits):
        return KEPT  # ids from before 2019 have no account in them, and other digits
    account = int.from_bytes(base64.b32decode(digits)[:6], "big") & 0x7FFF_FFFF_FF80
    return Checked(detail=f"it belongs to account {account >> 7:012d}, if it was made after 2019")


def check_base64_pair(value: bytes, _context: bytes) -> Checked:
    """Check that the value is base64 of `user:password`, both printable."""
    raw = _decoded(value)
    if raw is None or not raw.isascii() or not raw.decode("ascii").isprintable():
        return REFUSED
    user, colon, password = raw.partition(b":")
    if not colon or not user or not password:
        return REFUSED
    return KEPT


def check_discord_bot(value: bytes, _context: bytes) -> Checked:
    """Check that the first part is base64 of the bot's id, a decimal number."""
    raw = _decoded(value.partition(b".")[0], urlsafe=True)
    return KEPT if raw is not None and raw.isdigit() else REFUSED


def check_jwt(value: bytes, _context: bytes) -> Checked:
    """Check that the header is a JSON object with an algorithm (RFC 7519, section 5)."""
    raw = _decoded(value.partition(b".")[0], urlsafe=True)
    try:
        header = parse_json(raw or b"", max_bytes=_MAX_HEADER_BYTES)
    except MalformedError:
        return Checked(doubt="its header does not decode, so it was altered or invented")
    algorithm = header.get("alg") if isinstance(header, dict) else None
    if not isinstance(algorithm, str):
        return Checked(doubt="its header names no algorithm")
    if algorithm.lower() == "none":
        return Checked(doubt="it is not signed")
    return Checked(detail=f"it is signed with {algorithm[:16]!r}{_end_of(value)}")


def _end_of(token: bytes) -> str:
    """Return when a token ends (RFC 7519, section 4.1.4), where it says so and can be read."""
    raw = _decoded(token.split(b".")[1], urlsafe=True)
    try:
        claims = parse_json(raw or b"", max_bytes=_MAX_HEADER_BYTES)
    except MalformedError:
        return ""
    end = claims.get("exp") if isinstance(claims, dict) else None
    if not isinstance(end, int) or not 0 < end < _YEAR_10000:
        return ""
    return f" and good until {datetime.fromtimestamp(end, UTC).date().isoformat()}"


def check_pem_key(value: bytes, context: bytes) -> Checked:
    """Check that there is a key in it by its DER structure; tell an OpenSSH passphrase."""
    body = value.split(b"-----", 1)[0]
    for escape in (b"\\n", b"\\r", b"\\t"):
        body = body.replace(escape, b"")
    digits = bytes(c for c in body if c in _BASE64)
    if len(digits) < _MIN_PEM_BYTES:
        return REFUSED
    raw = _decoded(digits) or b""
    if b"OPENSSH" in context[:40] and raw[:15] == b"openssh-key-v1\0" and raw[19:23] != b"none":
        return Checked(doubt="it is under a passphrase", value=digits)
    if b"OPENSSH" not in context[:40] and not _DER_START.search(digits[:_DER_SEARCHED]):
        return Checked(doubt="it is no DER structure, so it was altered or invented", value=digits)
    whole = f"it is whole: {len(raw)} bytes of DER" if _is_whole_der(raw) else ""
    return Checked(value=digits, detail=whole)


def _is_whole_der(raw: bytes) -> bool:
    """Tell whether `raw` is one SEQUENCE of exactly its own length (X.690, 8.1.3)."""
    if raw[:1] != b"\x30" or len(raw) < 3:
        return False
    count = raw[1] & 0x7F if raw[1] & 0x80 else 0
    length = int.from_bytes(raw[2 : 2 + count], "big") if count else raw[1]
    return len(raw) == 2 + count + length


def _base36(number: int) -> bytes:
    """Return a CRC-32 in seven small digits of base 36, as GitLab writes it."""
    text = b""
    for _ in range(_CRC_DIGITS):
        number, digit = divmod(number, 36)
        text = _BASE36[digit : digit + 1] + text
    return text


def check_kubernetes_value(value: bytes, _context: bytes) -> Checked:
    """Return the decoded value: the same secret as where it stands in plain text."""
    raw = _decoded(value)
    return Checked(value=raw) if raw and raw.isascii() and len(raw) > 3 else KEPT


def _decoded(text: bytes, *, urlsafe: bool = False) -> bytes | None:
    """Decode base64 with or without its padding, or return None."""
    padded = text.rstrip(b"=") + b"=" * (-len(text.rstrip(b"=")) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_" if urlsafe else None, validate=True)
    except binascii.Error:
        return None


VALIDATORS: Final[Mapping[str, Callable[[bytes, bytes], Checked]]] = MappingProxyType(
    {
        "aws-key-id": check_aws_key_id,
        "base64-pair": check_base64_pair,
        "crc32-base62": check_crc32_base62,
        "discord-bot": check_discord_bot,
        "gitlab-token": check_gitlab_token,
        "jwt": check_jwt,
        "kubernetes-value": check_kubernetes_value,
        "pem-key": check_pem_key,
        "pypi-macaroon": check_pypi_macaroon,
    }
)
