"""Drowning, by two runs at once: a verdict must know all that was recorded before it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

import pytest

from assay.core.digest import Digest
from assay.evidence.statement import parse_statement
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.gates.vsa import parse_verdict
from assay.operations.check_source import check_source
from assay.operations.checkreport import CheckReport
from assay.operations.record import OvertakenError
from assay.operations.standing import standing_verdicts
from tests.operations.conftest import dated_site, here
from tests.operations.run import AT, HOUR, ledger, recorder
from tests.operations.site import Site

__all__ = ["dated_site", "here"]

AGAIN = AT + HOUR


def test_evidence_that_is_recorded_while_a_gate_decides(here: Site) -> None:
    """Read too late to count, and recorded too early to be newer than the verdict."""
    overtaken = Overtaken(lambda: record_one_more(here))
    report = overtaken.check(here)
    subject = report.gate.subject.digest
    with ledger(here, hours=2) as opened:
        newest = standing_verdicts(opened, subject)[-1]
        before = {
            entry.digest
            for entry in opened.store.entries(
                log_key=opened.log_key, subject=subject, predicate_type=SCAN_TYPE
            )
            if entry.index < report.logged.index
        }
    verdict = parse_verdict(newest.payload)
    assert overtaken.added in before
    assert before <= set(verdict.evidence)
    assert verdict.voided == ()


def test_evidence_that_is_recorded_each_time_that_a_gate_decides(here: Site) -> None:
    numbers = count()
    overtaken = Overtaken(lambda: record_one_more(here, str(next(numbers))), times=5)
    with pytest.raises(OvertakenError) as caught:
        overtaken.check(here)
    assert str(caught.value) == (
        f"[unavailable] more was recorded about gitCommit:{here.repo.head} meanwhile (try again)"
    )


class Overtaken:
    """A check, in which somebody else records between its look at the evidence and its verdict."""

    def __init__(self, record: Callable[[], Digest], *, times: int = 1) -> None:
        self.added: Digest | None = None
        self._record = record
        self._times = times
        self._is_deciding = False

    def check(self, site: Site) -> CheckReport:
        return check_source(
            site.top, workers=1, progress=self._progress, save_verdict=None, clock=self._clock
        )

    def _progress(self, said: str) -> None:
        self._is_deciding = said == "Deciding"

    def _clock(self) -> datetime:
        """Tell the time; once the evidence was read, only the verdict asks for it."""
        if self._is_deciding and self._times:
            self._times -= 1
            self.added = self._record()
        return AGAIN


def record_one_more(site: Site, name: str = "elsewhere") -> Digest:
    """Record a scan of the commit once more, as another run would."""
    subject = Digest("gitCommit", site.repo.head)
    with recorder(site, hours=1) as other:
        [scan, *_] = other.ledger.verified(
            subject=subject, role="collector", predicate_type=SCAN_TYPE
        )
        found = parse_statement(scan.payload)
        named = tuple(replace(one, name=name) for one in found.subjects)
        [receipt] = other.record((replace(found, subjects=named),), role="collector")
    return receipt.digest
