"""The checkpoints of a log as they are stored: the newest, and when each entry was recorded.

Each checkpoint names the one before it, so that none can be taken out unseen: an entry would look
younger than it is, and a signature on it younger than the revocation of its key.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.digest import sha256_of
from assay.core.errors import TamperedError, UsageError
from assay.evidence import merkle
from assay.evidence.checkpoints.checkpoint import Checkpoint, verify_dated
from assay.evidence.storage import rows
from assay.signing.notekey import NoteKey
from assay.system.database import Database, Row

_HEAD: Final = "SELECT number, size, note FROM checkpoints ORDER BY number DESC LIMIT 1"
_SIZED: Final = "SELECT number, size, note FROM checkpoints WHERE size = ?"
_COVERING: Final = "SELECT number, size, note FROM checkpoints WHERE size > ? ORDER BY size LIMIT 1"
_BEFORE: Final = """SELECT number, size, note FROM checkpoints
    WHERE size <= ? ORDER BY size DESC LIMIT 1"""
_REMEMBERED: Final = 256  # verified checkpoints


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint as it is stored; number -1, size 0 and no note before the first one."""

    number: int
    size: int
    note: bytes

    @property
    def digest(self) -> bytes | None:
        """The SHA-256 of the note, which the next checkpoint names; None before the first one."""
        return sha256_of(self.note).raw if self.note else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a checkpoint says, once its signatures were verified; no time before the first one."""

    checkpoint: Checkpoint
    at: datetime | None


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """Entries from `start` to before `end`, which were recorded at one time."""

    end: int
    start: int
    at: datetime


class History:
    """The checkpoints of the log `origin` in a database."""

    def __init__(self, database: Database, origin: str) -> None:
        self._database = database
        self._origin = origin
        self._verified = dict[tuple[bytes, NoteKey], Signed]()
        self._spans = dict[NoteKey, list[_Span]]()  # a checkpoint once stored never changes

    def head(self) -> Head:
        """Return the newest checkpoint."""
        return stored_head(self._database.query_one(_HEAD))

    def sized(self, size: int) -> Head:
        """Return the checkpoint over `size` entries."""
        return stored_head(self._database.query_one(_SIZED, (size,)))

    def all(self) -> Iterator[Head]:
        """Yield all checkpoints, the oldest first."""
        return map(stored_head, rows.rows_by_key(self._database, rows.CHECKPOINTS))

    def over(self, index: int) -> Head:
        """Return the first checkpoint that covers entry `index`.

        Raises:
            UsageError: The log has no such entry.
        """
        found = stored_head(self._database.query_one(_COVERING, (index,)))
        if index < 0 or not found.note:
            raise UsageError(f"no entry {index}", where=self._database.place)
        return found

    def before(self, index: int) -> Head:
        """Return the last checkpoint that does not cover entry `index`; none before the first."""
        return stored_head(self._database.query_one(_BEFORE, (index,)))

    def signed(self, head: Head, log_key: NoteKey) -> Signed:
        """Return what a stored checkpoint says; the same bytes are verified only once.

        Raises:
            SignatureInvalidError: It was not signed and dated with this key.
            TamperedError: It is stored as the checkpoint of another size.
        """
        if not head.note:
            empty = Checkpoint(origin=self._origin, size=0, root=merkle.EMPTY_ROOT)
            return Signed(checkpoint=empty, at=None)
        known = self._verified.get((head.note, log_key))
        if known is None:
            checkpoint, at = verify_dated(head.note, log_key=log_key)
            known = Signed(checkpoint=checkpoint, at=at)
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[head.note, log_key] = known
        if known.checkpoint.size != head.size:
            raise TamperedError(
                f"size {head.size}, where {known.checkpoint.size} is signed",
                where=f"checkpoints row {head.number}",
            )
        return known

    def recorded_at(self, index: int, *, log_key: NoteKey) -> datetime:
        """Return the time of record of entry `index`: the date of the first checkpoint over it.

        Raises:
            UsageError: The log has no such entry.
            SignatureInvalidError: That checkpoint was not signed and dated with this key.
            TamperedError: It is not the first one over the entry: one was taken out.
        """
        spans = self._spans.setdefault(log_key, [])
        place = bisect_right(spans, index, key=lambda span: span.end)
        if place < len(spans) and spans[place].start <= index:
            return spans[place].at
        span = self._span(index, log_key)
        insort(spans, span)
        return span.at

    def _span(self, index: int, log_key: NoteKey) -> _Span:
        with self._database.snapshot():
            first = self.over(index)
            before = self.before(index)
        found = self.signed(first, log_key)
        self.signed(before, log_key)  # of this size: or entries that it covers would look younger
        if found.at is None or found.checkpoint.previous != before.digest:
            raise TamperedError(
                "the checkpoint before it is another one", where=f"checkpoints row {first.number}"
            )
        return _Span(first.size, before.size, found.at)


def stored_head(row: Row | None) -> Head:
    """Return a row of the table as a checkpoint; none for no row.

    Raises:
        TamperedError: The row holds what it cannot.
    """
    match row:
        case None:
            return Head(-1, 0, b"")
        case (int(number), int(size), bytes(note)):
            return Head(number, size, note)
        case _:
            raise TamperedError("values of another type", where="checkpoints")
