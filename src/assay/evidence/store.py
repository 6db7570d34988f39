"""The log in a database: append only, every append with its signed and dated checkpoint.

* Only a `VerifiedStatement` can be appended: what was not verified cannot get in.
* Entries, tree nodes, index and checkpoint are one transaction: all of it is durable, or none.
  Large envelopes go to the blob store, and are durable there before that transaction ends.
* An append first checks that the stored tree is the one last signed: an edited log is not signed
  over; and that the clock was not set back.
* The same envelope is recorded once, however often it is appended.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from assay.core.closing import Closing
from assay.core.digest import Digest
from assay.core.errors import AssayError, TamperedError, UsageError
from assay.evidence import merkle
from assay.evidence.backup.record import BackedUp
from assay.evidence.backup.restoring import Place, insert_batch, restore_rows
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.history import Head
from assay.evidence.index.trie import Index
from assay.evidence.lapse import refuse_lapsed
from assay.evidence.leaf import is_large
from assay.evidence.log import LogRows, StoredRows, verify_log, verify_signed_rows
from assay.evidence.provenlog import ProvenLog, index_root
from assay.evidence.storage import rows
from assay.evidence.storage.batch import Batch, refuse_oversized, refuse_unfit
from assay.evidence.storage.blobs import BlobStore, FolderBlobs
from assay.evidence.storage.connecting import connect
from assay.evidence.storage.schema import check_indexes, check_schema, prepare_schema
from assay.evidence.timing import time_of_record
from assay.signing.keys import Signer
from assay.signing.logkeys import LogKeys
from assay.signing.notekey import NoteKey, is_note_name, note_key
from assay.system.database import Row

_NUMBER: Final = "SELECT number FROM entries WHERE digest = ?"
BLOB_FOLDER: Final = "blobs"  # beside the file of an SQLite log


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where an envelope is in the log; `recorded` is false where it was there before."""

    index: int
    digest: Digest
    recorded: bool


class LogStore(ProvenLog, Closing):
    """An append-only log in one database; made by `open_store`. For one thread at a time."""

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
            index = Index(self._pages, index_root(signed.checkpoint))
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
