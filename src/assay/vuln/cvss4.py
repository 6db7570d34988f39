"""Scores of CVSS 4.0 vectors, in tenths, as section 8.2 of FIRST's specification says.

A vector belongs to a macro vector of six digits, whose score experts gave. Within it, the score
falls towards the next lower macro vectors, in proportion to how far the vector is from the worst
one of its own. All of it is done in whole tenths and fractions: no noise of floats.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.cvss4table import MACRO_VECTORS

# Each metric's values from the worst on: the place is how many levels of severity are lost.
_LEVELS: Final[Mapping[str, str]] = {
    "AV": "NALP",
    "PR": "NLH",
    "UI": "NPA",
    "AC": "LH",
    "AT": "NP",
    "VC": "HLN",
    "VI": "HLN",
    "VA": "HLN",
    "SC": "SHLN",  # never S itself, but as far from it as the other two
    "SI": "SHLN",
    "SA": "SHLN",
    "CR": "HML",
    "IR": "HML",
    "AR": "HML",
}
_BASE: Final = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA")
_DEFAULTS: Final = {"E": "A", "CR": "H", "IR": "H", "AR": "H"}
_ALLOWED: Final[Mapping[str, str]] = {
    **_LEVELS,
    **dict.fromkeys(("SC", "SI", "SA"), "HLN"),
    "E": "XAPU",
    **{name: "X" + _LEVELS[name] for name in ("CR", "IR", "AR")},
    **{f"M{name}": "X" + _LEVELS[name] for name in _BASE},
    "MSC": "XHLN",
    "S": "XNP",
    "AU": "XNY",
    "R": "XAUI",
    "V": "XDC",
    "RE": "XLMH",
}
_URGENCY: Final = frozenset({"X", "Clear", "Green", "Amber", "Red"})
_PAIR: Final = re.compile(r"([A-Z]{1,3}):([A-Za-z]{1,5})\Z", re.ASCII)

# The worst vectors of each level of each set, and how deep the level is.
_WORST_1: Final = (("AV:N/PR:N/UI:N",), ("AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"))
_WORST_1_LAST: Final = ("AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P")
_SETS: Final[tuple[tuple[tuple[tuple[str, ...], int], ...], ...]] = (
    ((_WORST_1[0], 1), (_WORST_1[1], 4), (_WORST_1_LAST, 5)),
    ((("AC:L/AT:N",), 1), (("AC:H/AT:N", "AC:L/AT:P"), 2)),
    ((("SC:S/SI:S/SA:S",), 6), (("SC:H/SI:H/SA:H",), 5), (("SC:L/SI:L/SA:L",), 4)),
)
_IMPACTS: Final[Mapping[str, tuple[tuple[str, ...], int]]] = {
    "00": (("VC:H/VI:H/VA:H/CR:H/IR:H/AR:H",), 7),
    "01": (("VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"), 6),
    "10": (("VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"), 8),
    "11": (
        (
            "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H",
            "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M",
            "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M",
            "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H",
            "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
        ),
        8,
    ),
    "21": (("VC:L/VI:L/VA:L/CR:H/IR:H/AR:H",), 10),
}

Metrics = Mapping[str, str]


def score_4(vector: str) -> int:
    """Return the score of a CVSS 4.0 vector in tenths, from 0 to 100.

    Threat and environmental metrics count where the vector has them, as the specification wants.

    Raises:
        MalformedError: A metric is missing, twice there, unknown, or has a value it cannot have.
    """
    metrics = _parse(vector)
    if all(metrics[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")):
        return 0
    macro = _macro_vector(metrics)
    score = MACRO_VECTORS[macro]
    falls = [
        (score - below) * share
        for below, share in zip(_lower_scores(macro), _shares(macro, metrics), strict=True)
        if below is not None
    ]
    exact = score - (sum(falls) / len(falls) if falls else Fraction(0))
    return max(0, min(100, floor(exact + Fraction(1, 2))))


def _parse(vector: str) -> Metrics:
    version, _, rest = vector.partition("/")
    if version != "CVSS:4.0":
        raise MalformedError(f"{vector!r}: not CVSS 4.0")
    found: dict[str, str] = {}
    for part in rest.split("/"):
        match = _PAIR.match(part)
        name, value = match.groups() if match else ("", "")
        if not _is_allowed(name, value):
            raise MalformedError(f"{vector!r}: {part!r} is no metric with its value")
        if name in found:
            raise MalformedError(f"{vector!r}: {name} is there twice")
        found[name] = value
    missing = [name for name in _BASE if name not in found]
    if missing:
        raise MalformedError(f"{vector!r}: no {missing[0]}")
    return _effective(found)


def _is_allowed(name: str, value: str) -> bool:
    if name == "U":
        return value in _URGENCY
    return len(value) == 1 and value in _ALLOWED.get(name, "")


def _effective(found: Metrics) -> Metrics:
    """Return the values that count: the modified ones first, and the worst where none is given."""
    metrics: dict[str, str] = {}
    for name in (*_BASE, *_DEFAULTS):
        modified = found.get(f"M{name}", "X")
        value = found.get(name, "X") if modified == "X" else modified
        metrics[name] = _DEFAULTS[name] if value == "X" else value
    return metrics


def _macro_vector(m: Metrics) -> str:
    """Return the digits EQ1 to EQ6 (tables 24 to 29)."""
    high = [m[name] == "H" for name in ("VC", "VI", "VA")]
    asked = [m[name] == "H" for name in ("CR", "IR", "AR")]
    critical = any(one and two for one, two in zip(high, asked, strict=True))
    safety = "S" in {m["SI"], m["SA"]}
    spreads = "H" in {m["SC"], m["SI"], m["SA"]}
    return "".join(
        (
            _first_digit(m),
            "0" if (m["AC"], m["AT"]) == ("L", "N") else "1",
            ("0" if high[0] and high[1] else "1") if any(high) else "2",
            "0" if safety else "1" if spreads else "2",
            str("APU".index(m["E"])),
            "0" if critical else "1",
        )
    )


def _first_digit(m: Metrics) -> str:
    easy = [m[name] == "N" for name in ("AV", "PR", "UI")]
    if all(easy):
        return "0"
    return "1" if any(easy) and m["AV"] != "P" else "2"


def _lower_scores(macro: str) -> tuple[int | None, ...]:
    """Return the scores of the next lower macro vectors, by EQ1, EQ2, EQ4, EQ5, and EQ3 with EQ6.

    None where there is no lower one.
    """
    alone = (MACRO_VECTORS.get(_lowered(macro, place)) for place in (0, 1, 3, 4))
    third, sixth = macro[2], macro[5]
    if third + sixth == "00":  # two ways down: the higher one counts
        ways = (_lowered(macro, 2), _lowered(macro, 5))
        return (*alone, max(MACRO_VECTORS[way] for way in ways))
    place = 5 if third + sixth == "10" else 2
    return (*alone, MACRO_VECTORS.get(_lowered(macro, place)))


def _lowered(macro: str, place: int) -> str:
    return f"{macro[:place]}{int(macro[place]) + 1}{macro[place + 1 :]}"


def _shares(macro: str, metrics: Metrics) -> Iterator[Fraction]:
    """Yield how far the vector is from the worst of its level, in the order of `_lower_scores`."""
    sets = [_SETS[0][int(macro[0])], _SETS[1][int(macro[1])], _SETS[2][int(macro[3])]]
    impacts = _IMPACTS[macro[2] + macro[5]]
    worst = _worst(metrics, [candidates for candidates, _ in (*sets, impacts)])
    shares = [
        Fraction(sum(_lost(metrics, name, value) for name, value in one), depth)
        for one, (_, depth) in zip(worst, (*sets, impacts), strict=True)
    ]
    yield from shares[:3]
    yield Fraction(0)  # EQ5 has one vector on each level
    yield shares[3]


Pairs = list[tuple[str, str]]


def _worst(metrics: Metrics, candidates: list[tuple[str, ...]]) -> list[Pairs]:
    """Return the first of the worst vectors that the vector is nowhere worse than."""
    found: list[Pairs] = []
    for options in candidates:
        split = [[(p[:2], p[3]) for p in option.split("/")] for option in options]
        fitting = (one for one in split if all(_lost(metrics, *pair) >= 0 for pair in one))
        found.append(next(fitting, split[0]))
    return found


def _lost(metrics: Metrics, name: str, worst: str) -> int:
    levels = _LEVELS[name]
    return levels.index(metrics[name]) - levels.index(worst)
