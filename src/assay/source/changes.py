"""The changes on a branch: each commit on its first-parent line, with all that it brought in.

* One `git rev-list` and one `git cat-file --batch` read a range, however long it is; replace refs,
  grafts and the commit-graph file have no effect.
* A change is a commit on the line. What it brought are the commits that were not below its first
  parent: those of a merged branch.
* Where the clone ends before the range does, the range is not whole, and says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assay.core.errors import RejectedError
from assay.source.commit import Commit, parse_commit
from assay.source.git import GitPlace, run_git
from assay.source.judging import CommitTrust, check_signature
from assay.source.reader import MAX_COMMIT_BYTES, lost, open_reader
from assay.source.signature import HeadSignature


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCommit:
    """A commit with its id, and who signed it; `title` is the first line of its message."""

    oid: str
    commit: Commit = field(repr=False)
    signature: HeadSignature
    title: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A commit on the line, the tree before it ("" where it is the first), and what it brought."""

    own: SignedCommit
    before: str
    brought: tuple[SignedCommit, ...] = field(repr=False)

    @property
    def oid(self) -> str:
        """Return the id of the commit on the line."""
        return self.own.oid

    @property
    def base(self) -> str:
        """Return the commit that it is on top of; empty for the first one."""
        return self.own.commit.parents[0] if self.own.commit.parents else ""

    @property
    def tree(self) -> str:
        """Return the tree that it results in."""
        return self.own.commit.tree

    @property
    def commits(self) -> tuple[SignedCommit, ...]:
        """Return all commits in it."""
        return (self.own, *self.brought)

    @property
    def empty(self) -> bool:
        """Tell whether it leaves every file as it was."""
        return self.tree == self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Changes, the oldest first, from `base` (not in it; "" for the very first) through `head`."""

    base: str
    head: str
    changes: tuple[Change, ...]
    boundary: int  # parents that are not in this clone


def load_line(
    repository: GitPlace, *, base: str, head: str, trust: CommitTrust, at: datetime
) -> Line:
    """Read the changes that lead from the commit `base` to the commit `head`.

    `base` is empty for all of them since the first commit. `at` is the time of the observation.

    Raises:
        RejectedError: `base` is not on the first-parent line of `head`; or a commit is missing,
            damaged or malformed.
        UnavailableError: Git did not answer.
    """
    commits = load_range(repository, base=base, head=head, trust=trust, at=at)
    line = tuple(_walk_line(commits, base, head))
    before = _tree_of(repository, base) if base else ""
    return Line(
        base=base,
        head=head,
        changes=tuple(_changes(commits, line, before)),
        boundary=0 if base else _count_missing(commits),
    )


def load_range(
    repository: GitPlace, *, base: str, head: str, trust: CommitTrust, at: datetime
) -> dict[str, SignedCommit]:
    """Return all commits of `head` that `base` has not, the newest first, by their ids.

    Raises:
        RejectedError: A commit is missing, damaged or malformed.
        UnavailableError: Git did not answer.
    """
    return _load_commits(repository, _list_parents(repository, base, head), trust, at)


def _count_missing(commits: Mapping[str, SignedCommit]) -> int:
    """Count the parents that are not here, where the range has no lower end."""
    named = (parent for one in commits.values() for parent in one.commit.parents)
    return sum(parent not in commits for parent in named)


def _list_parents(repository: GitPlace, base: str, head: str) -> dict[str, tuple[str, ...]]:
    """Return the commits of the range with their parents, children before parents."""
    exclude = (f"^{base}",) if base else ()
    listed = run_git(repository, "rev-list", "--topo-order", "--parents", head, *exclude).decode()
    rows = (line.split() for line in listed.splitlines())
    return {row[0]: tuple(row[1:]) for row in rows}


def _load_commits(
    repository: GitPlace, parents: Mapping[str, Sequence[str]], trust: CommitTrust, at: datetime
) -> dict[str, SignedCommit]:
    """Read and judge the commits; a commit was there when a later one was recorded."""
    found: dict[str, SignedCommit] = {}
    recorded = dict(trust.recorded)
    with open_reader(repository) as reader:
        contents = reader.read_many(parents, kind="commit", max_bytes=MAX_COMMIT_BYTES)
        for oid, content in zip(parents, contents, strict=True):
            if content is None:
                raise lost("commit", oid)
            commit = parse_commit(content)
            known = recorded.get(oid)
            for parent in commit.parents if known is not None else ():
                recorded[parent] = min(known or at, recorded.get(parent, at))
            signature = check_signature(
                commit, content, signers=trust.signers, recorded=known, at=at
            )
            title = content.partition(b"\n\n")[2].partition(b"\n")[0]
            found[oid] = SignedCommit(oid=oid, commit=commit, signature=signature, title=title)
    return found


def _walk_line(commits: Mapping[str, SignedCommit], base: str, head: str) -> Iterator[str]:
    """Yield the ids on the line, the newest first."""
    oid = head
    while oid != base and oid in commits:
        yield oid
        oid = next(iter(commits[oid].commit.parents), "")
    if oid != base and base:
        raise RejectedError(
            f"{base} is not on the line of {head}",
            hint="begin at a commit on the branch itself, not on one that was merged",
        )


def _changes(
    commits: Mapping[str, SignedCommit], line: Sequence[str], before: str
) -> Iterator[Change]:
    """Yield the changes, the oldest first; each commit is brought in once."""
    seen: set[str] = set(line)
    for oid in reversed(line):
        brought: list[SignedCommit] = []
        waiting = list(commits[oid].commit.parents[1:])
        while waiting:
            parent = waiting.pop()
            if parent in seen or parent not in commits:
                continue
            seen.add(parent)
            brought.append(commits[parent])
            waiting.extend(commits[parent].commit.parents)
        yield Change(own=commits[oid], before=before, brought=tuple(brought))
        before = commits[oid].commit.tree


def _tree_of(repository: GitPlace, oid: str) -> str:
    with open_reader(repository) as reader:
        return parse_commit(reader.read(oid, kind="commit", max_bytes=MAX_COMMIT_BYTES)).tree
