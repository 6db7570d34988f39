"""Time in evidence: gaps in feeds, clocks set back, dates of upload, keys that end, open cases."""

from datetime import datetime, timedelta

import pytest

from assay.assurance.catalogue import Catalogue
from assay.assurance.compute import compute_status
from assay.assurance.shipped import load_catalogue
from assay.assurance.status import EvidenceLine
from assay.core.clock import format_time
from assay.core.errors import SignatureInvalidError
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from tests.assurance.material import (
    finding,
    log_check_statement,
    report,
    scan_statement,
    source_facts,
    source_statement,
    verdict,
    verdict_statement,
    vulns_statement,
)
from tests.fakes.trust import ALICE, COMMIT, END, NOW, ROOT, statement

SSDF = load_catalogue("ssdf-1.1")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def line(
    evidence_type: str,
    *statements: VerifiedStatement,
    at: datetime = NOW,
    catalogue: Catalogue = SSDF,
) -> EvidenceLine:
    status = compute_status(catalogue, statements, subject=COMMIT, at=at)
    lines = (found for task in status.tasks for found in task.evidence)
    return next(found for found in lines if found.wanted.type == evidence_type)


@pytest.mark.parametrize(("age", "seen"), [(DAY - SECOND, True), (DAY, False)])
def test_a_gap_in_the_feed_ends_the_evidence(age: timedelta, seen: bool) -> None:  # noqa: FBT001
    feeds = {"advisories/PyPI/importedAt": format_time(NOW - age)}
    found = line(
        "vulnerability_match_current", vulns_statement(report("vulnerabilities", inputs=feeds))
    )
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason.startswith("seen: no known vulnerability") is seen


def test_a_fresh_feed_does_not_speak_for_a_stale_one() -> None:
    feeds = {
        "advisories/PyPI/importedAt": format_time(NOW),
        "advisories/npm/importedAt": format_time(NOW - 30 * DAY),
    }
    found = line(
        "vulnerability_match_current", vulns_statement(report("vulnerabilities", inputs=feeds))
    )
    assert found.reason.startswith("the advisories were fetched on 2026-05-02T00:00:00Z")


def test_a_clock_set_back_makes_evidence_unknown_and_not_fresh() -> None:
    decided = verdict_statement(verdict())
    assert line("gate_decision_log", decided).verdict is Verdict.PASSED
    found = line("gate_decision_log", decided, at=NOW - SECOND)
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == "dated 2026-06-01T00:00:00Z, which is after the moment asked about"


def test_a_clock_set_back_does_not_hide_a_later_failure() -> None:
    good = log_check_statement(good=True, at=NOW - DAY)
    bad = log_check_statement(good=False)
    assert line("evidence_log_integrity", good, bad).verdict is Verdict.FAILED
    assert line("evidence_log_integrity", good, bad, at=NOW - SECOND).verdict is Verdict.UNKNOWN


def test_evidence_is_dated_by_its_event_and_not_by_its_upload() -> None:
    """Signed and logged today, about a scan of ten days ago: its age is ten days."""
    found = line("secret_hygiene_state", scan_statement(report("secrets", at=NOW - 10 * DAY)))
    assert found.observed_at == NOW - 10 * DAY
    assert found.age == 10 * DAY
    assert found.expires_at == NOW - 9 * DAY


def test_a_failure_does_not_go_away_by_waiting() -> None:
    leak = scan_statement(report("secrets", finding()))
    assert line("secret_hygiene_state", leak, at=NOW + 200 * DAY).verdict is Verdict.FAILED


def test_running_again_until_it_is_green_does_not_remove_the_red() -> None:
    leak = scan_statement(report("secrets", finding(), at=NOW - DAY))
    later = scan_statement(report("secrets"))
    for order in ((leak, later), (later, leak)):
        found = line("secret_hygiene_state", *order)
        assert (found.verdict, found.statements) == (Verdict.FAILED, (leak.digest,))


def test_a_key_that_ended_takes_its_evidence_along() -> None:
    """The status is computed from what verifies at the moment asked about, nothing is cached."""
    made = statement(report("code").as_json(), predicate_type=SCAN_TYPE)
    envelope = parse_envelope(seal_statement(made, signers=(ALICE,)))

    def verify(at: datetime) -> VerifiedStatement:
        return envelope.verify(
            trusted=ROOT,
            role="collector",
            threshold=1,
            subject=COMMIT,
            predicate_type=SCAN_TYPE,
            at=at,
        )

    facts = source_statement(source_facts())
    found = line("static_analysis_run_binding", verify(END - SECOND), facts, at=END - SECOND)
    assert found.verdict is Verdict.PASSED
    with pytest.raises(SignatureInvalidError) as caught:
        verify(END)
    assert str(caught.value) == (
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"
    )
    assert line("static_analysis_run_binding", facts, at=END).verdict is Verdict.UNKNOWN


def test_totals_do_not_leave_out_what_is_still_open() -> None:
    leak = scan_statement(report("secrets", finding()))
    document = compute_status(SSDF, (leak,), subject=COMMIT, at=NOW).as_json()
    totals = document["totals"]
    assert isinstance(totals, dict)
    assert (totals["met"], totals["notMet"], totals["unknown"]) == (0, 1, 41)
