"""Several reports in one view: the union, the worst first, the length told."""

import random
from dataclasses import replace

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Kind, Location, Observation, Severity
from assay.findings.reach import Level, Scope, Sight, make_reach
from assay.findings.scanreport import ScanReport
from assay.gates.joining import MAX_ITEMS, join_inventories, join_reports
from assay.sbom.component import Component, Inventory
from tests.fakes.trust import NOW
from tests.gates.evidencekit import ACCEPTED, GAP, finding


def report(*findings: Finding, gaps: tuple[NotChecked, ...] = ()) -> ScanReport:
    return ScanReport(
        scanner="secrets",
        tool="tool",
        version="1",
        observed_at=NOW,
        findings=findings,
        not_checked=gaps,
    )


def test_the_union_of_findings_and_gaps() -> None:
    joined = join_reports(
        [report(finding("a"), gaps=(GAP,)), report(finding("b"), finding("a"), gaps=(ACCEPTED,))],
        at=NOW,
    )
    assert isinstance(joined["findings"], list)
    assert sorted(item["title"] for item in joined["findings"]) == ["finding a", "finding b"]
    assert joined["finding_count"] == 2
    assert joined["not_checked"] == [GAP.as_json(), ACCEPTED.as_json()]
    assert joined["not_checked_count"] == 2


def test_the_worst_severity_that_anybody_gave() -> None:
    low, high = finding(severity=Severity.LOW), finding(severity=Severity.CRITICAL)
    for reports in ([report(low), report(high)], [report(high), report(low)]):
        joined = join_reports(reports, at=NOW)
        assert isinstance(joined["findings"], list)
        assert [item["severity"] for item in joined["findings"]] == ["critical"]


def test_policy_sees_how_near_a_vulnerability_is_only_where_somebody_looked() -> None:
    """A rule can raise on the level; no member means that it is not known, and never "far"."""
    sight = Sight(level=Level.CALLED, scope=Scope.RUN, path="a.py", what="calls it")
    one = replace(finding("a"), kind=Kind.VULNERABILITY)
    observation = Observation(
        tool="osv",
        rule="CVE-1",
        message="m",
        location=Location(path="lock"),
        reach=(make_reach(Level.DECLARED, (sight,), (), ()),),
    )
    joined = join_reports([report(replace(one, observations=(observation,)))], at=NOW)
    told = JsonValue(joined).field("findings").items()[0].field("reach").value
    called = {"level": "called", "rank": 5}
    assert told == called | {"may_be": called, "only_in_tests": False, "limits": 0, "hidden": 0}
    known = replace(one, kind=Kind.VULNERABILITY)
    silent = JsonValue(join_reports([report(known)], at=NOW)).field("findings").items()[0]
    assert silent.field("reach").value == {"may_be": called}


def test_what_hides_a_call_is_no_reason_to_let_pass() -> None:
    """Far away, and only in tests, is what nobody can tell where a file was not read."""
    sight = Sight(level=Level.IMPORTED, scope=Scope.TESTS, path="test_a.py", what="imports it")
    for hidden, may_be, tests in (((), "imported", True), (("a.py",), "called", False)):
        observation = Observation(
            tool="osv",
            rule="CVE-1",
            message="m",
            location=Location(path="lock"),
            reach=(make_reach(Level.DECLARED, (sight,), ("a limit",), hidden),),
        )
        one = replace(finding("a"), kind=Kind.VULNERABILITY, observations=(observation,))
        told = JsonValue(join_reports([report(one)], at=NOW)).field("findings").items()[0]
        reach = told.field("reach")
        assert reach.field("level").text() == "imported"
        assert reach.field("may_be").field("level").text() == may_be
        assert reach.field("only_in_tests").value is tests
        assert (reach.field("limits").value, reach.field("hidden").value) == (1, len(hidden))


def test_what_policy_sees_of_a_finding() -> None:
    joined = join_reports([report(finding("a"))], at=NOW)
    assert joined["findings"] == [
        {
            "id": finding("a").identity,
            "rule": "tool/a",
            "title": "finding a",
            "severity": "high",
            "rank": 1,
            "where": "app/settings.py:3",
            "note": "",
            "places": 1,
            "remedy": "remove a",
        }
    ]


def test_too_many_findings_keep_the_worst_and_the_count() -> None:
    minor = [finding(str(i), severity=Severity.LOW) for i in range(MAX_ITEMS)]
    joined = join_reports([report(*minor, finding("bad", severity=Severity.CRITICAL))], at=NOW)
    assert isinstance(joined["findings"], list)
    assert (len(joined["findings"]), joined["finding_count"]) == (MAX_ITEMS, MAX_ITEMS + 1)
    assert joined["findings"][0]["severity"] == "critical"


def test_too_many_gaps_keep_those_that_nobody_accepted() -> None:
    accepted = tuple(
        NotChecked(
            what="file", where=str(i), why="x", accepted="samples, until 2026-12-31T00:00:00Z"
        )
        for i in range(MAX_ITEMS)
    )
    joined = join_reports([report(gaps=(*accepted, GAP))], at=NOW)
    assert isinstance(joined["not_checked"], list)
    assert (len(joined["not_checked"]), joined["not_checked_count"]) == (MAX_ITEMS, MAX_ITEMS + 1)
    assert joined["not_checked"][0] == GAP.as_json()


def test_the_order_of_reports_does_not_matter() -> None:
    reports = [report(finding("a", path=path), finding(path)) for path in "xyz"]
    shuffled = random.Random(7).sample(reports, k=3)  # noqa: S311  # no secret
    assert join_reports(reports, at=NOW) == join_reports(shuffled, at=NOW)


def test_the_union_of_inventories() -> None:
    component = Component(purl="pkg:pypi/a@1", name="a", version="1", found_in=("x.lock",))
    joined = join_inventories(
        [
            Inventory(components=(component,), lock_files=("x.lock",), unlocked=("a",)),
            Inventory(components=(component,), unpinned=("b: c",), not_checked=(GAP,)),
        ],
        at=NOW,
    )
    assert joined == {
        "components": 1,
        "lock_files": ["x.lock"],
        "unlocked": ["a"],
        "unlocked_count": 1,
        "unpinned": ["b: c"],
        "unpinned_count": 1,
        "not_checked": [GAP.as_json()],
        "not_checked_count": 1,
    }


def test_the_largest_count_of_what_was_examined() -> None:
    reports = [
        replace(report(), examined=examined)
        for examined in ({"files": 3, "blobs": 1}, {"files": 2}, {})
    ]
    assert join_reports(reports, at=NOW)["examined"] == {"blobs": 1, "files": 3}
