"""The general types of `vers`, which no ecosystem has: intdot, datetime, lexicographic."""

import re
from datetime import datetime
from typing import Final

from assay.vuln.order.keys import VersionKey, without_trailing_zeros

_INTDOT: Final = re.compile(r"[0-9]{1,50}(?:\.[0-9]{1,50})*", re.ASCII)
_DATETIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)\Z", re.ASCII
)


def intdot_key(text: str) -> VersionKey | None:
    """Order the numbers in front: reading stops at the first other character."""
    match = _INTDOT.match(text)
    if match is None:
        return None
    return (without_trailing_zeros(tuple(map(int, match.group().split(".")))),)


def datetime_key(text: str) -> VersionKey | None:
    """Order the times of RFC 3339, section 5.6."""
    if not _DATETIME.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return ((int(moment.timestamp()), moment.microsecond),)


def lexicographic_key(text: str) -> VersionKey | None:
    """Order the bytes of the UTF-8 form."""
    return (tuple(text.encode("utf-8", "surrogatepass")),)
