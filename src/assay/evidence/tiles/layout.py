"""Tiled logs after C2SP tlog-tiles: the names and bytes of tiles and entry bundles. Pure.

A tile of level `L` holds up to 256 hashes, each the root of a complete subtree of `256**L` leaves;
that is node level `8 * L` in `assay.evidence.merkle`. A bundle holds the leaves themselves, each
after its length in 16 bits. Tiles that are full never change; the rightmost one of each level is
partial, and its width is part of its name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError, ProofError
from assay.evidence.leaf import MAX_LEAF_BYTES
from assay.evidence.merkle import HASH_BYTES, NodeSource, node_hash

WIDTH: Final = 256
_HEIGHT: Final = 8
MAX_BUNDLE_BYTES: Final = WIDTH * (2 + MAX_LEAF_BYTES)
_LENGTH_BYTES: Final = 2
_REMEMBERED: Final = 256  # tiles, of 8 KiB each


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A tile: its level, its place in it, and how many hashes it has, 1 to 256."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """Its name below the log's URL, with slashes."""
        return f"tile/{self.level}/{_place(self.index, self.width)}"

    @property
    def bundle_path(self) -> str:
        """The name of the bundle of the same leaves, for a tile of level 0."""
        return f"tile/entries/{_place(self.index, self.width)}"

    @property
    def start(self) -> int:
        """The number of its first hash within its level."""
        return self.index * WIDTH

    @property
    def full(self) -> "Tile":
        """Return the full tile in the same place."""
        return Tile(level=self.level, index=self.index, width=WIDTH)


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Yield the tiles of the tree of `size` leaves that the one of `since` has not, lowest first.

    Only the widest form of each: a tile that is full is not yielded as a partial one.
    """
    level, hashes, known = 0, size, since
    while hashes:
        for index in range(known // WIDTH, -(-hashes // WIDTH)):
            width = min(WIDTH, hashes - index * WIDTH)
            if index * WIDTH + width > known:
                yield Tile(level=level, index=index, width=width)
        level, hashes, known = level + 1, hashes // WIDTH, known // WIDTH


def partial_tiles(size: int) -> Iterator[Tile]:
    """Yield the partial tiles of the tree of `size` leaves, the lowest first."""
    level = 0
    while size:
        if width := size % WIDTH:
            yield Tile(level=level, index=size // WIDTH, width=width)
        level, size = level + 1, size // WIDTH


def render_tile(tile: Tile, node: NodeSource) -> bytes:
    """Write the hashes of the tile."""
    level = tile.level * _HEIGHT
    return b"".join(node(level, tile.start + i) for i in range(tile.width))


def parse_tile(tile: Tile, data: bytes) -> tuple[bytes, ...]:
    """Read the hashes of the tile.

    Raises:
        MalformedError: Not as many hashes as the tile has.
    """
    if len(data) != tile.width * HASH_BYTES:
        raise MalformedError(
            f"{len(data)} bytes, where a tile of {tile.width} hashes is needed", where=tile.path
        )
    return tuple(data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES))


def render_bundle(leaves: tuple[bytes, ...]) -> bytes:
    """Write the leaves, each after its length (big-endian, 16 bits).

    Raises:
        ProofError: A leaf that is too long; `assay.evidence.leaf` makes none.
    """
    if any(len(leaf) > MAX_LEAF_BYTES for leaf in leaves):
        raise ProofError("a leaf too long for a bundle")
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES) + leaf for leaf in leaves)


def parse_bundle(tile: Tile, data: bytes) -> tuple[bytes, ...]:
    """Read the leaves of the bundle beside `tile`, a tile of level 0.

    Raises:
        MalformedError: Cut short, or not as many leaves as the tile has hashes.
    """
    leaves, at = list[bytes](), 0
    while at < len(data) and len(leaves) <= tile.width:
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start])
        leaves.append(data[start:at])
    if at != len(data) or len(leaves) != tile.width:
        raise MalformedError(f"not a bundle of {tile.width} whole entries", where=tile.bundle_path)
    return tuple(leaves)


class TiledTree:
    """The nodes of a tree of `size` leaves, from its tiles: what every proof is made from.

    `read` returns the bytes at a path, or None. Nothing that it returns is trusted: a proof that
    is made from it is verified like any other. Where a partial tile has gone, the full one in its
    place serves: a log may drop the one when it has the other.
    """

    def __init__(self, size: int, read: Callable[[str], bytes | None]) -> None:
        self.size = size
        self._read = read
        self._hashes = dict[Tile, tuple[bytes, ...]]()

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree over `2**level` leaves at `index`.

        Raises:
            ProofError: No such subtree in a tree of this size.
            MalformedError: The tile is missing, or is none.
        """
        if (index + 1) << level > self.size:
            raise ProofError(f"no subtree ({level}, {index}) in a tree of {self.size}")
        above = level % _HEIGHT
        first = index << above
        tile = self._tile(level // _HEIGHT, first // WIDTH)
        start = first - tile.start
        hashes = list(self.hashes(tile)[start : start + (1 << above)])
        while len(hashes) > 1:
            hashes = [node_hash(*hashes[i : i + 2]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    def hashes(self, tile: Tile) -> tuple[bytes, ...]:
        """Return the hashes of a tile."""
        found = self._hashes.get(tile)
        if found is None:
            found = self._load(tile)
            if len(self._hashes) >= _REMEMBERED:
                self._hashes.pop(next(iter(self._hashes)))
            self._hashes[tile] = found
        return found

    def leaves(self, tile: Tile) -> tuple[bytes, ...]:
        """Return the leaves of the bundle beside a tile of level 0."""
        data = self._read(tile.bundle_path)
        if data is not None:
            return parse_bundle(tile, data)
        if (data := self._read(tile.full.bundle_path)) is not None:
            return parse_bundle(tile.full, data)[: tile.width]
        raise MalformedError("missing", where=tile.bundle_path)

    def _load(self, tile: Tile) -> tuple[bytes, ...]:
        if (data := self._read(tile.path)) is not None:
            return parse_tile(tile, data)
        if (data := self._read(tile.full.path)) is not None:
            return parse_tile(tile.full, data)[: tile.width]
        raise MalformedError("missing", where=tile.path)

    def _tile(self, level: int, index: int) -> Tile:
        hashes = self.size >> (level * _HEIGHT)
        return Tile(level=level, index=index, width=min(WIDTH, hashes - index * WIDTH))


def _place(index: int, width: int) -> str:
    """Return `x001/x234/067` for 1234067, with the width of a partial tile."""
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03}")
    place = "/".join(reversed(parts))
    return place if width == WIDTH else f"{place}.p/{width}"
