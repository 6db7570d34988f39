"""From a verified statement to what a gate can count: one reader for each kind of evidence.

A kind that is not known here is not skipped: it becomes a gap, and the gate answers UNKNOWN.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.evidence.envelope import VerifiedStatement
from assay.findings import scanreport
from assay.findings.scanreport import ScanReport, parse_scan_report
from assay.sbom import cyclonedx
from assay.sbom.component import Inventory
from assay.vuln import predicate as vulns

SCAN_TYPE: Final = scanreport.PREDICATE_TYPE
VULNS_TYPE: Final = vulns.PREDICATE_TYPE
SOURCE_TYPE: Final = "urn:assay:predicate:source:v1"
SBOM_TYPE: Final = cyclonedx.PREDICATE_TYPE
SUPERSESSION_TYPE: Final = "urn:assay:predicate:supersession:v1"
VERDICT_TYPE: Final = "https://slsa.dev/verification_summary/v1"
LOG_CHECK_TYPE: Final = "urn:assay:predicate:log-check:v1"
# Kinds that say nothing about the commit by themselves. A verdict is not evidence for a verdict.
NOT_EVIDENCE: Final = frozenset({VERDICT_TYPE, SUPERSESSION_TYPE, LOG_CHECK_TYPE})
# A scan statement cannot speak for a collector that has a kind of its own.
_RESERVED: Final = frozenset({"source", "sbom", "vulnerabilities"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One statement of a collector, read; `report`, `source` or `inventory` holds what it says."""

    statement: Digest
    kind: str
    collector: str
    observed_at: datetime
    signed_by: tuple[str, ...]
    report: ScanReport | None = None
    source: Mapping[str, object] | None = None
    inventory: Inventory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One entry of a supersession: what it takes away, and why."""

    by: Digest  # the supersession statement
    statement: str
    reason: str


def read_evidence(verified: VerifiedStatement) -> Evidence:
    """Return what one collector's statement says.

    Raises:
        MalformedError: A predicate that is not of its type, or a type that is not known.
    """
    reader = _READERS.get(verified.predicate_type)
    if reader is None:
        raise MalformedError(f"a kind of evidence that is not known: {verified.predicate_type!r}")
    return reader(verified)


def read_replacements(verified: VerifiedStatement) -> tuple[Replacement, ...]:
    """Return the entries of a supersession statement.

    Raises:
        MalformedError: Not of its type.
    """
    return tuple(
        Replacement(
            by=verified.digest,
            statement=str(parse_digest(item.field("statement").text())),
            reason=item.field("reason").text(),
        )
        for item in verified.predicate().field("supersedes").items()
    )


def _evidence(
    verified: VerifiedStatement,
    collector: str,
    observed_at: datetime,
    *,
    report: ScanReport | None = None,
    source: Mapping[str, object] | None = None,
    inventory: Inventory | None = None,
) -> Evidence:
    return Evidence(
        statement=verified.digest,
        kind=verified.predicate_type,
        collector=collector,
        observed_at=observed_at,
        signed_by=tuple(sorted(verified.signed_by)),
        report=report,
        source=source,
        inventory=inventory,
    )


def _read_scan(verified: VerifiedStatement) -> Evidence:
    report = parse_scan_report(verified.predicate())
    if report.scanner in _RESERVED:
        raise MalformedError(f"a scan that speaks for the collector {report.scanner!r}")
    return _evidence(verified, report.scanner, report.observed_at, report=report)


def _read_vulns(verified: VerifiedStatement) -> Evidence:
    report = vulns.parse_vulns(verified.predicate())
    return _evidence(verified, report.scanner, report.observed_at, report=report)


def _read_sbom(verified: VerifiedStatement) -> Evidence:
    predicate = verified.predicate()
    observed_at = parse_time(predicate.field("metadata").field("timestamp").text())
    return _evidence(verified, "sbom", observed_at, inventory=cyclonedx.parse_inventory(predicate))


def _read_source(verified: VerifiedStatement) -> Evidence:
    predicate = verified.predicate()
    observed_at = parse_time(predicate.field("observedAt").text())
    source = {name: member.value for name, member in predicate.members() if name != "observedAt"}
    return _evidence(verified, "source", observed_at, source=source)


_READERS: Final[Mapping[str, Callable[[VerifiedStatement], Evidence]]] = {
    SCAN_TYPE: _read_scan,
    VULNS_TYPE: _read_vulns,
    SBOM_TYPE: _read_sbom,
    SOURCE_TYPE: _read_source,
}
