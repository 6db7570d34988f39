"""How far the evidence meets a framework, at one moment: met, not met, or unknown for each task.

* A task is met only when every kind of evidence that it wants passed and is fresh; not met when
  any failed; otherwise unknown. No evidence is unknown, and so is what was seen in part.
* What passed is fresh before `observed_at + max_age`, and unknown from that moment on. What failed
  does not expire: waiting is no remedy, only a statement that supersedes it is.
* What is dated after the moment asked about is unknown, so that a clock set back cannot hide it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from assay.assurance.catalogue import Catalogue, EvidenceWanted, Task
from assay.assurance.evidence import Observation
from assay.core.clock import format_time
from assay.core.digest import Digest
from assay.core.verdict import Verdict, all_of

WORDS: Final = {
    Verdict.PASSED: "met",
    Verdict.FAILED: "not met",
    Verdict.UNKNOWN: "unknown",
}
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
NOBODY_LOOKED: Final = "nothing that Assay runs collects this yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One kind of evidence that a task wants, and what is known of it at the moment asked about.

    `age` and `expires_at` are those of the newest observation behind the answer; `expires_at` is
    the first moment at which it no longer holds, None where it is bound to its subject.
    """

    wanted: EvidenceWanted
    verdict: Verdict
    reason: str
    statements: tuple[Digest, ...] = ()
    observed_at: datetime | None = None
    expires_at: datetime | None = None
    age: timedelta | None = None
    partial: bool = False  # unknown, and a part of it was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """One task and its lines of evidence, in the order of the catalogue."""

    task: Task
    verdict: Verdict
    evidence: tuple[EvidenceLine, ...]

    @property
    def word(self) -> str:
        """Return "met", "not met" or "unknown"."""
        return WORDS[self.verdict]

    @property
    def missing(self) -> tuple[EvidenceLine, ...]:
        """Return the lines that keep the task from being met."""
        return tuple(line for line in self.evidence if line.verdict is not Verdict.PASSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many tasks there are in each state."""

    met: int
    not_met: int
    unknown: int

    @property
    def tasks(self) -> int:
        """Return how many there are in all."""
        return self.met + self.not_met + self.unknown


def assess(
    catalogue: Catalogue, evidence: Iterable[Observation], *, at: datetime
) -> tuple[TaskStatus, ...]:
    """Return the status of every task of `catalogue` at the moment `at`, in its order.

    `evidence` is about one subject, and without what was superseded: all of it counts. Kinds that
    the catalogue does not want are left aside.
    """
    by_type: dict[str, list[Observation]] = {}
    for observation in evidence:
        by_type.setdefault(observation.evidence_type, []).append(observation)
    return tuple(_assess_task(task, by_type, at) for task in catalogue.tasks)


def tally(statuses: Iterable[TaskStatus]) -> Tally:
    """Count `statuses` by state."""
    verdicts = [status.verdict for status in statuses]
    return Tally(
        met=verdicts.count(Verdict.PASSED),
        not_met=verdicts.count(Verdict.FAILED),
        unknown=verdicts.count(Verdict.UNKNOWN),
    )


def _assess_task(task: Task, by_type: dict[str, list[Observation]], at: datetime) -> TaskStatus:
    lines = tuple(_line(wanted, by_type.get(wanted.type, []), at) for wanted in task.evidence)
    return TaskStatus(task=task, verdict=all_of(line.verdict for line in lines), evidence=lines)


def _line(wanted: EvidenceWanted, observations: list[Observation], at: datetime) -> EvidenceLine:
    """Combine what was observed: any failure fails, else anything unknown is unknown."""
    if not observations:
        return EvidenceLine(wanted=wanted, verdict=Verdict.UNKNOWN, reason=NOBODY_LOOKED)
    # An older pass that has run out since does not spoil a fresh one; alone it says when it did.
    current = [o for o in observations if not _has_run_out(wanted, o, at)] or observations
    judged = [_judge(wanted, observation, at) for observation in current]
    verdict = all_of(line.verdict for line in judged)
    deciding = [line for line in judged if line.verdict is verdict]
    newest = max(deciding, key=_when)
    return EvidenceLine(
        wanted=wanted,
        verdict=verdict,
        reason=newest.reason,
        statements=tuple(dict.fromkeys(d for line in deciding for d in line.statements)),
        observed_at=newest.observed_at,
        expires_at=newest.expires_at,
        age=newest.age,
        partial=newest.partial,
    )


def _judge(wanted: EvidenceWanted, observation: Observation, at: datetime) -> EvidenceLine:
    """Place one observation in time."""
    verdict, reason = observation.verdict, observation.reason
    observed_at, expires_at = observation.observed_at, _expiry(wanted, observation)
    age = None if observed_at is None else at - observed_at
    partial = observation.partial
    if observed_at is not None and observed_at > at:
        verdict, age, partial = Verdict.UNKNOWN, None, False
        reason = f"dated {format_time(observed_at)}, which is after the moment asked about"
    elif expires_at is not None and _has_run_out(wanted, observation, at):
        verdict, reason = Verdict.UNKNOWN, f"expired on {format_time(expires_at)}: {reason}"
    return EvidenceLine(
        wanted=wanted,
        verdict=verdict,
        reason=reason,
        statements=observation.statements,
        observed_at=observed_at,
        expires_at=expires_at,
        age=age,
        partial=partial,
    )


def _expiry(wanted: EvidenceWanted, observation: Observation) -> datetime | None:
    """Return the first moment at which `observation` no longer holds, if time ends it."""
    if wanted.max_age is None or observation.observed_at is None:
        return None
    return observation.observed_at + wanted.max_age


def _has_run_out(wanted: EvidenceWanted, observation: Observation, at: datetime) -> bool:
    """Tell whether this passed once, and too long ago; only a pass runs out."""
    expires_at = _expiry(wanted, observation)
    return observation.verdict is Verdict.PASSED and expires_at is not None and at >= expires_at


def _when(line: EvidenceLine) -> datetime:
    return line.observed_at or _LONG_AGO
