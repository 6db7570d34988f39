"""`assay secrets scan`: the search for secrets alone, and on request what their issuers say.

It decides nothing: the gate does, from the evidence of `assay check`. What issuers say is recorded
as evidence about the commit where the repository has a log.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement
from assay.findings.finding import Finding, Location, Severity
from assay.findings.merge import worst_first
from assay.findings.scanreport import ScanReport
from assay.operations.collect import commit_subject, count_workers, load_foreign
from assay.operations.commit_configuration import load_configuration, product_name
from assay.operations.home import load_origin
from assay.operations.identitykey import installation_key
from assay.operations.record import open_recorder
from assay.scan.secrets.compiled import compile_rules
from assay.scan.secrets.foreign import Foreign
from assay.scan.secrets.live.validate import (
    PREDICATE_TYPE,
    Answered,
    Issuers,
    render_validity,
    validate_findings,
)
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.report import IN_MESSAGE, IN_WORK_TREE
from assay.scan.secrets.rule import rules_digest
from assay.scan.secrets.scan import scan_secrets
from assay.scan.secrets.sealed import search_name
from assay.source.git import run_git
from assay.source.repository import Repository, open_repository
from assay.source.tree import MAX_FILE_BYTES, list_tree
from assay.source.worktree import list_uncommitted
from assay.system.clock import now
from assay.system.environment import cache_home
from assay.system.files import load_beneath
from assay.system.sealed import SealedFolder

ROLE: Final = "collector"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsFound:
    """What the search gave.

    `validity` is None where issuers were not asked, `index` where nothing was recorded.
    """

    report: ScanReport
    validity: tuple[Answered, ...] | None = None
    index: int | None = None

    @property
    def verdict(self) -> Verdict:
        """Return FAILED over a finding that is medium or worse, UNKNOWN where something is open."""
        if any(f.severity.rank <= Severity.MEDIUM.rank for f in self.report.findings):
            return Verdict.FAILED
        gaps = any(not item.accepted for item in self.report.not_checked)
        return Verdict.UNKNOWN if gaps else Verdict.PASSED

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        asked = None if self.validity is None else [one.as_json() for one in self.validity]
        return {
            "verdict": self.verdict.value,
            **self.report.as_json(),
            "validity": asked,
            "index": self.index,
        }


def search_secrets(
    path: Path,
    *,
    workers: int,
    progress: Callable[[str], None],
    ask: Issuers | None,
    clock: Clock = now,
) -> SecretsFound:
    """Search the repository at `path`, and ask the issuers of what is found, or None for nobody.

    Raises:
        UsageError: No repository, too many workers, or settings that are wrong.
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer, or a worker died.
    """
    at = clock()
    repository = open_repository(path)
    key, kept = installation_key()
    entries = list_tree(repository, repository.head)
    configuration = load_configuration(repository, entries)
    foreign = load_foreign(repository, entries)
    cache = cache_home() if kept else None
    progress("Searching the history for secrets")
    report = scan_secrets(
        repository,
        identity_key=key,
        at=at,
        workers=count_workers(workers),
        worktree_files=list_uncommitted(repository).load_files(),
        excluded=configuration.exclusions,
        foreign=foreign,
        cache=cache,
    )
    if ask is None:
        return SecretsFound(report=report)
    progress("Asking the issuers")
    sealed = SealedFolder(folder=cache, key=key) if cache else None
    validity = validate_findings(
        report.findings,
        load=lambda location: _load(repository, location),
        matcher=_matcher(foreign, sealed),
        identity_key=key,
        issuers=ask,
        at=at,
    )
    product = product_name(repository, configuration)
    index = _record(repository, product, validity, at=at, clock=clock)
    return SecretsFound(report=report, validity=validity, index=index)


def order_findings(report: ScanReport) -> tuple[Finding, ...]:
    """Return the findings, the worst first."""
    return worst_first(report.findings)


def _matcher(foreign: Foreign, sealed: SealedFolder | None) -> Matcher:
    name = search_name(f"{rules_digest()} {foreign.digest}".strip())
    compiled = compile_rules(more=foreign.rules, sealed=sealed, name=name)
    return Matcher(compiled.rules, serialized=compiled.serialized)


def _load(repository: Repository, location: Location) -> bytes | None:
    """Return what stands at a place, or None where it is no file or commit of its own."""
    try:
        if location.note == IN_WORK_TREE:
            return load_beneath(repository.top, location.path, max_bytes=MAX_FILE_BYTES)
        if not location.commit:
            return None
        if location.note == IN_MESSAGE:
            return run_git(repository, "cat-file", "commit", location.commit)
        name = location.commit.encode() + b":" + os.fsencode(location.path)
        return run_git(repository, "cat-file", "blob", name, max_output_bytes=MAX_FILE_BYTES)
    except AssayError:  # it is too large, or in an archive: it is not known, and the answer says so
        return None


def _record(
    repository: Repository,
    product: str,
    validity: tuple[Answered, ...],
    *,
    at: datetime,
    clock: Clock,
) -> int | None:
    """Sign and log what issuers said, where the repository has a log."""
    if not load_origin(repository):
        return None
    statement = Statement(
        subjects=(commit_subject(repository, product),),
        predicate_type=PREDICATE_TYPE,
        predicate=render_validity(validity, at=at),
    )
    with open_recorder(repository, at=at, clock=clock) as recorder:
        (receipt,) = recorder.record((statement,), role=ROLE)
    return receipt.index
