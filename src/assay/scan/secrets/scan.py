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
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay import __version__
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.findings.scanreport import ScanReport
from assay.scan.secrets.compiled import Compiled, compile_rules
from assay.scan.secrets.history import list_history, search_history
from assay.scan.secrets.provenance import HeadTree, list_head, trace_blobs
from assay.scan.secrets.report import Exclusion, Places, describe_hits
from assay.scan.secrets.rule import RuleSet, rules_digest
from assay.scan.secrets.sealed import SealedFolder, search_name
from assay.scan.secrets.search import Portion, Search, SearchSettings, prepare_search
from assay.scan.secrets.seen import load_seen, save_seen
from assay.source.git import run_git
from assay.source.repository import Repository

SCANNER: Final = "secrets"
MIN_KEY_BYTES: Final = 32  # of the identity key: a shorter one can be tried out
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
    cache: Path | None,
    portion_bytes: int = PORTION_BYTES,
) -> ScanReport:
    """Search the whole repository for secrets.

    `identity_key` keys the identities, so that they cannot be guessed back from a list of likely
    secrets; `worktree_files` are (path, content) of what is not committed. `cache` is a folder for
    what need not be done again, or None for none. The result is the same for any number of
    `workers`, and with any or no cache.

    Raises:
        UsageError: The key is short, or `workers` below 1.
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git did not answer, or a worker died.
    """
    if len(identity_key) < MIN_KEY_BYTES:
        raise UsageError(
            f"an identity key of {len(identity_key)} bytes, where {MIN_KEY_BYTES} are needed"
        )
    sealed = None if cache is None else SealedFolder(folder=cache, key=identity_key)
    name = search_name(rules_digest())
    with ThreadPoolExecutor(max_workers=1) as pool:
        preparing = pool.submit(
            _prepared_rules, sealed, name
        )  # while Git works, which Ctrl-C must reach
        refs = run_git(repository, "for-each-ref", "--format=%(objectname) %(refname)")
        tips = (line[: line.index(b" ")] for line in refs.splitlines())
        seen = load_seen(sealed, repository, name=name)
        listing = list_history(
            repository, seen, (*dict.fromkeys((*tips, repository.head.encode())),)
        )
        compiled = preparing.result()
    rules = compiled.rules
    settings = SearchSettings(
        repository=repository,
        rules=rules.rules,
        serialized=compiled.serialized,
        identity_key=identity_key,
        at=at,
    )
    history = search_history(listing, settings, seen, workers=workers, portion_bytes=portion_bytes)
    if history.seen != seen:
        save_seen(sealed, repository, history.seen, name=name)
    tree = _search_files(worktree_files, prepare_search(settings)[1])
    objects = listing.objects.listing()
    head = list_head(repository)
    hits = sorted((*history.hits, *tree.portion.hits))
    gaps = sorted((*history.gaps, *tree.portion.gaps))
    blobs = {hit.where for hit in hits if hit.kind == "blob"}
    blobs |= {gap.where for gap in gaps if gap.kind == "blob"}
    traced = trace_blobs(repository, frozenset(blobs))
    places = Places(head=head, traced=traced, excluded=excluded, at=at)
    outcome = describe_hits(hits, gaps, rules=rules.rules, places=places)
    return ScanReport(
        scanner=SCANNER,
        tool="assay",
        version=__version__,
        observed_at=at,
        inputs=MappingProxyType(_inputs(repository, rules, refs, objects, tree)),
        examined=MappingProxyType(_examined(objects, tree)),
        findings=outcome.findings,
        not_checked=tuple(
            sorted(
                {
                    *listing.not_checked,
                    *history.not_checked,
                    *tree.portion.not_checked,
                    *traced.not_checked,
                    *outcome.not_checked,
                    *_gaps(repository, head),
                }
            )
        ),
    )


@functools.cache
def _prepared_rules(sealed: SealedFolder | None, name: str) -> Compiled:
    """Read and compile the rules, once in this process."""
    return compile_rules(sealed=sealed, name=name)


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
    repository: Repository, rules: RuleSet, refs: bytes, objects: bytes, tree: _WorkTree
) -> dict[str, str]:
    return {
        "rules": rules.digest,
        "hyperscan": version("hyperscan"),
        "re2": version("google-re2"),
        "head": repository.head,
        "refs": f"sha256:{hashlib.sha256(refs).hexdigest()}",
        "objects": f"sha256:{hashlib.sha256(objects).hexdigest()}",
        "workingTree": tree.digest,
    }


def _examined(objects: bytes, tree: _WorkTree) -> dict[str, int]:
    """Count from a listing of headers, of three words each."""
    return {
        "blobs": objects.count(b" blob "),
        "commits": objects.count(b" commit "),
        "tags": objects.count(b" tag "),
        "bytes": sum(map(int, objects.split()[2::3])),
        "working tree files": tree.files,
    }


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
