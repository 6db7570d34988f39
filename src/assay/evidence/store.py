"""The log in a database: append only, every append with its signed and dated checkpoint.

* Only a `VerifiedStatement` can be appended: what was not verified cannot get in.
* Entries, tree nodes, index and checkpoint are one transaction: all of it is durable, or none.
  Large envelopes go to the blob store, and are durable there before that transaction ends.
* An append first checks that the stored tree is the one last signed: an edited log is not signed
  over; and that the clock was not set back.
* The same envelope is recorded once, however often it is appended.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from assay.core.closing import Closing
from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import AssayError, ProofError, TamperedError, UnavailableError, UsageError
from assay.evidence import merkle, rows
from assay.evidence.backup import BackedUp
from assay.evidence.batch import Batch, refuse_unfit
from assay.evidence.blobs import BlobStore, FolderBlobs
from assay.evidence.checkpoint import (
    Checkpoint,
    add_cosignatures,
    sign_checkpoint,
    verify_checkpoint,
    verify_time,
)
from assay.evidence.connecting import connect
from assay.evidence.cosignatures import Cosignatures
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.index import Index, IndexedEntry, PageSource, type_key
from assay.evidence.indexpage import EMPTY_ROOT
from assay.evidence.indexstore import (
    IndexView,
    Proven,
    StoredPages,
    proven_list,
    replay_index,
)
from assay.evidence.leaf import envelope_leaf_hash, is_large
from assay.evidence.log import LogRows, StoredRows, verify_log
from assay.evidence.restoring import Place, insert_batch, restore_rows
from assay.evidence.schema import check_indexes, check_schema, prepare_schema
from assay.evidence.timing import time_of_record
from assay.evidence.tlogproof import TlogProof, render_tlog_proof
from assay.signing.keys import Signer
from assay.signing.notekey import NoteKey, is_note_name, note_key
from assay.system.database import Database, Row

_ONE: Final = "SELECT number, digest, envelope FROM entries WHERE number = ?"
_BY_DIGEST: Final = "SELECT number, digest, envelope FROM entries WHERE digest = ?"
_NUMBER: Final = "SELECT number FROM entries WHERE digest = ?"
_NODE: Final = "SELECT hash FROM nodes WHERE place = ?"
_HEAD: Final = "SELECT number, size, note FROM checkpoints ORDER BY number DESC LIMIT 1"
_SIZED: Final = "SELECT number, size, note FROM checkpoints WHERE size = ?"
_COVERING: Final = "SELECT number, size, note FROM checkpoints WHERE size > ? ORDER BY size LIMIT 1"
_BEFORE: Final = """SELECT number, size, note FROM checkpoints
    WHERE size <= ? ORDER BY size DESC LIMIT 1"""
BLOB_FOLDER: Final = "blobs"  # beside the file of an SQLite log
_REMEMBERED: Final = 256  # verified checkpoints

_SUBJECT_OF: Final = "SELECT subject FROM subjects WHERE entry = ? ORDER BY position LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One envelope in the log; `index` counts from 0. It is unread until it is verified."""

    index: int
    digest: Digest
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where an envelope is in the log; `recorded` is false where it was there before."""

    index: int
    digest: Digest
    recorded: bool


@dataclass(frozen=True, slots=True)
class _Head:
    """A checkpoint as it is stored; number -1, size 0 and no note before the first one."""

    number: int
    size: int
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """What a checkpoint says, once its signatures were verified; no time before the first one."""

    checkpoint: Checkpoint
    at: datetime | None


class LogStore(Closing):
    """An append-only log in one database; made by `open_store`. For one thread at a time."""

    def __init__(self, database: Database, origin: str, blobs: BlobStore | None) -> None:
        self.origin = origin
        self._database = database
        self._pages = StoredPages(database)
        self._blobs = blobs
        self._verified = dict[tuple[bytes, NoteKey], _Signed]()  # the newest, and those asked about

    @property
    def place(self) -> str:
        """Where the log is, for messages."""
        return self._database.place

    @property
    def size(self) -> int:
        """The number of entries under the newest checkpoint."""
        return self._head().size

    def append(
        self, statements: Sequence[VerifiedStatement], *, log_signer: Signer, at: datetime
    ) -> tuple[Receipt, ...]:
        """Record the statements in their order, durably, under one new checkpoint dated `at`.

        Raises:
            UsageError: The log's key is no Ed25519 key.
            MalformedError: A statement cannot be filed.
            SignatureInvalidError: The newest checkpoint was signed with another key.
            TamperedError: What is stored is not what was last signed with this key.
            UnavailableError: The disk is full, others hold the log, or the clock was set back;
                nothing was recorded. Or the connection was lost: append again, and see.
        """
        log_key = note_key(self.origin, log_signer.public)
        elsewhere = self.admit(statements)
        with self._database.transaction():
            head = self._head()
            signed = self._signed(head, log_key)
            dated = time_of_record(at, newest=signed.at)
            tree = self._signed_tree(head, signed.checkpoint)
            index = Index(self._pages, _index_root(signed.checkpoint))
            receipts = self._record(statements, Batch(tree, index, elsewhere=elsewhere))
            if tree.size > head.size:
                self._pages.put(index.seal())
                checkpoint = Checkpoint(
                    origin=self.origin, size=tree.size, root=tree.root(), index_root=index.root
                )
                note = sign_checkpoint(checkpoint, signer=log_signer, at=dated)
                self._database.execute(
                    "INSERT INTO checkpoints (number, size, note) VALUES (?, ?, ?)",
                    (head.number + 1, tree.size, note),
                )
        return receipts

    def admit(self, statements: Sequence[VerifiedStatement]) -> frozenset[Digest]:
        """Do what can be done ahead of an append, in any thread; `append` does it as well.

        Refuses what cannot be filed, and keeps large envelopes in the blob store: returns which.

        Raises:
            MalformedError: A statement cannot be filed.
            UsageError, UnavailableError: The blob store does not take an envelope.
        """
        for statement in statements:
            refuse_unfit(statement)
        if self._blobs is None:
            return frozenset()
        large = {s.digest: s.envelope for s in statements if is_large(s.envelope)}
        for envelope in large.values():
            self._blobs.put(envelope)
        return frozenset(large)

    def all_entries(self) -> Iterator[LogEntry]:
        """Yield all entries in their order.

        Raises:
            TamperedError: An envelope has another digest than was recorded, or is missing.
            UnavailableError: The blob store has not, or does not give, a large one.
        """
        return map(self._entry, rows.rows_by_key(self._database, rows.ENTRIES, start=0))

    def entries(
        self,
        *,
        log_key: NoteKey,
        subject: Digest | None = None,
        predicate_type: str | None = None,
    ) -> Iterator[LogEntry]:
        """Yield the entries about a subject, of a type, or both, in their order: all of them.

        That they are all is proven, before the first is given, by the index that `log_key` signed
        in the newest checkpoint. What is appended meanwhile is left out.

        Raises:
            UsageError: Neither a subject nor a type is given.
            SignatureInvalidError: The newest checkpoint was not signed with this key.
            TamperedError: An entry is missing, or was led elsewhere; or an envelope is another one.
            UnavailableError: The blob store has not, or does not give, a large one.
        """
        wanted = predicate_type if subject is None else subject
        if wanted is None:
            raise UsageError("entries about nothing, and of no type")
        with self._database.snapshot():
            view = self._view(self._signed(self._head(), log_key).checkpoint)
            found = proven_list(self._database, wanted, view=view)
        kind = None if predicate_type is None else type_key(predicate_type)
        return self._entries_at([one for one in found.entries if kind in {None, one.type_key}])

    def prove_lists(
        self, wanted: Sequence[Digest | str], *, under: Checkpoint
    ) -> tuple[Proven, ...]:
        """Return all entries about each subject, or of each type, and the proof under `under`.

        `under` is a verified checkpoint of this log. For an older one than the newest, its index
        is computed anew from its entries, some 50 µs for each.

        Raises:
            TamperedError: An entry is missing, or was led elsewhere.
        """
        with self._database.snapshot():
            view = self._view(under)
            return tuple(proven_list(self._database, one, view=view) for one in wanted)

    def entry(self, index: int) -> LogEntry:
        """Return the entry at `index`.

        Raises:
            UsageError: The log has no such entry.
            TamperedError: Its envelope has another digest than was recorded.
        """
        row = self._database.query_one(_ONE, (index,))
        if row is None:
            raise UsageError(f"no entry {index}", where=self.place)
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
                raise UsageError(f"no entry {index}", where=self.place)

    @property
    def cosignatures(self) -> Cosignatures:
        """What witnesses said of the checkpoints."""
        return Cosignatures(self._database)

    def cosigned_checkpoint(self, size: int) -> bytes | None:
        """Return the checkpoint of `size` with all its cosignatures, as a note; None without one.

        Raises:
            MalformedError, TamperedError: A row is not what can have been stored.
        """
        note = self._stored(self._database.query_one(_SIZED, (size,))).note
        if not note:
            return None
        lines = self.cosignatures.lines(size)
        return add_cosignatures(note, lines) if lines else note

    def checkpoint_sizes(self, *, since: int) -> Iterator[int]:
        """Yield the sizes of all checkpoints over more than `since` entries, the smallest first."""
        for row in rows.rows_by_key(self._database, rows.CHECKPOINTS):
            if isinstance(row[1], int) and row[1] > since:
                yield row[1]

    def restore(
        self,
        heads: Iterable[BackedUp],
        *,
        log_key: NoteKey,
        check: Callable[[Checkpoint], None],
    ) -> Checkpoint:
        """Put the record of a log in the place of this one, which must be empty.

        `check` may ask this store for proofs; what it refuses, and anything else that is wrong,
        leaves the log empty.

        Raises:
            UsageError: There are entries already, or the backup has none.
            TamperedError: An entry or a checkpoint is not what the log's key signed.
            UnavailableError: It cannot be written.
        """
        place = Place(database=self._database, blobs=self._blobs)
        return restore_rows(place, heads, log_key=log_key, check=check)

    def backed_up(self) -> Iterator[BackedUp]:
        """Yield the record of the log, checkpoint by checkpoint, as of one moment."""
        with self._database.snapshot():
            entries, size = self.all_entries(), 0
            for row in rows.rows_by_key(self._database, rows.CHECKPOINTS):
                head = self._stored(row)
                added = islice(entries, max(head.size - size, 0))
                yield BackedUp(
                    envelopes=tuple(entry.envelope for entry in added),
                    note=head.note,
                    lines=self.cosignatures.lines(head.size),
                )
                size = head.size

    def latest_checkpoint(self) -> bytes | None:
        """Return the newest checkpoint as a note, or None before the first entry."""
        return self._head().note or None

    def checkpoint_over(self, index: int) -> bytes:
        """Return the first checkpoint that covers entry `index`, as a note.

        Raises:
            UsageError: The log has no such entry.
        """
        found = self._stored(self._database.query_one(_COVERING, (index,)))
        if index < 0 or not found.note:
            raise UsageError(f"no entry {index}", where=self.place)
        return found.note

    def recorded_at(self, index: int, *, log_key: NoteKey) -> datetime:
        """Return the time of record of entry `index`: the date of the first checkpoint over it.

        Raises:
            UsageError: The log has no such entry.
            SignatureInvalidError: That checkpoint was not signed and dated with this key.
            TamperedError: A checkpoint is not the one that was stored there, or one is missing.
        """
        with self._database.snapshot():
            before = self._stored(self._database.query_one(_BEFORE, (index,)))
            first = self._stored(self._database.query_one(_COVERING, (index,)))
        if index < 0 or first.number < 0:
            raise UsageError(f"no entry {index}", where=self.place)
        if first.number != before.number + 1:
            raise TamperedError("the row is missing", where=f"checkpoints row {before.number + 1}")
        found = self._signed(first, log_key)
        earlier = self._signed(before, log_key)
        if found.at is None or (earlier.at is not None and earlier.at > found.at):
            raise TamperedError(
                "dated before the one before", where=f"checkpoints row {first.number}"
            )
        return found.at

    def inclusion_proof(self, index: int) -> merkle.Path:
        """Return the path from entry `index` to the root of the newest checkpoint.

        Raises:
            ProofError: The log has no such entry.
        """
        return merkle.inclusion_path(index, self.size, self.node)

    def consistency_proof(self, old: int, new: int) -> merkle.Path:
        """Return the proof that the first `old` of `new` entries are the tree of size `old`.

        Raises:
            ProofError: Not `0 < old <= new <= size`.
        """
        if new > self.size:
            raise ProofError(f"no tree of {new} entries in a log of {self.size}")
        return merkle.consistency_path(old, new, self.node)

    def proof(self, index: int) -> bytes:
        """Return the C2SP tlog-proof of entry `index` under the newest checkpoint.

        Raises:
            ProofError: The log has no such entry.
        """
        with self._database.snapshot():
            head = self._head()
            path = merkle.inclusion_path(index, head.size, self.node)
        return render_tlog_proof(TlogProof(index=index, path=path, checkpoint=head.note))

    def verify(self, *, log_key: NoteKey) -> Checkpoint | None:
        """Refuse unless every stored row is what was recorded; return the newest checkpoint.

        Raises:
            TamperedError: The first fault; `where` names the table and the row.
            UnavailableError: The blob of a row is not there; `where` names the row.
        """
        with self._database.snapshot():
            check_schema(self._database)
            newest = verify_log(self._rows(), log_key=log_key)
            check_indexes(self._database)
        return newest

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _head(self) -> _Head:
        return self._stored(self._database.query_one(_HEAD))

    @staticmethod
    def _stored(row: Row | None) -> _Head:
        match row:
            case None:
                return _Head(-1, 0, b"")
            case (int(number), int(size), bytes(note)):
                return _Head(number, size, note)
            case _:
                raise TamperedError("values of another type", where="checkpoints")

    def _signed(self, head: _Head, log_key: NoteKey) -> _Signed:
        """Return what a stored checkpoint says; the same bytes are verified only once."""
        if not head.note:
            empty = Checkpoint(origin=self.origin, size=0, root=merkle.EMPTY_ROOT)
            return _Signed(checkpoint=empty, at=None)
        known = self._verified.get((head.note, log_key))
        if known is None:
            checkpoint = verify_checkpoint(head.note, log_key=log_key)
            known = _Signed(checkpoint=checkpoint, at=verify_time(head.note, log_key=log_key))
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[head.note, log_key] = known
        if known.checkpoint.size != head.size:
            raise TamperedError(
                f"size {head.size}, where {known.checkpoint.size} is signed",
                where=f"checkpoints row {head.number}",
            )
        return known

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

    def _signed_tree(self, head: _Head, signed: Checkpoint) -> merkle.Frontier:
        """Return the right edge of the stored tree, if it is the one that was last signed."""
        tree = merkle.load_frontier(head.size, self.node)
        last = self._database.query_one("SELECT max(number) FROM entries")
        stored = (tree.size, tree.root(), last)
        if stored != (signed.size, signed.root, (signed.size - 1 if signed.size else None,)):
            raise TamperedError(
                "the stored entries are not those of the last checkpoint",
                where=self.place,
                hint="assay log verify names the row",
            )
        return tree

    def _record(self, statements: Sequence[VerifiedStatement], batch: Batch) -> tuple[Receipt, ...]:
        """Write what is not there yet, and grow the tree of `batch` with it."""
        known = self._database.query_each(_NUMBER, [(s.digest.raw,) for s in statements])
        added = [
            batch.add(statement, known=_number(row))
            for statement, row in zip(statements, known, strict=True)
        ]
        insert_batch(self._database, batch)
        return tuple(
            Receipt(index=index, digest=statement.digest, recorded=recorded)
            for statement, (index, recorded) in zip(statements, added, strict=True)
        )

    def _view(self, signed: Checkpoint) -> IndexView:
        """Return the index as `signed` commits to it."""
        pages: PageSource = self._pages
        if signed.size != self._head().size:
            envelopes = (entry.envelope for entry in self.all_entries())
            pages = replay_index(islice(envelopes, signed.size))
        root = _index_root(signed)
        return IndexView(root=root, size=signed.size, pages=pages, leaves=self._leaves)

    def _leaves(self, numbers: Sequence[int]) -> Sequence[bytes]:
        """Return the hashes of the leaves of these entries."""
        places = [(merkle.node_place(0, number),) for number in numbers]
        found = self._database.query_each(_NODE, places)
        return [row[0] if row and isinstance(row[0], bytes) else b"" for row in found]

    def _entries_at(self, listed: Sequence[IndexedEntry]) -> Iterator[LogEntry]:
        for start in range(0, len(listed), rows.PAGE):
            page = listed[start : start + rows.PAGE]
            found = self._database.query_each(_ONE, [(one.number,) for one in page])
            for one, row in zip(page, found, strict=True):
                if row is None:
                    raise TamperedError("the row is missing", where=f"entries row {one.number}")
                entry = self._entry(row)
                if envelope_leaf_hash(entry.envelope) != one.leaf:
                    raise TamperedError("another envelope", where=f"entries row {one.number}")
                yield entry

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
        """Return a row of `entries` with the envelope that is in the blob store."""
        match row:
            case (int(index), bytes(digest), None) if self._blobs is not None:
                try:
                    return index, digest, self._blobs.get(Digest("sha256", digest.hex()))
                except (TamperedError, UnavailableError) as error:
                    error.where = f"entries row {index}, in {error.where}"
                    raise
            case _:
                return row

    def _rows(self) -> LogRows:
        database = self._database
        return LogRows(
            entries=StoredRows(
                "entries", map(self._whole, rows.rows_by_key(database, rows.ENTRIES))
            ),
            nodes=StoredRows("nodes", rows.rows_by_key(database, rows.NODES)),
            subjects=StoredRows("subjects", rows.rows_by_key(database, rows.SUBJECTS, keys=2)),
            pages=self._pages.rows(),
            checkpoints=StoredRows("checkpoints", rows.rows_by_key(database, rows.CHECKPOINTS)),
            cosignatures=StoredRows("cosignatures", rows.rows_by_key(database, rows.COSIGNATURES)),
        )


def open_store(
    location: Path | str, *, origin: str, create: bool, blobs: BlobStore | None = None
) -> LogStore:
    """Open the log `origin` in an SQLite file or at a PostgreSQL URL, made if `create` and absent.

    Envelopes over 64 KiB are kept in `blobs`; without it, beside the file, or in the database.

    Raises:
        UsageError: No such log and `create` is false, another application's database, the log of
            another origin, or an origin that a checkpoint cannot carry.
        UnavailableError: It cannot be opened, or its schema is of another version.
        TamperedError: It is damaged, or its schema was changed.
    """
    if not is_note_name(origin):
        raise UsageError(f"{origin!r} cannot name a log", hint="no spaces, no +, not empty")
    database = connect(location, origin=origin, create=create)
    if blobs is None and isinstance(location, Path):
        blobs = FolderBlobs(location.parent / BLOB_FOLDER)
    store = LogStore(database, origin, blobs)
    try:
        prepare_schema(database, create=create)
        found = (store.latest_checkpoint() or b"").partition(b"\n")[0]
        if found not in {b"", origin.encode()}:
            raise UsageError(
                f"a log of {found.decode(errors='replace')!r}, where {origin!r} is asked for",
                where=store.place,
            )
    except AssayError:
        store.close()
        raise
    return store


def _number(row: Row | None) -> int | None:
    match row:
        case (int(number),):
            return number
        case _:
            return None


def _index_root(signed: Checkpoint) -> bytes:
    """Return the root of the index that `signed` commits to; the empty one before any entry."""
    if signed.index_root is not None:
        return signed.index_root
    if signed.size:
        raise TamperedError("the newest checkpoint has no index", where="checkpoints")
    return EMPTY_ROOT
