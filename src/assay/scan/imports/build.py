"""From a file that a tool wrote to the scans that are recorded: pure but for reading the commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from assay import __version__
from assay.core.clock import format_time
from assay.core.digest import sha256_of
from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.fingerprint import name_sightings
from assay.findings.scanreport import ScanReport
from assay.scan.imports.claim import Told, gap
from assay.scan.imports.formats import parse_foreign_report
from assay.scan.imports.mapping import CommitFiles, Mapped, map_claims, tool_name
from assay.scan.imports.predicate import PREFIX, ImportedScan, Provenance

_SKEW: Final = timedelta(minutes=5)  # between the clocks of two machines
_RUN_AGAIN: Final = "run the tool again with a version that tells its time"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """A file that is to be imported, and what is said about it. `tool` is a format, or empty."""

    name: str
    data: bytes
    tool: str
    ran_by: str


def build_imports(
    source: ImportSource, files: CommitFiles, *, identity_key: bytes, at: datetime
) -> tuple[ImportedScan, ...]:
    """Return one scan for each run that the file `source` tells of.

    Raises:
        MalformedError: It is in no known format, or tells of no run at all.
        UsageError: There is no such format.
    """
    runs = parse_foreign_report(source.data, tool=source.tool)
    if not runs:
        raise MalformedError("a report of no run", hint="run the tool again")
    return tuple(_imported(told, source, files, identity_key, at) for told in runs)


def _imported(
    told: Told, source: ImportSource, files: CommitFiles, identity_key: bytes, at: datetime
) -> ImportedScan:
    mapped = map_claims(told, files, identity_key=identity_key)
    digest, ran_at = sha256_of(source.data), _time(told.observed_at, at)
    version = printable(told.version) or "unknown"
    report = ScanReport(
        scanner=PREFIX + tool_name(told.tool),
        tool=printable(told.tool),
        version=version,
        observed_at=at,
        inputs=MappingProxyType({"assay": __version__, "report": str(digest)}),
        examined=_counts(told, mapped),
        findings=name_sightings(mapped.sightings, version=version),
        not_checked=tuple(sorted({*mapped.not_checked, *_undated(told, ran_at)})),
    )
    provenance = Provenance(
        file=printable(source.name), digest=digest, ran_by=printable(source.ran_by), ran_at=ran_at
    )
    return ImportedScan(report=report, provenance=provenance)


def _counts(told: Told, mapped: Mapped) -> Mapping[str, int]:
    """Count what the report has (results), the places of findings, and those that differ."""
    return MappingProxyType(
        {
            "results": told.results,
            "places": len(told.claims),
            "distinct": len(mapped.sightings),
            "suppressed": told.suppressed,
        }
    )


def _time(text: str, at: datetime) -> str:
    """Return when the tool ran, empty where it does not say so, or names a time to come."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if told.tzinfo is None or told > at + _SKEW:
        return ""
    return format_time(told)


def _undated(told: Told, ran_at: str) -> tuple[NotChecked, ...]:
    if ran_at:
        return ()
    why = f"it says {printable(told.observed_at)!r}" if told.observed_at else "it does not say so"
    return (gap("time", "the imported report", f"when the tool ran: {why}", _RUN_AGAIN),)
