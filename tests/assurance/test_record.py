from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assay.assurance.record import Kind, LogCheck, Read, Unread, read_record
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.gates.acceptance import render_acceptance
from assay.gates.reading import (
    LOG_CHECK_TYPE,
    SBOM_TYPE,
    SOURCE_TYPE,
    SUPERSESSION_TYPE,
    VERDICT_TYPE,
)
from assay.vuln.predicate import PREDICATE_TYPE as VULNS_TYPE
from tests.assurance.material import (
    GAP,
    INVENTORY,
    finding,
    log_check_statement,
    report,
    sbom_statement,
    scan_statement,
    source_facts,
    source_statement,
    supersession_statement,
    verdict,
    verdict_statement,
    vulns_statement,
)
from tests.fakes.trust import ALICE, COMMIT, GATE, NOW, OTHER_COMMIT, verified

HOUR = timedelta(hours=1)
CODE = report("code", finding(), at=NOW - HOUR)


def test_each_kind_is_read_with_the_time_inside_it() -> None:
    source = source_statement(source_facts(at=NOW - 2 * HOUR))
    scan, match = scan_statement(CODE), vulns_statement(report("vulnerabilities"))
    sbom = sbom_statement(INVENTORY, at=NOW - 3 * HOUR)
    decided, check = verdict_statement(verdict()), log_check_statement(good=True)
    record = read_record((source, scan, match, sbom, decided, check), subject=COMMIT, at=NOW)
    assert record.source == (_read(source_facts(at=NOW - 2 * HOUR), source, hours=2),)
    assert record.reports_of("code") == (_read(CODE, scan, hours=1),)
    assert record.reports_of("vulnerabilities") == (_read(report("vulnerabilities"), match),)
    assert record.inventories == (_read(INVENTORY, sbom, hours=3),)
    assert record.verdicts == (_read(verdict(), decided),)
    assert record.log_checks == (_read(LogCheck(size=9, root="ab" * 32, verified=True), check),)
    assert (record.unread, record.not_checked) == ((), ())


UNREADABLE = {
    SCAN_TYPE: {Kind.SECRETS, Kind.CODE, Kind.WORKFLOWS},
    VULNS_TYPE: {Kind.VULNERABILITIES},
    SOURCE_TYPE: {Kind.SOURCE},
    SBOM_TYPE: {Kind.SBOM},
    VERDICT_TYPE: {Kind.VERDICT},
    LOG_CHECK_TYPE: {Kind.LOG_CHECK},
    SUPERSESSION_TYPE: set[Kind](),
}


@pytest.mark.parametrize(("predicate_type", "kinds"), UNREADABLE.items(), ids=UNREADABLE)
def test_what_cannot_be_read_is_kept_and_told(predicate_type: str, kinds: set[Kind]) -> None:
    by, role = (GATE, "gate") if predicate_type == VERDICT_TYPE else (ALICE, "collector")
    bad = verified({"observed": "never"}, predicate_type=predicate_type, by=by, role=role)
    record = read_record((bad,), subject=COMMIT, at=NOW)
    [unread] = record.unread
    assert set(unread.kinds) == kinds
    assert unread.statement == bad.digest
    assert unread.why.startswith("[malformed] no ")
    assert record.not_checked == (
        NotChecked(
            what="statement",
            where=str(bad.digest),
            why=f"cannot be read: {unread.why}",
            remedy="record the evidence again with a version of Assay that knows it",
        ),
    )


def test_a_check_of_the_log_without_a_time_of_its_own_cannot_be_read() -> None:
    undated = {"size": 9, "root": "ab", "verified": True}
    bad = verified(undated, predicate_type=LOG_CHECK_TYPE)
    assert read_record((bad,), subject=COMMIT, at=NOW).unread == (
        Unread(
            kinds=frozenset({Kind.LOG_CHECK}),
            statement=bad.digest,
            why="[malformed] no observedAt, at predicate.observedAt",
        ),
    )


def test_statements_about_another_subject_do_not_count() -> None:
    other = scan_statement(CODE, subject=OTHER_COMMIT)
    assert read_record((other,), subject=COMMIT, at=NOW) == read_record((), subject=COMMIT, at=NOW)
    assert len(read_record((other,), subject=OTHER_COMMIT, at=NOW).reports) == 1


def test_a_statement_about_several_subjects_counts_for_each() -> None:
    both = verified(CODE.as_json(), subjects=(OTHER_COMMIT, COMMIT), predicate_type=SCAN_TYPE)
    assert len(read_record((both,), subject=COMMIT, at=NOW).reports) == 1


def test_the_same_statement_twice_is_one_and_the_order_is_no_matter() -> None:
    one, two = scan_statement(CODE), scan_statement(report("secrets"))
    assert read_record((one, two, one), subject=COMMIT, at=NOW) == read_record(
        (two, one), subject=COMMIT, at=NOW
    )


def test_a_superseded_statement_is_left_out() -> None:
    old, new = scan_statement(CODE), scan_statement(report("code", inputs={"rules": "new"}))
    gone = supersession_statement(old, "newer rules")
    record = read_record((old, new, gone), subject=COMMIT, at=NOW)
    assert [read.statement for read in record.reports] == [new.digest]
    assert record.not_checked == ()


def test_a_supersession_that_the_gates_refuse_takes_nothing_away_and_is_told() -> None:
    old, new = scan_statement(CODE), scan_statement(report("code"))
    record = read_record((old, new, supersession_statement(old, "please")), subject=COMMIT, at=NOW)
    assert {read.statement for read in record.reports} == {old.digest, new.digest}
    assert [item.what for item in record.not_checked] == ["supersession"]


def test_facts_that_a_gate_could_read_and_this_could_not_are_kept_and_told() -> None:
    bad = verified({"observedAt": "2026-06-01T00:00:00Z", "files": 4}, predicate_type=SOURCE_TYPE)
    record = read_record((bad,), subject=COMMIT, at=NOW)
    assert record.unread == (
        Unread(
            kinds=frozenset({Kind.SOURCE}),
            statement=bad.digest,
            why="[malformed] no workTree, at predicate.workTree",
        ),
    )


@pytest.mark.parametrize(("at", "holds"), [(NOW - timedelta(seconds=1), True), (NOW, False)])
def test_an_acceptance_that_has_ended_is_none(at: datetime, *, holds: bool) -> None:
    gap = replace(GAP, accepted=render_acceptance("generated", until=NOW))
    statements = (
        scan_statement(report("code", gaps=(gap,))),
        sbom_statement(replace(INVENTORY, not_checked=(gap,))),
        source_statement(source_facts(gaps=(gap,))),
    )
    record = read_record(statements, subject=COMMIT, at=at)
    gaps = [
        *(item for read in record.reports for item in read.value.not_checked),
        *(item for read in record.inventories for item in read.value.not_checked),
        *(item for read in record.source for item in read.value.not_checked),
    ]
    assert [bool(item.accepted) for item in gaps] == [holds] * 3


def _read(value: object, statement: VerifiedStatement, *, hours: int = 0) -> Read[object]:
    return Read(value=value, statement=statement.digest, observed_at=NOW - hours * HOUR)
