"""A release matched again with newer advisories, in its own log: a statement, and a new verdict.

The statement is what `assay check` records of the match, about the same subject: whoever asks a
gate again sees it. Each stage that has a verdict decides anew, by the policy and the parameters of
that verdict, so that one that was PASSED does not stay the last word.

How near the product comes to a vulnerability is not read here: without that, more counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.digest import Digest
from assay.core.errors import RejectedError, UsageError
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, Subject
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import parse_verdict
from assay.operations.decide_again import decide_again
from assay.operations.evidence import gate_evidence
from assay.operations.inventories import counted_inventories
from assay.operations.record import Recorder, open_recorder
from assay.operations.standing import standing_verdicts
from assay.operations.supersede import build_supersession
from assay.sbom.component import Component
from assay.source.repository import open_repository
from assay.vuln.match import match_components
from assay.vuln.mirror import load_advisories
from assay.vuln.portfolio.release import Release
from assay.vuln.predicate import PREDICATE_TYPE as VULNS_TYPE
from assay.vuln.predicate import render_vulns, report_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Redecided:
    """What the newest verdict of a stage said, and what the one says that was recorded now."""

    stage: str
    before: Verdict
    now: Verdict

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {"stage": self.stage, "before": self.before.value, "now": self.now.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematch:
    """Which release to match, with the advisories of which mirror, in the log at `place`.

    `supersedes` lets the new statement take the place of older ones, by the usual rules; not where
    advisories vanished, which must not take a finding away.
    """

    release: Release
    place: Path
    mirror: Path
    supersedes: bool


def record_match(rematch: Rematch, *, clock: Clock) -> tuple[Redecided, ...]:
    """Match again, record that, and decide again at each stage that has a verdict.

    Raises:
        UsageError: No log there, or another one; or no keys that may record in it.
        RejectedError: The log is not to be trusted, or the release's components are not in it.
        UnavailableError: It cannot be written.
    """
    release, at = rematch.release, clock()
    with open_recorder(open_repository(rematch.place), at=at, clock=clock) as recorder:
        if recorder.ledger.store.origin != release.log:
            raise UsageError(f"the log there is {recorder.ledger.store.origin}")
        subject = Subject(name=release.product, digest=release.subject)
        components = _components(recorder, subject.digest)
        advisories = load_advisories(rematch.mirror, components)
        report = report_matches(match_components(components, advisories, at=at), at=at)
        statement = Statement(
            subjects=(subject,), predicate_type=VULNS_TYPE, predicate=render_vulns(report)
        )
        receipts = recorder.record((statement,), role="collector")
        if rematch.supersedes:
            new = frozenset(receipt.digest for receipt in receipts)
            evidence = gate_evidence(recorder.ledger, subject.digest)
            supersession = build_supersession(subject, evidence, new=new)
            if supersession is not None:
                recorder.record((supersession,), role="collector")
        return tuple(_redecide(recorder, old) for old in _newest(recorder, subject.digest))


def _components(recorder: Recorder, subject: Digest) -> tuple[Component, ...]:
    problems: list[str] = []
    found = {
        one.identity: one
        for inventory in counted_inventories(recorder.ledger, subject, problems)
        for one in inventory.components
    }
    if problems:
        raise RejectedError("; ".join(problems))
    return tuple(found.values())


def _newest(recorder: Recorder, subject: Digest) -> Iterator[GateVerdict]:
    """Yield the newest verdict of each stage that stands."""
    standing = standing_verdicts(recorder.ledger, subject)
    parsed = (parse_verdict(verified.payload) for verified in standing)
    yield from {verdict.decision.stage: verdict for verdict in parsed}.values()


def _redecide(recorder: Recorder, old: GateVerdict) -> Redecided:
    verdict = decide_again(recorder, old)
    return Redecided(
        stage=old.decision.stage, before=old.decision.verdict, now=verdict.decision.verdict
    )
