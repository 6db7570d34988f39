"""The findings about a commit that the log holds: the same that a gate decides from."""

from dataclasses import dataclass

from assay.core.digest import Digest
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding
from assay.findings.merge import merge_findings, worst_first
from assay.findings.scanreport import ScanReport
from assay.gates.reading import SUPERSESSION_TYPE, Evidence, read_evidence, read_replacements
from assay.gates.supersession import apply_replacements
from assay.operations.evidence import gate_evidence
from assay.operations.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFindings:
    """Each finding once, the worst first, and what the scanners did not look at."""

    findings: tuple[Finding, ...]
    not_checked: frozenset[NotChecked]


def recorded_findings(ledger: Ledger, commit: str) -> RecordedFindings:
    """Return what is held against `commit`, superseded statements left out.

    Raises:
        UsageError: Nothing is recorded about it.
    """
    evidence = gate_evidence(ledger, Digest("gitCommit", commit))
    if not evidence:
        raise UsageError(f"nothing is recorded about {commit[:12]}", hint="run: assay check")
    items = tuple(read_evidence(v) for v in evidence if v.predicate_type != SUPERSESSION_TYPE)
    asked = tuple(
        replacement
        for verified in evidence
        if verified.predicate_type == SUPERSESSION_TYPE
        for replacement in read_replacements(verified)
    )
    counted = apply_replacements(items, asked).evidence
    reports = [report for item in counted if (report := _report(item)) is not None]
    found = merge_findings(finding for report in reports for finding in report.findings)
    return RecordedFindings(
        findings=worst_first(found),
        not_checked=frozenset(gap for report in reports for gap in report.not_checked),
    )


def _report(item: Evidence) -> ScanReport | None:
    """Return what a scanner of ours saw, or one elsewhere: both count, and can be accepted."""
    return item.imported.report if item.imported is not None else item.report
