"""Findings that somebody accepted: they do not count at the gate, and are listed as waived.

A waiver takes away, so the least that anybody says holds: of several accounts the newest counts,
and each waiver only until its end. What it covers becomes an accepted entry of what was not
checked, with who accepted it and why, so that no verdict is silent about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding
from assay.findings.scanreport import ScanReport
from assay.findings.waiver import SetAside, Waiver
from assay.findings.waiveraccount import WaiverAccount
from assay.gates.acceptance import render_acceptance


def waivers_in_force(accounts: Sequence[WaiverAccount], *, at: datetime) -> dict[str, Waiver]:
    """Return the waivers that hold at the time `at`, by the finding that each is about."""
    newest = sorted(accounts, key=lambda account: account.observed_at)[-1:]
    latest = [account for account in accounts if account.observed_at == newest[0].observed_at]
    found = [account.in_force(at=at) for account in latest]
    shared = set.intersection(*(set(names) for names in found)) if found else set[str]()
    return {name: min((one[name] for one in found), key=_order) for name in sorted(shared)}


def without_waived(report: ScanReport, waivers: Mapping[str, SetAside]) -> ScanReport:
    """Return `report` with what is accepted in its `not_checked`, and not among its findings."""
    waived = [finding for finding in report.findings if finding.identity in waivers]
    if not waived:
        return report
    return replace(
        report,
        findings=tuple(f for f in report.findings if f.identity not in waivers),
        not_checked=(
            *report.not_checked,
            *(_accepted(finding, waivers[finding.identity]) for finding in waived),
        ),
    )


def _accepted(finding: Finding, waiver: SetAside) -> NotChecked:
    place = min(finding.locations)
    return NotChecked(
        what="finding",
        where=f"{place.path}:{place.line}" if place.line else place.path,
        why=f"{finding.severity.value} {finding.title} ({finding.identity}) {waiver.words}",
        remedy=finding.remedy,
        accepted=render_acceptance(waiver.reason, until=waiver.expires),
    )


def _order(waiver: Waiver) -> tuple[datetime, str]:
    return (waiver.expires, waiver.reason)
