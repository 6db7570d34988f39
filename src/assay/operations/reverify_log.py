"""`assay log reverify`: every verdict in the log, under the trust root in force now.

Each that does not stand any more is listed with the reason, and a new verdict of this gate is
recorded in its place: made from what still counts, naming the old one, never PASSED. It is a
verdict like any other, so it can be replayed. A second run finds it there and records nothing.

What does not make a verdict fall: that a statement it was made from was superseded later, that
evidence grew old, that a policy changed. The verdict was right about what it names; whoever wants
to know about today decides anew. Only lost trust reaches back.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.reading import LogEntry
from assay.gates.reading import VERDICT_TYPE
from assay.gates.withdrawal import Withdrawal
from assay.operations.decide_again import decide_again
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.record import Recorder, open_recorder
from assay.operations.standing import read_verdict, why_verdict_fallen, withdrawn_verdicts
from assay.signing.trust import trust_root_digest
from assay.source.repository import open_repository
from assay.system.clock import now

_NOT_LOOKED_AT: Final = NotChecked(
    what="newer evidence",
    where="log",
    why="a verdict is judged by what it was made from, not by what was recorded since",
    remedy="Decide anew about what matters today: assay check.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """A verdict that does not stand any more, what it said about what, and why it fell."""

    index: int
    digest: Digest
    subject: Digest
    name: str
    stage: str
    said: Verdict
    reasons: tuple[str, ...]
    withdrawn: bool  # by a verdict that was in the log before this run
    now: Verdict | None = None  # what the new verdict says, if one was recorded

    def as_json(self) -> dict[str, object]:
        """Return the object in the document that `--json` prints."""
        return {
            "index": self.index,
            "verdict": str(self.digest),
            "subject": str(self.subject),
            "name": self.name,
            "stage": self.stage,
            "said": self.said.value,
            "reasons": list(self.reasons),
            "withdrawnBefore": self.withdrawn,
            "now": None if self.now is None else self.now.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverified:
    """How many verdicts were looked at under which trust root, and those that fell."""

    verdicts: int
    trust_version: int
    trust_root: Digest
    fallen: tuple[Fallen, ...]
    doubts: tuple[str, ...]  # changes of the trust root that rest on revoked keys

    @property
    def verdict(self) -> Verdict:
        """Return FAILED where one fell that nothing had withdrawn yet; of no verdict, nothing."""
        if not self.verdicts:
            return Verdict.UNKNOWN
        fell = any(not item.withdrawn for item in self.fallen)
        return Verdict.FAILED if fell else Verdict.PASSED

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return what a judgement under this trust root cannot tell."""
        return (_NOT_LOOKED_AT, *(_in_doubt(doubt) for doubt in self.doubts))

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "verdicts": self.verdicts,
            "trustRoot": {"version": self.trust_version, "digest": str(self.trust_root)},
            "fallen": [item.as_json() for item in self.fallen],
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def _in_doubt(doubt: str) -> NotChecked:
    return NotChecked(
        what="trust root",
        where="log",
        why=f"a change of it rests on keys that are revoked by now: {doubt}",
        remedy="Owners: read assay trust show, and make sure that this change was meant.",
    )


def reverify_log(path: Path, *, record: bool, clock: Clock = now) -> Reverified:
    """Judge every verdict again, and record a new one for each that fell, if `record`.

    Raises:
        UsageError: No repository, no log, no trust root; or no keys, to record with.
        TamperedError: The log is not what was recorded, or was rolled back.
        RejectedError: It holds what was not to be trusted when it was recorded either.
    """
    at = clock()
    repository = open_repository(path)
    if not record:
        with open_ledger(repository, at=at) as ledger:
            verdicts = _verdicts(ledger)
            return _reverified(ledger, verdicts, _fallen(ledger, verdicts))
    with open_recorder(repository, at=at, clock=clock) as recorder:
        verdicts = _verdicts(recorder.ledger)
        fallen = _fallen(recorder.ledger, verdicts)
        replaced = tuple(item if item.withdrawn else _replace(recorder, item) for item in fallen)
        return _reverified(recorder.ledger, verdicts, replaced)


def _verdicts(ledger: Ledger) -> tuple[LogEntry, ...]:
    """Return every verdict: the whole log is checked first, so that none is missing."""
    ledger.store.verify(log_key=ledger.keys)
    return tuple(ledger.store.entries(log_key=ledger.log_key, predicate_type=VERDICT_TYPE))


def _fallen(ledger: Ledger, verdicts: tuple[LogEntry, ...]) -> tuple[Fallen, ...]:
    found = []
    for entry in verdicts:
        subject = ledger.store.subject_of(entry.index)
        if reasons := why_verdict_fallen(ledger, entry, subject):
            verdict = read_verdict(ledger, entry, subject)
            found.append(
                Fallen(
                    index=entry.index,
                    digest=entry.digest,
                    subject=subject,
                    name=verdict.subject.name,
                    stage=verdict.decision.stage,
                    said=verdict.decision.verdict,
                    reasons=reasons,
                    withdrawn=entry.digest in withdrawn_verdicts(ledger, subject),
                )
            )
    return tuple(found)


def _replace(recorder: Recorder, fallen: Fallen) -> Fallen:
    """Record the verdict that takes the place of a fallen one, from what still counts."""
    ledger = recorder.ledger
    old = read_verdict(ledger, ledger.entry(fallen.index), fallen.subject)
    why = Withdrawal(verdict=fallen.digest, why="; ".join(fallen.reasons))
    new = decide_again(recorder, old, withdraws=(why,))
    return replace(fallen, now=new.decision.verdict)


def _reverified(
    ledger: Ledger, verdicts: tuple[LogEntry, ...], fallen: tuple[Fallen, ...]
) -> Reverified:
    return Reverified(
        verdicts=len(verdicts),
        trust_version=ledger.trust.version,
        trust_root=trust_root_digest(ledger.trust),
        fallen=fallen,
        doubts=ledger.chain.doubts(),
    )
