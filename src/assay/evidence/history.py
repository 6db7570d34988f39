"""The checkpoints of a log as they are stored: the newest, and when each entry was recorded.

Each checkpoint names the one before it, so that none can be taken out unseen: an entry would look
younger than it is, and a signature on it younger than the revocation of its key.

Where the log has changed its key, one from before counts if it is among those that were sealed.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Final

from assay.core.digest import sha256_of
from assay.core.errors import TamperedError, UsageError
from assay.evidence import merkle
from assay.evidence.checkpoints.checkpoint import Checkpoint, Seal, parse_checkpoint_text
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.checkpoints.sealing import SealedNotes, verify_own
from assay.evidence.storage import rows
from assay.signing.logkeys import KeyHistory, LogKeys, key_history
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
        self._verified = dict[tuple[bytes, LogKeys], Signed]()
        self._spans = dict[LogKeys, list[_Span]]()  # a checkpoint once stored never changes
        self._sealed = dict[KeyHistory, SealedNotes]()

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

    def signed(self, head: Head, log_key: LogKeys) -> Signed:
        """Return what a stored checkpoint says; the same bytes are verified only once.

        Raises:
            SignatureInvalidError: It was not signed and dated with the key of its size.
            TamperedError: It is stored as the checkpoint of another size, or is from before a new
                key and was not sealed.
        """
        if not head.note:
            empty = Checkpoint(origin=self._origin, size=0, root=merkle.EMPTY_ROOT)
            return Signed(checkpoint=empty, at=None)
        known = self._verified.get((head.note, log_key))
        if known is None:
            known = self._verify(head, key_history(log_key))
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[head.note, log_key] = known
        _check_size(known.checkpoint, head)
        return known

    def _verify(self, head: Head, keys: KeyHistory) -> Signed:
        checkpoint, at = verify_own(head.note, size=head.size, log_key=keys)
        _check_size(checkpoint, head)
        if head.size <= keys.sealed and not self.sealed(keys).holds(head.size, head.note):
            raise TamperedError(
                "not one of those that the log's new key sealed",
                where=f"checkpoints row {head.number}",
            )
        return Signed(checkpoint=checkpoint, at=at)

    def sealed(self, keys: KeyHistory) -> SealedNotes:
        """Return all checkpoints from before the current key, which are those that it sealed.

        Raises:
            SignatureInvalidError, ProofError: The first one under the new key does not hold.
            TamperedError: It is not there, or those before it are others.
        """
        found = self._sealed.get(keys)
        if found is None:
            first = self.sized(keys.sealed + 1)
            if not first.note:
                raise TamperedError(
                    f"no checkpoint of {keys.sealed + 1} entries, which seals those before it",
                    where="checkpoints",
                )
            seal = self.signed(first, keys).checkpoint.seal
            before = takewhile(lambda head: head.size <= keys.sealed, self.all())
            found = SealedNotes((head.size, head.note) for head in before)
            if found.seal != seal:
                raise TamperedError(
                    "the checkpoints before the log's new key are not those that it sealed",
                    where="checkpoints",
                    hint="assay log verify names the row",
                )
            self._sealed[keys] = found
        return found

    def seal(self, head: Head) -> Seal:
        """Return what seals all checkpoints up to `head`, whose signature was verified.

        Raises:
            TamperedError: They do not lead to it, each naming the one before.
        """
        before, notes = Head(-1, 0, b""), list[tuple[int, bytes]]()
        for one in self.all():
            text = parse_checkpoint_text(parse_note(one.note).text.decode())
            if text.previous != before.digest or text.size != one.size:
                raise TamperedError(
                    "the checkpoint before it is another one", where=f"checkpoints row {one.number}"
                )
            notes.append((one.size, one.note))
            before = one
        if before != head:
            raise TamperedError("not the newest checkpoint", where="checkpoints")
        return SealedNotes(notes).seal

    def recorded_at(self, index: int, *, log_key: LogKeys) -> datetime:
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

    def _span(self, index: int, log_key: LogKeys) -> _Span:
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


def _check_size(checkpoint: Checkpoint, head: Head) -> None:
    if checkpoint.size != head.size:
        raise TamperedError(
            f"size {head.size}, where {checkpoint.size} is signed",
            where=f"checkpoints row {head.number}",
        )


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
