"""What a report of another tool claims, before it is mapped onto the files of a commit.

A reader of a format turns its bytes into `Told` values and decides nothing: paths, texts and
severities are as the tool wrote them. `assay.scan.imports.mapping` makes sightings of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.findings.finding import Kind, Severity
from assay.findings.reach import Reach

_CWE: Final = re.compile(r"\bCWE[-_ :/]*0*([1-9][0-9]{0,5})\b", re.IGNORECASE)
_WORDS: Final = {
    "critical": Severity.CRITICAL,
    "blocker": Severity.CRITICAL,
    "error": Severity.HIGH,
    "high": Severity.HIGH,
    "major": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "warn": Severity.MEDIUM,
    "minor": Severity.LOW,
    "low": Severity.LOW,
    "note": Severity.LOW,
    "style": Severity.INFO,
    "info": Severity.INFO,
    "informational": Severity.INFO,
    "trace": Severity.INFO,
    "none": Severity.INFO,
}
_BANDS: Final = (  # CVSS v3.1, section 5: from this score on
    (9.0, Severity.CRITICAL),
    (7.0, Severity.HIGH),
    (4.0, Severity.MEDIUM),
    (0.1, Severity.LOW),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a tool points: `paths` are spellings of one path, the likeliest first."""

    paths: tuple[str, ...]
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    commit: str = ""
    text: str = field(default="", repr=False)  # what stands there, by the tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One result at one place. `secret` is a value that was found, never to be stored."""

    kind: Kind
    rule: str
    title: str
    message: str
    severity: Severity
    spot: Spot
    rated: str = ""
    weaknesses: tuple[str, ...] = ()
    remedy: str = ""
    references: tuple[str, ...] = ()
    note: str = ""
    traits: tuple[tuple[str, str], ...] = ()
    reach: tuple[Reach, ...] = ()
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one run of one tool told. `results` counts what it has, findings or not."""

    tool: str
    version: str = ""
    claims: tuple[Claim, ...] = ()
    results: int = 0
    suppressed: int = 0
    not_checked: tuple[NotChecked, ...] = ()
    observed_at: str = ""  # as the tool wrote it, empty where it does not say


def severity_of(word: str) -> Severity:
    """Return the severity that a tool's word means, `UNKNOWN` where nobody knows."""
    return _WORDS.get(word.strip().lower(), Severity.UNKNOWN)


def severity_of_score(score: float) -> Severity:
    """Return the severity of a CVSS score."""
    if not 0 <= score <= 10:  # also what is no number at all
        return Severity.UNKNOWN
    return next((severity for least, severity in _BANDS if score >= least), Severity.INFO)


def weaknesses_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the CWEs that `texts` name, as `CWE-79`, in their order."""
    found = (match.group(1) for text in texts for match in _CWE.finditer(text))
    return tuple(dict.fromkeys(f"CWE-{number}" for number in found))


def texts_of(value: JsonValue | None) -> tuple[str, ...]:
    """Return a text, or the texts of a list, as tools write either; nothing for anything else."""
    if value is None:
        return ()
    if isinstance(value.value, str):
        return (value.value,)
    if isinstance(value.value, list):
        return tuple(item for item in value.value if isinstance(item, str))
    return ()


def number_of(value: JsonValue | None) -> float | None:
    """Return a number, or a text that is one; None for anything else."""
    raw = None if value is None else value.value
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        return float(raw)
    except (ValueError, OverflowError):  # a text that is none, or an integer beyond all floats
        return None


def line_of(value: JsonValue | None) -> int:
    """Return a line or column, 0 where there is none.

    Raises:
        MalformedError: It is none.
    """
    if value is None:
        return 0
    number = number_of(value)
    if number is None:
        raise MalformedError("no line or column", where=value.where)
    return max(int(number), 0) if abs(number) < 2**31 else 0


def object_of(value: JsonValue, name: str) -> JsonValue:
    """Return the object `name`, an empty one where it is absent or null."""
    found = value.optional(name)
    return JsonValue({}, f"{value.where}.{name}") if found is None else found


def gap(what: str, where: str, why: str, remedy: str) -> NotChecked:
    """Return what a report says that its tool did not look at."""
    return NotChecked(what=what, where=where, why=why, remedy=remedy)
