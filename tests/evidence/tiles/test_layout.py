"""The names and bytes of tiles."""

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError, ProofError
from assay.evidence.leaf import MAX_LEAF_BYTES
from assay.evidence.merkle import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_place,
    verify_consistency,
    verify_inclusion,
)
from assay.evidence.tiles.layout import (
    WIDTH,
    Tile,
    TiledTree,
    parse_bundle,
    parse_tile,
    partial_tiles,
    render_bundle,
    tiles_of,
)
from assay.evidence.tiles.published import open_tiled_log
from assay.signing.notekey import parse_note_key
from tests.evidence.tilefolder import nodes_of, published

ENTRIES = [b"%d" % n for n in range(70_000)]


def test_the_example_of_the_specification() -> None:
    """tlog-tiles: "a tree of size 70,000 will be represented by 273 full level 0 tiles, …"."""
    tiles = list(tiles_of(70_000))
    assert sum(t.level == 0 and t.width == WIDTH for t in tiles) == 273
    assert [t for t in tiles if t.width < WIDTH] == [
        Tile(level=0, index=273, width=112),
        Tile(level=1, index=1, width=17),
        Tile(level=2, index=0, width=1),
    ]
    assert [t for t in tiles if t.level == 1 and t.width == WIDTH] == [
        Tile(level=1, index=0, width=WIDTH)
    ]


def test_a_tree_of_256() -> None:
    """tlog-tiles: "a full level 0 tile and a partial level 1 tile of width 1"."""
    assert list(tiles_of(256)) == [
        Tile(level=0, index=0, width=256),
        Tile(level=1, index=0, width=1),
    ]
    assert list(partial_tiles(256)) == [Tile(level=1, index=0, width=1)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(level=0, index=0, width=256), "tile/0/000"),
        (Tile(level=3, index=1234067, width=256), "tile/3/x001/x234/067"),
        (Tile(level=0, index=273, width=112), "tile/0/273.p/112"),
        (Tile(level=1, index=1000, width=1), "tile/1/x001/000.p/1"),
    ],
)
def test_names(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tile.bundle_path == path.replace(f"tile/{tile.level}/", "tile/entries/")


@given(st.integers(0, 2**40))
def test_partial_tiles(size: int) -> None:
    """tlog-tiles: "The partial tile at level l for a tree of size s has floor(s / 256**l) mod 256"."""
    widths = {level: size // 256**level % 256 for level in range(8)}
    assert {t.level: t.width for t in partial_tiles(size)} == {k: w for k, w in widths.items() if w}


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_what_grew(one: int, other: int) -> None:
    """Growing by steps writes every tile of the larger tree, and no tile that was there."""
    old, new = sorted((one, other))
    grown = set(tiles_of(new, since=old))
    assert set(tiles_of(new)) <= set(tiles_of(old)) | grown
    assert not grown & set(tiles_of(old))


@given(st.lists(st.binary(max_size=100), max_size=256, min_size=1))
def test_bundles_are_read_back(leaves: list[bytes]) -> None:
    tile = Tile(level=0, index=0, width=len(leaves))
    assert parse_bundle(tile, render_bundle(tuple(leaves))) == tuple(leaves)


def test_the_longest_leaf() -> None:
    longest = b"x" * MAX_LEAF_BYTES
    data = render_bundle((longest,))
    assert data[:2] == b"\xff\xff"
    assert parse_bundle(Tile(level=0, index=0, width=1), data) == (longest,)
    with pytest.raises(ProofError) as caught:
        render_bundle((longest + b"x",))
    assert str(caught.value) == "[proof-invalid] a leaf too long for a bundle"


BUNDLE = render_bundle((b"one", b"two"))
TWO = Tile(level=0, index=0, width=2)


@pytest.mark.parametrize(
    "data",
    [b"", BUNDLE[:-1], BUNDLE + b"\x00", BUNDLE + b"\x00\x00", BUNDLE[:5], BUNDLE[:6]],
)
def test_no_bundle(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_bundle(TWO, data)
    assert str(caught.value) == (
        "[malformed] not a bundle of 2 whole entries, at tile/entries/000.p/2"
    )


@pytest.mark.parametrize("length", [0, 63, 65, 96])
def test_no_tile(length: int) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_tile(TWO, bytes(length))
    assert str(caught.value) == (
        f"[malformed] {length} bytes, where a tile of 2 hashes is needed, at tile/0/000.p/2"
    )


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700, 66_000])
def test_nodes_are_those_of_the_tree(size: int) -> None:
    nodes, root = nodes_of(ENTRIES[:size])
    tree = TiledTree(size, published(ENTRIES[:size]).get)
    level = 0
    while size >> level:
        for index in {0, (size >> level) // 2, (size >> level) - 1}:
            assert tree.node(level, index) == nodes[node_place(level, index)]
        level += 1
    for index in {0, size // 3, size - 1}:
        verify_inclusion(
            leaf_hash=leaf_hash(ENTRIES[index]),
            index=index,
            tree_size=size,
            path=inclusion_path(index, size, tree.node),
            root_hash=root,
        )
    for old in {1, (size + 1) // 2, size}:
        verify_consistency(
            old_size=old,
            new_size=size,
            old_root=nodes_of(ENTRIES[:old])[1],
            new_root=root,
            path=consistency_path(old, size, tree.node),
        )


def test_beyond_the_tree() -> None:
    tree = TiledTree(5, published(ENTRIES[:8]).get)
    with pytest.raises(ProofError) as caught:
        tree.node(0, 5)
    assert str(caught.value) == "[proof-invalid] no subtree (0, 5) in a tree of 5"


def test_the_full_tile_serves_where_the_partial_one_has_gone() -> None:
    tree = TiledTree(5, published(ENTRIES[:300]).get)
    assert tree.node(0, 4) == leaf_hash(ENTRIES[4])
    assert tree.leaves(Tile(level=0, index=0, width=5)) == tuple(ENTRIES[:5])


def test_a_missing_tile() -> None:
    tree = TiledTree(5, lambda _: None)
    with pytest.raises(MalformedError) as caught:
        tree.node(0, 4)
    assert str(caught.value) == "[malformed] missing, at tile/0/000.p/5"
    with pytest.raises(MalformedError) as caught:
        tree.leaves(Tile(level=0, index=0, width=5))
    assert str(caught.value) == "[malformed] missing, at tile/entries/000.p/5"


def test_no_more_than_256_tiles_are_remembered() -> None:
    """A proof needs few of them; all of a large log would fill the memory."""
    asked = list[str]()

    def read(path: str) -> bytes:
        asked.append(path)
        return bytes(WIDTH * 32)

    tree = TiledTree(300 * WIDTH, read)
    for index in range(256):
        tree.hashes(Tile(level=0, index=index, width=WIDTH))
    tree.hashes(Tile(level=0, index=0, width=WIDTH))
    assert len(asked) == 256
    tree.hashes(Tile(level=0, index=256, width=WIDTH))  # the first one makes room
    tree.hashes(Tile(level=0, index=1, width=WIDTH))
    assert len(asked) == 257
    tree.hashes(Tile(level=0, index=0, width=WIDTH))
    assert asked[-1] == "tile/0/000"
    assert len(asked) == 258


def test_a_public_log(shared_data: Path) -> None:
    """A real tiled log, of another implementation: each of its checkpoints, whole, with proofs."""
    facts = json.loads((shared_data / "vectors/tlog/log.json").read_bytes())
    key = parse_note_key(facts["verifier_key"])
    entries = [entry.encode() for entry in facts["entries"]]
    with zipfile.ZipFile(shared_data / "vectors/tlog/log.zip") as archive:
        files = {n.removeprefix("log/"): archive.read(n) for n in archive.namelist()}
    for name in [n for n in files if n.startswith("checkpoint")]:
        log = open_tiled_log(({**files, "checkpoint": files[name]}).get, log_key=key)
        size = log.checkpoint.size
        log.verify(with_entries=True)
        assert list(log.leaves()) == entries[:size]
        for index in range(size):
            assert log.proof(index).index == index
