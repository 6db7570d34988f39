"""The whole log, checked row by row: pure, over the rows in the order of their keys.

What is stored is told apart from what follows from it: the entries and the signed checkpoints are
the record; digests, tree nodes and the index of subjects follow from the entries and are computed
anew. So any byte that was changed, any row that is gone and any row too many shows up, with the
name of its table and row. Each checkpoint names the one before, so that none can be taken out,
and is not dated before it. What cannot show up here is a log that was cut back to an earlier
checkpoint, or replaced by another one that the log's key signed: see
`assay.evidence.checkpoints.anchor`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import RejectedError, TamperedError
from assay.evidence.checkpoints.checkpoint import Checkpoint, Seal
from assay.evidence.checkpoints.note import parse_signature_lines
from assay.evidence.checkpoints.sealing import verify_own
from assay.evidence.envelope import Claims, parse_claims
from assay.evidence.index.trie import Index, IndexedEntry, MemoryPages, keys_of, type_key
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.merkle import Frontier, leaf_hash, node_place
from assay.signing.logkeys import KeyHistory, LogKeys, key_history

StoredValue = int | str | bytes | None
StoredRow = tuple[StoredValue, ...]

_NO_ROTATION: Final = "the first checkpoint under the log's new key is missing"
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_KEY_COLUMNS: Final = {"subjects": 2}  # all others have one


class StoredRows:
    """The rows of one table in the order of their key, taken one by one."""

    def __init__(self, table: str, rows: Iterator[StoredRow]) -> None:
        self.table = table
        self._rows = rows
        self._next = next(rows, None)
        self._key_columns = _KEY_COLUMNS.get(table, 1)

    def take(self, *key: int) -> StoredRow:
        """Return the columns after the key of the row `key`, which must be the next one.

        Raises:
            TamperedError: It is missing, or another row comes first.
        """
        row = self._next
        if row is None or row[: self._key_columns] != key:
            raise self._unexpected(row, key)
        self._next = next(self._rows, None)
        return row[self._key_columns :]

    def take_all(self, first: int) -> Iterator[StoredRow]:
        """Take the rows whose key is (`first`, 0), (`first`, 1) and so on, as far as they go.

        Raises:
            TamperedError: There is none, or there is a gap.
        """
        position = 0
        while position == 0 or (self._next is not None and self._next[0] == first):
            yield self.take(first, position)
            position += 1

    def expect(self, wanted: StoredRow, *key: int) -> None:
        """Take the row `key`, and refuse any other content than `wanted`."""
        if self.take(*key) != wanted:
            raise self.tampered("the row is not what follows from the entries", *key)

    def is_at_end(self) -> bool:
        """Tell whether all rows were taken."""
        return self._next is None

    def finish(self) -> None:
        """Refuse rows that nothing asked for."""
        if self._next is not None:
            raise self.tampered("the row belongs to nothing", *self._key_of(self._next))

    def tampered(self, what: str, *key: int) -> TamperedError:
        """Return the error that names the row `key` of this table."""
        return TamperedError(what, where=f"{self.table} row {'/'.join(map(str, key))}")

    def _unexpected(self, row: StoredRow | None, key: tuple[int, ...]) -> TamperedError:
        if row is None or self._key_of(row) > key:
            return self.tampered("the row is missing", *key)
        return self.tampered("the row belongs to nothing", *self._key_of(row))

    def _key_of(self, row: StoredRow) -> tuple[int, ...]:
        key = row[: self._key_columns]
        found = tuple(part for part in key if isinstance(part, int))
        if len(found) != self._key_columns:  # what a damaged page is read as
            raise TamperedError("a key of another type", where=f"{self.table} row {key!r}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRows:
    """All rows of the tables, with the columns in this order.

    entries: number, digest, envelope; nodes: place, hash; subjects: entry, position, subject,
    predicate type; checkpoints: number, size, note; cosignatures: number, size, line.
    """

    entries: StoredRows
    nodes: StoredRows
    subjects: StoredRows
    pages: Iterator[StoredRow]
    checkpoints: StoredRows
    cosignatures: StoredRows


def verify_log(rows: LogRows, *, log_key: LogKeys) -> Checkpoint | None:
    """Refuse unless every row is what was recorded; return the newest checkpoint, if any.

    Every statement is read again: what it is about and its type are what it is filed under.

    Raises:
        TamperedError: The first fault found; `where` names the table and the row.
    """
    return _verify(rows, log_key, _as_stated)


def verify_signed_rows(rows: LogRows, *, log_key: LogKeys) -> Checkpoint | None:
    """Do as `verify_log`, but take from the index under what each statement is filed.

    Two to three times as fast, and as good against whoever changes rows without the log's key: the
    entries are under the root that it signed, and so are the keys of the index, with all entries
    of each. Not looked at is whether the log itself filed a statement under what it says, and in
    which order and how often one statement names its subjects.

    Raises:
        TamperedError: The first fault found; `where` names the table and the row.
    """
    return _verify(rows, log_key, _as_filed)


def _verify(rows: LogRows, log_key: LogKeys, claims_of: "_ClaimsOf") -> Checkpoint | None:
    keys = key_history(log_key)
    tree, pages, heads, newest = Frontier(), MemoryPages(), _Heads(keys), None
    index = Index(pages)
    while not rows.checkpoints.is_at_end():
        number, newest = heads.number, heads.take(rows.checkpoints)
        while tree.size < newest.size:
            leaf, envelope = _take_entry(rows, tree)
            claims = claims_of(rows, tree.size - 1, envelope)
            kind = type_key(claims.predicate_type)
            entry = IndexedEntry(number=tree.size - 1, leaf=leaf, type_key=kind)
            index.add(keys_of(claims.subjects, claims.predicate_type), entry)
        pages.update(index.seal())
        if tree.root() != newest.root:
            raise rows.checkpoints.tampered("the entries have another root", number)
        if index.root != newest.index_root:
            raise rows.checkpoints.tampered("the index of the entries has another root", number)
    for table in (rows.entries, rows.nodes, rows.subjects):
        table.finish()
    if keys.earlier and heads.size <= keys.sealed:
        raise rows.checkpoints.tampered(_NO_ROTATION, heads.number)
    _verify_pages(pages, rows.pages)
    _take_cosignatures(rows.cosignatures, newest.size if newest else 0)
    return newest


_ClaimsOf = Callable[[LogRows, int, bytes], Claims]


def _as_stated(rows: LogRows, number: int, envelope: bytes) -> Claims:
    """Return what the statement says that it is about; the index has to say the same."""
    try:
        claims = parse_claims(envelope)
    except RejectedError as error:
        raise rows.entries.tampered(f"no statement: {error.what}", number) from error
    for position, subject in enumerate(claims.subjects):
        rows.subjects.expect((str(subject), claims.predicate_type), number, position)
    return claims


def _as_filed(rows: LogRows, number: int, _: bytes) -> Claims:
    """Return what the index says that a statement is about."""
    subjects, types = list[Digest](), set[str]()
    for row in rows.subjects.take_all(number):
        match row:
            case (str(subject), str(predicate_type)):
                types.add(predicate_type)
            case _:
                raise rows.subjects.tampered("values of another type", number, len(subjects))
        try:
            subjects.append(parse_digest(subject))
        except RejectedError as error:
            raise rows.subjects.tampered(error.what, number, len(subjects)) from error
        if len(types) > 1:
            raise rows.subjects.tampered("a statement of two types", number, len(subjects) - 1)
    return Claims(subjects=tuple(subjects), predicate_type=types.pop())


def _take_cosignatures(rows: StoredRows, newest: int) -> None:
    """Refuse what is no signature line; whose it is, is asked when a witness is counted."""
    number = 0
    while not rows.is_at_end():
        match rows.take(number):
            case (int(size), bytes(line)) if 0 < size <= newest:
                pass
            case _:
                raise rows.tampered("on no checkpoint of this log", number)
        try:
            parse_signature_lines(line)
        except RejectedError as error:
            raise rows.tampered(error.what, number) from error
        number += 1


@dataclass(slots=True)
class _Heads:
    """The checkpoints taken so far: how many, and what the next one has to follow."""

    keys: KeyHistory
    number: int = 0
    size: int = 0
    digest: bytes | None = None
    at: datetime = _BEGINNING
    notes: Frontier = field(default_factory=Frontier)

    def take(self, rows: StoredRows) -> Checkpoint:
        """Take the next checkpoint, which must follow the one before: in size, name and time."""
        match rows.take(self.number):
            case (int(size), bytes(note)):
                pass
            case _:
                raise rows.tampered("values of another type", self.number)
        try:
            checkpoint, at = verify_own(note, size=size, log_key=self.keys)
        except RejectedError as error:
            raise rows.tampered(error.what, self.number) from error
        if checkpoint.size != size:
            raise rows.tampered(f"size {size}, where {checkpoint.size} is signed", self.number)
        if size <= self.size:
            raise rows.tampered("no larger than the one before", self.number)
        if checkpoint.previous != self.digest:
            raise rows.tampered("the checkpoint before it is another one", self.number)
        if at < self.at:
            raise rows.tampered("dated before the one before", self.number)
        if self.keys.of_size(self.size) != self.keys.of_size(size):
            self._check_rotation(rows, checkpoint)
        self.notes.push(leaf_hash(note))
        self.number, self.size, self.digest, self.at = (
            self.number + 1,
            size,
            sha256_of(note).raw,
            at,
        )
        return checkpoint

    def _check_rotation(self, rows: StoredRows, first: Checkpoint) -> None:
        """Refuse to go on under another key without the checkpoint that seals those before."""
        if self.keys.rotated_at(first.size) != self.keys.of_size(self.size):
            raise rows.tampered(_NO_ROTATION, self.number)
        if first.seal != Seal(self.notes.size, self.notes.root()):
            raise rows.tampered("it seals other checkpoints than those before it", self.number)


def _take_entry(rows: LogRows, tree: Frontier) -> tuple[bytes, bytes]:
    """Take the next entry and the nodes that it completes; return its leaf, and its envelope."""
    number = tree.size
    match rows.entries.take(number):
        case (bytes(digest), bytes(envelope)):
            pass
        case _:
            raise rows.entries.tampered("values of another type", number)
    if digest != sha256_of(envelope).raw:
        raise rows.entries.tampered("the envelope has another digest", number)
    place, leaf = node_place(0, number), envelope_leaf_hash(envelope)
    for above, hashed in enumerate(tree.push(leaf)):
        rows.nodes.expect((hashed,), place + above)
    return leaf, envelope


def _verify_pages(expected: Mapping[str, bytes], rows: Iterator[StoredRow]) -> None:
    """Refuse unless `rows` are the pages that follow from the entries, and no others."""
    wanted = sorted(expected)
    for row in rows:
        place = row[0]
        if wanted[:1] and (not isinstance(place, str) or place > wanted[0]):
            break
        if not wanted or place != wanted[0]:
            raise TamperedError("the row belongs to nothing", where=f"index_pages row {place!r}")
        if row[1] != expected[wanted.pop(0)]:
            raise TamperedError(
                "the row is not what follows from the entries", where=f"index_pages row {place!r}"
            )
    if wanted:
        raise TamperedError("the row is missing", where=f"index_pages row {wanted[0]!r}")
