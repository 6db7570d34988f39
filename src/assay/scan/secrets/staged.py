"""Secrets in what the next commit will change: for a hook, which people wait for.

Everything here is small next to the start of a program, so what counts is what is *not* loaded: the
rules that nothing hit, the pool of processes, the history. A hook that cannot be waited for is one
that people skip.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay import __version__
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Finding
from assay.findings.scanreport import ScanReport
from assay.scan.secrets.compiled import Compiled, compile_rules
from assay.scan.secrets.foreign import Foreign
from assay.scan.secrets.hit import check_identity_key
from assay.scan.secrets.provenance import HeadTree, Traced
from assay.scan.secrets.report import STAGED, Exclusion, Places, describe_hits, identities
from assay.scan.secrets.rule import rules_digest
from assay.scan.secrets.sealed import engine_versions, search_name
from assay.scan.secrets.search import Portion, SearchSettings, prepare_search, search_objects
from assay.source.git import GitPlace
from assay.source.objects import describe_objects, size_of
from assay.source.staged import Staged
from assay.system.sealed import SealedFolder

SCANNER: Final = "secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedScan:
    """The report on the staged contents, and what of it is not new.

    `known` are the identities of findings that the contents have that are replaced or removed: the
    commit does not bring them in, and refusing it keeps nobody safer.
    """

    report: ScanReport
    known: frozenset[str]

    @property
    def introduced(self) -> tuple[Finding, ...]:
        """Return the findings that the commit would bring in."""
        return tuple(f for f in self.report.findings if f.identity not in self.known)


def scan_staged(  # noqa: PLR0913  # each is an expectation, as of `scan_secrets`
    repository: GitPlace,
    staged: Staged,
    *,
    identity_key: bytes,
    at: datetime,
    excluded: tuple[Exclusion, ...],
    foreign: Foreign,
    cache: Path | None,
) -> StagedScan:
    """Search what `staged` lists, in this process.

    The arguments are those of `scan_secrets`, and so are rules, exceptions and findings: the same
    secret has the same identity in both.

    Raises:
        UsageError: The key is short.
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git did not answer.
    """
    check_identity_key(identity_key)
    compiled = _compiled(foreign, identity_key, cache)
    settings = SearchSettings(
        repository=repository,
        rules=compiled.rules,
        serialized=compiled.serialized,
        identity_key=identity_key,
        at=at,
    )
    paths: dict[str, list[str]] = {}
    for file in staged.files:
        paths.setdefault(file.oid, []).append(file.path)
    found, headers = _search(settings, paths)
    places = Places(
        head=HeadTree(paths={oid: tuple(p) for oid, p in paths.items()}, submodules=()),
        traced=Traced(places={}),
        excluded=excluded,
        foreign=foreign,
        at=at,
        note=STAGED,
    )
    outcome = describe_hits(found.hits, found.gaps, rules=compiled.rules, places=places)
    unread = (_named(item, paths) for item in found.not_checked)
    missed = {*staged.not_checked, *unread, *foreign.not_checked, *outcome.not_checked}
    report = ScanReport(
        scanner=SCANNER,
        tool="assay",
        version=__version__,
        observed_at=at,
        inputs=MappingProxyType(_inputs(compiled, headers, foreign)),
        examined=MappingProxyType(_examined(staged, headers)),
        findings=outcome.findings,
        not_checked=tuple(sorted(missed)),
    )
    return StagedScan(
        report=report, known=_known(settings, staged) if outcome.findings else frozenset()
    )


def _compiled(foreign: Foreign, identity_key: bytes, cache: Path | None) -> Compiled:
    sealed = None if cache is None else SealedFolder(folder=cache, key=identity_key)
    name = search_name(f"{rules_digest()} {foreign.digest}".strip())
    return compile_rules(more=foreign.rules, sealed=sealed, name=name)


def _search(settings: SearchSettings, oids: Iterable[str]) -> tuple[Portion, tuple[bytes, ...]]:
    """Search the blobs `oids`; also return their headers."""
    wanted = [oid.encode() for oid in dict.fromkeys(oids)]
    if not wanted:
        return Portion(hits=(), not_checked=()), ()
    listed = describe_objects(settings.repository, wanted)
    found = search_objects(prepare_search(settings), listed.headers)
    missing = (*listed.not_checked, *found.not_checked)
    return Portion(hits=found.hits, not_checked=missing, gaps=found.gaps), listed.headers


def _known(settings: SearchSettings, staged: Staged) -> frozenset[str]:
    """Return the identities of all secrets in what is replaced or removed."""
    before = (*(file.before for file in staged.files if file.before), *staged.removed)
    return identities(_search(settings, before)[0].hits, settings.rules)


def _named(item: NotChecked, paths: dict[str, list[str]]) -> NotChecked:
    """Name a content that cannot be read by its path: an id tells people nothing."""
    found = paths.get(item.where)
    if not found:
        return item
    where = printable(", ".join(found))
    return NotChecked(what="staged file", where=where, why=item.why, remedy=item.remedy)


def _examined(staged: Staged, headers: tuple[bytes, ...]) -> dict[str, int]:
    return {"staged files": len(staged.files), "bytes": sum(map(size_of, headers))}


def _inputs(compiled: Compiled, headers: tuple[bytes, ...], foreign: Foreign) -> dict[str, str]:
    listing = b"".join(sorted(headers))
    inputs = {
        "rules": compiled.digest,
        "hyperscan": engine_versions()["hyperscan"],
        "re2": engine_versions()["google-re2"],
        "objects": f"sha256:{hashlib.sha256(listing).hexdigest()}",
    }
    return inputs | ({"foreignSettings": f"sha256:{foreign.digest}"} if foreign.digest else {})
