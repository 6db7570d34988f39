"""What to do next, in order: the lines of evidence that keep tasks from being met.

The order, each rule deciding only where those before it leave a tie:

1. what failed comes before what is unknown;
2. tasks that lack the fewest kinds of evidence come first;
3. then what has been seen in part, before what nobody has looked at;
4. what a machine can collect, before what people must supply, before what people must sign;
5. what takes the least time; then the order of the catalogue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from assay.assurance.catalogue import Collected, Cost
from assay.assurance.status import EvidenceLine, TaskStatus
from assay.core.verdict import Verdict

_COLLECTED: Final = tuple(Collected)
_COST: Final = tuple(Cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One missing kind of evidence: the task that waits for it, and what is known of it."""

    task: str
    title: str
    missing: int  # kinds of evidence that the task lacks, this one included
    line: EvidenceLine

    @property
    def next(self) -> str:
        """Return the concrete next step, as the catalogue says it."""
        return self.line.wanted.next


def find_gaps(statuses: Iterable[TaskStatus]) -> tuple[Gap, ...]:
    """Return every line that has not passed, the one to close first at the front."""
    gaps = [
        Gap(task=status.task.id, title=status.task.title, missing=len(status.missing), line=line)
        for status in statuses
        for line in status.missing
    ]
    return tuple(sorted(gaps, key=_order))  # sorted is stable: ties keep the catalogue's order


def _order(gap: Gap) -> tuple[bool, int, bool, int, int]:
    wanted = gap.line.wanted
    return (
        gap.line.verdict is not Verdict.FAILED,
        gap.missing,
        not gap.line.statements,
        _COLLECTED.index(wanted.collected),
        _COST.index(wanted.cost),
    )
