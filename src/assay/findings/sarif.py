"""Findings as SARIF 2.1.0, in the form that code scanning services accept.

* One run for each scanner, with an `automationDetails.id` of its own, so that the results of one do
  not replace those of another.
* The identity of a finding is its fingerprint, also under `primaryLocationLineHash`, the one name
  by which GitHub knows a result again.
* What was not checked is a notification of the run. What nobody accepted makes it a run that did
  not succeed (section 3.20.14): an empty list of results must not read as "clean".
* Text from outside can form neither links nor control sequences.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Finding, Location, Severity
from assay.findings.sarifrules import SCORES, render_rule, rule_worst, unlinked
from assay.findings.scanreport import ScanReport

MAX_RESULTS: Final = 5_000  # in a run: GitHub shows no more
MAX_LOCATIONS: Final = 100  # of a result: GitHub keeps 1,000, and nobody reads a hundred
MAX_NOTIFICATIONS: Final = 1_000  # in a run; bounds the file, whose limit is 10 MB compressed
FINGERPRINT: Final = "assayIdentity/v1"
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.UNKNOWN: "error",  # nobody said, so it counts as the worst
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}


def render_sarif(
    reports: Iterable[ScanReport], *, commit: str, repository_uri: str = ""
) -> dict[str, object]:
    """Return the SARIF log of `reports` about `commit`, as a JSON object.

    `repository_uri` says where the repository can be fetched, empty where nobody knows. Several
    reports of one scanner become one run, for a service takes one run of a name. The worst
    `MAX_RESULTS` findings of a run are in it, and a notification counts the others.
    """
    grouped: defaultdict[str, list[ScanReport]] = defaultdict(list)
    for report in reports:
        grouped[report.scanner].append(report)
    provenance = [{"repositoryUri": repository_uri, "revisionId": commit}]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            _run(tuple(group), commit)
            | ({"versionControlProvenance": provenance} if repository_uri else {})
            for group in grouped.values()
        ],
    }


def _run(reports: tuple[ScanReport, ...], commit: str) -> dict[str, object]:
    latest = max(reports, key=lambda report: report.observed_at)
    findings = _distinct(reports)
    shown = findings[:MAX_RESULTS]
    rules = rule_worst(shown)
    index = {rule: number for number, rule in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": f"Assay {latest.scanner}",
                "fullName": f"{latest.tool} {latest.version}, run by Assay",
                "version": latest.version,
                "rules": [render_rule(finding) for finding in rules.values()],
                "notifications": [{"id": "not-checked"}, {"id": "left-out"}],
            }
        },
        "automationDetails": {"id": f"assay/{latest.scanner}/"},
        "invocations": [_invocation(reports, left_out=len(findings) - len(shown))],
        "results": [_result(finding, index[finding.rule]) for finding in shown],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "commit": commit,
            "examined": dict(latest.examined),
            "inputs": dict(latest.inputs),
        },
    }


def _distinct(reports: tuple[ScanReport, ...]) -> list[Finding]:
    """Return the findings, the worst first, then by file and line; one for each identity."""
    found: dict[str, Finding] = {}
    for finding in sorted((f for report in reports for f in report.findings), key=_order):
        found.setdefault(finding.identity, finding)
    return list(found.values())


def _order(finding: Finding) -> tuple[int, Location, str, str]:
    return (finding.severity.rank, min(finding.locations), finding.identity, finding.rule)


def _result(finding: Finding, rule_index: int) -> dict[str, object]:
    places = sorted(set(finding.locations))
    more = len(places) - MAX_LOCATIONS
    notes = {place.note: None for place in places if place.note}
    parts = [finding.message, finding.remedy, *(f"Note: {note}." for note in notes)]
    if more > 0:
        parts.append(f"It is in {more} more places.")
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(" ".join(parts))},
        "locations": [_location(place) for place in places[:MAX_LOCATIONS]],
        "partialFingerprints": {
            FINGERPRINT: finding.identity,
            "primaryLocationLineHash": finding.identity,
        },
        "properties": {
            "severity": finding.severity.value,
            "security-severity": SCORES[finding.severity],
        },
    }


def _location(place: Location) -> dict[str, object]:
    """Return where it is; a finding about a whole file stands in line 1, as GitHub wants a line."""
    located: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(place.path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": max(place.line, 1)},
        }
    }
    if place.commit:
        located["message"] = {"text": f"since commit {_plain(place.commit)}"}
    return located


def _uri(path: str) -> str:
    """Return the relative reference of `path` (RFC 3986): every byte that is not plain, escaped."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/") or "."


def _invocation(reports: tuple[ScanReport, ...], *, left_out: int) -> dict[str, object]:
    gaps = sorted({gap for report in reports for gap in report.not_checked}, key=_gap_order)
    notes = [_gap(gap) for gap in gaps[:MAX_NOTIFICATIONS]]
    if len(gaps) > MAX_NOTIFICATIONS:
        text = f"{len(gaps) - MAX_NOTIFICATIONS} more things were not checked."
        notes.append(_notification("left-out", "error", text))
    if left_out:
        text = f"{left_out} more findings are not in this file; the report of Assay has them all."
        notes.append(_notification("left-out", "warning", text))
    return {
        "executionSuccessful": all(gap.accepted for gap in gaps),
        "endTimeUtc": format_time(max(report.observed_at for report in reports)),
        "toolExecutionNotifications": notes,
    }


def _gap_order(gap: NotChecked) -> tuple[bool, NotChecked]:
    return (gap.accepted != "", gap)


def _gap(gap: NotChecked) -> dict[str, object]:
    accepted = f" Accepted: {gap.accepted}" if gap.accepted else ""
    text = f"Not checked: {gap.what} {gap.where}: {gap.why}. {gap.remedy}{accepted}"
    return _notification("not-checked", "note" if gap.accepted else "error", text)


def _notification(name: str, level: str, text: str) -> dict[str, object]:
    return {"descriptor": {"id": name}, "level": level, "message": {"text": _plain(text)}}


def _plain(text: str) -> str:
    """Return `text` as one line that a viewer shows as it stands, and makes no link of."""
    return unlinked(printable(text.strip(), limit=2_000))
