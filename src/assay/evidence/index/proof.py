"""Proofs of completeness: that a list is all that the index holds under a key, or that it is none.

A proof is the path of pages from the signed root to where the key is, or would be. For one root
and one key there is one answer only: two would need two pages with one hash. The list itself is
proven by its length and its chain, so that nothing can be left out, put in, changed or exchanged.
"""

from collections.abc import Iterable
from itertools import pairwise

from assay.core.errors import ProofError
from assay.evidence.index.page import (
    HASH_BYTES,
    NOTHING,
    Held,
    check_page,
    page_hash,
    parse_leaf,
    slot_of,
)
from assay.evidence.index.trie import IndexedEntry, extend_chain


def verify_index_path(*, root: bytes, key: bytes, path: tuple[bytes, ...]) -> Held:
    """Return what the index under `root` holds of `key`: `NOTHING` where it proves absence.

    Raises:
        ProofError: The path does not lead from `root` to where `key` is or would be.
    """
    found = root
    if not 1 <= len(path) <= len(key):
        raise ProofError(f"an index path of {len(path)} pages")
    for depth, page in enumerate(path):
        if page_hash(page) != found:  # nor is a leaf, or an empty slot, ever the hash of one
            raise ProofError(f"page {depth} of the index path is not the one that was signed")
        check_page(page)
        found = slot_of(page, key[depth])
    if not found:
        return NOTHING
    if len(found) == HASH_BYTES:
        raise ProofError("the index path ends before the key")
    other, held = parse_leaf(found)
    if other[: len(path)] != key[: len(path)] or not held.count:
        raise ProofError("the index path ends at a leaf that cannot be there")
    return held if other == key else NOTHING


def verify_complete(
    entries: Iterable[IndexedEntry], *, root: bytes, key: bytes, path: tuple[bytes, ...], size: int
) -> None:
    """Refuse unless `entries` are all that the log's first `size` entries hold under `key`.

    Raises:
        ProofError: The path proves something else; or an entry is missing, added, changed or in
            another order.
    """
    listed = tuple(entries)
    held = verify_index_path(root=root, key=key, path=path)
    if len(listed) != held.count:
        raise ProofError(f"{len(listed)} entries, where the index counts {held.count}")
    numbers = [-1, *(entry.number for entry in listed), size]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise ProofError(f"entries that are not in the order of a log of {size}")
    if extend_chain(NOTHING, listed) != held:
        raise ProofError("the entries are not those that the index holds")
