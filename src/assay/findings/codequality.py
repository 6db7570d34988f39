"""Findings as GitLab's code quality report: a list of issues, each at a line of a file.

* The identity of a finding is its fingerprint, so that GitLab knows it again in the next commit.
* What was not checked, and nobody accepted, is an issue too: an empty list must not read as clean.
* What somebody accepted stays in the list, as `info`, and says so: the format has nothing for it.
* The worst `MAX_ISSUES` are in it; one more issue counts the others.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Finding, Severity
from assay.findings.fingerprint import fingerprint_of
from assay.findings.merge import merge_findings, worst_first
from assay.findings.scanreport import ScanReport
from assay.findings.waiver import SetAside

MAX_ISSUES: Final = 5_000  # in a merge request nobody reads more
_NOWHERE: Final = "assay.toml"  # of what is about no file: an issue has to have one
_SEVERITIES: Final = {
    Severity.CRITICAL: "blocker",
    Severity.UNKNOWN: "blocker",  # nobody said, so it counts as the worst
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render_code_quality(
    reports: Iterable[ScanReport], *, waivers: Mapping[str, SetAside]
) -> list[dict[str, object]]:
    """Return the report, as a JSON array."""
    known = tuple(reports)
    found = worst_first(merge_findings(f for report in known for f in report.findings))
    gaps = sorted({gap for report in known for gap in report.not_checked if not gap.accepted})
    issues = [_issue(finding, waivers.get(finding.identity)) for finding in found]
    told = [*map(_gap, gaps), *issues]
    left_out = len(told) - MAX_ISSUES
    if left_out <= 0:
        return told
    text = f"{left_out} more findings are not in this file; the report of Assay has them all."
    return [_entry(text, "left-out", "info", path=_NOWHERE), *told[:MAX_ISSUES]]


def _issue(finding: Finding, waiver: SetAside | None) -> dict[str, object]:
    place = min(finding.locations)
    accepted = "" if waiver is None else f" (accepted until {format_time(waiver.expires)})"
    return _entry(
        f"{finding.title}: {finding.message} {finding.remedy}{accepted}",
        finding.rule,
        _SEVERITIES[finding.severity] if waiver is None else "info",
        path=place.path,
        line=place.line,
        fingerprint=finding.identity,
    )


def _gap(gap: NotChecked) -> dict[str, object]:
    path = gap.where if gap.what == "file" else _NOWHERE
    text = f"Not checked: {gap.what} {gap.where}: {gap.why}. {gap.remedy}"
    return _entry(text, "not-checked", "critical", path=path)


def _entry(
    text: str, rule: str, severity: str, *, path: str, line: int = 0, fingerprint: str = ""
) -> dict[str, object]:
    return {
        "description": printable(text.strip(), limit=1_000),
        "check_name": printable(rule),
        "fingerprint": fingerprint or fingerprint_of(f"{rule}\0{text}"),
        "severity": severity,
        "location": {"path": printable(path), "lines": {"begin": max(line, 1)}},
    }
