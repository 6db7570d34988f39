"""The in-toto predicate for vulnerability scans (v0.2), with Assay's own report inside it.

The standard members are for other readers; `assay_report` is the `ScanReport` that gates read,
because the standard has no place for what was not checked.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from assay import __version__
from assay.core.clock import format_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Finding
from assay.findings.scanreport import ScanReport, parse_scan_report

if TYPE_CHECKING:
    from assay.vuln.match import MatchResult  # not loaded by who only reads: start-up time

PREDICATE_TYPE: Final = "https://in-toto.io/attestation/vulns/v0.2"
SCANNER: Final = "vulnerabilities"
SCANNER_URI: Final = "urn:assay:scanner:vulnerabilities"
NEVER: Final = "1970-01-01T00:00:00Z"  # lastUpdate is required, and there may be no data at all


def report_matches(result: "MatchResult", *, at: datetime) -> ScanReport:
    """Return the report of a matching that was made at the time `at`."""
    return ScanReport(
        scanner=SCANNER,
        tool="assay",
        version=__version__,
        observed_at=at,
        inputs=result.inputs,
        examined=result.examined,
        findings=result.findings,
        not_checked=result.not_checked,
    )


def render_vulns(report: ScanReport) -> dict[str, object]:
    """Return the predicate for `report`.

    `db.lastUpdate` is the import time of the oldest feed: no feed is older than it says.
    """
    at = format_time(report.observed_at)
    imported = [v for name, v in report.inputs.items() if name.endswith("/importedAt")]
    return {
        "scanner": {
            "uri": SCANNER_URI,
            "version": report.version,
            "db": {
                "uri": "https://osv.dev",
                "version": report.inputs.get("advisories", ""),
                "lastUpdate": min(imported, default=NEVER),
            },
            "result": [
                _render_result(finding)
                for finding in sorted(report.findings, key=lambda finding: finding.identity)
            ],
        },
        "metadata": {"scanStartedOn": at, "scanFinishedOn": at},
        "assay_report": report.as_json(),
    }


def _render_result(finding: Finding) -> dict[str, object]:
    return {
        "id": vulnerability_of(finding),
        "severity": [{"method": "assay", "score": finding.severity.value}],
        "annotations": [{"finding": finding.identity}, {"title": finding.title}],
    }


def parse_vulns(predicate: JsonValue) -> ScanReport:
    """Read the report out of a predicate that `render_vulns` wrote.

    Both halves must tell the same: a reader of the standard members must not see another result
    than the gate does.

    Raises:
        MalformedError: A member is missing or of another type; the report is of another scanner;
            or the results differ from the report's findings.
    """
    report = parse_scan_report(predicate.field("assay_report"))
    if report.scanner != SCANNER:
        raise MalformedError(
            f"scanner {report.scanner!r}, not {SCANNER!r}", where="assay_report.scanner"
        )
    said = sorted(
        _parse_result(item) for item in predicate.field("scanner").field("result").items()
    )
    if said != sorted((vulnerability_of(f), (f.severity.value,)) for f in report.findings):
        raise MalformedError("not what assay_report says", where="scanner.result")
    return report


def _parse_result(item: JsonValue) -> tuple[str, tuple[str, ...]]:
    scores = tuple(rating.field("score").text() for rating in item.field("severity").items())
    return item.field("id").text(), scores


def vulnerability_of(finding: Finding) -> str:
    """Return the id of the vulnerability that a finding of this scanner is about."""
    return finding.rule.removeprefix("osv/")
