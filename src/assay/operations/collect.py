"""Collecting: all that Assay looks at in one commit, as statements that are yet to be signed.

What scanners read is extracted from the commit's objects into a private folder. Nothing is taken
from the working tree but uncommitted files, in which secrets are looked for.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.evidence.statement import Statement, Subject
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.findings.scanreport import ScanReport
from assay.gates.acceptance import render_acceptance
from assay.gates.reading import SBOM_TYPE, SOURCE_TYPE
from assay.operations.configuration import Configuration, Exclusion
from assay.operations.home import Home
from assay.sbom.collect import is_dependency_file, read_inventory
from assay.sbom.component import Inventory
from assay.sbom.cyclonedx import render_cyclonedx
from assay.scan.registry import select_scanners
from assay.scan.runner import run_scanners
from assay.scan.scanner import Scanner
from assay.scan.secrets.foreign import FILES, MAX_FOREIGN_BYTES, Foreign, read_foreign
from assay.scan.secrets.scan import scan_secrets
from assay.source.entries import EntryKind, TreeEntry
from assay.source.facts import SourceFacts, collect_facts
from assay.source.judging import CommitTrust
from assay.source.repository import Repository
from assay.source.tree import extract_tree, load_blob
from assay.source.worktree import Uncommitted, list_uncommitted
from assay.system.environment import cache_home
from assay.system.files import load_file
from assay.system.interrupt import await_results, ending_runs
from assay.system.parallel import count_cores
from assay.system.scratch import scratch_folder
from assay.system.sealed import SealedFolder
from assay.vuln.match import match_components
from assay.vuln.mirror import load_advisories
from assay.vuln.predicate import PREDICATE_TYPE as VULNS_TYPE
from assay.vuln.predicate import render_vulns, report_matches
from assay.vuln.reach.assess import assess_reach
from assay.vuln.reach.sources import commit_sources

MAX_WORKERS: Final = 16
_MAX_FILE_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectSettings:
    """What collecting needs besides the repository."""

    configuration: Configuration
    product: str
    identity_key: bytes
    home: Home
    trust: CommitTrust
    workers: int
    at: datetime
    progress: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Everything that was seen in one commit."""

    facts: SourceFacts
    inventory: Inventory
    secrets: ScanReport
    scans: tuple[ScanReport, ...]
    vulnerabilities: ScanReport

    @property
    def reports(self) -> tuple[ScanReport, ...]:
        """Return all that report findings."""
        return (self.secrets, *self.scans, self.vulnerabilities)


def collect_commit(
    repository: Repository, entries: tuple[TreeEntry, ...], settings: CollectSettings
) -> Collected:
    """Look at the commit at HEAD of `repository`, of which `entries` are the files.

    Secrets are searched for by processes of their own, while the other collectors run.

    Raises:
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer, or a disk is full.
    """
    uncommitted = list_uncommitted(repository)
    others: list[Future[tuple[Inventory, tuple[ScanReport, ...]]]] = []
    with ThreadPoolExecutor(max_workers=1) as pool, ending_runs(others):
        settings.progress("Searching the history for secrets; scanning code and workflows")
        others.append(pool.submit(_collect_files, repository, entries, settings))
        secrets = _search_secrets(repository, entries, uncommitted, settings)
        ((inventory, scans),) = await_results(others)
    settings.progress("Matching components with advisories")
    return Collected(
        facts=collect_facts(
            repository,
            entries,
            uncommitted,
            at=settings.at,
            trust=settings.trust,
            sealed=SealedFolder(folder=cache_home(), key=settings.identity_key),
        ),
        inventory=inventory,
        secrets=secrets,
        scans=scans,
        vulnerabilities=_match(repository, entries, inventory, settings),
    )


def build_statements(
    collected: Collected, subject: Subject, *, product: str, at: datetime
) -> tuple[Statement, ...]:
    """Return one statement for each collector, about `subject`."""
    bom = render_cyclonedx(
        collected.inventory, subject_name=product, subject_version=subject.digest.hex, at=at
    )
    scans = (collected.secrets, *collected.scans)
    predicates: tuple[tuple[str, Mapping[str, object]], ...] = (
        (SOURCE_TYPE, collected.facts.as_json()),
        *((SCAN_TYPE, report.as_json()) for report in scans),
        (SBOM_TYPE, bom),
        (VULNS_TYPE, render_vulns(collected.vulnerabilities)),
    )
    return tuple(
        Statement(subjects=(subject,), predicate_type=kind, predicate=predicate)
        for kind, predicate in predicates
    )


def commit_subject(repository: Repository, product: str) -> Subject:
    """Return the subject that all statements about the commit at HEAD name."""
    return Subject(name=product, digest=Digest("gitCommit", repository.head))


def load_foreign(repository: Repository, entries: tuple[TreeEntry, ...]) -> Foreign:
    """Return what the commit's files for other secret scanners say."""
    return read_foreign(
        {
            entry.path: load_blob(repository, entry.oid, max_bytes=MAX_FOREIGN_BYTES)
            for entry in entries
            if entry.path in FILES and entry.kind is EntryKind.FILE
        }
    )


def count_workers(asked: int) -> int:
    """Return how many processes are to read the history: so many, or for 0 one for each core.

    Raises:
        UsageError: Fewer than none, or more than any history is worth.
    """
    if not 0 <= asked <= MAX_WORKERS:
        raise UsageError(f"{asked} workers", hint=f"0 to {MAX_WORKERS}")
    return asked or min(MAX_WORKERS, count_cores())


def _search_secrets(
    repository: Repository,
    entries: tuple[TreeEntry, ...],
    uncommitted: Uncommitted,
    settings: CollectSettings,
) -> ScanReport:
    report = scan_secrets(
        repository,
        identity_key=settings.identity_key,
        at=settings.at,
        workers=settings.workers,
        worktree_files=uncommitted.load_files(),
        excluded=settings.configuration.exclusions,
        foreign=load_foreign(repository, entries),
        cache=cache_home(),
    )
    return _with_gaps(report, uncommitted.not_checked)


def _collect_files(
    repository: Repository, entries: tuple[TreeEntry, ...], settings: CollectSettings
) -> tuple[Inventory, tuple[ScanReport, ...]]:
    """Extract the files that are wanted, and show each collector its own."""
    files = [entry for entry in entries if entry.kind is EntryKind.FILE]
    scanners = select_scanners(settings.configuration.scan)
    wanted = [e for e in files if is_dependency_file(e.path) or _is_taken(e.path, scanners)]
    exclusions = {e.path: _exclusion(e.path, settings) for e in wanted}
    kept = [e for e in wanted if exclusions[e.path] is None]
    left_out = tuple(_left_out(path, found) for path, found in exclusions.items() if found)
    with scratch_folder() as folder:
        extracted = extract_tree(repository, kept, folder)
        gaps = (*left_out, *extracted.not_checked)
        reports = run_scanners(scanners, folder, extracted.paths, at=settings.at)
        dependency_files = {
            path: load_file(folder / path, max_bytes=_MAX_FILE_BYTES)
            for path in extracted.paths
            if is_dependency_file(path)
        }
        inventory = read_inventory(dependency_files)
    named = {printable(e.path): e.path for e in wanted}
    return (
        replace(
            inventory,
            not_checked=(
                *inventory.not_checked,
                *(g for g in gaps if is_dependency_file(named.get(g.where, g.where))),
            ),
        ),
        tuple(
            _with_gaps(report, [g for g in gaps if scanner.takes(named.get(g.where, g.where))])
            for scanner, report in zip(scanners, reports, strict=True)
        ),
    )


def _match(
    repository: Repository,
    entries: tuple[TreeEntry, ...],
    inventory: Inventory,
    settings: CollectSettings,
) -> ScanReport:
    """Match the components; where any is affected, read how near the product comes to it."""
    advisories = load_advisories(settings.home.advisories, inventory.components)
    result = match_components(inventory.components, advisories, at=settings.at)
    report = report_matches(result, at=settings.at)
    if not result.findings:
        return report
    excluded = frozenset(e.path for e in entries if _exclusion(e.path, settings) is not None)
    sources = commit_sources(repository, entries, excluded=excluded)
    # A source that is not read to its end is told with each finding; no vulnerability is missed.
    assessed = assess_reach(result.findings, inventory.components, advisories, sources)
    return replace(report, findings=assessed.findings)


def _is_taken(path: str, scanners: tuple[Scanner, ...]) -> bool:
    return any(scanner.takes(path) for scanner in scanners)


def _exclusion(path: str, settings: CollectSettings) -> Exclusion | None:
    covering = (e for e in settings.configuration.exclusions if e.covers(path, at=settings.at))
    return next(covering, None)


def _left_out(path: str, exclusion: Exclusion) -> NotChecked:
    return NotChecked(
        what="file",
        where=printable(path),
        why="excluded in assay.toml",
        remedy="Take the exclusion out of assay.toml.",
        accepted=render_acceptance(exclusion.reason, until=exclusion.until),
    )


def _with_gaps(report: ScanReport, gaps: Iterable[NotChecked]) -> ScanReport:
    return replace(report, not_checked=tuple(sorted({*report.not_checked, *gaps})))
