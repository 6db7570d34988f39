"""Several statements of one collector made into one view: nothing bad in any of them gets lost.

Every list is bounded, the worst first, and its full length is told beside it: what is cut off is
never worse than what was kept, so that no verdict depends on the bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Finding, Kind, Location
from assay.findings.merge import merge_findings
from assay.findings.reach import Level
from assay.findings.scanreport import ScanReport
from assay.gates.acceptance import renew_acceptance
from assay.sbom.component import Inventory
from assay.source.documents import Role
from assay.source.facts import SourceFacts

MAX_ITEMS: Final = 1_000  # the engine needs 0.1 ms for each; the report shows all of them


def join_reports(reports: Sequence[ScanReport], *, at: datetime) -> dict[str, object]:
    """Return the union of what the reports of one scanner found and, at `at`, did not check."""
    findings = _join_findings(finding for report in reports for finding in report.findings)
    return {
        "findings": findings[:MAX_ITEMS],
        "finding_count": len(findings),
        "examined": _most(report.examined for report in reports),
        **join_gaps((gap for report in reports for gap in report.not_checked), at),
    }


def join_inventories(inventories: Sequence[Inventory], *, at: datetime) -> dict[str, object]:
    """Return the union of what the component lists say; `components` counts the longest."""
    unlocked = sorted({path for one in inventories for path in one.unlocked})
    unpinned = sorted({item for one in inventories for item in one.unpinned})
    return {
        "components": max(len({c.purl for c in one.components}) for one in inventories),
        "lock_files": sorted({path for one in inventories for path in one.lock_files})[:MAX_ITEMS],
        "unlocked": unlocked[:MAX_ITEMS],
        "unlocked_count": len(unlocked),
        "unpinned": unpinned[:MAX_ITEMS],
        "unpinned_count": len(unpinned),
        **join_gaps((gap for one in inventories for gap in one.not_checked), at),
    }


def join_facts(accounts: Sequence[SourceFacts], *, at: datetime) -> dict[str, object]:
    """Return what several accounts of the repository come to: faults of any, documents of all."""
    submodules = sorted({one for facts in accounts for one in facts.content.submodules})
    trees = {facts.work_tree for facts in accounts if facts.work_tree is not None}
    return {
        "shallow": any(facts.clone.shallow for facts in accounts),
        "partial": any(facts.clone.partial for facts in accounts),
        "grafts": any(facts.clone.grafts for facts in accounts),
        "bytes": max(facts.content.size for facts in accounts),
        "commits": max(facts.history.commits for facts in accounts),
        "replace_refs": max(facts.clone.replace_refs for facts in accounts),
        "signatures": distinct(facts.head.signature.as_json() for facts in accounts),
        "leaving_symlinks": sorted(
            {path for facts in accounts for path in facts.content.leaving_symlinks}
        ),
        "submodules": [one.as_json() for one in submodules],
        "documents": _documents(accounts),
        "work_trees": distinct(tree.as_json() for tree in trees),
        **join_gaps((gap for facts in accounts for gap in facts.not_checked), at),
    }


def _most(counts: Iterable[Mapping[str, int]]) -> dict[str, object]:
    """Return the largest count of each noun: that something was looked at is shown by one."""
    most: dict[str, int] = {}
    for examined in counts:
        for noun, count in examined.items():
            most[noun] = max(count, most.get(noun, 0))
    return dict(sorted(most.items()))


def _documents(accounts: Sequence[SourceFacts]) -> dict[str, object]:
    """Return the paths of the documents with each role that every account names."""
    named = [{(one.role, one.path) for one in facts.documents} for facts in accounts]
    shared = sorted(set.intersection(*named))
    return {role.value: [path for its, path in shared if its is role] for role in Role}


def distinct(values: Iterable[dict[str, object]]) -> list[object]:
    """Return the values, each once, in the order of their bytes."""
    by_bytes = {render_canonical_json(value): value for value in values}
    return [by_bytes[key] for key in sorted(by_bytes)]


def _join_findings(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return one entry for each identity, at the worst severity that anybody gave it."""
    return [_finding(finding) for finding in sorted(merge_findings(findings), key=_order)]


def _order(finding: Finding) -> tuple[object, ...]:
    """Return the place of a finding: the worst first; no two have one identity."""
    return (finding.severity.rank, finding.identity)


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
        **_reach(finding),
    }


def _reach(finding: Finding) -> dict[str, object]:
    """Return the level that is known of a vulnerability, and the one that it may have.

    The level is what was seen at least: a reason to refuse. A rule that lets pass what is far away
    relies on `may_be`, which is the highest where nobody looked, or something hid from who did.
    """
    if finding.kind is not Kind.VULNERABILITY:
        return {}
    reach = finding.reach
    if reach is None:
        return {"reach": {"may_be": _level(Level.CALLED)}}
    return {
        "reach": {
            **_level(reach.level),
            "may_be": _level(reach.may_be),
            "only_in_tests": reach.only_in_tests and not reach.hidden,
            "limits": len(reach.limits),
            "hidden": len(reach.hidden),
        }
    }


def _level(level: Level) -> dict[str, object]:
    return {"level": level.word, "rank": level.value}


def _place(location: Location) -> str:
    line = f":{location.line}" if location.line else ""
    commit = f" in {location.commit[:12]}" if location.commit else ""
    return f"{location.path}{line}{commit}"


def join_gaps(gaps: Iterable[NotChecked], at: datetime) -> dict[str, object]:
    """Return the gaps, those that nobody accepts first."""
    distinct = sorted(
        {renew_acceptance(gap, at=at) for gap in gaps}, key=lambda gap: (gap.accepted != "", gap)
    )
    return {
        "not_checked": [gap.as_json() for gap in distinct[:MAX_ITEMS]],
        "not_checked_count": len(distinct),
    }
