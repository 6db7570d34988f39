"""The files that are read for sources: of a commit, or below a folder.

What is read for one language is bounded; a file beyond the bound counts as one too large.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assay.core.errors import UnavailableError
from assay.core.printable import printable
from assay.source.entries import EntryKind, TreeEntry
from assay.source.git import GitPlace
from assay.source.reader import open_reader
from assay.system.filetree import FileTree
from assay.vuln.reach.found import name_some

MAX_COMMIT_BYTES: Final = 64 * 2**20  # of one language: two million lines, about a minute
MAX_TREE_BYTES: Final = 256 * 2**20  # of one language, with what is installed
_CODE: Final = (".py", ".pyw", ".ipynb", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".go", ".rs")
AT_ONCE: Final = 16 * 2**20  # bytes that are taken from Git before any of them is looked into


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSources:
    """The files of a commit; those in `excluded` are not read, and told, and so are `links`."""

    repository: GitPlace
    entries: Mapping[str, TreeEntry]
    excluded: tuple[str, ...]
    submodules: tuple[str, ...]
    links: tuple[str, ...] = ()  # symbolic ones that are named like sources
    at_once: int = AT_ONCE
    total: int = MAX_COMMIT_BYTES

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that are read."""
        return tuple(self.entries)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is not read at all."""
        told = []
        if self.excluded:
            told.append(name_some("excluded in assay.toml", map(printable, self.excluded)))
        if self.links:
            told.append(name_some("links are not followed", map(printable, self.links)))
        if self.submodules:
            told.append(name_some("submodules are not read", map(printable, self.submodules)))
        return tuple(told)

    def load(self, paths: Sequence[str], *, max_bytes: int) -> Iterator[tuple[str, bytes | None]]:
        """Yield each path with its content, None where that is too large or not in the clone."""
        left = _Left(self.total)
        taken = [path for path in paths if left.takes(self.entries[path].size, max_bytes)]
        yield from ((path, None) for path in sorted(set(paths) - set(taken)))
        for batch in self._batches(taken):
            yield from self._read(batch, max_bytes)

    def _batches(self, paths: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the paths in turn, a few megabytes at once: Git may not wait for whoever parses."""
        batch: list[str] = []
        size = 0
        for path in paths:
            batch.append(path)
            size += self.entries[path].size or 0
            if size >= self.at_once:
                yield tuple(batch)
                batch, size = [], 0
        if batch:
            yield tuple(batch)

    def _read(self, paths: tuple[str, ...], max_bytes: int) -> list[tuple[str, bytes | None]]:
        oids = [self.entries[path].oid for path in paths]
        with open_reader(self.repository) as reader:
            contents = reader.read_many(oids, kind="blob", max_bytes=max_bytes)
            return list(zip(paths, contents, strict=True))


def commit_sources(
    repository: GitPlace, entries: Iterable[TreeEntry], *, excluded: frozenset[str]
) -> CommitSources:
    """Return the files among `entries`, without those whose paths are in `excluded`."""
    every = tuple(entries)
    files = {entry.path: entry for entry in every if entry.kind is EntryKind.FILE}
    return CommitSources(
        repository=repository,
        entries={path: entry for path, entry in files.items() if path not in excluded},
        excluded=tuple(sorted(excluded & set(files))),
        submodules=tuple(e.path for e in every if e.kind is EntryKind.SUBMODULE),
        links=tuple(
            e.path for e in every if e.kind is EntryKind.SYMLINK and e.path.endswith(_CODE)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSources:
    """The files of a folder, an archive or an image."""

    tree: FileTree
    total: int = MAX_TREE_BYTES

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths."""
        return tuple(file.path for file in self.tree.files)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What could not be listed."""
        gaps = [printable(gap.path) for gap in self.tree.gaps]
        return (name_some("not looked into", gaps),) if gaps else ()

    def load(self, paths: Sequence[str], *, max_bytes: int) -> Iterator[tuple[str, bytes | None]]:
        """Yield each path with its content, None where that is too large or cannot be read."""
        left, sizes = _Left(self.total), {file.path: file.size for file in self.tree.files}
        for path in paths:
            if path not in sizes:
                continue
            try:
                fits = left.takes(sizes[path], max_bytes)
                data = self.tree.load(path, max_bytes=max_bytes) if fits else None
            except UnavailableError:
                data = None
            yield path, data


@dataclass(slots=True)
class _Left:
    """How many bytes may still be read."""

    count: int

    def takes(self, size: int | None, max_bytes: int) -> bool:
        if size is None or size > min(max_bytes, self.count):
            return False
        self.count -= size
        return True
