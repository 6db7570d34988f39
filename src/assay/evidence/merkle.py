"""Merkle trees as in RFC 9162, section 2.1: hashes, growth, and proofs, made and verified.

Everything here is one idea. A *range* is `[start, end)` of leaves. A *path* leads from a target
range to a window range that contains it, and is the list of the hashes that are missing on the
way up, the deepest first:

* an inclusion proof (2.1.3) is the path from one leaf to the tree;
* a consistency proof (2.1.4) is the path from an old tree, `[0, old)`, to the new one;
* the subtree proofs of "Merkle Tree Certificates" (draft-ietf-plants-merkle-tree-certs, section
  "Subtrees") have a subtree as the target or as the window.

So `_climb` verifies all four: it walks down as the path was made, and up again with its hashes.
Sizes are bounded by `MAX_SIZE`, which bounds the depth. Hashes are SHA-256, 32 bytes.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import ProofError

HASH_BYTES: Final = 32
MAX_SIZE: Final = 2**63 - 1  # leaves; what a signed 64-bit column holds
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

Path = tuple[bytes, ...]
NodeSource = Callable[[int, int], bytes]
"""From (level, index) to the hash of the complete subtree over `2**level` leaves at `index`."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, section 2.1.1): `SHA-256(0x00 || entry)`."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (2.1.1): `SHA-256(0x01 || left || right)`."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, the largest first."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def push(self, leaf: bytes) -> list[bytes]:
        """Add a leaf hash; return the hashes of the subtrees that it completes, lowest first.

        The first is the leaf itself. Written one after the other over all pushes, they take the
        places that `node_place` gives.
        """
        completed = [leaf]
        ends = self.size + 1
        while ends % 2 == 0:
            completed.append(node_hash(self.roots.pop(), completed[-1]))
            ends //= 2
        self.roots.append(completed[-1])
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree of `size` leaves."""
        if not self.roots:
            return EMPTY_ROOT
        *rest, result = self.roots
        for left in reversed(rest):
            result = node_hash(left, result)
        return result


def load_frontier(size: int, node: NodeSource) -> Frontier:
    """Return the frontier of the tree of `size` leaves, from its stored nodes."""
    return Frontier(size, [node(*at) for at in _complete_subtrees(0, size)])


def node_place(level: int, index: int) -> int:
    """Return where `Frontier.push` puts a complete subtree in the order of all of them.

    Leaf `n` comes after `n` leaves and the `n // 2 + n // 4 + …` inner nodes that those complete.
    A node of a higher level comes `level` places after the last leaf below it.

    Raises:
        ProofError: Not a place in any tree.
    """
    if level < 0 or not 0 <= index < MAX_SIZE >> level:
        raise ProofError(f"no node {index} at level {level}")
    last_leaf = ((index + 1) << level) - 1
    place = last_leaf
    while last_leaf := last_leaf // 2:
        place += last_leaf
    return place + level


def range_hash(start: int, end: int, node: NodeSource) -> bytes:
    """Return the root of the leaves `[start, end)`, a subtree of the log."""
    hashes = [node(*at) for at in _complete_subtrees(start, end)]
    return Frontier(end - start, hashes).root()


def inclusion_path(index: int, size: int, node: NodeSource) -> Path:
    """Return the proof that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1).

    Raises:
        ProofError: `index` is not below `size`.
    """
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    return subtree_path(index, index + 1, size, node)


def consistency_path(old: int, new: int, node: NodeSource) -> Path:
    """Return the proof that the tree of `old` leaves is a prefix of that of `new` (2.1.4.1).

    Raises:
        ProofError: Not `0 < old <= new`.
    """
    if not 0 < old <= new:
        raise ProofError(f"no consistency from {old} to {new} leaves")
    return subtree_path(0, old, new, node)


def subtree_path(start: int, end: int, size: int, node: NodeSource) -> Path:
    """Return the proof that the subtree `[start, end)` belongs to the tree of `size` leaves.

    Raises:
        ProofError: Not a subtree, or not within the tree.
    """
    _check_subtree(start, end)
    if start == end or not end <= size:
        raise ProofError(f"no subtree [{start}, {end}) in a tree of {size}")
    return tuple(_descend(start, end, 0, size, node, known=True))


def verify_inclusion(
    *, leaf_hash: bytes, index: int, tree_size: int, path: Path, root_hash: bytes
) -> None:
    """Refuse unless the leaf is entry `index` of the tree of `tree_size` leaves under `root_hash`.

    `path` runs from the leaf's sibling up to a child of the root. Decides as RFC 9162, section
    2.1.3.2, does; the bound on `index` is checked here.

    Raises:
        ProofError: The path does not lead from the leaf, at that place, to `root_hash`.
    """
    verify_subtree_inclusion(
        leaf_hash=leaf_hash, index=index, start=0, end=tree_size, path=path, root_hash=root_hash
    )


def verify_subtree_inclusion(
    *, leaf_hash: bytes, index: int, start: int, end: int, path: Path, root_hash: bytes
) -> None:
    """Refuse unless the leaf is entry `index` of the log, in the subtree `[start, end)`.

    Raises:
        ProofError: Not a subtree, not in it, or the path does not lead to `root_hash`.
    """
    _check_subtree(start, end)
    if not start <= index < end:
        raise ProofError(f"leaf {index} is not in [{start}, {end})")
    if len(leaf_hash) != HASH_BYTES:
        raise ProofError(f"a leaf hash of {len(leaf_hash)} bytes")
    reached = _Climb(known=leaf_hash, path=path).reach(index, index + 1, start, end)
    if reached != (leaf_hash, root_hash):
        raise ProofError(f"the path does not lead from leaf {index} to the root")


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Path
) -> None:
    """Refuse unless the tree of `new_size` leaves begins with that of `old_size`.

    Decides as RFC 9162, section 2.1.4.2, does: an old tree without leaves is refused, for a
    proof about it says nothing.

    Raises:
        ProofError: Not `0 < old_size <= new_size`, or the path does not lead to both roots.
    """
    if old_size < 1:
        raise ProofError("consistency with an empty tree proves nothing")
    verify_subtree_consistency(
        start=0,
        end=old_size,
        size=new_size,
        subtree_root=old_root,
        root_hash=new_root,
        path=path,
    )


def verify_subtree_consistency(
    *, start: int, end: int, size: int, subtree_root: bytes, root_hash: bytes, path: Path
) -> None:
    """Refuse unless the leaves `[start, end)` of the tree of `size` have `subtree_root`.

    An empty subtree has the hash of nothing, and is in every tree: then `root_hash` says nothing
    and is not compared, as the draft has it. (Lengths of roots need no check: they are compared
    with hashes that are computed, or with each other.)

    Raises:
        ProofError: Not a subtree, not within the tree, or the path leads to other roots.
    """
    _check_subtree(start, end)
    if end > size or size > MAX_SIZE:
        raise ProofError(f"no subtree [{start}, {end}) in a tree of {size}")
    if start == end:
        if subtree_root != EMPTY_ROOT or path:
            raise ProofError("an empty subtree with a root or a path")
        return
    reached = _Climb(known=subtree_root, path=path).reach(start, end, 0, size)
    if reached != (subtree_root, root_hash):
        raise ProofError(f"the path does not lead from [{start}, {end}) to both roots")


@dataclass(slots=True)
class _Climb:
    """One walk along a path, which uses each of its hashes exactly once."""

    known: bytes
    path: Path
    used: int = 0

    def reach(self, start: int, end: int, low: int, high: int) -> tuple[bytes, bytes]:
        """Return the hashes of the target `[start, end)` and of the window `[low, high)`."""
        reached = self._climb(start, end, low, high, known=True)
        if self.used != len(self.path):
            raise ProofError(f"a path of {len(self.path)} hashes, where {self.used} are needed")
        return reached

    def _climb(
        self, start: int, end: int, low: int, high: int, *, known: bool
    ) -> tuple[bytes, bytes]:
        if (start, end) == (low, high):
            found = self.known if known else self._next()
            return found, found
        middle = low + _split(high - low)
        if end <= middle:
            target, window = self._climb(start, end, low, middle, known=known)
            return target, node_hash(window, self._next())
        if start >= middle:
            target, window = self._climb(start, end, middle, high, known=known)
            return target, node_hash(self._next(), window)
        # The target covers the left half and a part of the right one: it is cut there as well.
        target, window = self._climb(middle, end, middle, high, known=False)
        left = self._next()
        return node_hash(left, target), node_hash(left, window)

    def _next(self) -> bytes:
        if self.used == len(self.path):
            raise ProofError(f"a path of {len(self.path)} hashes, where more are needed")
        found = self.path[self.used]
        self.used += 1
        if len(found) != HASH_BYTES:
            raise ProofError(f"a hash of {len(found)} bytes in the path")
        return found


def _descend(
    start: int, end: int, low: int, high: int, node: NodeSource, *, known: bool
) -> Iterator[bytes]:
    """Yield the path from the target `[start, end)` to the window `[low, high)`."""
    if (start, end) == (low, high):
        if not known:
            yield range_hash(low, high, node)
        return
    middle = low + _split(high - low)
    if end <= middle:
        yield from _descend(start, end, low, middle, node, known=known)
        yield range_hash(middle, high, node)
        return
    inner = max(start, middle)
    yield from _descend(inner, end, middle, high, node, known=known and inner == start)
    yield range_hash(low, middle, node)


def _split(size: int) -> int:
    """Return the largest power of two below `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_subtree(start: int, end: int) -> None:
    """Refuse `[start, end)` unless it is a subtree: `start` is a multiple of its full size."""
    if not 0 <= start <= end <= MAX_SIZE:
        raise ProofError(f"no range [{start}, {end})")
    full = 1 << (end - start - 1).bit_length() if end - start > 1 else 1
    if start % full:
        raise ProofError(f"[{start}, {end}) is not a subtree")


def _complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the complete subtrees that make up the subtree `[start, end)`."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level
