"""A log put back from its record: every row is computed from the entries, under signed notes.

The entries of a backup are not verified one by one; that they were recorded is what the log's key
signed. So the tree and the index that follow from them are compared with each checkpoint. All of it
is one transaction, with the caller's own checks in it: what is wrong anywhere leaves nothing.

Memory is bounded by what a log records under one checkpoint, whoever made the backup: no envelope
is parsed before the log's key is known to have signed it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from assay.core.digest import Digest, sha256_of
from assay.core.errors import RejectedError, TamperedError, UsageError, inside
from assay.evidence.backup.record import BackedUp
from assay.evidence.checkpoints.checkpoint import Checkpoint, Seal, verify_dated
from assay.evidence.checkpoints.cosignatures import put_lines
from assay.evidence.envelope import parse_claims
from assay.evidence.index.page import EMPTY_ROOT as EMPTY_INDEX
from assay.evidence.index.trie import Index
from assay.evidence.leaf import envelope_leaf_hash, is_large
from assay.evidence.merkle import Frontier, leaf_hash
from assay.evidence.statement import Subject
from assay.evidence.storage.batch import Batch
from assay.evidence.storage.blobs import BlobStore
from assay.evidence.storage.indexpages import StoredPages
from assay.evidence.trustchain import TRUST_ROOT_TYPE, parse_change
from assay.signing.notekey import NoteKey, render_note_key
from assay.system.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filed:
    """An envelope with what it is filed under."""

    envelope: bytes
    digest: Digest
    subjects: tuple[Subject, ...]
    predicate_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a log is put: its database, and where its large envelopes go, if not into it."""

    database: Database
    blobs: BlobStore | None


def restore_rows(
    place: Place,
    heads: Iterable[BackedUp],
    *,
    log_keys: tuple[NoteKey, ...],
    check: Callable[[Checkpoint], None],
) -> Checkpoint:
    """Put a log in an empty place; `check` is asked before any of it counts.

    `log_keys` are those that the log had, the first one first; it must end under the last one.

    Raises:
        UsageError: There is a log already, or there is nothing to restore.
        TamperedError: An entry or a checkpoint is not what the log's key signed.
        UnavailableError: It cannot be written.
    """
    database = place.database
    with database.transaction():
        if database.query_one("SELECT number FROM entries LIMIT 1") is not None:
            raise UsageError(
                "there is a log already", where=database.place, hint="move it away first"
            )
        restoring = _Restoring(place, log_keys)
        for head in heads:
            with inside(f"checkpoint {restoring.number}"):
                restoring.add(head)
        if restoring.newest is None:
            raise UsageError("a backup of an empty log", where=database.place)
        restoring.finish()
        check(restoring.newest)
        return restoring.newest


class _Restoring:
    """What is restored so far."""

    def __init__(self, place: Place, log_keys: tuple[NoteKey, ...]) -> None:
        self.number = 0
        self.newest: Checkpoint | None = None
        self._place = place
        self._log_key, *self._later = log_keys
        self._notes = Frontier()
        self._tree = Frontier()
        self._pages = StoredPages(place.database)
        self._index = Index(self._pages, EMPTY_INDEX)
        self._dated = datetime.min.replace(tzinfo=UTC)
        self._previous: bytes | None = None

    def add(self, head: BackedUp) -> None:
        """Add the entries of one checkpoint, and the checkpoint, if they belong together."""
        checkpoint, dated = verify_dated(head.note, log_key=self._log_key)
        if dated < self._dated:
            raise TamperedError("dated before the one before")
        self._dated = dated
        self._check_tree(head.envelopes, checkpoint)
        filed = tuple(map(_file, head.envelopes))
        seal = self._rotate(filed, head.note)
        batch = Batch(self._tree, self._index, elsewhere=self._put_blobs(filed))
        for entry in filed:
            batch.add(entry, known=None)
        self._pages.put(self._index.seal())
        found = Checkpoint(
            origin=self._log_key.name,
            size=self._tree.size,
            root=self._tree.root(),
            index_root=self._index.root,
            previous=self._previous,
            seal=seal,
        )
        if found != checkpoint or not head.envelopes:
            raise TamperedError("the entries are not those that were signed")
        self._insert(batch, head, checkpoint.size)
        self._previous = sha256_of(head.note).raw
        self._notes.push(leaf_hash(head.note))
        self.newest = checkpoint
        self.number += 1

    def _rotate(self, filed: tuple[_Filed, ...], note: bytes) -> Seal | None:
        """Go on under the key that a change of the trust root names; return what it has to seal.

        The key so far has signed the change with its checkpoint; the new one must have, too.
        """
        changes = [one for one in filed if one.predicate_type == TRUST_ROOT_TYPE]
        for change in changes:
            named = parse_change(change.envelope).log_key
            if named == render_note_key(self._log_key):
                continue
            if len(filed) != 1 or not self._later or named != render_note_key(self._later[0]):
                raise TamperedError(
                    "another key of the log than the trust root here names next",
                    hint="put the newest trust root in its place, from its owners",
                )
            self._log_key = self._later.pop(0)
            verify_dated(note, log_key=self._log_key)
            return Seal(self._notes.size, self._notes.root())
        return None

    def finish(self) -> None:
        """Refuse a log that ends before its newest key was there: whoever has the old may go on."""
        if self._later:
            raise TamperedError(
                "from before the log changed its key, which the trust root here says it did",
                hint="restore a newer backup",
            )

    def _check_tree(self, envelopes: tuple[bytes, ...], checkpoint: Checkpoint) -> None:
        """Refuse other envelopes than were signed, before any of them is parsed or kept."""
        grown = Frontier(self._tree.size, [*self._tree.roots])
        for envelope in envelopes:
            grown.push(envelope_leaf_hash(envelope))
        if (grown.size, grown.root()) != (checkpoint.size, checkpoint.root):
            raise TamperedError("the entries are not those that were signed")

    def _put_blobs(self, filed: tuple[_Filed, ...]) -> frozenset[Digest]:
        blobs = self._place.blobs
        if blobs is None:
            return frozenset()
        return frozenset(blobs.put(entry.envelope) for entry in filed if is_large(entry.envelope))

    def _insert(self, batch: Batch, head: BackedUp, size: int) -> None:
        database = self._place.database
        insert_batch(database, batch)
        database.execute(
            "INSERT INTO checkpoints (number, size, note) VALUES (?, ?, ?)",
            (self.number, size, head.note),
        )
        if head.lines:
            put_lines(database, size, head.lines)


def insert_batch(database: Database, batch: Batch) -> None:
    """Write the rows of a batch."""
    database.execute_many(
        "INSERT INTO entries (number, digest, envelope) VALUES (?, ?, ?)", batch.entries
    )
    database.execute_many("INSERT INTO nodes (place, hash) VALUES (?, ?)", batch.nodes)
    database.execute_many(
        "INSERT INTO subjects (entry, position, subject, predicate_type) VALUES (?, ?, ?, ?)",
        batch.subjects,
    )


def _file(envelope: bytes) -> _Filed:
    try:
        claims = parse_claims(envelope)
    except RejectedError as error:
        raise TamperedError(f"no statement: {error.what}") from error
    return _Filed(
        envelope=envelope,
        digest=sha256_of(envelope),
        subjects=tuple(Subject(name="", digest=digest) for digest in claims.subjects),
        predicate_type=claims.predicate_type,
    )
