"""The scanner `secrets`: every object of a repository, its commit messages, and the working tree.

What the result depends on is in `inputs`: the rules and the engines, the objects and refs, the
files of the working tree. The key of the identities is not: it is a secret itself.
"""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Final

from assay import __version__
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.findings.scanreport import ScanReport
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.provenance import HeadTree, list_head, trace_blobs
from assay.scan.secrets.report import Exclusion, Places, describe_hits
from assay.scan.secrets.rule import RuleSet, load_rules
from assay.scan.secrets.search import (
    Portion,
    Search,
    SearchSettings,
    prepare_search,
    search_objects,
)
from assay.source.git import run_git
from assay.source.objects import ObjectList, list_lost, list_objects, size_of, split_objects
from assay.source.repository import Repository
from assay.system.parallel import run_tasks

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
    portion_bytes: int = PORTION_BYTES,
) -> ScanReport:
    """Search the whole repository for secrets.

    `identity_key` keys the identities, so that they cannot be guessed back from a list of likely
    secrets; `worktree_files` are (path, content) of what is not committed. The result is the same
    for any number of `workers`.

    Raises:
        UsageError: The key is short, or `workers` below 1.
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git did not answer, or a worker died.
    """
    if len(identity_key) < MIN_KEY_BYTES:
        raise UsageError(
            f"an identity key of {len(identity_key)} bytes, where {MIN_KEY_BYTES} are needed"
        )
    rules = load_rules()
    with ThreadPoolExecutor(max_workers=1) as pool:
        compiling = pool.submit(_compiled_rules)  # while Git works, which Ctrl-C must reach
        listed = list_objects(repository)
        named = {item.where for item in listed.not_checked}
        lost = tuple(item for item in list_lost(repository) if item.where not in named)
        serialized = compiling.result()
    settings = SearchSettings(
        repository=repository,
        rules=rules.rules,
        serialized=serialized,
        identity_key=identity_key,
        at=at,
    )
    portions = _search_history(listed, settings, workers=workers, portion_bytes=portion_bytes)
    tree = _search_files(worktree_files, prepare_search(settings)[1])
    head = list_head(repository)
    hits = [hit for portion in (*portions, tree.portion) for hit in portion.hits]
    blobs = frozenset(hit.where for hit in hits if hit.kind == "blob")
    traced = trace_blobs(repository, blobs)
    places = Places(head=head, traced=traced, excluded=excluded, at=at)
    outcome = describe_hits(hits, rules=rules.rules, places=places)
    unread = [item for portion in (*portions, tree.portion) for item in portion.not_checked]
    return ScanReport(
        scanner=SCANNER,
        tool="assay",
        version=__version__,
        observed_at=at,
        inputs=MappingProxyType(_inputs(repository, rules, listed, tree)),
        examined=MappingProxyType(_examined(listed, tree)),
        findings=outcome.findings,
        not_checked=tuple(
            sorted(
                {
                    *listed.not_checked,
                    *lost,
                    *unread,
                    *traced.not_checked,
                    *outcome.not_checked,
                    *_gaps(repository, head),
                }
            )
        ),
    )


@cache
def _compiled_rules() -> tuple[bytes, bytes]:
    """Compile the rules once in this process: it takes as long as searching 200 MB."""
    return Matcher(load_rules().rules).serialize()


def _search_history(
    listed: ObjectList, settings: SearchSettings, *, workers: int, portion_bytes: int
) -> tuple[Portion, ...]:
    """Search all objects; what is smaller than a portion is sooner searched than handed out."""
    return run_tasks(
        search_objects,
        split_objects(listed.headers, portion_bytes=portion_bytes),
        prepare=prepare_search,
        settings=settings,
        workers=workers,
    )


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
    repository: Repository, rules: RuleSet, listed: ObjectList, tree: _WorkTree
) -> dict[str, str]:
    refs = run_git(repository, "for-each-ref", "--format=%(objectname) %(refname)")
    objects = hashlib.sha256(b"".join(sorted(listed.headers)))
    return {
        "rules": rules.digest,
        "hyperscan": version("hyperscan"),
        "re2": version("google-re2"),
        "head": repository.head,
        "refs": f"sha256:{hashlib.sha256(refs).hexdigest()}",
        "objects": f"sha256:{objects.hexdigest()}",
        "workingTree": tree.digest,
    }


def _examined(listed: ObjectList, tree: _WorkTree) -> dict[str, int]:
    kinds = [header.split(b" ")[1] for header in listed.headers]
    return {
        "blobs": kinds.count(b"blob"),
        "commits": kinds.count(b"commit"),
        "tags": kinds.count(b"tag"),
        "bytes": sum(size_of(header) for header in listed.headers),
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
