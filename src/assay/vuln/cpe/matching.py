"""How attributes of CPE names relate (NISTIR 7696, table 6-2), with three answers.

The source is what a vulnerability is said to be about, the target what somebody has. Where the
target does not say what the source asks for, nobody can tell.
"""

import re
from dataclasses import fields
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Final

from assay.vuln.cpe.name import ANY, NONE, CpeName
from assay.vuln.releases import Applies

_BUT_VERSIONS: Final = attrgetter(
    *(one.name for one in fields(CpeName) if one.name not in {"version", "update"})
)
_PIECES: Final = re.compile(r"\\.|.")


def match_names(source: CpeName, target: CpeName) -> Applies:
    """Tell whether `source` covers `target`, versions and updates left aside."""
    answer = Applies.YES
    for wanted, given in zip(_BUT_VERSIONS(source), _BUT_VERSIONS(target), strict=True):
        if wanted in (ANY, given):  # nearly always: this is asked millions of times
            continue
        told = match_attribute(wanted, given)
        if told is Applies.NO:
            return Applies.NO
        if told is Applies.UNSURE:
            answer = Applies.UNSURE
    return answer


def match_attribute(source: str, target: str) -> Applies:
    """Tell whether the value `source` covers `target`, by the table of NISTIR 7696.

    SUPERSET and EQUAL are YES, DISJOINT is NO; SUBSET and UNDEFINED are UNSURE.
    """
    if source in {ANY, target}:
        return Applies.YES
    if target == ANY or has_wildcard(target):
        return Applies.UNSURE
    if NONE in {source, target}:
        return Applies.NO
    return Applies.YES if _covers(source, target) else Applies.NO


def has_wildcard(value: str) -> bool:
    """Tell whether a value other than `*` has a `*` or `?` that is no character of it."""
    return value != ANY and any(piece in {"*", "?"} for piece in _PIECES.findall(value))


def _covers(source: str, target: str) -> bool:
    return has_wildcard(source) and _pattern(source).fullmatch(target) is not None


@lru_cache(maxsize=4096)
def _pattern(source: str) -> re.Pattern[str]:
    """Return `source` as an expression: `*` is any text, a row of `?` at most so many characters.

    A row is one repeat with a bound: as many optional ones in a row would be tried in every way.
    """
    character = r"(?:\\.|[^\\])"
    written = []
    for piece, row in groupby(_PIECES.findall(source)):
        count = len(list(row))
        if piece == "?":
            written.append(f"{character}{{0,{count}}}")
        else:
            written.append(f"{character}*" if piece == "*" else re.escape(piece * count))
    return re.compile("".join(written))
