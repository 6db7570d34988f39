"""Ranges as package managers write them, as `vers` ranges: npm, PyPI, NuGet, Maven, RubyGems.

A `vers` range says where versions lie, and no more: npm's rule that a range without pre-releases
admits none has no place in it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from assay.core.errors import MalformedError, UsageError
from assay.vuln.vers import Constraint, VersionRange

MAX_RANGE: Final = 4096  # characters

_NPM_NUMBER: Final = r"(\d{1,16}|[xX*])"
_NPM_TERM: Final = re.compile(
    rf"(\^|~>?|<=|>=|<|>|=|)\s*[v=]*{_NPM_NUMBER}(?:\.{_NPM_NUMBER})?(?:\.{_NPM_NUMBER})?"
    r"(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_NPM_HYPHEN: Final = re.compile(r"(\S+)\s+-\s+(\S+)")
_TERM: Final = re.compile(r"(~>|===|==|=|!=|<=|>=|<|>|)\s*([^\s<>=!~,]+)\Z")
_BOUND: Final = r"\s*(?:([^\s,\[\]()]+)\s*)?"  # no two repeats of spaces side by side
_INTERVAL: Final = re.compile(rf"([\[(]){_BOUND}(?:(,){_BOUND})?([\])])")

Numbers = tuple[int, int, int]


def parse_native_range(scheme: str, text: str) -> VersionRange:
    """Read the range `text` in the notation of `scheme` (npm, pypi, nuget, maven, gem).

    Raises:
        UsageError: No notation is known for the scheme.
        MalformedError: The text is no range in it.
    """
    reader = _READERS.get(scheme)
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise UsageError(f"no notation of ranges is known for {scheme!r}", hint=f"one of {known}")
    if len(text) > MAX_RANGE:
        raise MalformedError(f"a range of {len(text)} characters")
    return VersionRange(scheme=scheme, constraints=tuple(reader(text.strip())))


def _npm(text: str) -> list[Constraint]:
    found: list[Constraint] = []
    for alternative in text.split("||"):
        part = alternative.strip()
        if part in {"", "*", "x", "X"}:
            return []  # every version
        hyphen = _NPM_HYPHEN.fullmatch(part)
        part = f">={hyphen[1]} <={hyphen[2]}" if hyphen else part
        position = 0
        while position < len(part):
            match = _NPM_TERM.match(part, position)
            if match is None:
                raise MalformedError(f"{part[position:][:80]!r} is no range of npm")
            found += _npm_term(match)
            position = match.end() + len(part[match.end() :]) - len(part[match.end() :].lstrip())
    return found


def _npm_term(match: re.Match[str]) -> list[Constraint]:
    operator, *written = match.groups()[:4]
    pre = match[5] or ""
    known = [int(part) for part in written if part and part.isdigit()]
    if not known:
        return []
    numbers = (known[0], known[1] if len(known) > 1 else 0, known[2] if len(known) > 2 else 0)
    if operator == "^":
        return _between(numbers, pre, _caret_end(numbers))
    if operator.startswith("~"):
        return _tilde(numbers, pre, minor_known=len(known) > 1)
    if any(part in {"x", "X", "*"} for part in written):
        return _between(numbers, pre, _next(numbers, place=len(known) - 1))
    return [
        Constraint(
            comparator=operator.replace("=", "") if operator == "=" else operator,
            version=f"{_text(numbers)}{pre}",
        )
    ]


def _tilde(numbers: Numbers, pre: str, *, minor_known: bool) -> list[Constraint]:
    if not pre:
        return _between(numbers, pre, _next(numbers, place=1 if minor_known else 0))
    # Pre-releases of that very version, and then the releases from it on.
    after = numbers if numbers[2] == 0 else _next(numbers, place=1)
    return [
        *_between(numbers, pre, _next(numbers, place=2)),
        *_between(numbers, "", after),
    ]


def _caret_end(numbers: Numbers) -> Numbers:
    leading = next((place for place, number in enumerate(numbers) if number), 2)
    return _next(numbers, place=leading)


def _next(numbers: Numbers, *, place: int) -> Numbers:
    major, minor, patch = numbers
    return ((major + 1, 0, 0), (major, minor + 1, 0), (major, minor, patch + 1))[place]


def _between(start: Numbers, pre: str, end: Numbers) -> list[Constraint]:
    return [
        Constraint(comparator=">=", version=f"{_text(start)}{pre}"),
        Constraint(comparator="<", version=_text(end)),
    ]


def _text(numbers: Numbers) -> str:
    return ".".join(map(str, numbers))


def _pypi(text: str) -> list[Constraint]:
    return [
        Constraint(
            comparator=operator.strip("=") if operator in {"==", "==="} else operator,
            version=version,
        )
        for operator, version in _terms(text, but=("~>", "="))
    ]


def _gem(text: str) -> list[Constraint]:
    found: list[Constraint] = []
    for operator, version in _terms(text, but=("==", "===")):
        if operator != "~>":
            found.append(
                Constraint(
                    comparator=operator.strip("=") if operator == "=" else operator, version=version
                )
            )
            continue
        numbers = [int(part) for part in version.split(".") if part.isdigit()]
        kept = numbers[:-1] or numbers
        end = ".".join(map(str, [*kept[:-1], kept[-1] + 1])) if kept else version
        found += [
            Constraint(comparator=">=", version=version),
            Constraint(comparator="<", version=end),
        ]
    return found


def _terms(text: str, *, but: tuple[str, ...]) -> list[tuple[str, str]]:
    terms: list[tuple[str, str]] = []
    for part in text.split(","):
        match = _TERM.match(part.strip())
        if match is None or match[1] in but:
            raise MalformedError(f"{part.strip()[:80]!r} is no range")
        terms.append((match[1], match[2]))
    return terms


def _intervals(text: str) -> list[Constraint]:
    if "[" not in text and "(" not in text:
        return [Constraint(comparator=">=", version=text)]  # a bare version is the lowest one
    found: list[Constraint] = []
    position = 0
    while position < len(text):
        match = _INTERVAL.match(text, position)
        if match is None:
            raise MalformedError(f"{text[position:][:80]!r} is no interval")
        found += _interval(match)
        position = match.end()
        while position < len(text) and text[position] in ", ":
            position += 1
    return found


def _interval(match: re.Match[str]) -> list[Constraint]:
    opened, low, comma, high, closed = match.groups()
    if not comma:
        if not low or (opened, closed) != ("[", "]"):
            raise MalformedError(f"{match[0]!r} is no interval")
        return [Constraint(comparator="", version=low)]
    ends = []
    if low:
        ends.append(Constraint(comparator=">=" if opened == "[" else ">", version=low))
    if high:
        ends.append(Constraint(comparator="<=" if closed == "]" else "<", version=high))
    return ends


_READERS: Final[Mapping[str, Callable[[str], list[Constraint]]]] = {
    "npm": _npm,
    "pypi": _pypi,
    "gem": _gem,
    "nuget": _intervals,
    "maven": _intervals,
}
