"""Where the blob of a hit stands: its paths, the commit that brought it in, whether HEAD has it.

One walk over the history, parents before children, and only when there is something to look for.
A merge is compared with all of its parents at once, so that it counts only for what it changed
itself. Renames are not followed: the new path is a place of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from assay.core.errors import UnavailableError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.git import GitPlace, git_command, git_environment, run_git
from assay.system.process import stream_process

_READ_BYTES: Final = 2**20
MAX_NAME: Final = 100  # characters of an author's name that are shown
_YEAR_10000: Final = 253_402_300_800


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Appearance:
    """A blob at a path, and the first commit that has it there, by ancestry.

    `on` is its author's date, and `by` its author's name, as the commit says: anybody can write
    any there.
    """

    path: str
    commit: str
    on: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTree:
    """The files of HEAD: paths by blob id, and the submodules, which hold no blob here."""

    paths: dict[str, tuple[str, ...]]
    submodules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """Where blobs first stood, by their id, and whether the walk came to its end."""

    places: dict[str, tuple[Appearance, ...]]
    not_checked: tuple[NotChecked, ...] = ()


def list_head(repository: GitPlace) -> HeadTree:
    """Read the tree of the commit at HEAD.

    Raises:
        RejectedError: The repository is damaged.
        UnavailableError: Git failed otherwise.
    """
    paths: dict[str, list[str]] = {}
    submodules: list[str] = []
    for entry in run_git(repository, "ls-tree", "-r", "-z", "--full-tree", "HEAD").split(b"\0"):
        if not entry:
            continue
        about, _, raw = entry.partition(b"\t")
        _mode, kind, oid = about.split(b" ")
        path = raw.decode("utf-8", "surrogateescape")
        if kind == b"commit":
            submodules.append(path)
        else:
            paths.setdefault(oid.decode(), []).append(path)
    return HeadTree(
        paths={oid: tuple(found) for oid, found in paths.items()}, submodules=tuple(submodules)
    )


def trace_blobs(repository: GitPlace, wanted: frozenset[str]) -> Traced:
    """Find, for each wanted blob that any ref leads to, where it first stood.

    A history that cannot be walked to its end costs places, not findings, and is named.

    Raises:
        UnavailableError: Git cannot be started.
    """
    found: dict[str, dict[str, Appearance]] = {}
    walk = _Walk(repository)
    for commit, blob, raw in walk.additions() if wanted else ():
        oid = blob.decode()
        if oid in wanted:
            path = raw.decode("utf-8", "surrogateescape")
            name, date, author = commit.split(b" ", 2)
            seconds = _seconds(date)
            appearance = Appearance(
                path=path,
                commit=name.decode(),
                on=datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else "",
                by=printable(author.decode(errors="replace")[:MAX_NAME]),
            )
            found.setdefault(oid, {}).setdefault(path, appearance)
    return Traced(
        places={oid: tuple(places.values()) for oid, places in found.items()},
        not_checked=walk.not_checked,
    )


class _Walk:
    """One walk over the history; `not_checked` is complete when it has ended."""

    def __init__(self, repository: GitPlace) -> None:
        self.not_checked: tuple[NotChecked, ...] = ()
        self._repository = repository

    def additions(self) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield (id, time and author of the commit; blob id; path) of changes, parents first."""
        commit = b"  "
        blob: bytes | None = None
        for token in self._tokens():
            if blob is not None:
                yield commit, blob, token
                blob = None
                continue
            about = token.lstrip(b"\n")  # Git ends some parts with a line end, and others with NUL
            if about.startswith(b":"):
                blob = about.split(b" ")[-2]  # modes, ids, status; the last id is the new one
            elif about.startswith(b"commit "):
                commit = about.removeprefix(b"commit ")

    def _tokens(self) -> Iterator[bytes]:
        command = git_command(
            self._repository,
            *("log", "--all", "HEAD", "--reverse", "--topo-order", "--root", "-c", "--raw"),
            *("--no-abbrev", "--no-renames", "-z", "--no-color", "--format=commit %H %at %an"),
        )
        with stream_process(
            command, cwd=self._repository.top, environment=git_environment(self._repository)
        ) as child:
            if child.stdout is None or child.stderr is None:
                raise UnavailableError("Git has no pipes")
            rest = b""
            while chunk := child.stdout.read(_READ_BYTES):
                *tokens, rest = (rest + chunk).split(b"\0")
                yield from tokens
            complaint = child.stderr.read()
            if child.wait():
                said = printable(complaint[-200:].decode(errors="replace").strip())
                self.not_checked = (
                    NotChecked(
                        what="history",
                        where="the places of the secrets that were found",
                        why=f"Git could not walk it and said {said!r}",
                        remedy="run git fsck; fetch or clone the repository again",
                    ),
                )


def _seconds(date: bytes) -> int:
    """Return an author's time that a calendar has; anybody can write any number into a commit."""
    number = int(date) if date.isdigit() else 0
    return number if number < _YEAR_10000 else 0
