"""What a commit consists of: counts, and the entries that no scanner can look into.

Paths are printable text (see `core.printable`): a name may hold bytes that are no text, and escape
sequences. Lists are bounded, with their full length beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.source.elsewhere import Submodule, parse_submodule
from assay.source.entries import EntryKind, TreeEntry
from assay.source.history import count_at

LARGE_BYTES: Final = 5 * 2**20  # a source file is not larger; what is, is most often a binary
MAX_LISTED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeFile:
    """A file of over `LARGE_BYTES`; `size` is in bytes."""

    path: str
    size: int

    def as_json(self) -> dict[str, object]:
        """Return one element of the member `content.large` of the predicate."""
        return {"path": self.path, "size": self.size}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The entries of a commit, counted; `size` is the sum over all files, in bytes."""

    size: int
    executables: int
    symlinks: int
    leaving_symlinks: tuple[str, ...]
    leaving_symlink_count: int
    submodules: tuple[Submodule, ...]
    submodule_count: int
    large: tuple[LargeFile, ...]
    large_count: int

    def as_json(self) -> dict[str, object]:
        """Return the member `content` of the predicate."""
        return {
            "size": self.size,
            "executables": self.executables,
            "symlinks": self.symlinks,
            "leavingSymlinks": list(self.leaving_symlinks),
            "leavingSymlinkCount": self.leaving_symlink_count,
            "submodules": [submodule.as_json() for submodule in self.submodules],
            "submoduleCount": self.submodule_count,
            "large": [file.as_json() for file in self.large],
            "largeCount": self.large_count,
        }


def parse_content(value: JsonValue) -> Content:
    """Read what `Content.as_json` wrote.

    Raises:
        MalformedError: A field is missing or of another type.
    """
    return Content(
        size=count_at(value, "size"),
        executables=count_at(value, "executables"),
        symlinks=count_at(value, "symlinks"),
        leaving_symlinks=tuple(item.text() for item in value.field("leavingSymlinks").items()),
        leaving_symlink_count=count_at(value, "leavingSymlinkCount"),
        submodules=tuple(parse_submodule(item) for item in value.field("submodules").items()),
        submodule_count=count_at(value, "submoduleCount"),
        large=tuple(
            LargeFile(path=item.field("path").text(), size=count_at(item, "size"))
            for item in value.field("large").items()
        ),
        large_count=count_at(value, "largeCount"),
    )


def count_content(
    entries: Iterable[TreeEntry],
    *,
    leaving: tuple[str, ...],
    submodules: tuple[Submodule, ...],
) -> Content:
    """Count the entries of a commit; `leaving` are the paths of links that lead out of it."""
    entries = tuple(entries)
    files = [entry for entry in entries if entry.kind is EntryKind.FILE]
    large = sorted(
        (f for f in files if (f.size or 0) > LARGE_BYTES), key=lambda f: (-(f.size or 0), f.path)
    )
    return Content(
        size=sum(file.size or 0 for file in files),
        executables=sum(file.executable for file in files),
        symlinks=sum(entry.kind is EntryKind.SYMLINK for entry in entries),
        leaving_symlinks=tuple(printable(path) for path in leaving[:MAX_LISTED]),
        leaving_symlink_count=len(leaving),
        submodules=submodules[:MAX_LISTED],
        submodule_count=len(submodules),
        large=tuple(
            LargeFile(path=printable(f.path), size=f.size or 0) for f in large[:MAX_LISTED]
        ),
        large_count=len(large),
    )
