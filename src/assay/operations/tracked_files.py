"""The files of the commit at HEAD as the working tree has them, and what was left out and why."""

from collections.abc import Callable
from dataclasses import dataclass, field

from assay.core.errors import AssayError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.entries import EntryKind, TreeEntry
from assay.source.repository import Repository
from assay.source.tree import load_blob
from assay.system.files import load_beneath


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedFiles:
    """The files of the commit at HEAD as the working tree has them."""

    repository: Repository
    entries: tuple[TreeEntry, ...]
    dirty: bool
    gaps: list[NotChecked] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def load(self, wanted: Callable[[str], bool], *, max_bytes: int) -> dict[str, bytes]:
        """Return the files that are `wanted`, by path, and note those that are left out."""
        found: dict[str, bytes] = {}
        for entry in self.entries:
            if not wanted(entry.path):
                continue
            if entry.kind is EntryKind.SYMLINK:
                self.note(entry.path, "a link, which is not followed", "see the file it leads to")
            elif entry.kind is EntryKind.FILE:
                try:
                    found[entry.path] = self._load(entry, max_bytes)
                except AssayError as error:
                    self.note(entry.path, error.what, error.hint)
        return found

    def note(self, path: str, why: str, hint: str) -> None:
        """Record that a file was left out."""
        self.left_out.append(path)
        gap = NotChecked(what="file", where=printable(path), why=why, remedy=hint)
        self.gaps.append(gap)

    def _load(self, entry: TreeEntry, max_bytes: int) -> bytes:
        data = load_beneath(self.repository.top, entry.path, max_bytes=max_bytes)
        if not self.dirty and data != load_blob(self.repository, entry.oid, max_bytes=max_bytes):
            raise UsageError(
                "it differs from the commit at HEAD", hint="commit it first, or use --dirty"
            )
        return data
