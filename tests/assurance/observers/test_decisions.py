from dataclasses import replace
from datetime import timedelta

import pytest

from assay.assurance.observers import decisions
from assay.assurance.observers.saying import Sight
from assay.assurance.record import LogCheck, Read, Record
from assay.core.digest import sha256_of
from assay.core.verdict import Verdict
from assay.sbom.component import Component, Inventory
from assay.source.facts import SourceFacts
from tests.assurance.material import ACCEPTED, GAP, record_of, report, source_facts, verdict
from tests.fakes.trust import NOW

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
HOUR = timedelta(hours=1)
COMPONENT = Component(purl="pkg:pypi/one@1", name="one", version="1", found_in=("lock",))
SCANNERS = ("secrets", "code", "workflows", "vulnerabilities")
INVENTORY = Inventory(components=(COMPONENT,), not_checked=(ACCEPTED,))
ALL = record_of(source_facts(), INVENTORY, *(report(name) for name in SCANNERS))


def said(sights: tuple[Sight, ...]) -> tuple[Verdict, str]:
    [sight] = sights
    assert sight.statements
    assert sight.observed_at == NOW
    return sight.answer.verdict, sight.answer.reason


@pytest.mark.parametrize("result", list(Verdict))
def test_a_decision_is_on_record_whatever_it_was(result: Verdict) -> None:
    assert said(decisions.gate_decision_log(record_of(verdict(result)))) == (
        PASSED,
        (
            f"the gate 'source' signed {result.value}, the answers to 1 criterion and 1 exception, "
            "from 2 statements"
        ),
    )


def test_a_verdict_without_criteria_is_no_record_of_any() -> None:
    assert said(decisions.gate_decision_log(record_of(verdict(rules=0)))) == (
        UNKNOWN,
        "the verdict names no criterion",
    )


def test_criteria_as_policy() -> None:
    assert said(decisions.criteria_as_policy(record_of(verdict(rules=8)))) == (
        UNKNOWN,
        (
            "seen: a policy of 8 rules with its thresholds, its digest in the verdict; "
            "not seen: that it is under version control, its indicators, its owner"
        ),
    )


LOG = {
    "bad": (
        LogCheck(size=9, root="ab", verified=False),
        FAILED,
        "the log of 9 entries does not verify",
        "the log of 9 entries does not verify",
    ),
    "empty": (LogCheck(size=0, root="ab", verified=True), UNKNOWN, *["the log is empty"] * 2),
    "good": (
        LogCheck(size=1, root="ab", verified=True),
        UNKNOWN,
        (
            "seen: the log of 1 entry verified; "
            "not seen: that somebody other than the log's operator checked it"
        ),
        ("seen: the log of 1 entry verified; not seen: who wrote to the store, and who may"),
    ),
}


@pytest.mark.parametrize(("check", "result", "integrity", "tamper"), LOG.values(), ids=LOG)
def test_checks_of_the_log(check: LogCheck, result: Verdict, integrity: str, tamper: str) -> None:
    assert said(decisions.evidence_log_integrity(record_of(check))) == (result, integrity)
    assert said(decisions.record_tamper_evidence(record_of(check))) == (result, tamper)


def test_every_collector_reported() -> None:
    assert said(decisions.collector_freshness(ALL)) == (
        PASSED,
        "6 of 6 collectors reported on this commit (and 1 accepted gap)",
    )


def test_a_silent_collector_is_named() -> None:
    some = record_of(INVENTORY, *(report(name) for name in SCANNERS[:2]))
    assert said(decisions.collector_freshness(some)) == (
        UNKNOWN,
        (
            "seen: 3 of 6 collectors reported on this commit; "
            "not seen: any statement of source, workflows, vulnerabilities"
        ),
    )
    assert said(decisions.evidence_emission_coverage(some)) == (
        UNKNOWN,
        (
            "seen: signed statements of 3 of 6 collectors about this commit; "
            "not seen: any of source, workflows, vulnerabilities, a release, and all that it needs"
        ),
    )


def test_a_collector_that_left_something_out_did_not_succeed() -> None:
    for gap in (
        replace(ALL, reports=(*record_of(report("code", gaps=(GAP,))).reports, *ALL.reports)),
        replace(ALL, source=record_of(source_facts(gaps=(GAP,))).source),
        replace(ALL, inventories=record_of(replace(INVENTORY, not_checked=(GAP,))).inventories),
    ):
        assert said(decisions.collector_freshness(gap)) == (
            UNKNOWN,
            (
                "seen: 6 of 6 collectors reported on this commit; "
                "not seen: file src/odd.py (could not be looked at)"
            ),
        )


def test_the_whole_is_as_old_as_its_oldest_part() -> None:
    aged = replace(ALL, source=_aged(ALL, hours=30))
    [sight] = decisions.collector_freshness(aged)
    assert sight.observed_at == NOW - 30 * HOUR
    assert len(sight.statements) == 6


def test_a_collector_that_reported_again_is_as_old_as_its_newest_report() -> None:
    for order in (_aged(ALL, hours=30) + ALL.source, ALL.source + _aged(ALL, hours=30)):
        [sight] = decisions.collector_freshness(replace(ALL, source=order))
        assert sight.observed_at == NOW


def test_evidence_of_all_collectors_is_not_yet_that_of_a_release() -> None:
    assert said(decisions.evidence_emission_coverage(ALL)) == (
        UNKNOWN,
        (
            "seen: signed statements of 6 of 6 collectors about this commit; "
            "not seen: a release, and all that it needs"
        ),
    )


def test_scans_of_this_commit_are_not_those_of_every_release() -> None:
    assert said(decisions.supported_release_reanalysis(ALL)) == (
        UNKNOWN,
        (
            "seen: this commit was looked at by secrets, code, workflows, vulnerabilities; "
            "not seen: which releases are supported, and theirs"
        ),
    )
    some = record_of(source_facts(), report("code", gaps=(GAP,)))
    [sight] = decisions.supported_release_reanalysis(some)
    assert len(sight.statements) == 1
    assert sight.answer.reason == (
        "seen: this commit was looked at by code; not seen: "
        "file src/odd.py (could not be looked at), which releases are supported, and theirs"
    )
    assert decisions.supported_release_reanalysis(record_of(source_facts())) == ()


def test_no_statement_shows_nothing() -> None:
    nothing = record_of()
    assert decisions.collector_freshness(nothing) == ()
    assert decisions.evidence_emission_coverage(nothing) == ()
    assert decisions.gate_decision_log(nothing) == ()


def _aged(record: Record, *, hours: int) -> tuple[Read[SourceFacts], ...]:
    return tuple(
        Read(value=r.value, statement=sha256_of(b"old"), observed_at=r.observed_at - hours * HOUR)
        for r in record.source
    )
