"""Many files to choose from and to read, wherever they lie: in a folder, an archive, an image.

* Names are relative, with `/` between the parts. They may hold anything, surrogates included: who
  shows one makes it printable first.
* No link is followed. One that leads out of the tree is named in `gaps`: what it leads to was not
  looked at. What it leads to within the tree stands under its own name.
"""

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.printable import printable
from assay.system.files import load_beneath
from assay.system.layers import Extent, open_extent

MAX_FILES: Final = 4_000_000  # above any image or disk that we have seen; bounds memory


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TreeFile:
    """A regular file: its name, its size in bytes, and the digest of the layer that it is from."""

    path: str
    size: int
    executable: bool = False
    layer: str = ""  # `sha256:…` in an image, else empty


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TreeGap:
    """Something in a tree that was not looked at, and why."""

    path: str
    why: str


class FileTree(Protocol):
    """Files by name, in the order of their names."""

    @property
    def files(self) -> tuple[TreeFile, ...]:
        """All regular files."""

    @property
    def gaps(self) -> tuple[TreeGap, ...]:
        """What could not be listed."""

    def load(self, path: str, *, max_bytes: int) -> bytes:
        """Return the content of a file.

        Raises:
            UnavailableError: It cannot be read, or it is larger than `max_bytes`.
        """

    def load_part(self, path: str, offset: int, count: int) -> bytes:
        """Return `count` bytes of a file from `offset` on, or as many as it has there.

        Raises:
            UnavailableError: It cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryTree:
    """Files whose contents are at hand already."""

    contents: dict[str, bytes]
    layer: str = ""
    gaps: tuple[TreeGap, ...] = ()

    @property
    def files(self) -> tuple[TreeFile, ...]:
        """All files; any of them may be a program."""
        return tuple(
            TreeFile(path=path, size=len(self.contents[path]), executable=True, layer=self.layer)
            for path in sorted(self.contents)
        )

    def load(self, path: str, *, max_bytes: int) -> bytes:
        """Return the content of a file."""
        if len(self.contents[path]) > max_bytes:
            raise UnavailableError(f"larger than {max_bytes} bytes")
        return self.contents[path]

    def load_part(self, path: str, offset: int, count: int) -> bytes:
        """Return `count` bytes of a file from `offset` on."""
        return self.contents[path][offset : offset + count]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicedTree:
    """Files that are parts of larger ones, as the members of a tar file are."""

    files: tuple[TreeFile, ...]
    gaps: tuple[TreeGap, ...]
    extents: Mapping[str, Extent]

    def load(self, path: str, *, max_bytes: int) -> bytes:
        """Return the content of a file."""
        if self.extents[path].size > max_bytes:
            raise UnavailableError(f"larger than {max_bytes} bytes")
        return self.load_part(path, 0, max_bytes)

    def load_part(self, path: str, offset: int, count: int) -> bytes:
        """Return `count` bytes of a file from `offset` on."""
        extent = self.extents[path]
        left = extent.size - offset
        if left <= 0:
            return b""
        try:
            with open_extent(replace(extent, offset=extent.offset + offset)) as file:
                return file.read(min(count, left))
        except OSError as error:
            raise UnavailableError(f"cannot read: {error.strerror}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderTree:
    """The files below a folder, as they were when it was listed."""

    root: Path
    files: tuple[TreeFile, ...]
    gaps: tuple[TreeGap, ...]

    def load(self, path: str, *, max_bytes: int) -> bytes:
        """Return the content of a file, without following a link that took its place."""
        try:
            return load_beneath(self.root, path, max_bytes=max_bytes)
        except UsageError as error:  # it went away, or became something else
            raise UnavailableError(error.what) from error

    def load_part(self, path: str, offset: int, count: int) -> bytes:
        """Return `count` bytes of a file from `offset` on."""
        if offset > sys.maxsize:  # no file is so long, and no seek takes it
            return b""
        try:
            with os.fdopen(os.open(self.root / path, _FLAGS), "rb") as file:
                file.seek(offset)
                return file.read(count)
        except OSError as error:
            raise UnavailableError(f"cannot read: {error.strerror}") from error


_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW


def list_folder(root: Path, *, leave_out: frozenset[str] = frozenset({".git"})) -> FolderTree:
    """List what is below the folder `root`; folders named as in `leave_out` are left out.

    Raises:
        UsageError: There is no such folder.
        MalformedError: There are over `MAX_FILES` files.
    """
    if not root.is_dir():
        raise UsageError("no such folder", where=printable(str(root)))
    files: list[TreeFile] = []
    gaps: list[TreeGap] = []
    top = root.resolve()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(top, folder, gaps):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                gaps.extend(_link_gap(top, path))
            elif entry.is_dir(follow_symlinks=False):
                waiting += [path] if entry.name not in leave_out else []
            else:
                files.extend(_regular(path, entry, gaps))
        if len(files) > MAX_FILES:
            raise MalformedError(f"over {MAX_FILES} files", where=printable(str(root)))
    return FolderTree(root=top, files=tuple(sorted(files)), gaps=tuple(sorted(gaps)))


def _entries(top: Path, folder: str, gaps: list[TreeGap]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(top / folder) as entries:
            return list(entries)
    except OSError as error:
        gaps.append(TreeGap(path=folder, why=f"the folder cannot be read: {error.strerror}"))
        return []


def _regular(path: str, entry: os.DirEntry[str], gaps: list[TreeGap]) -> Iterator[TreeFile]:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        gaps.append(TreeGap(path=path, why=f"cannot be read: {error.strerror}"))
        return
    if stat.S_ISREG(status.st_mode):
        executable = bool(status.st_mode & 0o111)
        yield TreeFile(path=path, size=status.st_size, executable=executable)


def _link_gap(top: Path, path: str) -> Iterator[TreeGap]:
    """Yield a gap for a link that leads to something outside `top`."""
    target = Path(os.path.realpath(top / path))
    if not target.is_relative_to(top) and _may_exist(target):
        yield TreeGap(path=path, why="a link that leads out of what was looked at")


def _may_exist(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder on the way that we may not enter, or a name that is too long
        return True
