"""`assay scan import`: what other tools reported about a commit, signed and logged as such."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.collector import without_collector
from assay.core.errors import AssayError, UsageError, inside
from assay.core.notchecked import NotChecked
from assay.evidence.statement import Statement, Subject
from assay.findings.finding import Severity
from assay.findings.place import SourceText
from assay.operations.collect import commit_subject
from assay.operations.commit_configuration import load_configuration, product_name
from assay.operations.identitykey import load_identity_key
from assay.operations.record import open_recorder
from assay.scan.imports.build import ImportSource, build_imports
from assay.scan.imports.formats import MAX_REPORT_BYTES
from assay.scan.imports.mapping import CommitFiles
from assay.scan.imports.predicate import PREDICATE_TYPE, ROLE, ImportedScan
from assay.source.entries import EntryKind, TreeEntry
from assay.source.repository import Repository, open_repository
from assay.source.tree import list_tree, load_blob
from assay.system.clock import now
from assay.system.files import load_file

_MAX_SOURCE_BYTES: Final = 16 * 2**20  # of a file whose lines findings name; bounds memory
_KEPT_FILES: Final = 64  # a report goes through the files one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedScan:
    """One run that was imported, and where it is in the log."""

    scan: ImportedScan
    index: int

    def as_json(self) -> dict[str, object]:
        """Return its entry of the document that `--json` prints."""
        report, source = self.scan.report, self.scan.provenance
        return {
            "tool": report.tool,
            "version": report.version,
            "file": source.file,
            "digest": str(source.digest),
            "ranBy": source.ran_by,
            "ranAt": source.ran_at,
            "counts": dict(report.examined),
            "findings": len(report.findings),
            "severities": severities(self.scan),
            "index": self.index,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScansImported:
    """What was imported about which commit."""

    subject: Subject
    scans: tuple[RecordedScan, ...]

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return what the reports leave open."""
        return tuple(sorted({gap for one in self.scans for gap in one.scan.report.not_checked}))

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "subject": str(self.subject.digest),
            "scans": [scan.as_json() for scan in self.scans],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def import_scans(
    path: Path,
    reports: tuple[Path, ...],
    *,
    tool: str,
    ran_by: str,
    clock: Clock = now,
) -> ScansImported:
    """Record what the files `reports` say about the commit at HEAD: all of them, or none.

    `tool` is the format of the files, empty where they tell it. `ran_by` is who ran the tool.

    Raises:
        UsageError: No repository, no log, no such file or format.
        RejectedError: A report that cannot be read, or a key that may not import.
        UnavailableError: The log cannot be written.
    """
    if not reports:
        raise UsageError("no report", hint="name the files that the tools wrote")
    at = clock()
    repository = open_repository(path)
    with without_collector(), open_recorder(repository, at=at, clock=clock) as recorder:
        entries = list_tree(repository, repository.head)
        product = product_name(repository, load_configuration(repository, entries))
        subject = commit_subject(repository, product)
        files = _commit_files(repository, entries)
        key = load_identity_key(recorder.ledger.home.folder)
        scans: list[ImportedScan] = []
        for report in reports:
            source = _load(report, tool=tool, ran_by=ran_by)
            with inside(repr(str(report))):
                scans += build_imports(source, files, identity_key=key, at=at)
        receipts = recorder.record(tuple(_statement(subject, scan) for scan in scans), role=ROLE)
    recorded = zip(scans, receipts, strict=True)
    return ScansImported(
        subject=subject,
        scans=tuple(RecordedScan(scan=scan, index=receipt.index) for scan, receipt in recorded),
    )


def severities(scan: ImportedScan) -> dict[str, int]:
    """Count the findings of each severity, the worst first, those that occur."""
    found = [finding.severity for finding in scan.report.findings]
    return {level.value: found.count(level) for level in Severity if level in found}


def _statement(subject: Subject, scan: ImportedScan) -> Statement:
    return Statement(subjects=(subject,), predicate_type=PREDICATE_TYPE, predicate=scan.as_json())


def _load(report: Path, *, tool: str, ran_by: str) -> ImportSource:
    data = load_file(report, max_bytes=MAX_REPORT_BYTES)
    return ImportSource(name=report.name, data=data, tool=tool, ran_by=ran_by)


def _commit_files(repository: Repository, entries: tuple[TreeEntry, ...]) -> CommitFiles:
    blobs = {entry.path: entry.oid for entry in entries if entry.kind is EntryKind.FILE}
    return CommitFiles(paths=frozenset(blobs), text=_reader(repository, blobs))


def _reader(repository: Repository, blobs: Mapping[str, str]) -> Callable[[str], SourceText]:
    @lru_cache(maxsize=_KEPT_FILES)
    def text(path: str) -> SourceText:
        try:
            content = load_blob(repository, blobs[path], max_bytes=_MAX_SOURCE_BYTES)
        except AssayError:  # too large, or not here: the place is then coarser, nothing is lost
            content = b""
        return SourceText(path, content)

    return text
