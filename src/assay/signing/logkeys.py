"""The keys that a log had, one after the other, and which of its checkpoints each one signs.

A log changes its key with an entry: the change of the trust root that names the next one. Trees up
to that entry are signed by the key before, trees with it by the new one. So the place of the entry
says which key counts for which size, and no date that anybody writes.
"""

from dataclasses import dataclass

from assay.signing.notekey import NoteKey


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierKey:
    """A key that a log had; `until` is the size of the largest tree that it signed for the log."""

    key: NoteKey
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHistory:
    """The key of a log, and those before it, the first one first."""

    current: NoteKey
    earlier: tuple[EarlierKey, ...] = ()

    @property
    def name(self) -> str:
        """The origin of the log."""
        return self.current.name

    @property
    def sealed(self) -> int:
        """The size of the largest tree that another key than the current one signed; 0 if none."""
        return self.earlier[-1].until if self.earlier else 0

    def of_size(self, size: int) -> NoteKey:
        """Return the key that signs the tree of `size` entries."""
        return next((one.key for one in self.earlier if size <= one.until), self.current)

    def rotated_at(self, size: int) -> NoteKey | None:
        """Return the key before, where the tree of `size` is the first under a new one."""
        return next((one.key for one in self.earlier if size == one.until + 1), None)


LogKeys = NoteKey | KeyHistory
"""What checkpoints of a log are verified with: its one key, or those that it had."""


def key_history(log_key: LogKeys) -> KeyHistory:
    """Return the keys of a log; of one that never changed its key, that one."""
    return KeyHistory(current=log_key) if isinstance(log_key, NoteKey) else log_key
