"""The status as one JSON document, schema `assay.status/v1`: what every door renders from.

Counts, words and lines are all in it, so that a terminal, a page and a spreadsheet agree. Times
are RFC 3339; ages are whole seconds; there is no number with a fraction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assay.assurance.catalogue import Catalogue
from assay.assurance.gaps import Gap, find_gaps
from assay.assurance.status import EvidenceLine, Tally, TaskStatus, tally
from assay.core.clock import format_time
from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict, all_of

SCHEMA: Final = "assay.status/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far one subject meets one framework at one moment, and what could not be read for it."""

    catalogue: Catalogue
    subject: Digest
    at: datetime
    tasks: tuple[TaskStatus, ...]
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Return PASSED only where every task is met."""
        return all_of(status.verdict for status in self.tasks)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what to do next, in order."""
        return find_gaps(self.tasks)

    def as_json(self) -> dict[str, object]:
        """Return the whole document."""
        return {
            "schema": SCHEMA,
            "verdict": self.verdict.value,
            "framework": _framework(self.catalogue),
            "subject": str(self.subject),
            "at": format_time(self.at),
            "totals": _counts(self.tasks),
            "groups": [_group(self, group) for group in self.catalogue.groups],
            "tasks": [_task(status, self.catalogue) for status in self.tasks],
            "gaps": [_gap(gap) for gap in self.gaps],
            "notChecked": [item.as_json() for item in sorted(self.not_checked)],
        }


def _framework(catalogue: Catalogue) -> dict[str, object]:
    return {
        "id": catalogue.id,
        "name": catalogue.name,
        "version": catalogue.version,
        "title": catalogue.title,
        "source": catalogue.source,
        "licence": catalogue.licence,
    }


def _counts(statuses: tuple[TaskStatus, ...]) -> dict[str, object]:
    """Count tasks by state, and kinds of evidence by what is known of them."""
    counted: Tally = tally(statuses)
    lines = [line for status in statuses for line in status.evidence]
    verdicts = [line.verdict for line in lines]
    return {
        "tasks": counted.tasks,
        "met": counted.met,
        "notMet": counted.not_met,
        "unknown": counted.unknown,
        "evidence": {
            "wanted": len(lines),
            "passed": verdicts.count(Verdict.PASSED),
            "failed": verdicts.count(Verdict.FAILED),
            "unknown": verdicts.count(Verdict.UNKNOWN),
            "inPart": sum(line.partial for line in lines),  # of the unknown ones
        },
    }


def _group(status: Status, group: str) -> dict[str, object]:
    members = tuple(task for task in status.tasks if task.task.group == group)
    return {"id": group, "title": status.catalogue.groups[group], **_counts(members)}


def _task(status: TaskStatus, catalogue: Catalogue) -> dict[str, object]:
    task = status.task
    return {
        "id": task.id,
        "group": task.group,
        "practice": task.practice,
        "practiceTitle": catalogue.practices[task.practice],
        "title": task.title,
        "why": task.why,
        "proof": task.proof.value,
        "drill": task.drill,
        "state": status.word,
        "verdict": status.verdict.value,
        "wanted": len(status.evidence),
        "seen": len(status.evidence) - len(status.missing),
        "inPart": sum(line.partial for line in status.evidence),
        "evidence": [_line(line) for line in status.evidence],
    }


def _line(line: EvidenceLine) -> dict[str, object]:
    wanted = line.wanted
    return {
        "type": wanted.type,
        "verdict": line.verdict.value,
        "reason": line.reason,
        "statements": [str(digest) for digest in line.statements],
        "observedAt": _time(line.observed_at),
        "ageSeconds": _seconds(line.age),
        "expiresAt": _time(line.expires_at),
        "maxAgeDays": None if wanted.max_age is None else wanted.max_age.days,
        "shows": wanted.shows,
        "unproven": wanted.unproven,
        "collected": wanted.collected.value,
        "binding": wanted.binding.value,
        "signerRole": wanted.signer_role,
        "ends": list(wanted.ends),
    }


def _gap(gap: Gap) -> dict[str, object]:
    wanted = gap.line.wanted
    return {
        "task": gap.task,
        "title": gap.title,
        "type": wanted.type,
        "verdict": gap.line.verdict.value,
        "reason": gap.line.reason,
        "next": gap.next,
        "cost": wanted.cost.value,
        "collected": wanted.collected.value,
        "signerRole": wanted.signer_role,
        "taskLacks": gap.missing,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else format_time(at)


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())
