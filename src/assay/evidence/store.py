"""The log in a database: append only, every append with its signed and dated checkpoint.

* Only a `VerifiedStatement` can be appended: what was not verified cannot get in.
* Entries, tree nodes, index and checkpoint are one transaction: all of it is durable, or none.
  Large envelopes go to the blob store, and are durable there before that transaction ends.
* An append first checks that the stored tree is the one last signed: an edited log is not signed
  over; and that the clock was not set back.
* The same envelope is recorded once, however often it is appended.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from assay.core.closing import Closing
from assay.core.digest import Digest
from assay.core.errors import AssayError, ProofError, TamperedError, UsageError
from assay.evidence import merkle
from assay.evidence.backup.record import BackedUp
from assay.evidence.backup.restoring import Place, insert_batch, restore_rows
from assay.evidence.checkpoints.checkpoint import Checkpoint, add_cosignatures, sign_checkpoint
from assay.evidence.checkpoints.cosignatures import Cosignatures
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.checkpoints.sealing import SealedPlace
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.history import Head, History
from assay.evidence.index.page import EMPTY_ROOT
from assay.evidence.index.trie import Index, PageSource, type_key
from assay.evidence.lapse import refuse_lapsed
from assay.evidence.leaf import is_large
from assay.evidence.log import LogRows, StoredRows, verify_log, verify_signed_rows
from assay.evidence.reading import LogEntry, StoredEntries
from assay.evidence.storage import rows
from assay.evidence.storage.batch import Batch, refuse_oversized, refuse_unfit
from assay.evidence.storage.blobs import BlobStore, FolderBlobs
from assay.evidence.storage.connecting import connect
from assay.evidence.storage.indexpages import (
    IndexView,
    Proven,
    StoredPages,
    proven_list,
    replay_index,
)
from assay.evidence.storage.schema import check_indexes, check_schema, prepare_schema
from assay.evidence.tiles.tlogproof import TlogProof, render_tlog_proof
from assay.evidence.timing import time_of_record
from assay.signing.keys import Signer
from assay.signing.logkeys import KeyHistory, LogKeys
from assay.signing.notekey import NoteKey, is_note_name, note_key
from assay.system.database import Database, Row

_NUMBER: Final = "SELECT number FROM entries WHERE digest = ?"
BLOB_FOLDER: Final = "blobs"  # beside the file of an SQLite log


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where an envelope is in the log; `recorded` is false where it was there before."""

    index: int
    digest: Digest
    recorded: bool


class LogStore(StoredEntries, Closing):
    """An append-only log in one database; made by `open_store`. For one thread at a time."""

    def __init__(self, database: Database, origin: str, blobs: BlobStore | None) -> None:
        super().__init__(database, blobs)
        self.origin = origin
        self._pages = StoredPages(database)
        self._history = History(database, origin)

    @property
    def place(self) -> str:
        """Where the log is, for messages."""
        return self._database.place

    @property
    def size(self) -> int:
        """The number of entries under the newest checkpoint."""
        return self._history.head().size

    def append(
        self,
        statements: Sequence[VerifiedStatement],
        *,
        log_signer: Signer,
        at: datetime,
        check: Callable[[], None] | None = None,
        retiring: Signer | None = None,
    ) -> tuple[Receipt, ...]:
        """Record the statements in their order, durably, under one new checkpoint dated `at`.

        That date may have to be a little later. What is new is verified again as of the date: all
        of it is recorded, or nothing.

        `check` may read the log as no other writer changes it any more before they are recorded;
        what it raises leaves the log as it was.

        `retiring` has the key that the log had so far, where `log_signer` has a new one: the one
        statement that says so is recorded under both, and all checkpoints before it are sealed.

        Raises:
            UsageError: The log's key is no Ed25519 key, it is more than is recorded at once, or
                more or less than one statement that is new under a new key.
            MalformedError: A statement cannot be filed.
            LapsedError: One does not count any more at the time that it would be recorded with.
            SignatureInvalidError: The newest checkpoint was signed with another key.
            TamperedError: What is stored is not what was last signed with this key.
            UnavailableError: The disk is full, others hold the log, or the clock was set back;
                nothing was recorded. Or the connection was lost: append again, and see.
        """
        log_key = note_key(self.origin, (retiring or log_signer).public)
        elsewhere = self.admit(statements)
        with self._database.transaction():
            if check is not None:
                check()
            head = self._history.head()
            signed = self._history.signed(head, log_key)
            _refuse_replaced(signed.checkpoint, head.note, log_key)
            dated = time_of_record(at, newest=signed.at, size=head.size)
            tree = self._signed_tree(head, signed.checkpoint)
            index = Index(self._pages, _index_root(signed.checkpoint))
            batch = Batch(tree, index, elsewhere=elsewhere)
            receipts = self._record(statements, batch, at=dated)
            if retiring is not None and tree.size != head.size + 1:
                raise UsageError("a new key of the log begins with one new entry")
            if tree.size > head.size:
                self._pages.put(index.seal())
                checkpoint = Checkpoint(
                    origin=self.origin,
                    size=tree.size,
                    root=tree.root(),
                    index_root=index.root,
                    previous=head.digest,
                    seal=None if retiring is None else self._history.seal(head),
                )
                note = sign_checkpoint(checkpoint, signer=log_signer, at=dated, retiring=retiring)
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
            UsageError: They are more than one checkpoint may add.
            UsageError, UnavailableError: The blob store does not take an envelope.
        """
        refuse_oversized(len(statement.envelope) for statement in statements)
        for statement in statements:
            refuse_unfit(statement)
        if self._blobs is None:
            return frozenset()
        large = {s.digest: s.envelope for s in statements if is_large(s.envelope)}
        for envelope in large.values():
            self._blobs.put(envelope)
        return frozenset(large)

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
            view = self._view(self._history.signed(self._history.head(), log_key).checkpoint)
            found = proven_list(self._database, wanted, view=view)
        kind = None if predicate_type is None else type_key(predicate_type)
        return self.listed([one for one in found.entries if kind in {None, one.type_key}])

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

    @property
    def cosignatures(self) -> Cosignatures:
        """What witnesses said of the checkpoints."""
        return Cosignatures(self._database)

    def cosigned_checkpoint(self, size: int) -> bytes | None:
        """Return the checkpoint of `size` with all its cosignatures, as a note; None without one.

        Raises:
            MalformedError, TamperedError: A row is not what can have been stored.
        """
        note = self._history.sized(size).note
        if not note:
            return None
        lines = self.cosignatures.lines(size)
        return add_cosignatures(note, lines) if lines else note

    def checkpoint_sizes(self, *, since: int) -> Iterator[int]:
        """Return the sizes of all checkpoints over more than `since` entries, in order."""
        return (head.size for head in self._history.all() if head.size > since)

    def restore(
        self,
        heads: Iterable[BackedUp],
        *,
        log_keys: tuple[NoteKey, ...],
        check: Callable[[Checkpoint], None],
    ) -> Checkpoint:
        """Put the record of a log in the place of this one, which must be empty.

        `log_keys` are those that the log had, the first one first. `check` may ask this store for
        proofs; what it refuses, and anything else that is wrong, leaves the log empty.

        Raises:
            UsageError: There are entries already, or the backup has none.
            TamperedError: An entry or a checkpoint is not what the log's key signed.
            UnavailableError: It cannot be written.
        """
        place = Place(database=self._database, blobs=self._blobs)
        return restore_rows(place, heads, log_keys=log_keys, check=check)

    def backed_up(self) -> Iterator[BackedUp]:
        """Yield the record of the log, checkpoint by checkpoint, as of one moment."""
        with self._database.snapshot():
            entries, size = self.all_entries(), 0
            for head in self._history.all():
                added = islice(entries, max(head.size - size, 0))
                yield BackedUp(
                    envelopes=tuple(entry.envelope for entry in added),
                    note=head.note,
                    lines=self.cosignatures.lines(head.size),
                )
                size = head.size

    def latest_checkpoint(self) -> bytes | None:
        """Return the newest checkpoint as a note, or None before the first entry."""
        return self._history.head().note or None

    def checkpoint_of(self, size: int) -> bytes:
        """Return the checkpoint of `size` as the log stored it; empty without one."""
        return self._history.sized(size).note

    def checkpoint_over(self, index: int) -> bytes:
        """Return the first checkpoint that covers entry `index`, as a note.

        Raises:
            UsageError: The log has no such entry.
        """
        return self._history.over(index).note

    def checkpoint_before(self, index: int) -> bytes:
        """Return the last checkpoint that does not cover entry `index`; empty where none is."""
        return self._history.before(index).note

    def recorded_at(self, index: int, *, log_key: LogKeys) -> datetime:
        """Return the time of record of entry `index`: the date of the first checkpoint over it.

        Raises:
            UsageError: The log has no such entry.
            SignatureInvalidError: That checkpoint was not signed and dated with this key.
            TamperedError: It is not the first one over the entry: one was taken out.
        """
        return self._history.recorded_at(index, log_key=log_key)

    def sealed_place(self, size: int, *, log_key: KeyHistory) -> SealedPlace:
        """Return where the checkpoint of `size` is among those before the current key of the log.

        Raises:
            ProofError: There is no such checkpoint.
            TamperedError: They are not those that were sealed.
        """
        with self._database.snapshot():
            return self._history.sealed(log_key).place(size)

    def inclusion_proof(self, index: int, *, size: int | None = None) -> merkle.Path:
        """Return the path from entry `index` to the root of `size` entries, by default of all.

        Raises:
            ProofError: The log has no such entry.
        """
        within = self.size if size is None else size
        return self.path(lambda node: merkle.inclusion_path(index, within, node))

    def consistency_proof(self, old: int, new: int) -> merkle.Path:
        """Return the proof that the first `old` of `new` entries are the tree of size `old`.

        Raises:
            ProofError: Not `0 < old <= new <= size`.
        """
        if new > self.size:
            raise ProofError(f"no tree of {new} entries in a log of {self.size}")
        return self.path(lambda node: merkle.consistency_path(old, new, node))

    def proof(self, index: int) -> bytes:
        """Return the C2SP tlog-proof of entry `index` under the newest checkpoint.

        Raises:
            ProofError: The log has no such entry.
        """
        with self._database.snapshot():
            head = self._history.head()
            path = self.inclusion_proof(index, size=head.size)
        return render_tlog_proof(TlogProof(index=index, path=path, checkpoint=head.note))

    def verify(self, *, log_key: LogKeys) -> Checkpoint | None:
        """Refuse unless every stored row is what was recorded; return the newest checkpoint.

        Raises:
            TamperedError: The first fault; `where` names the table and the row.
            UnavailableError: The blob of a row is not there; `where` names the row.
        """
        return self._verified(partial(verify_log, log_key=log_key))

    def verify_signed(self, *, log_key: LogKeys) -> Checkpoint | None:
        """Do as `verify`, without reading each statement again: see `verify_signed_rows`.

        As good against whoever changes rows without the log's key, and three times as fast.

        Raises:
            TamperedError, UnavailableError: As for `verify`, which is asked to name the row.
        """
        try:
            return self._verified(partial(verify_signed_rows, log_key=log_key))
        except TamperedError:
            self.verify(log_key=log_key)
            raise

    def _verified(self, check: Callable[[LogRows], Checkpoint | None]) -> Checkpoint | None:
        with self._database.snapshot():
            check_schema(self._database)
            newest = check(self._rows())
            check_indexes(self._database)
        return newest

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _signed_tree(self, head: Head, signed: Checkpoint) -> merkle.Frontier:
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

    def _record(
        self, statements: Sequence[VerifiedStatement], batch: Batch, *, at: datetime
    ) -> tuple[Receipt, ...]:
        """Write what is not there yet, recorded `at`, and grow the tree of `batch` with it."""
        known = self._database.query_each(_NUMBER, [(s.digest.raw,) for s in statements])
        new = (s for s, row in zip(statements, known, strict=True) if row is None)
        refuse_lapsed(new, at=at)  # what is there keeps the time that it has
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
        if signed.size != self._history.head().size:
            envelopes = (entry.envelope for entry in self.all_entries())
            pages = replay_index(islice(envelopes, signed.size))
        root = _index_root(signed)
        return IndexView(root=root, size=signed.size, pages=pages, leaves=self.leaves)

    def _rows(self) -> LogRows:
        database = self._database
        return LogRows(
            entries=StoredRows("entries", self.stored_rows()),
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


def _refuse_replaced(newest: Checkpoint, note: bytes, log_key: NoteKey) -> None:
    """Refuse the key that the newest checkpoint replaces: it has signed that one, too.

    Raises:
        UsageError: The log goes on under another key.
    """
    first = parse_note(note).signatures[:1] if newest.seal is not None else ()
    if any(signature.note_id != log_key.note_id for signature in first):
        raise UsageError(
            "the log has another key by now", where="checkpoint", hint="see: assay trust show"
        )


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
