"""SARIF as a service reads it: rendered, held against its shape, and taken apart."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from jsonschema import Draft202012Validator

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.finding import Finding, Location
from assay.findings.sarif import (
    Examined,
    render_sarif,
)
from assay.findings.scanreport import ScanReport
from assay.findings.waiver import Waiver
from tests.findings.sarifshape import SHAPE
from tests.findings.test_finding import FINDING
from tests.findings.test_scanreport import REPORT

VALIDATOR = Draft202012Validator(SHAPE)
COMMIT = "c0ffee" * 6 + "c0ff"
CWE_78 = {"id": "CWE-78", "index": 0, "toolComponent": {"name": "CWE", "index": 0}}
WAIVER = Waiver(
    finding=FINDING.identity,
    rule="bandit/B602",
    title="A shell runs text",
    where="a.py:3",
    reason="only a test",
    accepted_at=datetime(2026, 1, 1, tzinfo=UTC),
    expires=datetime(2026, 3, 1, tzinfo=UTC),
    accepted_by=("ana",),
)
GAP = NotChecked(what="file", where="b.py", why="it is odd", remedy="Mend it.")


def sarif(
    reports: Iterable[ScanReport],
    *,
    repository_uri: str = "",
    branch: str = "",
    waivers: Mapping[str, Waiver] = MappingProxyType({}),
) -> JsonValue:
    """Return the log as a service reads it, after its shape was checked."""
    about = Examined(commit=COMMIT, repository_uri=repository_uri, branch=branch, waivers=waivers)
    log = render_sarif(reports, about)
    value = parse_json(render_canonical_json(log), max_bytes=50_000_000)
    VALIDATOR.validate(value)
    for run in JsonValue(value).field("runs").items():
        check_references(run)
    return JsonValue(value)


def check_references(run: JsonValue) -> None:
    """Check what a schema cannot say: every index and id leads to what it names."""
    driver = run.field("tool").field("driver")
    rules = [rule.field("id").text() for rule in driver.field("rules").items()]
    assert len(set(rules)) == len(rules)
    for result in run.field("results").items():
        assert rules[result.field("ruleIndex").integer()] == result.field("ruleId").text()
    check_taxa(run)
    known = {item.field("id").text() for item in driver.field("notifications").items()}
    assert {name for name, _, _ in notifications(run)} <= known
    marks = [hash_of(result) for result in run.field("results").items()]
    assert len(set(marks)) == len(marks)


def check_taxa(run: JsonValue) -> None:
    """Check that every reference to a weakness leads to it (section 3.52.4)."""
    taxonomies = run.optional_items("taxonomies")
    taxa = [item.field("id").text() for one in taxonomies for item in one.field("taxa").items()]
    rules = run.field("tool").field("driver").field("rules").items()
    named = [
        taxon for result in run.field("results").items() for taxon in result.optional_items("taxa")
    ]
    named += [tie.field("target") for rule in rules for tie in rule.optional_items("relationships")]
    for taxon in named:
        assert taxa[taxon.field("index").integer()] == taxon.field("id").text()


def hash_of(result: JsonValue) -> str:
    return result.field("partialFingerprints").field("primaryLocationLineHash").text()


def only_run(*reports: ScanReport) -> JsonValue:
    (run,) = sarif(reports).field("runs").items()
    return run


def results(*findings: Finding) -> tuple[JsonValue, ...]:
    return only_run(replace(REPORT, findings=findings)).field("results").items()


def only_result(finding: Finding) -> JsonValue:
    (result,) = results(finding)
    return result


def only_rule(finding: Finding) -> JsonValue:
    run = only_run(replace(REPORT, findings=(finding,)))
    (rule,) = run.field("tool").field("driver").field("rules").items()
    return rule


def notifications(run: JsonValue) -> list[tuple[str, str, str]]:
    (invocation,) = run.field("invocations").items()
    return [
        (
            item.field("descriptor").field("id").text(),
            item.field("level").text(),
            item.field("message").field("text").text(),
        )
        for item in invocation.field("toolExecutionNotifications").items()
    ]


def succeeded(run: JsonValue) -> bool:
    (invocation,) = run.field("invocations").items()
    return invocation.field("executionSuccessful").boolean()


def uri(path: str) -> str:
    result = only_result(replace(FINDING, locations=(Location(path=path, line=1),)))
    (location,) = result.field("locations").items()
    place = location.field("physicalLocation").field("artifactLocation")
    return place.field("uri").text()
