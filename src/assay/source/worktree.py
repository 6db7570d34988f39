"""The working tree: what is modified or new there, and not committed.

* What Git is told to overlook (`assume-unchanged`, `skip-worktree`) is looked at all the same.
* Ignored is what the repository's own rules ignore; the user's and the machine's rules hold nowhere
  else, and are not read.
* Files are opened without following a link anywhere on the way. The content of a link is its
  target, as Git stores it. What cannot be read is a `NotChecked`: a fifo, a device, a folder with a
  repository of its own, a file without permission.
* Content filters are off (see `source.git`), so that a file under a filter counts as modified where
  Git compares contents at all.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import AssayError, UnavailableError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.git import GitPlace, git_refusal, run_git, try_git
from assay.source.tree import MAX_FILE_BYTES, load_blob
from assay.system.files import load_beneath

_READABLE: Final = "Make it readable, or remove or ignore it."
_UNOPENED: Final = re.compile(r"warning: could not open directory '(.*)': (.*)\Z", re.DOTALL)
_FIELDS: Final = {"1": 8, "u": 10}  # of a record of porcelain v2 behind its kind, path included


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One path that is modified, new, or hidden from Git's own view.

    `staged` is the id of a content that is in the index and differs from the commit and the file.
    """

    path: str
    state: str  # "modified", "untracked", "hidden"
    deleted: bool = False
    staged: str = ""


@dataclass(slots=True, kw_only=True)
class Uncommitted:
    """The changes of a working tree; `not_checked` is complete when `load_files` has ended."""

    repository: GitPlace
    changes: tuple[Change, ...]
    gaps: list[NotChecked] = field(default_factory=list)

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return what could not be looked at so far."""
        return tuple(sorted(set(self.gaps)))

    def count(self, state: str) -> int:
        """Return how many changes there are of one state."""
        return sum(change.state == state for change in self.changes)

    def load_files(self, *, max_bytes: int = MAX_FILE_BYTES) -> Iterator[tuple[str, bytes]]:
        """Yield the path and the content of every file that is modified, untracked or hidden.

        A path comes twice where its staged content differs from the file's.
        """
        for change in self.changes:
            if change.staged:
                yield from self._staged(change, max_bytes)
            if not change.deleted:
                yield from self._file(change, max_bytes)

    def _staged(self, change: Change, max_bytes: int) -> Iterator[tuple[str, bytes]]:
        try:
            content = load_blob(self.repository, change.staged, max_bytes=max_bytes)
        except AssayError as error:
            self._miss("staged file", change.path, error.what)
        else:
            yield change.path, content

    def _file(self, change: Change, max_bytes: int) -> Iterator[tuple[str, bytes]]:
        if change.path.endswith("/"):
            self._miss("folder", change.path, "a repository of its own")
            return
        try:
            content = load_beneath(self.repository.top, change.path, max_bytes=max_bytes)
        except AssayError as error:
            if change.state != "hidden" or os.path.lexists(self.repository.top / change.path):
                self._miss("uncommitted file", change.path, error.what)
        else:
            yield change.path, content

    def _miss(self, what: str, path: str, why: str) -> None:
        self.gaps.append(
            NotChecked(
                what=what,
                where=printable(path),
                why=why,
                remedy=_READABLE,
            )
        )


def list_uncommitted(repository: GitPlace) -> Uncommitted:
    """Return what is modified, untracked and not ignored; nothing in a bare repository.

    Raises:
        RejectedError: The index is damaged.
        UnavailableError: Git did not answer.
    """
    if repository.bare:
        return Uncommitted(repository=repository, changes=())
    status = try_git(
        repository,
        *("status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignored=no"),
        *("--no-renames", "--ignore-submodules=dirty"),
    )
    if status.status:
        raise git_refusal(status, doing="git status")
    changes = {change.path: change for change in parse_status(status.output)}
    for path in _hidden(repository):
        changes.setdefault(path, Change(path=path, state="hidden"))
    return Uncommitted(
        repository=repository,
        changes=tuple(changes[path] for path in sorted(changes)),
        gaps=[_overlooked(line) for line in status.errors.splitlines() if line[:5] != b"hint:"],
    )


def _overlooked(complaint: bytes) -> NotChecked:
    """Return what Git says that it could not look at: it goes on without, and ends with 0."""
    line = complaint.decode("utf-8", "surrogateescape")
    folder = _UNOPENED.match(line)
    return NotChecked(
        what="folder" if folder else "working tree",
        where=printable(folder[1] if folder else "."),
        why=f"cannot read: {printable(folder[2])}" if folder else f"Git said {printable(line)!r}",
        remedy=_READABLE,
    )


def parse_status(output: bytes) -> Iterator[Change]:
    """Yield the changes that `git status --porcelain=v2 -z --no-renames` lists.

    Raises:
        UnavailableError: A record that this version of Git should not write.
    """
    for record in output.decode("utf-8", "surrogateescape").split("\0"):
        kind, _, rest = record.partition(" ")
        if kind == "?":
            yield Change(path=rest, state="untracked")
        elif kind in {"1", "u"}:
            parts = rest.split(" ", _FIELDS[kind] - 1)
            if len(parts) != _FIELDS[kind]:
                raise UnavailableError(f"git status wrote {printable(record)!r}")
            yield _tracked(kind, parts)
        elif record:
            raise UnavailableError(f"git status wrote {printable(record)!r}")


def _tracked(kind: str, parts: list[str]) -> Change:
    """Read a record: XY, submodule, modes (the file's last), ids, path."""
    states, path = parts[0], parts[-1]
    file_mode = parts[4] if kind == "1" else parts[5]
    staged = parts[6] if kind == "1" and "." not in states else ""
    return Change(
        path=path,
        state="modified",
        deleted=not file_mode.strip("0"),
        staged=staged if staged.strip("0") else "",
    )


def _hidden(repository: GitPlace) -> Iterator[str]:
    """Yield the paths that Git was told not to look at: a small letter, or an S, in the listing."""
    listing = run_git(repository, "ls-files", "-v", "-z")
    for record in listing.decode("utf-8", "surrogateescape").split("\0"):
        tag, _, path = record.partition(" ")
        if tag.islower() or tag == "S":
            yield path
