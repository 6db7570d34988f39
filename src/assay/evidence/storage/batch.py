"""The rows that an append adds to the log: pure."""

from collections.abc import Iterable
from typing import Final, Protocol

from assay.core.digest import Digest
from assay.core.errors import MalformedError, UsageError
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.index.trie import Index, IndexedEntry, keys_of, type_key
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.log import StoredRow
from assay.evidence.merkle import Frontier, node_place
from assay.evidence.statement import Subject

MAX_BATCH_BYTES: Final = 256 * 2**20  # under one checkpoint: the memory of appends and restores
ENTRY_BYTES: Final = 256  # what an entry takes besides its envelope, so that tiny ones are bounded
MAX_TYPE_BYTES: Final = 1024  # an index of PostgreSQL holds rows of up to 2704 bytes


def refuse_unfit(statement: VerifiedStatement) -> None:
    """Refuse a statement that not every database can file.

    Raises:
        MalformedError: Its predicate type is too long, or holds a NUL.
    """
    predicate_type = statement.predicate_type
    if "\x00" in predicate_type or len(predicate_type.encode()) > MAX_TYPE_BYTES:
        raise MalformedError(
            f"a predicate type of more than {MAX_TYPE_BYTES} bytes, or with a NUL",
            where="predicateType",
            hint="it should be a URI",
        )


def refuse_oversized(sizes: Iterable[int], *, max_bytes: int = MAX_BATCH_BYTES) -> None:
    """Refuse more envelopes, of these lengths in bytes, than one checkpoint may add.

    Raises:
        UsageError: Together they are too much.
    """
    total = sum(size + ENTRY_BYTES for size in sizes)
    if total > max_bytes:
        raise UsageError(
            f"{total} bytes for one checkpoint, where at most {max_bytes} are recorded",
            hint="append them in several steps",
        )


class Fileable(Protocol):
    """What the rows of an entry are made from."""

    @property
    def envelope(self) -> bytes:
        """The bytes that are recorded."""

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the envelope."""

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What the statement is about."""

    @property
    def predicate_type(self) -> str:
        """Its type."""


class Batch:
    """The rows that one append adds; the envelope is left out of those in `elsewhere`."""

    def __init__(self, tree: Frontier, index: Index, *, elsewhere: frozenset[Digest]) -> None:
        self.entries = list[StoredRow]()
        self.nodes = list[StoredRow]()
        self.subjects = list[StoredRow]()
        self._tree = tree
        self._index = index
        self._elsewhere = elsewhere
        self._added = dict[Digest, int]()

    def add(self, statement: Fileable, *, known: int | None) -> tuple[int, bool]:
        """Add the rows of one statement, unless it is `known` at an index, or in this batch.

        Returns its index, and whether it was added.
        """
        there = self._added.get(statement.digest, known)
        if there is not None:
            return there, False
        index = self._added[statement.digest] = self._tree.size
        inline = None if statement.digest in self._elsewhere else statement.envelope
        self.entries.append((index, statement.digest.raw, inline))
        self.subjects.extend(
            (index, position, str(subject.digest), statement.predicate_type)
            for position, subject in enumerate(statement.subjects)
        )
        place, leaf = node_place(0, index), envelope_leaf_hash(statement.envelope)
        kind = type_key(statement.predicate_type)
        keys = keys_of((s.digest for s in statement.subjects), statement.predicate_type)
        self._index.add(keys, IndexedEntry(number=index, leaf=leaf, type_key=kind))
        completed = self._tree.push(leaf)
        self.nodes.extend((place + above, node) for above, node in enumerate(completed))
        return index, True
