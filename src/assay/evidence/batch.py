"""The rows that an append adds to the log: pure."""

from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.log import StoredRow
from assay.evidence.merkle import Frontier, node_place


class Batch:
    """The rows that one append adds."""

    def __init__(self, tree: Frontier) -> None:
        self.entries = list[StoredRow]()
        self.nodes = list[StoredRow]()
        self.subjects = list[StoredRow]()
        self._tree = tree
        self._added = dict[Digest, int]()

    def add(self, statement: VerifiedStatement, *, known: int | None) -> tuple[int, bool]:
        """Add the rows of one statement, unless it is `known` at an index, or in this batch.

        Returns its index, and whether it was added.
        """
        there = self._added.get(statement.digest, known)
        if there is not None:
            return there, False
        index = self._added[statement.digest] = self._tree.size
        self.entries.append((index, statement.digest.raw, statement.envelope))
        self.subjects.extend(
            (index, position, str(subject.digest), statement.predicate_type)
            for position, subject in enumerate(statement.subjects)
        )
        place = node_place(0, index)
        completed = self._tree.push(envelope_leaf_hash(statement.envelope))
        self.nodes.extend((place + above, node) for above, node in enumerate(completed))
        return index, True
