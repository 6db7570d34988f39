"""The log on disk: one SQLite file, append only, every append with its signed checkpoint.

* Only a `VerifiedStatement` can be appended: what was not verified cannot get in.
* Entries, tree nodes, index and checkpoint are one transaction: all of it is durable, or none.
* An append first checks that the stored tree is the one last signed: an edited log is not signed
  over.
* The same envelope is recorded once, however often it is appended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, LiteralString, Self

from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import AssayError, ProofError, TamperedError, UsageError
from assay.evidence import merkle
from assay.evidence.batch import Batch
from assay.evidence.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.log import LogRows, StoredRows, verify_log
from assay.evidence.schema import check_schema, prepare_schema
from assay.evidence.tlogproof import TlogProof, render_tlog_proof
from assay.signing.keys import Signer
from assay.signing.notekey import NoteKey, is_note_name, note_key
from assay.system.database import Database, Row, open_database

_ALL: Final = "SELECT number, digest, envelope FROM entries ORDER BY number"
_ONE: Final = "SELECT number, digest, envelope FROM entries WHERE number = ?"
_BY_DIGEST: Final = "SELECT number, digest, envelope FROM entries WHERE digest = ?"
_BY_SUBJECT: Final = """SELECT number, digest, envelope FROM entries
    WHERE number IN (SELECT entry FROM subjects WHERE subject = ?) ORDER BY number"""
_BY_TYPE: Final = """SELECT number, digest, envelope FROM entries
    WHERE number IN (SELECT entry FROM subjects WHERE predicate_type = ?) ORDER BY number"""
_BY_BOTH: Final = """SELECT number, digest, envelope FROM entries
    WHERE number IN (SELECT entry FROM subjects WHERE subject = ? AND predicate_type = ?)
    ORDER BY number"""

_SUBJECT_OF: Final = "SELECT subject FROM subjects WHERE entry = ? ORDER BY position LIMIT 1"
_LISTING: Final = "SELECT entry, subject, predicate_type FROM subjects ORDER BY entry, position"


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
    """The newest checkpoint as it is stored; number -1 and no note before the first one."""

    number: int
    size: int
    note: bytes


class LogStore:
    """An append-only log in one SQLite file; made by `open_store`."""

    def __init__(self, database: Database, origin: str) -> None:
        self.origin = origin
        self._database = database

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return self._database.path

    @property
    def size(self) -> int:
        """The number of entries under the newest checkpoint."""
        return self._head().size

    def append(
        self, statements: Sequence[VerifiedStatement], *, log_signer: Signer, at: datetime
    ) -> tuple[Receipt, ...]:
        """Record the statements in their order, durably, under one new signed checkpoint.

        Raises:
            UsageError: The log's key is no Ed25519 key.
            SignatureInvalidError: The newest checkpoint was signed with another key.
            TamperedError: What is stored is not what was last signed with this key.
            UnavailableError: The disk is full, or others hold the log; nothing was recorded.
        """
        log_key = note_key(self.origin, log_signer.public)
        with self._database.transaction():
            head = self._head()
            tree = self._signed_tree(head, log_key)
            receipts = self._record(statements, tree)
            if tree.size > head.size:
                checkpoint = Checkpoint(origin=self.origin, size=tree.size, root=tree.root())
                self._database.execute(
                    "INSERT INTO checkpoints (number, size, note) VALUES (?, ?, ?)",
                    (
                        head.number + 1,
                        tree.size,
                        sign_checkpoint(checkpoint, signer=log_signer, at=at),
                    ),
                )
        return receipts

    def entries(
        self, *, subject: Digest | None = None, predicate_type: str | None = None
    ) -> Iterator[LogEntry]:
        """Yield the entries in their order: all, or those of a subject, of a type, or of both.

        The filter is as good as the index, and the index as good as the last `verify`. Rows are
        read as they are asked for: take them all before appending.

        Raises:
            TamperedError: An envelope has another digest than was recorded.
        """
        if subject is None:
            rows = (
                self._database.query(_ALL)
                if predicate_type is None
                else self._database.query(_BY_TYPE, (predicate_type,))
            )
        elif predicate_type is None:
            rows = self._database.query(_BY_SUBJECT, (str(subject),))
        else:
            rows = self._database.query(_BY_BOTH, (str(subject), predicate_type))
        return map(_entry, rows)

    def entry(self, index: int) -> LogEntry:
        """Return the entry at `index`.

        Raises:
            UsageError: The log has no such entry.
            TamperedError: Its envelope has another digest than was recorded.
        """
        row = self._database.query_one(_ONE, (index,))
        if row is None:
            raise UsageError(f"no entry {index}", where=str(self.path))
        return _entry(row)

    def find(self, envelope_digest: Digest) -> LogEntry | None:
        """Return the entry that holds the envelope with this SHA-256 digest, or None."""
        row = self._database.query_one(_BY_DIGEST, (envelope_digest.raw,))
        return None if row is None else _entry(row)

    def listing(self) -> Iterator[tuple[int, Digest, str]]:
        """Yield (index, subject, predicate type) of what the index says, in the log's order.

        The index is as good as the last `verify`; an entry with several subjects comes as often.

        Raises:
            TamperedError: The index holds what it cannot.
        """
        for row in self._database.query(_LISTING):
            match row:
                case (int(index), str(subject), str(predicate_type)):
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
                raise UsageError(f"no entry {index}", where=str(self.path))

    def latest_checkpoint(self) -> bytes | None:
        """Return the newest checkpoint as a note, or None before the first entry."""
        return self._head().note or None

    def inclusion_proof(self, index: int) -> merkle.Path:
        """Return the path from entry `index` to the root of the newest checkpoint.

        Raises:
            ProofError: The log has no such entry.
        """
        return merkle.inclusion_path(index, self.size, self._node)

    def consistency_proof(self, old: int, new: int) -> merkle.Path:
        """Return the proof that the first `old` of `new` entries are the tree of size `old`.

        Raises:
            ProofError: Not `0 < old <= new <= size`.
        """
        if new > self.size:
            raise ProofError(f"no tree of {new} entries in a log of {self.size}")
        return merkle.consistency_path(old, new, self._node)

    def proof(self, index: int) -> bytes:
        """Return the C2SP tlog-proof of entry `index` under the newest checkpoint.

        Raises:
            ProofError: The log has no such entry.
        """
        with self._database.snapshot():
            head = self._head()
            path = merkle.inclusion_path(index, head.size, self._node)
        return render_tlog_proof(TlogProof(index=index, path=path, checkpoint=head.note))

    def verify(self, *, log_key: NoteKey) -> Checkpoint | None:
        """Refuse unless every stored row is what was recorded; return the newest checkpoint.

        Raises:
            TamperedError: The first fault; `where` names the table and the row.
        """
        with self._database.snapshot():
            check_schema(self._database)
            newest = verify_log(self._rows(), log_key=log_key)
            found = self._database.query_one("PRAGMA integrity_check(1)")
            if found != ("ok",):  # an index that does not match its table, a damaged page
                raise TamperedError(f"integrity check: {found!r}", where=str(self.path))
        return newest

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return this store, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def _head(self) -> _Head:
        match self._database.query_one(
            "SELECT number, size, note FROM checkpoints ORDER BY number DESC LIMIT 1"
        ):
            case None:
                return _Head(-1, 0, b"")
            case (int(number), int(size), bytes(note)):
                return _Head(number, size, note)
            case _:
                raise TamperedError("values of another type", where="checkpoints")

    def _node(self, level: int, index: int) -> bytes:
        place = merkle.node_place(level, index)
        match self._database.query_one("SELECT hash FROM nodes WHERE place = ?", (place,)):
            case (bytes(found),):
                return found
            case _:
                raise TamperedError("the row is missing", where=f"nodes row {place}")

    def _signed_tree(self, head: _Head, log_key: NoteKey) -> merkle.Frontier:
        """Return the right edge of the stored tree, if it is the one that was last signed."""
        signed = Checkpoint(origin=self.origin, size=0, root=merkle.EMPTY_ROOT)
        if head.note:
            signed = verify_checkpoint(head.note, log_key=log_key)
        tree = merkle.load_frontier(head.size, self._node)
        last = self._database.query_one("SELECT max(number) FROM entries")
        stored = (tree.size, tree.root(), last)
        if stored != (signed.size, signed.root, (signed.size - 1 if signed.size else None,)):
            raise TamperedError(
                "the stored entries are not those of the last checkpoint",
                where=str(self.path),
                hint="assay log verify names the row",
            )
        return tree

    def _record(
        self, statements: Sequence[VerifiedStatement], tree: merkle.Frontier
    ) -> tuple[Receipt, ...]:
        """Write what is not there yet, and grow `tree` with it."""
        batch = Batch(tree)
        added = [batch.add(s, known=self._index_of(s.digest)) for s in statements]
        self._database.execute_many(
            "INSERT INTO entries (number, digest, envelope) VALUES (?, ?, ?)", batch.entries
        )
        self._database.execute_many("INSERT INTO nodes (place, hash) VALUES (?, ?)", batch.nodes)
        self._database.execute_many(
            "INSERT INTO subjects (entry, position, subject, predicate_type) VALUES (?, ?, ?, ?)",
            batch.subjects,
        )
        return tuple(
            Receipt(index=index, digest=statement.digest, recorded=recorded)
            for statement, (index, recorded) in zip(statements, added, strict=True)
        )

    def _index_of(self, digest: Digest) -> int | None:
        match self._database.query_one(
            "SELECT number FROM entries WHERE digest = ?", (digest.raw,)
        ):
            case (int(index),):
                return index
            case _:
                return None

    def _rows(self) -> LogRows:
        def rows(table: str, sql: LiteralString) -> StoredRows:
            return StoredRows(table, self._database.query(sql))

        return LogRows(
            entries=rows("entries", _ALL),
            nodes=rows("nodes", "SELECT place, hash FROM nodes ORDER BY place"),
            subjects=rows(
                "subjects",
                """SELECT entry, position, subject, predicate_type FROM subjects
                ORDER BY entry, position""",
            ),
            checkpoints=rows(
                "checkpoints", "SELECT number, size, note FROM checkpoints ORDER BY number"
            ),
        )


def open_store(path: Path, *, origin: str, create: bool) -> LogStore:
    """Open the log `origin` in the file `path`, made first if `create` and absent.

    Raises:
        UsageError: No such file and `create` is false, another application's file, the log of
            another origin, or an origin that a checkpoint cannot carry.
        UnavailableError: It cannot be opened, or its schema is newer than this version.
        TamperedError: It is not an intact SQLite file, or its schema was changed.
    """
    if not is_note_name(origin):
        raise UsageError(f"{origin!r} cannot name a log", hint="no spaces, no +, not empty")
    database = open_database(path, create=create)
    store = LogStore(database, origin)
    try:
        prepare_schema(database, create=create)
        found = (store.latest_checkpoint() or b"").partition(b"\n")[0]
        if found not in {b"", origin.encode()}:
            raise UsageError(
                f"a log of {found.decode(errors='replace')!r}, where {origin!r} is asked for",
                where=str(path),
            )
    except AssayError:
        store.close()
        raise
    return store


def _entry(row: Row) -> LogEntry:
    match row:
        case (int(index), bytes(digest), bytes(envelope)):
            pass
        case _:
            raise TamperedError("values of another type", where="entries")
    found = sha256_of(envelope)
    if found.raw != digest:
        raise TamperedError("the envelope has another digest", where=f"entries row {index}")
    return LogEntry(index=index, digest=found, envelope=envelope)
