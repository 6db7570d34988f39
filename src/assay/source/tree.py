"""The files of a commit: a verified list of them, and the same as files in a folder.

* Every tree object is hashed and compared with its id, from the commit down, so that the list is
  what the commit names.
* A name is any bytes without a slash: it is text by surrogateescape, and may hold terminal escape
  sequences, `..` or `.git`. Whoever prints it uses `printable`.
* Extraction writes regular files only, each verified against its id, under clean names (see
  `source.cleanpath`), readable by their owner and never executable. Links are neither made nor
  followed. What is left out, and is not in the commit under another name, is a `NotChecked`.
* The number of entries, their depth and the length of all paths are bounded: a few small trees can
  name more paths than there are atoms.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.cleanpath import path_fault
from assay.source.elsewhere import (
    find_leaving_links,
    link_gaps,
    list_submodules,
    submodule_gaps,
)
from assay.source.entries import EntryKind, TreeEntry, kind_of_mode, parse_tree, tree_of
from assay.source.git import GitPlace, run_git
from assay.source.reader import MAX_COMMIT_BYTES, GitReader, lost, open_reader
from assay.system.files import create_beneath

__all__ = ["EntryKind", "Extracted", "TreeEntry", "extract_tree", "list_tree", "load_blob"]

MAX_TREE_BYTES: Final = 64 * 2**20  # one folder of about a million names
MAX_ENTRIES: Final = 1_000_000  # more than the largest public repositories; about 600 MB here
MAX_DEPTH: Final = 1_024  # folders in folders; Git's own limit is of that order
MAX_OBJECT_LISTING: Final = 4 * 2**30  # some 70 million objects
MAX_FILE_BYTES: Final = 50 * 2**20  # sources are far below; larger ones are data
MAX_EXTRACTED_BYTES: Final = 4 * 2**30  # of one commit; bounds the disk that a check needs
MAX_PATH_BYTES: Final = 512 * 2**20  # of all paths together; bounds memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The paths that were written, and what was left out."""

    paths: tuple[str, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """An entry as its tree names it."""

    path: str
    mode: str
    oid: str


def list_tree(
    repository: GitPlace, commit: str, *, max_entries: int = MAX_ENTRIES
) -> tuple[TreeEntry, ...]:
    """Return every file, link and submodule of a commit, in the order of paths.

    Raises:
        RejectedError: The commit, or one of its trees, is missing, damaged or malformed.
        UnavailableError: It has more than the limits above.
    """
    with open_reader(repository) as reader:
        content = reader.read(commit, kind="commit", max_bytes=MAX_COMMIT_BYTES)
        named = tuple(_walk(reader, tree_of(content), max_entries))
    blobs = {item.oid for item in named if kind_of_mode(item.mode) is not EntryKind.SUBMODULE}
    sizes = load_sizes(repository, blobs)
    return tuple(
        sorted(TreeEntry(path=n.path, mode=n.mode, oid=n.oid, size=sizes.get(n.oid)) for n in named)
    )


def extract_tree(
    repository: GitPlace,
    entries: Iterable[TreeEntry],
    into: Path,
    *,
    max_file_bytes: int = MAX_FILE_BYTES,
    max_total_bytes: int = MAX_EXTRACTED_BYTES,
) -> Extracted:
    """Write the files among `entries` below `into`, an empty folder, and say what is left out.

    A link inside the commit is left out silently: what it leads to is checked where it is.

    Raises:
        RejectedError: A blob is damaged.
        UnavailableError: The disk is full, or Git failed.
    """
    entries = tuple(entries)
    gaps = [
        *link_gaps(find_leaving_links(repository, entries)),
        *submodule_gaps(list_submodules(repository, entries)),
    ]
    files: list[TreeEntry] = []
    total = 0
    for entry in entries:
        if entry.kind is not EntryKind.FILE:
            continue
        why = path_fault(entry.path) or _size_fault(entry, max_file_bytes, max_total_bytes - total)
        if why:
            gaps.append(_gap("file", entry.path, why, "Look at it by other means, or remove it."))
        else:
            total += entry.size or 0
            files.append(entry)
    written = tuple(_write(repository, files, into, gaps, max_file_bytes))
    return Extracted(paths=written, not_checked=tuple(sorted(gaps)))


def load_blob(repository: GitPlace, oid: str, *, max_bytes: int) -> bytes:
    """Return the content of one blob, verified against its id.

    Raises:
        RejectedError: It is missing, damaged, or no blob.
        UnavailableError: It is larger than `max_bytes`.
    """
    with open_reader(repository) as reader:
        return reader.read(oid, kind="blob", max_bytes=max_bytes)


def load_sizes(repository: GitPlace, oids: Iterable[str]) -> Mapping[str, int]:
    """Return the sizes in bytes of those of the blobs that are in the repository."""
    wanted = set(oids)
    if repository.partial:  # asked for an object that was left out, Git gives up
        every = ("cat-file", "--batch-all-objects", "--batch-check", "--unordered", "--buffer")
        listing = run_git(repository, *every, max_output_bytes=MAX_OBJECT_LISTING)
    else:
        asked = "".join(f"{oid}\n" for oid in sorted(wanted)).encode()
        listing = run_git(repository, "cat-file", "--batch-check", "--buffer", stdin=asked)
    rows = (line.split() for line in listing.decode(errors="replace").splitlines())
    return {
        row[0]: int(row[2])
        for row in rows
        if len(row) == 3 and row[1] == "blob" and row[0] in wanted
    }


def _walk(reader: GitReader, root: str, max_entries: int) -> Iterator[_Named]:
    """Yield all entries that are no folders, reading the folders of one depth after the other."""
    level = [_Named(path="", mode="040000", oid=root)]
    count = length = 0
    for _ in range(MAX_DEPTH):
        if not level:
            return
        below: list[_Named] = []
        for item in _read_folders(reader, level):
            count, length = count + 1, length + len(item.path)
            if count > max_entries or length > MAX_PATH_BYTES:
                raise UnavailableError(f"the commit has more than {max_entries} paths")
            if kind_of_mode(item.mode) is EntryKind.FOLDER:
                below.append(item)
            else:
                yield item
        level = below
    raise UnavailableError(f"the commit has folders more than {MAX_DEPTH} deep")


def _read_folders(reader: GitReader, folders: list[_Named]) -> Iterator[_Named]:
    contents = reader.read_many(
        (folder.oid for folder in folders), kind="tree", max_bytes=MAX_TREE_BYTES
    )
    for folder, content in zip(folders, contents, strict=True):
        if content is None:
            raise lost("tree", folder.oid)
        start = f"{folder.path}/" if folder.path else ""
        for mode, name, oid in parse_tree(content, oid_bytes=len(folder.oid) // 2):
            yield _Named(path=start + name.decode("utf-8", "surrogateescape"), mode=mode, oid=oid)


def _size_fault(entry: TreeEntry, max_bytes: int, left: int) -> str:
    if entry.size is None:
        return "its content is not in this clone"
    if entry.size > max_bytes:
        return f"{entry.size} bytes, where at most {max_bytes} are looked at"
    return "" if entry.size <= left else "the files before it fill the space that there is"


def _write(
    repository: GitPlace,
    files: list[TreeEntry],
    into: Path,
    gaps: list[NotChecked],
    max_bytes: int,
) -> Iterator[str]:
    """Write the files and yield their paths; names that no file can have go into `gaps`."""
    with open_reader(repository) as reader:
        contents = reader.read_many((f.oid for f in files), kind="blob", max_bytes=max_bytes)
        for file, content in zip(files, contents, strict=True):
            if content is None:
                raise lost("blob", file.oid)
            try:
                create_beneath(into, file.path, content)
            except UsageError as error:
                gaps.append(_gap("file", file.path, error.what, "Rename it."))
                continue
            yield file.path


def _gap(what: str, path: str, why: str, remedy: str) -> NotChecked:
    return NotChecked(what=what, where=printable(path), why=why, remedy=remedy)
