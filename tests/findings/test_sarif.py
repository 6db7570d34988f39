from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.finding import Finding, Kind, Location, Severity
from assay.findings.fixes.edit import Edit, Fix
from assay.findings.sarif import (
    MAX_NOTIFICATIONS,
    MAX_RESULTS,
    MAX_RUNS,
    Examined,
    render_sarif,
)
from assay.findings.sarifresult import MAX_LOCATIONS
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


def test_result() -> None:
    assert only_result(FINDING).value == {
        "ruleId": "bandit/B602",
        "ruleIndex": 0,
        "kind": "fail",
        "level": "error",
        "message": {"text": "Shell. Use a list. Note: n."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3},
                }
            },
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "b.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 1},
                },
                "message": {"text": "since commit c0ffee"},
            },
        ],
        "partialFingerprints": {
            "assayFindingId/v1": "weakness/v1:0",
            "primaryLocationLineHash": "weakness/v1:0",
        },
        "properties": {
            "severity": "high",
            "security-severity": "8.0",
            "assayFinding": FINDING.as_json(),
        },
        "taxa": [CWE_78],
    }


def test_rule() -> None:
    finding = replace(FINDING, references=("CWE-78", "https://example.org/x#y"))
    assert only_rule(finding).value == {
        "id": "bandit/B602",
        "name": "BanditB602",
        "shortDescription": {"text": "A shell runs text"},
        "fullDescription": {"text": "A shell runs text. Use a list."},
        "help": {
            "text": "Use a list. CWE-78 https://example.org/x#y",
            "markdown": (
                "**A shell runs text**\n\nUse a list.\n\n* CWE-78\n* <https://example.org/x#y>"
            ),
        },
        "properties": {
            "tags": ["security", "external/cwe/cwe-078"],
            "precision": "high",
            "security-severity": "8.0",
        },
        "helpUri": "https://example.org/x#y",
        "relationships": [{"target": CWE_78, "kinds": ["relevant"]}],
    }


def test_run_says_what_ran_on_what() -> None:
    (run,) = sarif([REPORT], repository_uri="https://example.org/shop").field("runs").items()
    driver = run.field("tool").field("driver")
    assert driver.field("name").text() == "Assay code"
    assert driver.field("fullName").text() == "bandit 1.9.4, run by Assay"
    assert run.field("automationDetails").field("id").text() == "assay/code/"
    assert run.field("versionControlProvenance").value == [
        {
            "repositoryUri": "https://example.org/shop",
            "revisionId": COMMIT,
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }
    ]
    own = run.field("properties")
    assert own.field("commit").text() == COMMIT
    assert own.field("examined").value == {"files": 2}
    assert own.field("inputs").value == {"options": "sha256:0"}


def test_branch_is_named_where_it_is_known() -> None:
    (run,) = sarif([REPORT], repository_uri="https://e.org/x", branch="main").field("runs").items()
    (provenance,) = run.field("versionControlProvenance").items()
    assert provenance.field("branch").text() == "main"


def test_weaknesses_are_taxa_of_one_taxonomy() -> None:
    """Sections 3.14.8, 3.19.27: results and rules refer to the taxonomy of the run by index."""
    injection = replace(FINDING, identity="weakness/v1:1", references=("CWE-89", "CWE-0078"))
    plain = replace(FINDING, identity="weakness/v1:2", references=())
    run = only_run(replace(REPORT, findings=(FINDING, injection, plain)))
    (taxonomy,) = run.field("taxonomies").items()
    assert [taxon.field("id").text() for taxon in taxonomy.field("taxa").items()] == [
        "CWE-78",
        "CWE-89",
    ]
    told = [
        [taxon.field("id").text() for taxon in result.optional_items("taxa")]
        for result in run.field("results").items()
    ]
    assert told == [["CWE-78"], ["CWE-89", "CWE-78"], []]


def test_no_weakness_no_taxonomy() -> None:
    run = only_run(replace(REPORT, findings=(replace(FINDING, references=()),)))
    assert run.optional("taxonomies") is None
    assert run.field("tool").field("driver").optional("supportedTaxonomies") is None


REGIONS = {
    "line": ({"line": 3}, {"startLine": 3}),
    "file": ({"column": 4}, {"startLine": 1}),
    "column": ({"line": 3, "column": 4}, {"startLine": 3, "startColumn": 4}),
    "span": (
        {"line": 3, "column": 4, "end_line": 5, "end_column": 2},
        {"startLine": 3, "startColumn": 4, "endLine": 5, "endColumn": 2},
    ),
    "lines": ({"line": 3, "end_line": 5}, {"startLine": 3, "endLine": 5}),
    "no-line": ({"line": -1, "column": 2, "end_line": 0}, {"startLine": 1}),
    "no-column": (
        {"line": 3, "column": -2, "end_line": 3, "end_column": -1},
        {"startLine": 3, "endLine": 3},
    ),
    "backwards": ({"line": 3, "end_line": 2, "end_column": 9}, {"startLine": 3}),
}


@pytest.mark.parametrize(("known", "region"), REGIONS.values(), ids=REGIONS)
def test_region_tells_what_is_known(known: dict[str, int], region: dict[str, int]) -> None:
    place = Location(
        path="a.py",
        line=known.get("line", 0),
        column=known.get("column", 0),
        end_line=known.get("end_line", 0),
        end_column=known.get("end_column", 0),
    )
    (located,) = only_result(replace(FINDING, locations=(place,))).field("locations").items()
    assert located.field("physicalLocation").field("region").value == region


def test_fixes_are_replacements() -> None:
    insert = Edit(path="b c.yml", line=2, column=1, end_line=2, end_column=1, text="x: y\n")
    delete = Edit(path="a.py", line=1, column=2, end_line=1, end_column=4, text="")
    fix = Fix(description="Do [it](https://evil.example).", edits=(insert, delete))
    (shown,) = only_result(replace(FINDING, fixes=(fix,))).field("fixes").items()
    here = {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 1}
    there = {"startLine": 1, "startColumn": 2, "endLine": 1, "endColumn": 4}
    assert shown.value == {
        "description": {"text": "Do [it] (https://evil.example)."},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": "b%20c.yml", "uriBaseId": "%SRCROOT%"},
                "replacements": [{"deletedRegion": here, "insertedContent": {"text": "x: y\n"}}],
            },
            {
                "artifactLocation": {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
                "replacements": [{"deletedRegion": there}],
            },
        ],
    }


def test_waived_finding_is_suppressed_and_stays() -> None:
    waivers = {FINDING.identity: WAIVER}
    other = replace(FINDING, identity="weakness/v1:1")
    log = sarif([replace(REPORT, findings=(FINDING, other))], waivers=waivers)
    (run,) = log.field("runs").items()
    waived, open_one = run.field("results").items()
    assert open_one.optional("suppressions") is None
    assert waived.field("suppressions").value == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "only a test (until 2026-03-01T00:00:00Z)",
            "properties": {"expires": "2026-03-01T00:00:00Z", "acceptedBy": ["ana"]},
        }
    ]


def test_comment_in_the_source_suppresses_nothing() -> None:
    """GitHub closes a result with a suppression: an author must not close what they wrote."""
    place = Location(path="a.py", line=1, note="suppressed in the source: nosec B602")
    result = only_result(replace(FINDING, locations=(place,)))
    assert result.optional("suppressions") is None


def test_too_many_scanners_are_named() -> None:
    reports = [replace(REPORT, scanner=f"s{n:02}", not_checked=()) for n in range(MAX_RUNS + 2)]
    runs = sarif(reports).field("runs").items()
    assert len(runs) == MAX_RUNS
    assert notifications(runs[-1]) == [
        ("left-out", "error", "No run in this file, for it has 20: s20, s21.")
    ]
    assert [succeeded(run) for run in runs] == [True] * (MAX_RUNS - 1) + [False]


def test_repository_that_nobody_knows_is_left_out() -> None:
    assert only_run(REPORT).optional("versionControlProvenance") is None


def test_one_run_for_each_scanner_in_order() -> None:
    runs = sarif([REPORT, replace(REPORT, scanner="workflows")]).field("runs").items()
    names = [run.field("automationDetails").field("id").text() for run in runs]
    assert names == ["assay/code/", "assay/workflows/"]


def test_reports_of_one_scanner_are_one_run_that_drowns_nothing() -> None:
    """A service takes one run of a name; what the earlier report saw must be in it."""
    other = replace(FINDING, identity="weakness/v1:1")
    later = replace(
        REPORT,
        observed_at=REPORT.observed_at + timedelta(days=1),
        version="2.0",
        findings=(other, FINDING),
        not_checked=(),
    )
    for pair in ((REPORT, later), (later, REPORT)):
        run = only_run(*pair)
        marks = sorted(hash_of(result) for result in run.field("results").items())
        assert marks == ["weakness/v1:0", "weakness/v1:1"]
        assert not succeeded(run)
        assert run.field("tool").field("driver").field("version").text() == "2.0"


def test_worst_opinion_of_one_problem_counts() -> None:
    low = replace(FINDING, severity=Severity.LOW)
    (result,) = results(low, FINDING, low)
    assert result.field("level").text() == "error"


def test_no_report() -> None:
    assert sarif([]).field("runs").items() == ()


LEVELS = {
    Severity.CRITICAL: ("error", "9.5"),
    Severity.HIGH: ("error", "8.0"),
    Severity.MEDIUM: ("warning", "5.5"),
    Severity.LOW: ("note", "2.0"),
    Severity.INFO: ("note", "0.0"),
    Severity.UNKNOWN: ("error", "9.5"),
}


@pytest.mark.parametrize("severity", Severity)
def test_levels(severity: Severity) -> None:
    finding = replace(FINDING, severity=severity)
    level, score = LEVELS[severity]
    assert only_result(finding).field("level").text() == level
    rated = only_rule(finding).field("properties")
    assert rated.field("security-severity").text() == score


def test_rule_has_the_score_of_its_worst_finding() -> None:
    low = replace(FINDING, identity="weakness/v1:1", severity=Severity.LOW)
    run = only_run(replace(REPORT, findings=(low, FINDING)))
    (rule,) = run.field("tool").field("driver").field("rules").items()
    assert rule.field("properties").field("security-severity").text() == "8.0"


URIS = {
    "src/a b.py": "src/a%20b.py",
    "é.py": "%C3%A9.py",
    "\udcff.py": "%FF.py",
    "http://evil.example/": "http%3A//evil.example/",
    "a?b#c%20": "a%3Fb%23c%2520",
    "a\nb": "a%0Ab",
    "~x/-_.py": "~x/-_.py",
    "": ".",
}


@pytest.mark.parametrize(("path", "expected"), URIS.items(), ids=[repr(path) for path in URIS])
def test_paths_become_relative_references(path: str, expected: str) -> None:
    assert uri(path) == expected


def test_gap_is_a_notification_and_no_success() -> None:
    run = only_run(replace(REPORT, findings=(), not_checked=(GAP,)))
    assert notifications(run) == [
        ("not-checked", "error", "Not checked: file b.py: it is odd. Mend it.")
    ]
    assert not succeeded(run)


def test_accepted_gap_is_a_note_and_a_success() -> None:
    accepted = replace(GAP, accepted="generated, until 2026-06-30")
    run = only_run(replace(REPORT, not_checked=(accepted,)))
    assert notifications(run) == [
        (
            "not-checked",
            "note",
            "Not checked: file b.py: it is odd. Mend it. Accepted: generated, until 2026-06-30",
        )
    ]
    assert succeeded(run)
    assert not succeeded(only_run(replace(REPORT, not_checked=(accepted, GAP))))


def test_everything_checked_is_a_success_without_notifications() -> None:
    run = only_run(replace(REPORT, not_checked=()))
    assert succeeded(run)
    assert notifications(run) == []


def test_too_many_gaps_are_counted() -> None:
    gaps = tuple(replace(GAP, where=f"{n}.py") for n in range(MAX_NOTIFICATIONS + 3))
    told = notifications(only_run(replace(REPORT, not_checked=gaps)))
    assert len(told) == MAX_NOTIFICATIONS + 1
    assert told[-1] == ("left-out", "error", "3 more things were not checked.")


def test_too_many_results_leave_out_the_mildest_and_say_so() -> None:
    severities = (Severity.LOW, Severity.HIGH)
    findings = tuple(
        replace(FINDING, identity=f"weakness/v1:{severity}{n}", severity=severity)
        for n in range(MAX_RESULTS // 2 + 2)
        for severity in severities
    )
    run = only_run(replace(REPORT, findings=findings, not_checked=()))
    levels = [result.field("level").text() for result in run.field("results").items()]
    assert len(levels) == MAX_RESULTS
    assert levels.count("error") == MAX_RESULTS // 2 + 2
    assert notifications(run) == [
        (
            "left-out",
            "warning",
            "4 more findings are not in this file; the report of Assay has them all.",
        )
    ]
    assert succeeded(run)


def test_too_many_places_are_counted() -> None:
    places = tuple(Location(path="a.py", line=n + 1) for n in range(MAX_LOCATIONS + 2))
    result = only_result(replace(FINDING, locations=places))
    assert len(result.field("locations").items()) == MAX_LOCATIONS
    assert result.field("message").field("text").text() == (
        "Shell. Use a list. It is in 2 more places."
    )


def test_text_from_outside_forms_no_link_and_no_control_sequence() -> None:
    evil = "[click](https://evil.example) <img src=x> \x1b[31m ![x](y) `z`"
    finding = replace(
        FINDING,
        title=evil,
        message=evil,
        remedy=evil,
        references=("javascript:alert(1)", "https://evil.example/ x", "https://ok.example/a_b"),
    )
    rule, result = only_rule(finding), only_result(finding)
    for text in (
        result.field("message").field("text").text(),
        rule.field("shortDescription").field("text").text(),
        rule.field("help").field("text").text(),
    ):
        assert "](" not in text
        assert "\x1b" not in text
    markdown = rule.field("help").field("markdown").text()
    assert markdown.splitlines()[2] == (
        r"\[click\]\(https://evil.example\) &lt;img src=x&gt; \\x1b\[31m "
        r"\!\[x\]\(y\) \`z\`"
    )
    assert markdown.splitlines()[4:] == [
        r"* javascript:alert\(1\)",
        "* https://evil.example/ x",
        "* <https://ok.example/a_b>",
    ]
    assert rule.field("helpUri").text() == "https://ok.example/a_b"


ANY = st.text(st.characters(codec=None), max_size=20)


@settings(max_examples=30, deadline=None)
@given(
    st.builds(
        Finding,
        identity=ANY.map(lambda text: "weakness:" + ascii(text)),
        kind=st.sampled_from(Kind),
        rule=st.sampled_from(["a/b", "c"]),
        title=ANY,
        severity=st.sampled_from(Severity),
        message=ANY,
        remedy=ANY.map(lambda text: text + "!"),
        locations=st.lists(
            st.builds(
                Location,
                path=ANY.filter(lambda t: not t.startswith("/")),
                line=st.integers(-5, 2**31),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        references=st.lists(ANY, max_size=3).map(tuple),
    ),
    st.builds(NotChecked, what=ANY, where=ANY, why=ANY, remedy=ANY, accepted=ANY),
)
def test_whatever_was_found_is_sarif(finding: Finding, gap: NotChecked) -> None:
    sarif([replace(REPORT, findings=(finding,), not_checked=(gap,))])


def test_examined_may_be_any_mapping() -> None:
    run = only_run(replace(REPORT, examined=MappingProxyType({})))
    assert run.field("properties").field("examined").value == {}
