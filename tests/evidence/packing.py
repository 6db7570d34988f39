"""A small log in memory, signed after each batch, and the kit about a subject in it."""

from dataclasses import dataclass, field
from datetime import datetime

from assay.core.digest import Digest, sha256_of
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.envelope import seal_statement
from assay.evidence.index.trie import (
    Index,
    IndexedEntry,
    MemoryPages,
    index_path,
    keys_of,
    subject_key,
    type_key,
)
from assay.evidence.kit.document import Kit, KitCheckpoint, KitEntry, KitList
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.merkle import Frontier, consistency_path, inclusion_path, node_place
from assay.evidence.statement import Statement
from tests.fakes.trust import ALICE, LOG, ORIGIN


@dataclass(slots=True)
class MemoryLog:
    """Its entries, its tree, its index, and a checkpoint after each batch."""

    entries: list[tuple[bytes, Statement]] = field(default_factory=list)
    heads: list[tuple[int, bytes]] = field(default_factory=list)
    _nodes: list[bytes] = field(default_factory=list)
    _tree: Frontier = field(default_factory=Frontier)
    _pages: MemoryPages = field(default_factory=MemoryPages)
    _index: Index = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an empty index."""
        self._index = Index(pages=self._pages)

    def record(self, *statements: Statement, at: datetime) -> None:
        """Append a batch, and sign."""
        for statement in statements:
            envelope = seal_statement(statement, signers=(ALICE,))
            leaf = envelope_leaf_hash(envelope)
            entry = IndexedEntry(
                number=len(self.entries), leaf=leaf, type_key=type_key(statement.predicate_type)
            )
            subjects = [subject.digest for subject in statement.subjects]
            self._index.add(keys_of(subjects, statement.predicate_type), entry)
            self._nodes.extend(self._tree.push(leaf))
            self.entries.append((envelope, statement))
        self._pages.update(self._index.seal())
        head = Checkpoint(
            origin=ORIGIN,
            size=len(self.entries),
            root=self._tree.root(),
            index_root=self._index.root,
            previous=sha256_of(self.heads[-1][1]).raw if self.heads else None,
        )
        self.heads.append((head.size, sign_checkpoint(head, signer=LOG, at=at)))

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        return self._nodes[node_place(level, index)]

    def kit(self, subject: Digest, *types: str) -> Kit:
        """Return all about `subject`, and all of `types`."""
        lists = (self.listed(subject), *(self.listed(kind) for kind in sorted(types)))
        wanted = sorted({index for one in lists for index in one.indexes})
        return Kit(
            subject=subject,
            checkpoints=tuple(self._head(size, note) for size, note in self.heads),
            entries=tuple(self._entry(index) for index in wanted),
            lists=lists,
        )

    def listed(self, wanted: Digest | str) -> KitList:
        """Return all entries about a subject, or of a type, with the pages that prove it."""
        subject = wanted if isinstance(wanted, Digest) else None
        key = type_key(str(wanted)) if subject is None else subject_key(subject)
        return KitList(
            subject=subject,
            predicate_type=None if subject else str(wanted),
            indexes=tuple(
                index
                for index, (_, told) in enumerate(self.entries)
                if wanted in {told.predicate_type, *(item.digest for item in told.subjects)}
            ),
            pages=index_path(self._pages, root=self._index.root, key=key),
        )

    def _head(self, size: int, note: bytes) -> KitCheckpoint:
        last = len(self.entries)
        path = () if size == last else consistency_path(size, last, self.node)
        return KitCheckpoint(note=note, consistency=path)

    def _entry(self, index: int) -> KitEntry:
        size = next(size for size, _ in self.heads if size > index)
        path = inclusion_path(index, size, self.node)
        return KitEntry(index=index, envelope=self.entries[index][0], path=path)
