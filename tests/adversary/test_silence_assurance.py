"""Silence that was taken for "clean", as it would look in the status of a framework."""

from datetime import timedelta

import pytest

from assay.assurance.catalogue import parse_catalogue
from assay.assurance.compute import compute_status
from assay.assurance.observers.registry import OBSERVERS
from assay.assurance.shipped import load_catalogue
from assay.assurance.status import EvidenceLine, assess
from assay.core.clock import format_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from tests.assurance.factory import HEADER, evidence_toml, task_toml
from tests.assurance.material import (
    EXAMINED,
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
from tests.fakes.trust import COMMIT, NOW, OTHER_COMMIT, verified

SSDF = load_catalogue("ssdf-1.1")
UNREADABLE = NotChecked(what="advisory", where="X-1", why="unknown schema version 9")
CRASHED = NotChecked(what="scanner", where="code", why="it ended with status 139")
SKIPPED = NotChecked(what="file", where="src/app.py", why="too large")


def line(
    evidence_type: str, *statements: VerifiedStatement, subject: Digest = COMMIT
) -> EvidenceLine:
    status = compute_status(SSDF, statements, subject=subject, at=NOW)
    lines = (found for task in status.tasks for found in task.evidence)
    return next(found for found in lines if found.wanted.type == evidence_type)


def test_an_unreadable_advisory_is_not_no_vulnerability() -> None:
    feeds = {"advisories/PyPI/importedAt": format_time(NOW - timedelta(hours=1))}
    match = vulns_statement(report("vulnerabilities", gaps=(UNREADABLE,), inputs=feeds))
    found = line("vulnerability_match_current", match)
    assert found.verdict is Verdict.UNKNOWN
    assert "not seen: advisory X-1 (could not be looked at)" in found.reason


def test_a_dead_feed_is_not_no_vulnerability() -> None:
    found = line("vulnerability_match_current", vulns_statement(report("vulnerabilities")))
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == "no advisory data with a date of import, so nothing was matched"


@pytest.mark.parametrize("gap", [CRASHED, SKIPPED], ids=["crash", "skipped-file"])
def test_a_scanner_that_crashed_or_skipped_a_file_is_not_clean(gap: NotChecked) -> None:
    scan = scan_statement(report("code", gaps=(gap,)))
    found = line("static_analysis_run_binding", scan, source_statement(source_facts()))
    assert found.verdict is Verdict.UNKNOWN
    assert f"not seen: {gap.what} {gap.where} (could not be looked at)" in found.reason


def test_a_scan_that_looked_at_nothing_is_not_clean() -> None:
    for scanner, nouns in EXAMINED.items():
        empty = report(scanner, examined=dict.fromkeys(nouns, 0))
        made = vulns_statement if scanner == "vulnerabilities" else scan_statement
        status = compute_status(SSDF, (made(empty),), subject=COMMIT, at=NOW)
        verdicts = {found.verdict for task in status.tasks for found in task.evidence}
        assert verdicts == {Verdict.UNKNOWN}, scanner


def test_a_statement_of_an_unknown_shape_is_not_skipped() -> None:
    good = scan_statement(report("code"))
    odd = verified({"schema": 2}, predicate_type=SCAN_TYPE)
    facts = source_statement(source_facts())
    assert line("static_analysis_run_binding", good, facts).verdict is Verdict.PASSED
    found = line("static_analysis_run_binding", good, odd, facts)
    assert found.verdict is Verdict.UNKNOWN
    status = compute_status(SSDF, (good, odd), subject=COMMIT, at=NOW)
    assert [item.where for item in status.not_checked] == [str(odd.digest)]


def test_unknown_fields_of_a_catalogue_are_not_ignored() -> None:
    wanted = evidence_toml("one", "max_age_dys = 1")
    with pytest.raises(MalformedError) as caught:
        parse_catalogue((HEADER + task_toml("A.1.1", wanted)).encode())
    expected = "[malformed] unknown key 'max_age_dys', at task[0].evidence[0].max_age_dys"
    assert str(caught.value) == expected


def test_what_nobody_looks_for_is_listed_and_not_left_out() -> None:
    document = compute_status(SSDF, (), subject=COMMIT, at=NOW).as_json()
    assert document["totals"] == {
        "tasks": 42,
        "met": 0,
        "notMet": 0,
        "unknown": 42,
        "evidence": {"wanted": 125, "passed": 0, "failed": 0, "unknown": 125, "inPart": 0},
    }
    gaps = document["gaps"]
    assert isinstance(gaps, list)
    assert len(gaps) == 125


def test_an_observer_that_could_never_count_is_found() -> None:
    """An evidence type with a typing mistake would be observed for ever and counted never."""
    wanted = {found.type for task in SSDF.tasks for found in task.evidence}
    assert set(OBSERVERS) <= wanted


def test_expected_evidence_that_is_absent_is_unknown() -> None:
    some = [scan_statement(report(scanner)) for scanner in ("secrets", "code")]
    found = line("collector_freshness", *some)
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == (
        "seen: 2 of 6 collectors reported on this commit; "
        "not seen: any statement of source, workflows, sbom, vulnerabilities"
    )


def test_evidence_about_another_subject_shows_nothing() -> None:
    facts = source_statement(source_facts())
    about = scan_statement(report("code"), subject=OTHER_COMMIT)
    assert line("static_analysis_run_binding", about, facts).statements == ()
    assert line("static_analysis_run_binding", about, subject=OTHER_COMMIT).statements


def test_a_failure_about_another_subject_does_not_count_either() -> None:
    leak = scan_statement(report("secrets", finding()), subject=OTHER_COMMIT)
    assert line("secret_hygiene_state", leak).verdict is Verdict.UNKNOWN


def test_a_task_is_not_met_by_evidence_that_is_only_a_part() -> None:
    """Every observer that sees a part says UNKNOWN, so that no task is met by parts alone."""
    statements = (
        source_statement(source_facts()),
        *(scan_statement(report(scanner)) for scanner in ("secrets", "code", "workflows")),
        vulns_statement(report("vulnerabilities")),
        verdict_statement(verdict()),
        log_check_statement(good=True),
    )
    status = compute_status(SSDF, statements, subject=COMMIT, at=NOW)
    for task in status.tasks:
        for found in task.evidence:
            if "not seen:" in found.reason:
                assert found.verdict is Verdict.UNKNOWN, found.wanted.type
    assert all(task.verdict is not Verdict.PASSED for task in status.tasks)


def test_an_empty_list_of_evidence_does_not_meet_a_task() -> None:
    assert {task.verdict for task in assess(SSDF, (), at=NOW)} == {Verdict.UNKNOWN}
