"""Lays out the files of a commit and runs a scanner on them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from assay.findings.scanreport import ScanReport
from assay.scan.scanner import Scanner

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def lay_out(root: Path, files: Mapping[str, str | bytes]) -> tuple[str, ...]:
    """Write `files` below `root`, and return their paths."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return tuple(files)


def scan(scanner: Scanner, root: Path, files: Mapping[str, str | bytes]) -> ScanReport:
    """Run `scanner` on `files`."""
    return scanner.run(root, lay_out(root, files), at=AT)


def said(report: ScanReport) -> dict[str, list[int]]:
    """Return what was found: the rule, and its lines."""
    found: dict[str, list[int]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, []).append(finding.locations[0].line)
    return found


def not_checked(report: ScanReport) -> dict[str, str]:
    """Return what was not looked at, and why."""
    return {item.where: item.why for item in report.not_checked}
