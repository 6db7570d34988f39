"""What a log in a database tells, each with its proof: entries, checkpoints, and their times.

* A list of entries is proven to be all there is, by the index that the log signed, before the first
  of them is given.
* A checkpoint counts by the key of its size; one from before a new key of the log, by its seal.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from assay.core.digest import Digest
from assay.core.errors import ProofError, TamperedError, UsageError
from assay.evidence import merkle
from assay.evidence.backup.record import BackedUp
from assay.evidence.checkpoints.checkpoint import Checkpoint, add_cosignatures
from assay.evidence.checkpoints.cosignatures import Cosignatures
from assay.evidence.checkpoints.sealing import SealedPlace
from assay.evidence.history import History
from assay.evidence.index.page import EMPTY_ROOT
from assay.evidence.index.trie import PageSource, type_key
from assay.evidence.reading import LogEntry, StoredEntries
from assay.evidence.storage.blobs import BlobStore
from assay.evidence.storage.indexpages import (
    IndexView,
    Proven,
    StoredPages,
    proven_list,
    replay_index,
)
from assay.evidence.tiles.tlogproof import TlogProof, render_tlog_proof
from assay.signing.logkeys import KeyHistory, LogKeys
from assay.signing.notekey import NoteKey
from assay.system.database import Database


class ProvenLog(StoredEntries):
    """A log in a database, to be read."""

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

    def _view(self, signed: Checkpoint) -> IndexView:
        """Return the index as `signed` commits to it."""
        pages: PageSource = self._pages
        if signed.size != self._history.head().size:
            envelopes = (entry.envelope for entry in self.all_entries())
            pages = replay_index(islice(envelopes, signed.size))
        root = index_root(signed)
        return IndexView(root=root, size=signed.size, pages=pages, leaves=self.leaves)


def index_root(signed: Checkpoint) -> bytes:
    """Return the root of the index that `signed` commits to; the empty one before any entry."""
    if signed.index_root is not None:
        return signed.index_root
    if signed.size:
        raise TamperedError("the newest checkpoint has no index", where="checkpoints")
    return EMPTY_ROOT
