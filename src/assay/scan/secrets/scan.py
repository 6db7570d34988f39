"""The scanner `secrets`: every object of a repository, its commit messages, and the working tree.

What the result depends on is in `inputs`: the rules and the engines, the objects and refs, the
files of the working tree. The key of the identities is not: it is a secret itself.
"""

import functools
import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay import __version__
from assay.core.notchecked import NotChecked
from assay.findings.scanreport import ScanReport
from assay.scan.secrets.compiled import Compiled, compile_rules
from assay.scan.secrets.foreign import Foreign
from assay.scan.secrets.history import Listing, list_history, search_history
from assay.scan.secrets.hit import check_identity_key
from assay.scan.secrets.provenance import HeadTree, list_head, trace_blobs
from assay.scan.secrets.report import Exclusion, Places, describe_hits
from assay.scan.secrets.rule import Rule, rules_digest
from assay.scan.secrets.sealed import engine_versions, search_name
from assay.scan.secrets.search import Portion, Search, SearchSettings, prepare_search
from assay.scan.secrets.seen import Seen, load_seen, save_seen
from assay.source.git import run_git
from assay.source.repository import Repository
from assay.system.sealed import SealedFolder

SCANNER: Final = "secrets"
PORTION_BYTES: Final = 32 * 2**20  # large against the start of Git, small against a worker's share


@dataclass(frozen=True, slots=True, kw_only=True)
class _WorkTree:
    portion: Portion
    files: int
    digest: str


def scan_secrets(  # noqa: PLR0913  # each is an expectation, and the last is for tests
    repository: Repository,
    *,
    identity_key: bytes,
    at: datetime,
    workers: int,
    worktree_files: Iterable[tuple[str, bytes]],
    excluded: tuple[Exclusion, ...],
    foreign: Foreign,
    cache: Path | None,
    portion_bytes: int = PORTION_BYTES,
) -> ScanReport:
    """Search the whole repository for secrets.

    `identity_key` keys the identities, so that they cannot be guessed back from a list of likely
    secrets; `worktree_files` are (path, content) of what is not committed; `foreign` are the
    settings of other scanners in HEAD. `cache` is a folder for what need not be done again, or
    None for none. The result is the same for any number of `workers`, with any or no cache.

    Raises:
        UsageError: The key is short, or `workers` below 1.
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git did not answer, or a worker died.
    """
    check_identity_key(identity_key)
    sealed = None if cache is None else SealedFolder(folder=cache, key=identity_key)
    start = _begin(repository, foreign, sealed)
    settings = SearchSettings(
        repository=repository,
        rules=start.compiled.rules,
        serialized=start.compiled.serialized,
        identity_key=identity_key,
        at=at,
    )
    history = search_history(start.listing, settings, workers=workers, portion_bytes=portion_bytes)
    if history.seen != start.seen:
        save_seen(sealed, repository, history.seen, name=start.name)
    tree = _search_files(worktree_files, prepare_search(settings)[1])
    objects = start.listing.objects.searched
    hits = sorted((*history.hits, *tree.portion.hits))
    gaps = sorted((*history.gaps, *tree.portion.gaps))
    blobs = {hit.where for hit in hits if hit.kind == "blob"}
    blobs |= {gap.where for gap in gaps if gap.kind == "blob"}
    traced = trace_blobs(repository, frozenset(blobs))
    places = Places(head=start.head, traced=traced, excluded=excluded, foreign=foreign, at=at)
    outcome = describe_hits(hits, gaps, rules=settings.rules, places=places)
    not_checked = {
        *start.listing.not_checked,
        *history.not_checked,
        *tree.portion.not_checked,
        *foreign.not_checked,
        *traced.not_checked,
        *outcome.not_checked,
        *_gaps(repository, start.head),
    }
    return ScanReport(
        scanner=SCANNER,
        tool="assay",
        version=__version__,
        observed_at=at,
        inputs=MappingProxyType(_inputs(repository, start, objects, tree, foreign)),
        examined=MappingProxyType(_examined(objects, tree, foreign)),
        findings=outcome.findings,
        not_checked=tuple(sorted(not_checked)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What is known before the search: `name` is all that decides what it finds."""

    name: str
    refs: bytes
    seen: Seen
    listing: Listing
    head: HeadTree
    compiled: Compiled


def _begin(repository: Repository, foreign: Foreign, sealed: SealedFolder | None) -> _Start:
    """List what there is, and meanwhile read and compile the rules."""
    name = search_name(f"{rules_digest()} {foreign.digest}".strip())
    with ThreadPoolExecutor(max_workers=2) as pool:
        # In threads of their own, so that Ctrl-C reaches the long calls of Git.
        preparing = pool.submit(_prepared_rules, foreign.rules, sealed, name)
        head = pool.submit(list_head, repository)
        refs = run_git(repository, "for-each-ref", "--format=%(objectname) %(refname)")
        tips = [line[: line.index(b" ")] for line in refs.splitlines()]
        tips.append(repository.head.encode())
        seen = load_seen(sealed, repository, name=name)
        listing = list_history(repository, seen, tuple(dict.fromkeys(tips)))
        return _Start(
            name=name,
            refs=refs,
            seen=seen,
            listing=listing,
            head=head.result(),
            compiled=preparing.result(),
        )


@functools.cache
def _prepared_rules(more: tuple[Rule, ...], sealed: SealedFolder | None, name: str) -> Compiled:
    """Read and compile the rules, once in this process."""
    return compile_rules(more=more, sealed=sealed, name=name)


def _search_files(files: Iterable[tuple[str, bytes]], search: Search) -> _WorkTree:
    digests: list[tuple[str, str]] = []
    for path, content in files:
        search.file(path, content)
        digests.append((path, hashlib.sha256(content).hexdigest()))
    listing = b"".join(
        b"%b\0%b\0" % (path.encode("utf-8", "surrogateescape"), digest.encode())
        for path, digest in sorted(digests)
    )
    return _WorkTree(
        portion=search.take(),
        files=len(digests),
        digest=f"sha256:{hashlib.sha256(listing).hexdigest()}",
    )


def _inputs(
    repository: Repository, start: _Start, objects: bytes, tree: _WorkTree, foreign: Foreign
) -> dict[str, str]:
    inputs = {
        "rules": start.compiled.digest,
        "hyperscan": engine_versions()["hyperscan"],
        "re2": engine_versions()["google-re2"],
        "head": repository.head,
        "refs": f"sha256:{hashlib.sha256(start.refs).hexdigest()}",
        "objects": f"sha256:{hashlib.sha256(objects).hexdigest()}",
        "workingTree": tree.digest,
    }
    return inputs | ({"foreignSettings": f"sha256:{foreign.digest}"} if foreign.digest else {})


def _examined(objects: bytes, tree: _WorkTree, foreign: Foreign) -> dict[str, int]:
    """Count from a listing of headers, of three words each, and what foreign settings say."""
    counted = {
        "blobs": objects.count(b" blob "),
        "commits": objects.count(b" commit "),
        "tags": objects.count(b" tag "),
        "bytes": sum(map(int, objects.split()[2::3])),
        "working tree files": tree.files,
    }
    if foreign.digest:
        counted |= {
            "rules of the repository's own": len(foreign.rules),
            "exceptions of other scanners, not applied": foreign.exceptions,
        }
    return counted


def _gaps(repository: Repository, head: HeadTree) -> tuple[NotChecked, ...]:
    """Name what belongs to the repository and is not in it."""
    gaps = [
        NotChecked(
            what="submodule",
            where=path,
            why="its content is another repository",
            remedy="check that repository too",
        )
        for path in head.submodules
    ]
    if repository.shallow:
        gaps.append(
            NotChecked(
                what="history",
                where="before the shallow boundary",
                why="the clone is shallow",
                remedy="git fetch --unshallow",
            )
        )
    if repository.partial:
        gaps.append(
            NotChecked(
                what="history",
                where="objects that were not fetched",
                why="the clone is partial",
                remedy="clone without --filter",
            )
        )
    return tuple(gaps)
