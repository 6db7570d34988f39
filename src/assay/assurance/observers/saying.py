"""What observers say: yes, no, or "in part", each with one sentence why.

An observer that saw only a part of what the catalogue asks for says so with `in_part`; it has no
other way to speak of it, so that a part cannot be taken for the whole.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from assay.assurance.record import Read
from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A verdict and its reason; `partial` where a part of the evidence was seen."""

    verdict: Verdict
    reason: str
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """An answer, the statements behind it, and when what they report happened."""

    answer: Answer
    statements: tuple[Digest, ...]
    observed_at: datetime | None


def passed(reason: str) -> Answer:
    """Say that all of what the catalogue asks for was seen."""
    return Answer(verdict=Verdict.PASSED, reason=reason)


def failed(reason: str) -> Answer:
    """Say that what was seen contradicts it."""
    return Answer(verdict=Verdict.FAILED, reason=reason)


def unknown(reason: str) -> Answer:
    """Say that nothing of it could be seen."""
    return Answer(verdict=Verdict.UNKNOWN, reason=reason)


def in_part(seen: str, *, not_seen: str) -> Answer:
    """Say that a part of it was seen, and which part was not."""
    reason = f"seen: {seen}; not seen: {not_seen}"
    return Answer(verdict=Verdict.UNKNOWN, reason=reason, partial=True)


def each(reads: Iterable[Read[_Value]], judge: Callable[[_Value], Answer]) -> tuple[Sight, ...]:
    """Return what `judge` says of every statement, dated by the statement itself."""
    return tuple(
        Sight(answer=judge(r.value), statements=(r.statement,), observed_at=r.observed_at)
        for r in reads
    )


def together(answer: Answer, *reads: Read[_Value]) -> Sight:
    """Return one answer from several statements; it is as old as the oldest of them."""
    return Sight(
        answer=answer,
        statements=tuple(read.statement for read in reads),
        observed_at=min((read.observed_at for read in reads), default=None),
    )


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return `1 file`, `2 files`, `2 vulnerabilities`."""
    return f"{number} {singular}" if number == 1 else f"{number} {plural or singular + 's'}"


def listed(*parts: str) -> str:
    """Return the parts that are not empty, as a list in one sentence."""
    return ", ".join(part for part in parts if part)


def left_open(gaps: Iterable[NotChecked]) -> str:
    """Return what could not be looked at, the first of it by name; empty where there is nothing."""
    found = sorted(gap for gap in gaps if not gap.accepted)
    if not found:
        return ""
    first = printable(f"{found[0].what} {found[0].where}".strip(), limit=120)
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{first}{more} (could not be looked at)"


def set_aside(gaps: Iterable[NotChecked]) -> str:
    """Return how many gaps somebody accepted, as the end of a sentence; empty for none."""
    accepted = sum(bool(gap.accepted) for gap in gaps)
    return f" (and {counted(accepted, 'accepted gap')})" if accepted else ""
