"""Several statements of one collector made into one view: nothing bad in any of them gets lost.

Every list is bounded, the worst first, and its full length is told beside it: what is cut off is
never worse than what was kept, so that no verdict depends on the bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Finding, Location
from assay.findings.scanreport import ScanReport
from assay.gates.acceptance import renew_acceptance
from assay.sbom.component import Inventory

MAX_ITEMS: Final = 1_000  # the engine needs 0.1 ms for each; the report shows all of them


def join_reports(reports: Sequence[ScanReport], *, at: datetime) -> dict[str, object]:
    """Return the union of what the reports of one scanner found and, at `at`, did not check."""
    findings = _join_findings(finding for report in reports for finding in report.findings)
    return {
        "findings": findings[:MAX_ITEMS],
        "finding_count": len(findings),
        **_gaps((gap for report in reports for gap in report.not_checked), at),
    }


def join_inventories(inventories: Sequence[Inventory], *, at: datetime) -> dict[str, object]:
    """Return the union of what the component lists say; `components` is their number."""
    unlocked = sorted({path for one in inventories for path in one.unlocked})
    unpinned = sorted({item for one in inventories for item in one.unpinned})
    return {
        "components": len({c.purl for one in inventories for c in one.components}),
        "lock_files": sorted({path for one in inventories for path in one.lock_files})[:MAX_ITEMS],
        "unlocked": unlocked[:MAX_ITEMS],
        "unlocked_count": len(unlocked),
        "unpinned": unpinned[:MAX_ITEMS],
        "unpinned_count": len(unpinned),
        **_gaps((gap for one in inventories for gap in one.not_checked), at),
    }


def join_facts(facts: Iterable[Mapping[str, object]]) -> list[object]:
    """Return the different accounts of the repository: a rule looks at each of them."""
    distinct = {render_canonical_json(dict(one)): dict(one) for one in facts}
    return [distinct[key] for key in sorted(distinct)]


def _join_findings(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return one entry for each identity, at the worst severity that anybody gave it."""
    worst: dict[str, Finding] = {}
    for finding in findings:
        known = worst.get(finding.identity)
        if known is None or _order(finding) < _order(known):
            worst[finding.identity] = finding
    return [_finding(finding) for finding in sorted(worst.values(), key=_order)]


def _order(finding: Finding) -> tuple[object, ...]:
    """Return the place of a finding: the worst first, and no two that differ are equal."""
    severity = finding.severity
    text = (finding.identity, severity.value, finding.title, finding.remedy, finding.rule)
    return (severity.rank, *text, finding.locations)


def _finding(finding: Finding) -> dict[str, object]:
    first = min(finding.locations)
    return {
        "id": finding.identity,
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity.value,
        "rank": finding.severity.rank,
        "where": _place(first),
        "note": first.note,
        "places": len(finding.locations),
        "remedy": finding.remedy,
    }


def _place(location: Location) -> str:
    line = f":{location.line}" if location.line else ""
    commit = f" in {location.commit[:12]}" if location.commit else ""
    return f"{location.path}{line}{commit}"


def _gaps(gaps: Iterable[NotChecked], at: datetime) -> dict[str, object]:
    """Return the gaps, those that nobody accepts first."""
    distinct = sorted(
        {renew_acceptance(gap, at=at) for gap in gaps}, key=lambda gap: (gap.accepted != "", gap)
    )
    return {
        "not_checked": [gap.as_json() for gap in distinct[:MAX_ITEMS]],
        "not_checked_count": len(distinct),
    }
