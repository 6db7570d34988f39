"""Pages of the verifiable index: a trie over hashed keys, one byte of the key to a page.

A page has 256 slots. A slot is empty, or a leaf (a key, how many entries it has, and the head of
their chain), or the hash of the page below. A page is written as two maps of 256 bits, big-endian,
of the slots that hold leaves and of those that lead to pages, slot 0 the highest bit; then come the
slots that are not empty, in their order: 72 bytes for a leaf, 32 for a page. A page has this one
form, and its hash covers all of it: nothing can be taken for something else, no leaf for a page.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from assay.core.errors import ProofError

HASH_BYTES: Final = 32
LEAF_BYTES: Final = 72  # key, count, chain
SLOTS: Final = 256
EMPTY_PAGE: Final = bytes(64)
EMPTY_CHAIN: Final = bytes(HASH_BYTES)  # nothing hashes to it that anybody knows

_PAGE: Final = b"assay.index/v1 page\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the index holds under a key: how many entries, and the head of their chain."""

    count: int
    chain: bytes


NOTHING: Final = Held(count=0, chain=EMPTY_CHAIN)


def page_hash(page: bytes) -> bytes:
    """Return the hash by which the page above names `page`; that of the first page is the root."""
    return hashlib.sha256(_PAGE + page).digest()


EMPTY_ROOT: Final = page_hash(EMPTY_PAGE)


def check_page(page: bytes) -> None:
    """Refuse what is not a page in its one form.

    Raises:
        ProofError: A slot of two kinds, or a length that the maps do not give.
    """
    leaves, pages = _maps(page)
    wanted = len(EMPTY_PAGE) + LEAF_BYTES * leaves.bit_count() + HASH_BYTES * pages.bit_count()
    if leaves & pages or len(page) != wanted:
        raise ProofError(f"an index page of {len(page)} bytes, where {wanted} are needed")


def slot_of(page: bytes, slot: int) -> bytes:
    """Return what is in a slot: nothing, the 32 bytes of a hash, or the 72 bytes of a leaf."""
    start, end = _span(page, slot)
    return page[start:end]


def with_slot(page: bytes, slot: int, held: bytes) -> bytes:
    """Return `page` with `held`, which is not empty, in a slot."""
    start, end = _span(page, slot)
    leaves, pages = _maps(page)
    bit = 1 << (SLOTS - 1 - slot)
    leaves, pages = leaves & ~bit, pages & ~bit
    if len(held) == LEAF_BYTES:
        leaves |= bit
    else:
        pages |= bit
    maps = leaves.to_bytes(32, "big") + pages.to_bytes(32, "big")
    return b"".join((maps, page[64:start], held, page[end:]))


def render_leaf(key: bytes, held: Held) -> bytes:
    """Write a leaf."""
    return key + held.count.to_bytes(8, "big") + held.chain


def parse_leaf(leaf: bytes) -> tuple[bytes, Held]:
    """Read a leaf out of a slot of that kind: its key, and what is held under it."""
    return leaf[:32], Held(count=int.from_bytes(leaf[32:40], "big"), chain=leaf[40:])


def _maps(page: bytes) -> tuple[int, int]:
    return int.from_bytes(page[:32], "big"), int.from_bytes(page[32:64], "big")


def _span(page: bytes, slot: int) -> tuple[int, int]:
    """Return where a slot begins and ends, from what comes before it."""
    leaves, pages = _maps(page)
    leaves, pages = leaves >> (SLOTS - 1 - slot), pages >> (SLOTS - 1 - slot)
    length = LEAF_BYTES if leaves & 1 else HASH_BYTES if pages & 1 else 0
    end = len(EMPTY_PAGE) + LEAF_BYTES * leaves.bit_count() + HASH_BYTES * pages.bit_count()
    return end - length, end
