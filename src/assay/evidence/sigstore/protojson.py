"""Protobuf messages as JSON: what the formats of Sigstore have in common.

* A member that we do not know is refused: it may be a restriction.
* 64-bit numbers are decimal text without signs or zeros in front, or whole numbers; none of them
  needs more than the 53 bits that every reader of JSON has.
* Bytes are padded base64 of one form, in which lines may be broken: base64(1) does so, and Go,
  hence cosign, reads over it.
"""

import re
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import MAX_INTEGER
from assay.evidence.exactbase64 import decode_either_base64

HASH_NAMES: Final = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
"""The values of `HashAlgorithm` in protobuf-specs that are known, and our names of them."""

_DECIMAL: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")


def refuse_unknown(value: JsonValue, known: frozenset[str]) -> None:
    """Refuse an object with a member outside `known`.

    Raises:
        MalformedError: It has one, or it is no object.
    """
    for name, member in value.members():
        if name not in known:
            raise MalformedError(f"unknown member {name!r}", where=member.where)


def bytes_of(value: JsonValue) -> bytes:
    """Return the bytes that `value` holds in base64; none are refused."""
    decoded = value.parsed(lambda text: decode_either_base64(text.replace("\n", "")))
    if not decoded:
        raise MalformedError("empty", where=value.where)
    return decoded


def bounded(values: tuple[JsonValue, ...], *, most: int, what: str) -> tuple[JsonValue, ...]:
    """Return `values`, of which there may be at most `most`.

    Raises:
        MalformedError: There are more.
    """
    if len(values) > most:
        raise MalformedError(f"{len(values)} {what}, where at most {most} are read")
    return values


def number_of(value: JsonValue) -> int:
    """Return a number that is not negative, of at most 53 bits.

    Raises:
        MalformedError: Anything else.
    """
    raw = value.value
    if isinstance(raw, str) and _DECIMAL.match(raw):
        number = int(raw)
    elif isinstance(raw, str):
        raise MalformedError(f"{raw!r} is no whole number from 0 on", where=value.where)
    else:
        number = value.integer()
    if not 0 <= number <= MAX_INTEGER:
        raise MalformedError(f"a number out of range: {number}", where=value.where)
    return number


def optional_number(value: JsonValue, name: str) -> int:
    """Return the number `name`; protobuf leaves a 0 out."""
    member = value.optional(name)
    return 0 if member is None else number_of(member)


def time_of(value: JsonValue) -> datetime:
    """Return an RFC 3339 time."""
    return value.parsed(parse_time)
