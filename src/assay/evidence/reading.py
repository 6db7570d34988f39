"""The entries of a log as they are stored: each compared with its digest before it is given."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import MalformedError, TamperedError, UnavailableError, UsageError
from assay.evidence import merkle
from assay.evidence.index.trie import IndexedEntry
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.storage import rows
from assay.evidence.storage.blobs import BlobStore
from assay.system.database import Database, Row, Value

_BY_DIGEST: Final = "SELECT number, digest, envelope FROM entries WHERE digest = ?"
_ENVELOPE: Final = "SELECT envelope FROM entries WHERE number = ?"
_NODE: Final = "SELECT hash FROM nodes WHERE place = ?"
_NEWEST_OF: Final = "SELECT max(entry) FROM subjects WHERE predicate_type = ?"
_NEWEST_ABOUT: Final = "SELECT max(entry) FROM subjects WHERE subject = ?"
_SUBJECT_OF: Final = "SELECT subject FROM subjects WHERE entry = ? ORDER BY position LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One envelope in the log; `index` counts from 0. It is unread until it is verified."""

    index: int
    digest: Digest
    envelope: bytes = field(repr=False)


class StoredEntries:
    """The entries in a database, and the large ones in a blob store."""

    def __init__(self, database: Database, blobs: BlobStore | None) -> None:
        self._database = database
        self._blobs = blobs

    def all_entries(self) -> Iterator[LogEntry]:
        """Yield all entries in their order.

        Raises:
            TamperedError: An envelope has another digest than was recorded, or is missing.
            UnavailableError: The blob store has not, or does not give, a large one.
        """
        return map(self._entry, rows.rows_by_key(self._database, rows.ENTRIES, start=0))

    def entry(self, index: int) -> LogEntry:
        """Return the entry at `index`.

        Raises:
            UsageError: The log has no such entry.
            TamperedError: Its envelope has another digest than was recorded.
        """
        row = self._database.query_one(rows.ENTRY, (index,))
        if row is None:
            raise UsageError(f"no entry {index}", where=self._database.place)
        return self._entry(row)

    def find(self, envelope_digest: Digest) -> LogEntry | None:
        """Return the entry that holds the envelope with this SHA-256 digest, or None."""
        row = self._database.query_one(_BY_DIGEST, (envelope_digest.raw,))
        return None if row is None else self._entry(row)

    def listing(self) -> Iterator[tuple[int, Digest, str]]:
        """Yield (index, subject, predicate type) of what the index says, in the log's order.

        The index is as good as the last `verify`; an entry with several subjects comes as often.

        Raises:
            TamperedError: The index holds what it cannot.
        """
        for row in rows.rows_by_key(self._database, rows.SUBJECTS, keys=2):
            match row:
                case (int(index), int(), str(subject), str(predicate_type)):
                    yield index, parse_digest(subject), predicate_type
                case _:
                    raise TamperedError("values of another type", where="subjects")

    def subject_of(self, index: int) -> Digest:
        """Return what the index names as the first subject of entry `index`.

        Raises:
            UsageError: The log has no such entry.
        """
        match self._database.query_one(_SUBJECT_OF, (index,)):
            case (str(subject),):
                return parse_digest(subject)
            case _:
                raise UsageError(f"no entry {index}", where=self._database.place)

    def newest_of(self, predicate_type: str) -> int | None:
        """Return the index of the newest entry of a type, as `subjects` has it: unproven."""
        return _number(self._database.query_one(_NEWEST_OF, (predicate_type,)))

    def newest_about(self, subject: Digest) -> int | None:
        """Return the index of the newest entry about `subject`, as `subjects` has it: unproven."""
        return _number(self._database.query_one(_NEWEST_ABOUT, (str(subject),)))

    def listed(self, found: Sequence[IndexedEntry]) -> Iterator[LogEntry]:
        """Yield the entries that the index names, each compared with its leaf there.

        Raises:
            TamperedError: One is missing, or another one.
        """
        for start in range(0, len(found), rows.PAGE):
            page = found[start : start + rows.PAGE]
            there = self._database.query_each(rows.ENTRY, [(one.number,) for one in page])
            for one, row in zip(page, there, strict=True):
                if row is None:
                    raise TamperedError("the row is missing", where=f"entries row {one.number}")
                entry = self._entry(row)
                if envelope_leaf_hash(entry.envelope) != one.leaf:
                    raise TamperedError("another envelope", where=f"entries row {one.number}")
                yield entry

    def stored_rows(self) -> Iterator[Row]:
        """Yield all rows as they are stored, with the envelopes that are in the blob store."""
        return map(self._whole, rows.rows_by_key(self._database, rows.ENTRIES))

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree over `2**level` leaves at `index`.

        Raises:
            TamperedError: The log has no such subtree, or its row is missing.
        """
        place = merkle.node_place(level, index)
        match self._database.query_one(_NODE, (place,)):
            case (bytes(found),):
                return found
            case _:
                raise TamperedError("the row is missing", where=f"nodes row {place}")

    def path(self, make: Callable[[merkle.NodeSource], merkle.Path]) -> merkle.Path:
        """Return the path that `make` makes, its nodes all read at once.

        What `make` asks for may not depend on the hashes that it is given: it is asked twice.

        Raises:
            TamperedError: The log has no such subtree, or its row is missing.
        """
        wanted = list[tuple[int, int]]()

        def note(level: int, index: int) -> bytes:
            wanted.append((level, index))
            return bytes(merkle.HASH_BYTES)

        make(note)
        places = [merkle.node_place(*at) for at in wanted]
        found = self._hashes(places)
        for place, node in zip(places, found, strict=True):
            if not node:
                raise TamperedError("the row is missing", where=f"nodes row {place}")
        nodes = dict(zip(wanted, found, strict=True))
        return make(lambda level, index: nodes[level, index])

    def leaves(self, numbers: Sequence[int]) -> Sequence[bytes]:
        """Return the hashes of the leaves of these entries."""
        return self._hashes([merkle.node_place(0, number) for number in numbers])

    def _hashes(self, places: Sequence[int]) -> Sequence[bytes]:
        """Return the hash at each of `places`, empty where there is none."""
        found = self._database.query_each(_NODE, [(place,) for place in places])
        return [row[0] if row and isinstance(row[0], bytes) else b"" for row in found]

    def _entry(self, row: Row) -> LogEntry:
        match self._whole(row):
            case (int(index), bytes(digest), bytes(envelope)):
                pass
            case _:
                raise TamperedError("values of another type", where="entries")
        found = sha256_of(envelope)
        if found.raw != digest:
            raise TamperedError("the envelope has another digest", where=f"entries row {index}")
        return LogEntry(index=index, digest=found, envelope=envelope)

    def _whole(self, row: Row) -> Row:
        """Return a row of `entries` with its envelope, also where that is kept apart."""
        match row:
            case (int(index), bytes(digest), None):
                return index, digest, self._large(index, digest)
            case _:
                return row

    def _large(self, index: int, digest: bytes) -> Value:
        """Return an envelope that a page leaves out: from its row, or from the blob store."""
        row = self._database.query_one(_ENVELOPE, (index,))
        if row is not None and row[0] is not None:
            return row[0]
        if self._blobs is None:
            raise TamperedError("no envelope, and no blob store", where=f"entries row {index}")
        try:
            return self._blobs.get(Digest("sha256", digest.hex()))
        except MalformedError as error:
            raise TamperedError("no digest", where=f"entries row {index}") from error
        except (TamperedError, UnavailableError) as error:
            error.where = f"entries row {index}, in {error.where}"
            raise


def _number(row: Row | None) -> int | None:
    match row:
        case (int(number),):
            return number
        case _:
            return None
