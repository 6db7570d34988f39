"""How bad an advisory is, from its CVSS vectors, else from the database's own word.

Where nobody said, or what was said cannot be scored here, the answer is UNKNOWN with the reason;
policy treats it as the worst.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assay.core.errors import MalformedError
from assay.findings.finding import Severity
from assay.vuln.advisory import Advisory, Affected, Rating
from assay.vuln.cvss import base_score

_BANDS: Final = (
    (90, Severity.CRITICAL),
    (70, Severity.HIGH),
    (40, Severity.MEDIUM),
    (1, Severity.LOW),
)
_LABELS: Final = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
}
_PREFERRED: Final = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
_NOTICES: Final = frozenset({"notice", "unmaintained"})  # RustSec: facts, not vulnerabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A severity and where it is from: the method and its text, or why there is none."""

    severity: Severity
    reason: str


def grade_advisory(advisory: Advisory, entries: Iterable[Affected]) -> Grade:
    """Grade an advisory for one package, whose `entries` may rate it in their own way."""
    if advisory.id.startswith("MAL-"):
        return Grade(severity=Severity.CRITICAL, reason="the package is malicious")
    own = tuple(entries)
    ratings = tuple(rating for entry in own for rating in entry.ratings) or advisory.ratings
    scored, problem = _scored(ratings)
    if scored is not None:
        return scored
    if advisory.label in _LABELS:
        return Grade(severity=_LABELS[advisory.label], reason=f"rated {advisory.label!r}")
    if own and all(entry.informational in _NOTICES for entry in own):
        return Grade(severity=Severity.INFO, reason=f"informational: {own[0].informational}")
    return Grade(severity=Severity.UNKNOWN, reason=problem or f"{advisory.id} states no severity")


def worst_of(grades: Iterable[Grade]) -> Grade:
    """Return the worst known grade; UNKNOWN only where none of them is known."""
    said = list(grades)
    if len(said) == 1:
        return said[0]
    known = [grade for grade in said if grade.severity is not Severity.UNKNOWN] or said
    if not known:
        return Grade(severity=Severity.UNKNOWN, reason="nobody stated a severity")
    return min(known, key=lambda grade: grade.severity.rank)


def grade_ratings(ratings: Iterable[Rating]) -> Grade | None:
    """Grade by vectors alone, from wherever they are; None where none of them can be scored."""
    return _scored(tuple(ratings))[0]


def _scored(ratings: tuple[Rating, ...]) -> tuple[Grade | None, str]:
    """Return the grade by the best method that can be computed, or why none could."""
    problem = ""
    for method in _PREFERRED:
        for rating in ratings:
            if rating.type != method:
                continue
            try:
                return _grade_vector(rating.score), ""
            except MalformedError as error:
                problem = error.what
    if not problem and ratings:
        problem = f"{ratings[0].type} cannot be scored here"
    return None, problem


def forget_grades() -> None:
    """Forget what was worked out before: for whoever measures it."""
    _grade_vector.cache_clear()


@lru_cache(maxsize=16_384)  # above the vectors that are in use
def _grade_vector(vector: str) -> Grade:
    tenths = base_score(vector)
    severity = next((name for floor, name in _BANDS if tenths >= floor), Severity.INFO)
    return Grade(severity=severity, reason=f"{vector} ({tenths // 10}.{tenths % 10})")
