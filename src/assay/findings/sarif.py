"""Findings as SARIF 2.1.0, in the form that code scanning services accept.

* One run for each scanner, with an `automationDetails.id` of its own, so that the results of one do
  not replace those of another.
* The identity of a finding is its fingerprint, also under `primaryLocationLineHash`, the one name
  by which GitHub knows a result again.
* What was not checked is a notification of the run. What nobody accepted makes it a run that did
  not succeed (section 3.20.14): an empty list of results must not read as "clean".
* A finding that a waiver covers is a result with a suppression (section 3.35), never left out.
* What a service's limits leave no room for is counted, in a notification.
* Text from outside can form neither links nor control sequences.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Location
from assay.findings.merge import merge_findings
from assay.findings.sarifresult import render_result
from assay.findings.sarifrules import (
    CWE,
    render_rule,
    render_taxonomy,
    rule_worst,
    weakness_numbers,
)
from assay.findings.sariftext import plain
from assay.findings.scanreport import ScanReport
from assay.findings.waiver import SetAside

MAX_RUNS: Final = 20  # in a file: GitHub refuses one with more
MAX_RESULTS: Final = 5_000  # in a run: GitHub takes 25,000, and shows no more than these
MAX_NOTIFICATIONS: Final = 1_000  # in a run; bounds the file
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the reports are about: the commit, its branch, and where the repository is.

    `branch` and `repository_uri` are empty where nobody knows. `waivers` are those in force, and
    words of VEX that do the same, by the finding that each is about.
    """

    commit: str
    repository_uri: str = ""
    branch: str = ""
    waivers: Mapping[str, SetAside] = field(default_factory=lambda: MappingProxyType({}))


def render_sarif(
    reports: Iterable[ScanReport], about: Examined, *, max_results: int = MAX_RESULTS
) -> dict[str, object]:
    """Return the SARIF log of `reports`, as a JSON object.

    Several reports of one scanner become one run, for a service takes one run of a name. The worst
    `max_results` findings of a run are in it, and a notification counts the others.
    """
    grouped: defaultdict[str, list[ScanReport]] = defaultdict(list)
    for report in reports:
        grouped[report.scanner].append(report)
    kept = list(grouped.values())[:MAX_RUNS]
    left_out = sorted(list(grouped)[MAX_RUNS:])
    runs = [_run(tuple(group), about, max_results) for group in kept]
    if left_out:
        _say_left_out(runs[-1], left_out)
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}


def _run(reports: tuple[ScanReport, ...], about: Examined, most: int) -> dict[str, object]:
    latest = max(reports, key=lambda report: report.observed_at)
    findings = sorted(merge_findings(f for report in reports for f in report.findings), key=_order)
    shown = findings[:most]
    rules = rule_worst(shown)
    index = {rule: number for number, rule in enumerate(rules)}
    taxa = _taxa(shown)
    run: dict[str, object] = {
        "tool": {"driver": _driver(latest, rules, taxa)},
        "automationDetails": {"id": f"assay/{latest.scanner}/"},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The repository's top."}}},
        "invocations": [_invocation(reports, left_out=len(findings) - len(shown))],
        "results": [
            render_result(
                finding,
                rule_index=index[finding.rule],
                taxa=taxa,
                waiver=about.waivers.get(finding.identity),
            )
            for finding in shown
        ],
        "columnKind": "unicodeCodePoints",
        "properties": _properties(reports, about, left_out=len(findings) - len(shown)),
    }
    if taxa:
        run["taxonomies"] = [render_taxonomy(taxa)]
    if about.repository_uri:
        run["versionControlProvenance"] = [_provenance(about)]
    return run


def _driver(
    latest: ScanReport, rules: Mapping[str, Finding], taxa: Mapping[int, int]
) -> dict[str, object]:
    driver: dict[str, object] = {
        "name": f"Assay {latest.scanner}",
        "fullName": f"{latest.tool} {latest.version}, run by Assay",
        "version": latest.version,
        "rules": [render_rule(finding, taxa=taxa) for finding in rules.values()],
        "notifications": [{"id": "not-checked"}, {"id": "left-out"}],
    }
    return driver | ({"supportedTaxonomies": [dict(CWE)]} if taxa else {})


def _taxa(findings: Iterable[Finding]) -> dict[int, int]:
    """Return the place in the taxonomy of each CWE that a finding names."""
    numbers = {number for finding in findings for number in weakness_numbers(finding.references)}
    return {number: index for index, number in enumerate(sorted(numbers))}


def _provenance(about: Examined) -> dict[str, object]:
    """Return what was under version control (section 3.23), and where it lies in the results."""
    return {
        "repositoryUri": about.repository_uri,
        "revisionId": about.commit,
        "mappedTo": {"uriBaseId": "%SRCROOT%"},
        **({"branch": plain(about.branch)} if about.branch else {}),
    }


def _properties(
    reports: tuple[ScanReport, ...], about: Examined, *, left_out: int
) -> dict[str, object]:
    """Return what SARIF has no member for; `assay.findings.sarifread` reads it back."""
    latest = max(reports, key=lambda report: report.observed_at)
    gaps = {gap for report in reports for gap in report.not_checked}
    return {
        "commit": about.commit,
        "scanner": plain(latest.scanner),
        "tool": plain(latest.tool),
        "observedAt": format_time(latest.observed_at),
        "examined": dict(latest.examined),
        "inputs": {plain(name): plain(text) for name, text in latest.inputs.items()},
        "notChecked": [
            {name: plain(str(text)) for name, text in gap.as_json().items()}
            for gap in sorted(gaps, key=_gap_order)[:MAX_NOTIFICATIONS]
        ],
        "leftOut": left_out + max(0, len(gaps) - MAX_NOTIFICATIONS),
    }


def _order(finding: Finding) -> tuple[int, Location, str]:
    return (finding.severity.rank, min(finding.locations), finding.identity)


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


def _say_left_out(run: dict[str, object], scanners: list[str]) -> None:
    """Add to `run` that there were more runs than a file may have; it did not succeed then."""
    invocations = run["invocations"]
    if isinstance(invocations, list):
        text = f"No run in this file, for it has {MAX_RUNS}: {', '.join(scanners)}."
        invocations[0]["toolExecutionNotifications"].append(
            _notification("left-out", "error", text)
        )
        invocations[0]["executionSuccessful"] = False


def _gap_order(gap: NotChecked) -> tuple[bool, NotChecked]:
    return (gap.accepted != "", gap)


def _gap(gap: NotChecked) -> dict[str, object]:
    accepted = f" Accepted: {gap.accepted}" if gap.accepted else ""
    text = f"Not checked: {gap.what} {gap.where}: {gap.why}. {gap.remedy}{accepted}"
    return _notification("not-checked", "note" if gap.accepted else "error", text)


def _notification(name: str, level: str, text: str) -> dict[str, object]:
    return {"descriptor": {"id": name}, "level": level, "message": {"text": plain(text)}}
