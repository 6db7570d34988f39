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
from assay.source.git import GitPlace, git_command, git_environment, run_git
from assay.system.process import stream_process

_READ_BYTES: Final = 2**20
_COMMIT: Final = b"commit "


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Appearance:
    """A blob at a path, and the first commit that has it there, by ancestry; `on` is its date."""

    path: str
    commit: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTree:
    """The files of HEAD: paths by blob id, and the submodules, which hold no blob here."""

    paths: dict[str, tuple[str, ...]]
    submodules: tuple[str, ...]


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


def trace_blobs(repository: GitPlace, wanted: frozenset[str]) -> dict[str, tuple[Appearance, ...]]:
    """Return, for each wanted blob that any ref leads to, where it first stood.

    Raises:
        UnavailableError: Git could not walk the history to its end.
    """
    if not wanted:
        return {}
    sought = {oid.encode() for oid in wanted}
    found: dict[str, dict[str, Appearance]] = {}
    for commit, seconds, oid, raw in _additions(repository):
        if oid in sought:
            path = raw.decode("utf-8", "surrogateescape")
            on = datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""
            found.setdefault(oid.decode(), {}).setdefault(
                path, Appearance(path=path, commit=commit, on=on)
            )
    return {oid: tuple(places.values()) for oid, places in found.items()}


def _additions(repository: GitPlace) -> Iterator[tuple[str, int, bytes, bytes]]:
    """Yield (commit, author's time, blob id, path) of every change, parents before children."""
    commit, seconds = "", 0
    blob: bytes | None = None
    for token in _tokens(repository):
        if blob is not None:
            yield commit, seconds, blob, token
            blob = None
        elif token.startswith((b":", b"\n:")):  # the first of a commit follows its format
            blob = token.split(b" ")[-2]  # modes, then ids, then the status; the last id is new
        elif token.startswith(_COMMIT):
            _, name, date = token.split(b" ")
            commit, seconds = name.decode(), _seconds(date)


def _seconds(date: bytes) -> int:
    """Return an author's time that a calendar has; anybody can write any number into a commit."""
    number = int(date) if date.isdigit() else 0
    return number if number < 253_402_300_800 else 0  # the year 10000


def _tokens(repository: GitPlace) -> Iterator[bytes]:
    command = git_command(
        repository,
        *("log", "--all", "HEAD", "--reverse", "--topo-order", "--root", "-c", "--raw"),
        *("--no-abbrev", "--no-renames", "-z", "--no-color", "--format=commit %H %at"),
    )
    with stream_process(
        command, cwd=repository.top, environment=git_environment(repository)
    ) as child:
        if child.stdout is None or child.stderr is None:
            raise UnavailableError("Git has no pipes")
        rest = b""
        while chunk := child.stdout.read(_READ_BYTES):
            *tokens, rest = (rest + chunk).split(b"\0")
            yield from tokens
        complaint = child.stderr.read()
        if child.wait():
            raise UnavailableError(
                f"Git could not walk the history: {complaint[-200:]!r}", hint="run git fsck"
            )
