"""Whether npm's ranges let a version in: alternatives of terms that must all hold.

`assay.vuln.nativeranges` reads a single term. The whole is judged here, since a `vers` range knows
neither "and" nor npm's rule for pre-releases: one is let in only by a term that names a
pre-release of the same three numbers.
"""

import re
from typing import Final

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.vuln.nativeranges import MAX_RANGE, parse_native_range
from assay.vuln.ranges import Answer

_SPACED: Final = re.compile(r"(<=|>=|<|>|=|~>?|\^)\s+")
_HYPHEN: Final = re.compile(r"(\S+)\s+-\s+(\S+)\Z")
_PARTIAL: Final = re.compile(r"(=|>|<=|)v?(\d{1,15}(?:\.\d{1,15})?)\Z", re.ASCII)
_NUMBERS: Final = re.compile(r"\d+\.\d+\.\d+")


def npm_allows(range_: str, version: str) -> Verdict:
    """Tell whether `range_` lets `version` in; UNKNOWN where it is no range (a tag, a URL)."""
    if len(range_) > MAX_RANGE:
        return Verdict.UNKNOWN
    try:
        fits = any(_fits(part.strip(), version) for part in range_.split("||"))
    except MalformedError:
        return Verdict.UNKNOWN
    return Verdict.PASSED if fits else Verdict.FAILED


def _fits(alternative: str, version: str) -> bool:
    hyphen = _HYPHEN.match(alternative)
    terms = (f">={hyphen[1]}", f"<={hyphen[2]}") if hyphen else tuple(_terms(alternative))
    judged = [parse_native_range("npm", _whole(term)).judge(version) for term in terms]
    if Answer.UNKNOWN in judged:
        raise MalformedError(f"{version!r} cannot be compared")
    if not all(answer is Answer.AFFECTED for answer in judged):
        return False
    return "-" not in version.partition("+")[0] or any(_names(term, version) for term in terms)


def _terms(alternative: str) -> list[str]:
    return _SPACED.sub(r"\1", alternative).split()


def _whole(term: str) -> str:
    """Return a term about one or two numbers as npm takes it: `5` is every 5, and `<=5` as well."""
    partial = _PARTIAL.match(term)
    if partial is None:
        return term
    sign, numbers = partial[1], [int(one) for one in partial[2].split(".")]
    if sign in {"", "="}:
        return f"{'.'.join(map(str, numbers))}.x"
    above = ".".join(map(str, (*numbers[:-1], numbers[-1] + 1, *(0, 0)[: 3 - len(numbers)])))
    return f"{'>=' if sign == '>' else '<'}{above}"


def _names(term: str, version: str) -> bool:
    """Tell whether `term` is about a pre-release of the same numbers."""
    own, others = _NUMBERS.match(version), _NUMBERS.search(term)
    return own is not None and others is not None and own[0] == others[0] and "-" in term
