"""Ranges as GitHub writes them, `>= 1.0, < 2.0`, as events of OSV."""

import re
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.advisory import ABOVE, Event, Range
from assay.vuln.versions import scheme_key

MAX_RANGE: Final = 4096  # characters
_TERM: Final = re.compile(r"(<=|>=|<|>|=)\s*([^\s<>=,]{1,256})\Z")
_UNKNOWN: Final = "assay:unknown"  # a type of range that is never known: the answer is UNKNOWN
UNKNOWN_RANGE: Final = Range(type=_UNKNOWN, events=(Event(kind="introduced", version="0"),))
_LOWER: Final = {">=": "introduced", ">": ABOVE, "=": "introduced"}
_UPPER: Final = {"<": "fixed", "<=": "last_affected", "=": "last_affected"}


def comparison_range(text: str, *, patched: str = "", scheme: str = "") -> Range:
    """Read comparisons of which all must hold; `patched` is the first version that is fixed.

    Where the end is inside, as in `<= 1.9`, and the first fixed version is known, everything below
    that counts as affected, as in GitHub's own OSV records. A single version stays one. A fix that
    by the order `scheme` is not above the end (it came to an older line) takes nothing away.

    Raises:
        MalformedError: It is no such text, or has two lower or two upper ends.
    """
    if len(text) > MAX_RANGE:
        raise MalformedError(f"a range of {len(text)} characters")
    lower: list[Event] = []
    upper: list[Event] = []
    for part in text.split(","):
        match = _TERM.match(part.strip())
        if match is None:
            raise MalformedError(f"{text[:80]!r} is no range", hint=">= 1.0, < 2.0")
        sign, version = match[1], match[2]
        if sign in _LOWER:
            lower.append(Event(kind=_LOWER[sign], version=version))
        if sign in _UPPER:
            upper.append(Event(kind=_UPPER[sign], version=version))
    if len(lower) > 1 or len(upper) > 1:
        raise MalformedError(f"{text[:80]!r} has two ends on one side")
    if patched and _widens(patched, lower, upper, scheme=scheme):
        upper = [Event(kind="fixed", version=patched)]
    start = lower or [Event(kind="introduced", version="0")]
    return Range(type="ECOSYSTEM", events=(*start, *upper))


def range_or_unknown(text: str, *, patched: str = "", scheme: str = "") -> Range:
    """Read comparisons; what is in another notation is a range that nobody can work out."""
    try:
        return comparison_range(text, patched=patched, scheme=scheme)
    except MalformedError:
        return UNKNOWN_RANGE


def _widens(patched: str, lower: list[Event], upper: list[Event], *, scheme: str) -> bool:
    """Tell whether the range ends with the fix."""
    if not upper:
        return True
    if upper[0].kind == "fixed" or _is_single(lower, upper):
        return False
    end, fix = scheme_key(scheme, upper[0].version), scheme_key(scheme, patched)
    return end is not None and fix is not None and fix > end


def _is_single(lower: list[Event], upper: list[Event]) -> bool:
    return bool(lower) and lower[0].version == upper[0].version
