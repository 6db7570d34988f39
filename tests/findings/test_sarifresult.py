from dataclasses import replace

import pytest

from assay.findings.finding import Location, Severity
from assay.findings.fixes.edit import Edit, Fix
from assay.findings.sarifresult import MAX_LOCATIONS
from tests.findings.sarifrun import CWE_78, WAIVER, only_result, only_rule, results, sarif, uri
from tests.findings.test_finding import FINDING
from tests.findings.test_scanreport import REPORT


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


def test_worst_opinion_of_one_problem_counts() -> None:
    low = replace(FINDING, severity=Severity.LOW)
    (result,) = results(low, FINDING, low)
    assert result.field("level").text() == "error"


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
