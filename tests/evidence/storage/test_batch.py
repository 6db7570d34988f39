"""The rows that an append adds: which, under which number, and what is in none."""

import pytest

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.evidence.index.trie import Index, IndexedEntry, MemoryPages, keys_of, type_key
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.merkle import Frontier, node_hash, node_place
from assay.evidence.storage.batch import MAX_TYPE_BYTES, Batch, refuse_unfit
from tests.fakes.trust import COMMIT, KIND, OTHER_COMMIT, verified

SAMPLES = (
    verified({"n": 0}),
    verified({"n": 1}, subjects=(OTHER_COMMIT, COMMIT)),
    verified({"n": 2}, predicate_type="urn:other"),
)
LEAVES = [envelope_leaf_hash(sample.envelope) for sample in SAMPLES]


def batch(*elsewhere: Digest) -> tuple[Batch, Frontier]:
    tree = Frontier()
    return Batch(tree, Index(MemoryPages()), elsewhere=frozenset(elsewhere)), tree


def test_all_rows() -> None:
    made, tree = batch()
    assert [made.add(s, known=None) for s in SAMPLES] == [(0, True), (1, True), (2, True)]
    assert made.entries == [(n, s.digest.raw, s.envelope) for n, s in enumerate(SAMPLES)]
    assert made.subjects == [
        (0, 0, str(COMMIT), KIND),
        (1, 0, str(OTHER_COMMIT), KIND),
        (1, 1, str(COMMIT), KIND),
        (2, 0, str(COMMIT), "urn:other"),
    ]
    assert made.nodes == [
        (node_place(0, 0), LEAVES[0]),
        (node_place(0, 1), LEAVES[1]),
        (node_place(1, 0), node_hash(LEAVES[0], LEAVES[1])),
        (node_place(0, 2), LEAVES[2]),
    ]
    assert tree.size == 3


def test_the_index_grows_along() -> None:
    grown, expected = Index(MemoryPages()), Index(MemoryPages())
    made = Batch(Frontier(), grown, elsewhere=frozenset())
    for number, sample in enumerate(SAMPLES):
        made.add(sample, known=None)
        kind = sample.predicate_type
        expected.add(
            keys_of((subject.digest for subject in sample.subjects), kind),
            IndexedEntry(number=number, leaf=LEAVES[number], type_key=type_key(kind)),
        )
    assert grown.seal() == expected.seal()
    assert grown.root == expected.root


def test_what_is_there_is_not_added() -> None:
    made, tree = batch()
    assert made.add(SAMPLES[0], known=7) == (7, False)
    assert made.add(SAMPLES[0], known=0) == (0, False)
    assert (made.entries, made.nodes, made.subjects, tree.size) == ([], [], [], 0)


def test_the_same_twice_is_added_once() -> None:
    made, tree = batch()
    added = [made.add(SAMPLES[at], known=None) for at in (0, 1, 0, 1)]
    assert added == [(0, True), (1, True), (0, False), (1, False)]
    assert (len(made.entries), tree.size) == (2, 2)


def test_an_envelope_that_is_kept_elsewhere() -> None:
    made, _ = batch(SAMPLES[1].digest)
    for sample in SAMPLES:
        made.add(sample, known=None)
    assert [envelope for _, _, envelope in made.entries] == [
        SAMPLES[0].envelope,
        None,
        SAMPLES[2].envelope,
    ]
    assert made.nodes[1] == (node_place(0, 1), LEAVES[1])  # its leaf is the same


@pytest.mark.parametrize(
    "name", ["urn:" + "x" * (MAX_TYPE_BYTES - 4), "urn:" + "é" * ((MAX_TYPE_BYTES - 4) // 2)]
)
def test_the_longest_type(name: str) -> None:
    """Its bytes count: an index of PostgreSQL holds 2704 of them."""
    refuse_unfit(verified(predicate_type=name))
    for other in (f"{name}x", "urn:a\0b"):
        with pytest.raises(MalformedError) as caught:
            refuse_unfit(verified(predicate_type=other))
        assert str(caught.value) == (
            "[malformed] a predicate type of more than 1024 bytes, or with a NUL, "
            "at predicateType (it should be a URI)"
        )
