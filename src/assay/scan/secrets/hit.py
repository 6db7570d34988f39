"""A secret in one object, without the secret: what leaves the process that found it."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from assay.core.errors import UsageError
from assay.scan.secrets.matcher import Match

MIN_KEY_BYTES: Final = 32  # of the identity key
SHOWN: Final = 4  # characters at most; a quarter of a short secret at most


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hit:
    """One secret in one object, at its first line there.

    `secret` is the keyed digest of the secret, `shown` its first characters and `length` all of
    them in bytes. `kind` is "blob", "commit", "tag" or "file"; `where` the object's id, or the
    path of a file. `lines` counts the lines on which the object has it. `accepted` is empty, or the
    reason and end of the permission that stands on the line. `inside` leads from the object to the
    layer that has the secret, as `!member!base64`, and its line is that of the last one with lines.
    """

    rule: str
    secret: str
    kind: str
    where: str
    line: int
    lines: int
    shown: str
    length: int
    doubt: str
    detail: str
    accepted: str
    inside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Gap:
    """Some layer of an object that could not be looked at, and why."""

    kind: str
    where: str
    inside: str
    why: str


def check_identity_key(key: bytes) -> None:
    """Refuse a key that can be tried out.

    Raises:
        UsageError: It is short.
    """
    if len(key) < MIN_KEY_BYTES:
        raise UsageError(f"an identity key of {len(key)} bytes, where {MIN_KEY_BYTES} are needed")


def secret_digest(identity_key: bytes, family: str, value: bytes) -> str:
    """Return the keyed digest that names a secret; each part goes in with its length."""
    name = family.encode()
    keyed = b"%d:%b,%d:%b" % (len(name), name, len(value), value)
    return hmac.new(identity_key, keyed, hashlib.sha256).hexdigest()


def shown_part(match: Match) -> str:
    """Return what of a secret may be printed: enough to recognise it, too little to use it."""
    value = match.value
    return value[: min(SHOWN, len(value) // 4)].decode("ascii", "replace")
