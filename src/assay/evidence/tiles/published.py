"""A whole tiled log, read and checked offline: every entry, every tile, the signed checkpoint.

Nothing in it is trusted but the log's key. The tree is computed from the entries, each tile is
compared with it, and its root with the checkpoint.
"""

from collections.abc import Callable, Iterator
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError, ProofError, TamperedError, inside
from assay.evidence.checkpoints.checkpoint import Checkpoint, verify_checkpoint
from assay.evidence.leaf import envelope_leaf_hash, referenced
from assay.evidence.merkle import Frontier, consistency_path, inclusion_path, leaf_hash
from assay.evidence.tiles.layout import Tile, TiledTree, tiles_of
from assay.evidence.tiles.tlogproof import TlogProof
from assay.signing.notekey import NoteKey

Read = Callable[[str], bytes | None]

CHECKPOINT: Final = "checkpoint"


def blob_path(digest: Digest) -> str:
    """Return where a large envelope is published, beside the tiles."""
    return f"blob/{digest.hex[:2]}/{digest.hex[2:]}"


class TiledLog:
    """A published log; made by `open_tiled_log`. Its checkpoint was verified, the rest is not."""

    def __init__(self, note: bytes, checkpoint: Checkpoint, read: Read) -> None:
        self.note = note
        self.checkpoint = checkpoint
        self._read = read
        self._tree = TiledTree(checkpoint.size, read)

    def latest_checkpoint(self) -> bytes | None:
        """Return the checkpoint, as a note."""
        return self.note

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the first `old` entries of `new` are the tree of size `old`."""
        return consistency_path(old, new, self._tree.node)

    def proof(self, index: int) -> TlogProof:
        """Return the proof that entry `index` is in the log.

        Raises:
            ProofError: The log has no such entry.
            MalformedError: A tile is missing, or is none.
        """
        path = inclusion_path(index, self.checkpoint.size, self._tree.node)
        return TlogProof(index=index, path=path, checkpoint=self.note)

    def leaves(self) -> Iterator[bytes]:
        """Yield the leaves in their order, as they are stored."""
        for tile in _lowest(self.checkpoint.size):
            yield from self._tree.leaves(tile)

    def envelope(self, leaf: bytes) -> bytes:
        """Return the envelope of a leaf: the leaf itself, or the blob that it refers to.

        Raises:
            MalformedError: The blob is missing.
            TamperedError: It holds other bytes.
        """
        digest = referenced(leaf)
        if digest is None:
            return leaf
        data = self._read(blob_path(digest))
        if data is None:
            raise MalformedError("missing", where=blob_path(digest))
        if sha256_of(data) != digest or envelope_leaf_hash(data) != leaf_hash(leaf):
            raise TamperedError("the blob holds other bytes", where=blob_path(digest))
        return data

    def verify(self, *, with_entries: bool) -> None:
        """Refuse unless every tile is what follows from the entries, and the root is signed.

        `with_entries` is false for a log that publishes hashes alone: then the lowest tiles stand
        for the entries, and nothing is said about these.

        Raises:
            TamperedError: A tile, a bundle or a blob is not what was signed.
            MalformedError: One is missing, or is none.
        """
        grown = _Grown()
        for tile in _lowest(self.checkpoint.size):
            hashes = self._tree.hashes(tile)
            if with_entries:
                self._verify_entries(tile, hashes)
            for hashed in hashes:
                grown.add(hashed)
        for tile in tiles_of(self.checkpoint.size):
            if tile.level and self._tree.hashes(tile) != grown.hashes(tile):
                raise TamperedError("not what follows from the tiles below", where=tile.path)
        if grown.root() != self.checkpoint.root:
            raise TamperedError("the tiles have another root than was signed", where=CHECKPOINT)

    def _verify_entries(self, tile: Tile, hashes: tuple[bytes, ...]) -> None:
        for number, (leaf, hashed) in enumerate(
            zip(self._tree.leaves(tile), hashes, strict=True), start=tile.start
        ):
            if leaf_hash(leaf) != hashed:
                raise TamperedError(f"entry {number} is not in the tile", where=tile.path)
            self.envelope(leaf)


class _Grown:
    """The hashes of all levels of tiles above the lowest, computed from the leaf hashes."""

    def __init__(self) -> None:
        self._levels = list[list[bytes]]()
        self._trees = [Frontier()]

    def add(self, hashed: bytes, level: int = 0) -> None:
        """Add a hash to the level; whenever 256 are complete, their root goes one level up."""
        if level == len(self._trees):
            self._trees.append(Frontier())
        completed = self._trees[level].push(hashed)
        if len(completed) > 8:
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(completed[8])
            self.add(completed[8], level + 1)

    def root(self) -> bytes:
        """Return the root over all that was added."""
        return self._trees[0].root()

    def hashes(self, tile: Tile) -> tuple[bytes, ...]:
        """Return what the tile, of level 1 or above, has to hold."""
        if tile.level > len(self._levels):
            return ()
        return tuple(self._levels[tile.level - 1][tile.start : tile.start + tile.width])


def open_tiled_log(read: Read, *, log_key: NoteKey) -> TiledLog:
    """Return the log whose files `read` returns, by their path; None where there is no file.

    Raises:
        MalformedError: There is no checkpoint, or it is none.
        SignatureInvalidError, ProofError: It is not a checkpoint of this log.
    """
    note = read(CHECKPOINT)
    if note is None:
        raise MalformedError("missing", where=CHECKPOINT)
    with inside(CHECKPOINT):
        checkpoint = verify_checkpoint(note, log_key=log_key)
    if checkpoint.size == 0 and checkpoint.root != Frontier().root():
        raise ProofError("an empty log with a root", where=CHECKPOINT)
    return TiledLog(note, checkpoint, read)


def _lowest(size: int) -> Iterator[Tile]:
    return (tile for tile in tiles_of(size) if tile.level == 0)
