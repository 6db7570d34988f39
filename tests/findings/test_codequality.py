"""GitLab's code quality report: what GitLab reads of it, and that it never reads as clean."""

from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from assay.core.notchecked import NotChecked
from assay.findings.codequality import MAX_ISSUES, render_code_quality
from assay.findings.finding import Finding, Location, Severity
from assay.findings.waiver import Waiver
from tests.findings.test_finding import FINDING
from tests.findings.test_scanreport import REPORT
from tests.findings.test_waiver import WAIVER

GAP = NotChecked(what="file", where="b.py", why="it is odd", remedy="Mend it.")
# What GitLab asks for: docs.gitlab.com, "Code Quality report format".
SHAPE = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./]"},
                        "lines": {
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)


def issues(
    *findings: Finding, gaps: tuple[NotChecked, ...] = (), waiver: Waiver | None = None
) -> list[dict[str, object]]:
    report = replace(REPORT, findings=findings, not_checked=gaps)
    waivers = {} if waiver is None else {FINDING.identity: waiver}
    told = render_code_quality((report, report), waivers=waivers)
    SHAPE.validate(told)
    assert len({issue["fingerprint"] for issue in told}) == len(told)
    return told


def test_issue() -> None:
    assert issues(FINDING) == [
        {
            "description": "A shell runs text: Shell. Use a list.",
            "check_name": FINDING.rule,
            "fingerprint": FINDING.identity,
            "severity": "critical",
            "location": {"path": "a.py", "lines": {"begin": 3}},
        }
    ]


SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.UNKNOWN: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


@pytest.mark.parametrize(
    ("severity", "word"), SEVERITIES.items(), ids=[s.value for s in SEVERITIES]
)
def test_severity(severity: Severity, word: str) -> None:
    assert issues(replace(FINDING, severity=severity))[0]["severity"] == word


def test_what_was_not_checked_is_an_issue() -> None:
    (issue,) = issues(gaps=(GAP,))
    assert issue["description"] == "Not checked: file b.py: it is odd. Mend it."
    assert (issue["severity"], issue["check_name"]) == ("critical", "not-checked")
    assert issue["location"] == {"path": "b.py", "lines": {"begin": 1}}


def test_gap_without_a_file_and_an_accepted_one() -> None:
    (issue,) = issues(gaps=(replace(GAP, what="scanner"), replace(GAP, accepted="known")))
    assert issue["location"] == {"path": "assay.toml", "lines": {"begin": 1}}


def test_accepted_finding_stays_and_says_so() -> None:
    (issue,) = issues(FINDING, waiver=WAIVER)
    assert issue["severity"] == "info"
    assert str(issue["description"]).endswith("(accepted until 2026-06-03T12:00:00Z)")


def test_too_many_are_counted_and_the_worst_kept() -> None:
    many = [
        replace(FINDING, identity=f"weakness/v1:other{n}", severity=Severity.LOW)
        for n in range(MAX_ISSUES)
    ]
    told = issues(*many, FINDING)
    assert len(told) == MAX_ISSUES + 1
    assert str(told[0]["description"]).startswith("1 more findings are not in this file")
    assert told[1]["fingerprint"] == FINDING.identity


def test_text_from_outside_is_printable() -> None:
    odd = replace(FINDING, message="\x1b[1m", locations=(Location(path="a\n.py", line=1),))
    issue = issues(odd, gaps=(replace(GAP, where="\udcff.py"),))[1]
    assert "\\x1b[1m" in str(issue["description"])
