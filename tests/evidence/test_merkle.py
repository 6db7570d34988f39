"""Merkle trees: the public vectors, and a definition by recursion to compare with."""

import base64
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import ProofError
from assay.evidence.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    load_frontier,
    node_hash,
    node_place,
    range_hash,
    subtree_path,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 70
LEAVES = tuple(leaf_hash(b"%d" % i) for i in range(SIZE))


def root_of(leaves: tuple[bytes, ...]) -> bytes:
    """RFC 9162, section 2.1.1, as it is written there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(root_of(leaves[:k]), root_of(leaves[k:]))


def _grown() -> list[bytes]:
    tree, nodes = Frontier(), list[bytes]()
    for leaf in LEAVES:
        nodes.extend(tree.push(leaf))
    return nodes


NODES = _grown()


def node(level: int, index: int) -> bytes:
    return NODES[node_place(level, index)]


def decide(kind: str, case: dict[str, object]) -> None:
    def raw(name: str) -> bytes:
        return base64.b64decode(str(case[name] or ""))

    def number(name: str) -> int:
        value = case[name]
        assert isinstance(value, int)
        return value

    proof = case["proof"] or []
    assert isinstance(proof, list)
    path = tuple(base64.b64decode(item) for item in proof)
    match kind:
        case "inclusion":
            verify_inclusion(
                leaf_hash=raw("leafHash"),
                index=number("leafIdx"),
                tree_size=number("treeSize"),
                path=path,
                root_hash=raw("root"),
            )
        case "consistency":
            verify_consistency(
                old_size=number("size1"),
                new_size=number("size2"),
                old_root=raw("root1"),
                new_root=raw("root2"),
                path=path,
            )
        case "subtreeinclusion":
            verify_subtree_inclusion(
                leaf_hash=raw("leafHash"),
                index=number("leafIdx"),
                start=number("start"),
                end=number("end"),
                path=path,
                root_hash=raw("root"),
            )
        case "subtreeconsistency":
            verify_subtree_consistency(
                start=number("start"),
                end=number("end"),
                size=number("size"),
                subtree_root=raw("root1"),
                root_hash=raw("root2"),
                path=path,
            )
        case _:
            raise AssertionError(kind)


def test_public_vectors(shared_data: Path) -> None:
    """Every proof case of transparency-dev/merkle is decided as it says."""
    with zipfile.ZipFile(shared_data / "vectors/merkle/testdata.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        assert names
        for name in names:
            case = json.loads(archive.read(name))
            if case["wantErr"]:
                with pytest.raises(ProofError):
                    decide(name.split("/")[0], case)
            else:
                decide(name.split("/")[0], case)


def test_the_empty_tree() -> None:
    """RFC 9162, section 2.1.1: "The hash of an empty list is the hash of an empty string"."""
    assert (
        Frontier().root()
        == EMPTY_ROOT
        == base64.b64decode("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    )


def test_leaves_and_nodes_hash_apart() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


@pytest.mark.parametrize("size", range(SIZE + 1))
def test_roots_are_those_of_the_definition(size: int) -> None:
    tree = load_frontier(size, node)
    assert tree.root() == range_hash(0, size, node) == root_of(LEAVES[:size])
    if size < SIZE:
        assert tree.push(LEAVES[size])[0] == LEAVES[size]
        assert tree.root() == root_of(LEAVES[: size + 1])


def test_places_are_taken_without_gaps() -> None:
    places = [node_place(level, index) for level in range(7) for index in range(SIZE >> level)]
    assert sorted(places) == list(range(len(NODES)))


sizes = st.integers(1, SIZE)


@given(sizes, st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, node)
    root = root_of(LEAVES[:size])
    verify_inclusion(
        leaf_hash=LEAVES[index], index=index, tree_size=size, path=path, root_hash=root
    )
    with pytest.raises(ProofError):  # another leaf
        verify_inclusion(
            leaf_hash=LEAVES[index - 1] if size > 1 else node_hash(root, root),
            index=index,
            tree_size=size,
            path=path,
            root_hash=root,
        )
    with pytest.raises(ProofError):  # one hash too many
        verify_inclusion(
            leaf_hash=LEAVES[index],
            index=index,
            tree_size=size,
            path=(*path, root),
            root_hash=root,
        )


@given(sizes, st.data())
def test_inclusion_at_another_place_is_refused(size: int, data: st.DataObject) -> None:
    """RFC 9162, section 2.1.3.2: the bound on the index is part of the verification."""
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-3, 2 * SIZE).filter(lambda i: i != index))
    with pytest.raises(ProofError):
        verify_inclusion(
            leaf_hash=LEAVES[index],
            index=other,
            tree_size=size,
            path=inclusion_path(index, size, node),
            root_hash=root_of(LEAVES[:size]),
        )


@given(sizes, sizes)
def test_consistency(one: int, other: int) -> None:
    old, new = sorted((one, other))
    old_root, new_root = root_of(LEAVES[:old]), root_of(LEAVES[:new])
    path = consistency_path(old, new, node)
    verify_consistency(old_size=old, new_size=new, old_root=old_root, new_root=new_root, path=path)
    forked = root_of((*LEAVES[: old - 1], leaf_hash(b"fork")))
    with pytest.raises(ProofError):
        verify_consistency(
            old_size=old, new_size=new, old_root=forked, new_root=new_root, path=path
        )
    with pytest.raises(ProofError):
        verify_consistency(
            old_size=old, new_size=new, old_root=old_root, new_root=forked, path=path
        )


@given(sizes, st.data())
def test_subtrees(size: int, data: st.DataObject) -> None:
    level = data.draw(st.integers(0, 6))
    start = data.draw(st.integers(0, (size - 1) >> level)) << level
    end = data.draw(st.integers(start + 1, min(start + (1 << level), size)))
    subtree = root_of(LEAVES[start:end])
    verify_subtree_consistency(
        start=start,
        end=end,
        size=size,
        subtree_root=subtree,
        root_hash=root_of(LEAVES[:size]),
        path=subtree_path(start, end, size, node),
    )
    inside = inclusion_path(0, end - start, lambda lvl, i: node(lvl, i + (start >> lvl)))
    verify_subtree_inclusion(
        leaf_hash=LEAVES[start], index=start, start=start, end=end, path=inside, root_hash=subtree
    )


@given(st.integers(), st.integers(), st.integers(), st.lists(st.binary(max_size=40), max_size=5))
def test_any_proof_is_decided(start: int, end: int, size: int, path: list[bytes]) -> None:
    with pytest.raises(ProofError):
        verify_subtree_consistency(
            start=start,
            end=end,
            size=size,
            subtree_root=LEAVES[0],
            root_hash=LEAVES[1],
            path=tuple(path),
        )


REFUSED = {
    "beyond-the-tree": (5, 5, "[proof-invalid] leaf 5 is not in [0, 5)"),
    "below-the-tree": (-1, 5, "[proof-invalid] leaf -1 is not in [0, 5)"),
    "empty-tree": (0, 0, "[proof-invalid] leaf 0 is not in [0, 0)"),
    "negative-size": (0, -1, "[proof-invalid] no range [0, -1)"),
    "beyond-64-bits": (0, 2**63, "[proof-invalid] no range [0, 9223372036854775808)"),
    "path-too-short": (0, 9, "[proof-invalid] a path of 3 hashes, where more are needed"),
    "path-too-long": (0, 4, "[proof-invalid] a path of 3 hashes, where 2 are needed"),
    "another-place": (1, 5, "[proof-invalid] the path does not lead from leaf 1 to the root"),
}


@pytest.mark.parametrize(("index", "size", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(index: int, size: int, message: str) -> None:
    with pytest.raises(ProofError) as caught:
        verify_inclusion(
            leaf_hash=LEAVES[0],
            index=index,
            tree_size=size,
            path=inclusion_path(0, 5, node),
            root_hash=root_of(LEAVES[:5]),
        )
    assert str(caught.value) == message


def test_hashes_of_another_length() -> None:
    with pytest.raises(ProofError) as caught:
        verify_inclusion(leaf_hash=b"", index=0, tree_size=1, path=(), root_hash=b"")
    assert str(caught.value) == "[proof-invalid] a leaf hash of 0 bytes"
    with pytest.raises(ProofError) as caught:
        verify_inclusion(
            leaf_hash=LEAVES[0], index=0, tree_size=2, path=(b"x",), root_hash=LEAVES[1]
        )
    assert str(caught.value) == "[proof-invalid] a hash of 1 bytes in the path"


def test_proofs_that_cannot_be_made() -> None:
    refused: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: inclusion_path(5, 5, node), "no leaf 5 in a tree of 5"),
        (lambda: consistency_path(0, 5, node), "no consistency from 0 to 5 leaves"),
        (lambda: consistency_path(6, 5, node), "no consistency from 6 to 5 leaves"),
        (lambda: subtree_path(1, 3, 5, node), "[1, 3) is not a subtree"),
        (lambda: subtree_path(2, 2, 5, node), "no subtree [2, 2) in a tree of 5"),
        (lambda: subtree_path(4, 8, 5, node), "no subtree [4, 8) in a tree of 5"),
    )
    for make, message in refused:
        with pytest.raises(ProofError) as caught:
            make()
        assert str(caught.value) == f"[proof-invalid] {message}"


@pytest.mark.parametrize(
    ("level", "index"),
    [(-1, 0), (0, -1), (3, -2), (0, MAX_SIZE), (1, 2**62 - 1), (63, 0), (10**9, 0)],
)
def test_a_place_in_no_tree(level: int, index: int) -> None:
    """It would be looked for without an end, or among nodes that cannot be."""
    with pytest.raises(ProofError) as caught:
        node_place(level, index)
    assert str(caught.value) == f"[proof-invalid] no node {index} at level {level}"


def test_the_last_places() -> None:
    """Of n leaves, those that are complete, less the last itself, stand before it."""
    for level, index in ((0, MAX_SIZE - 1), (1, 2**62 - 2), (62, 0)):
        last = ((index + 1) << level) - 1
        assert node_place(level, index) == 2 * last - last.bit_count() + level


def test_a_size_that_exhausts_the_stack() -> None:
    with pytest.raises(ProofError) as caught:
        verify_consistency(
            old_size=1, new_size=2**2000, old_root=LEAVES[0], new_root=LEAVES[1], path=()
        )
    assert caught.value.what.startswith("no subtree [0, 1) in a tree of ")


def test_consistency_with_an_empty_tree_proves_nothing() -> None:
    with pytest.raises(ProofError) as caught:
        verify_consistency(old_size=0, new_size=1, old_root=EMPTY_ROOT, new_root=LEAVES[0], path=())
    assert str(caught.value) == "[proof-invalid] consistency with an empty tree proves nothing"
