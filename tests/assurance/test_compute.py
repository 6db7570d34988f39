"""From signed statements to the status of the SSDF, the whole way."""

from datetime import timedelta

from assay.assurance.compute import compute_status
from assay.assurance.shipped import load_catalogue
from assay.assurance.status import EvidenceLine, TaskStatus
from assay.assurance.statusjson import Status
from assay.core.clock import format_time
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.gates.reading import SOURCE_TYPE
from assay.source.documents import Role
from tests.assurance.material import (
    INVENTORY,
    document,
    finding,
    log_check_statement,
    report,
    sbom_statement,
    scan_statement,
    source_facts,
    source_statement,
    verdict,
    verdict_statement,
    vulns_statement,
)
from tests.fakes.trust import COMMIT, NOW, verified

SSDF = load_catalogue("ssdf-1.1")
FEED = {"advisories/PyPI/importedAt": format_time(NOW - timedelta(hours=1))}
POLICY = document(Role.SECURITY_POLICY, "SECURITY.md")
CLEAN = (
    source_statement(source_facts(POLICY)),
    *(scan_statement(report(scanner)) for scanner in ("secrets", "code", "workflows")),
    sbom_statement(INVENTORY),
    vulns_statement(report("vulnerabilities", inputs=FEED)),
    verdict_statement(verdict()),
    log_check_statement(good=True),
)


def status_of(*statements: VerifiedStatement, after: timedelta = timedelta()) -> Status:
    return compute_status(SSDF, statements, subject=COMMIT, at=NOW + after)


def task(status: Status, task_id: str) -> TaskStatus:
    return next(found for found in status.tasks if found.task.id == task_id)


def line(status: Status, evidence_type: str) -> EvidenceLine:
    lines = (found for item in status.tasks for found in item.evidence)
    return next(found for found in lines if found.wanted.type == evidence_type)


def test_unknown_is_the_honest_default() -> None:
    status = status_of()
    assert {item.verdict for item in status.tasks} == {Verdict.UNKNOWN}
    assert status.verdict is Verdict.UNKNOWN
    assert len(status.gaps) == 125


def test_clean_collectors_alone_meet_no_task_but_show_their_evidence() -> None:
    """Much of the SSDF is about releases, platforms and people that no collector here sees."""
    status = status_of(*CLEAN)
    assert {item.word for item in status.tasks} == {"unknown"}
    passed = {
        found.wanted.type
        for item in status.tasks
        for found in item.evidence
        if found.verdict is Verdict.PASSED
    }
    assert passed == {"collector_freshness", "gate_decision_log", "static_analysis_run_binding"}


def test_what_was_found_fails_its_task_and_leads_the_gaps() -> None:
    leak = scan_statement(report("secrets", finding(path="conf.env")))
    status = status_of(*CLEAN, leak)
    assert task(status, "PO.5.2").word == "not met"
    assert line(status, "secret_hygiene_state").statements == (leak.digest,)
    assert status.verdict is Verdict.FAILED
    first = status.gaps[0]
    assert (first.task, first.line.wanted.type) == ("PO.5.2", "secret_hygiene_state")
    assert first.next.startswith("Revoke and replace each secret")


def test_the_document_says_what_could_not_be_read() -> None:
    bad = verified({"observed": "never"}, predicate_type=SOURCE_TYPE)
    status = status_of(*CLEAN, bad)
    assert [item.where for item in status.not_checked] == [str(bad.digest)]
    assert line(status, "collector_freshness").verdict is Verdict.UNKNOWN
