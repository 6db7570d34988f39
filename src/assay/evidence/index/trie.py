"""The verifiable index: which entries are about a subject, or of a predicate type, and no others.

For each key (a subject, a type) the index holds how many entries there are, and a hash chain over
all of them in the log's order. The keys, hashed, are the leaves of a trie whose root is signed in
every checkpoint, over the same entries. So one short path of pages proves, for any key, that a
list is all there is up to that size; and that there is nothing, where the path ends elsewhere.

What is in the index follows from the entries alone: whoever has them all computes the same root.
That finds an operator who signs a false one. Everything here is pure; pages are kept elsewhere.
"""

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Protocol

from assay.core.digest import Digest
from assay.core.errors import TamperedError
from assay.evidence.index.page import (
    EMPTY_PAGE,
    EMPTY_ROOT,
    HASH_BYTES,
    NOTHING,
    Held,
    check_page,
    page_hash,
    parse_leaf,
    render_leaf,
    slot_of,
    with_slot,
)

_KEY: Final = b"assay.index/v1 key\n"
_CHAIN: Final = b"assay.index/v1 chain\n"


class PageSource(Protocol):
    """Where the pages of an index are kept; a page's place is the part of the key that leads there.

    Places are written in hexadecimal, two digits for each level; that of the first page is empty.
    """

    def read_page(self, place: str) -> bytes | None:
        """Return the page at `place`, or None."""


class MemoryPages(dict[str, bytes]):
    """Pages in memory, by place: some 200 bytes for each key, so 200 MB for a million."""

    def read_page(self, place: str) -> bytes | None:
        """Return the page at `place`, or None."""
        return self.get(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedEntry:
    """What the index says of an entry: its number, the hash of its leaf, and its type's key."""

    number: int
    leaf: bytes
    type_key: bytes


def subject_key(subject: Digest) -> bytes:
    """Return the key of all entries about `subject`."""
    return _key(b"subject", str(subject).encode())


@functools.lru_cache(maxsize=1024)  # there are few types, and many entries of each
def type_key(predicate_type: str) -> bytes:
    """Return the key of all entries of `predicate_type`."""
    return _key(b"type", predicate_type.encode())


def _key(kind: bytes, name: bytes) -> bytes:
    """Hash a key: nobody can choose two that share a long way; its length ends each part."""
    return hashlib.sha256(b"%b%d %b %d %b" % (_KEY, len(kind), kind, len(name), name)).digest()


def keys_of(subjects: Iterable[Digest], predicate_type: str) -> frozenset[bytes]:
    """Return every key under which an entry is held: once each, however often it is named."""
    return frozenset({*map(subject_key, subjects), type_key(predicate_type)})


def extend_chain(held: Held, entries: Iterable[IndexedEntry]) -> Held:
    """Return what is held after `entries` have followed."""
    count, chain = held.count, held.chain
    for entry in entries:
        told = entry.number.to_bytes(8, "big") + entry.leaf + entry.type_key
        chain = hashlib.sha256(_CHAIN + chain + told).digest()
        count += 1
    return Held(count=count, chain=chain)


@dataclass(slots=True)
class Index:
    """A growing index: `add` collects; `seal` puts all of it into the pages, and moves the root.

    Each page that is read is compared with the hash that leads to it, from the root on: an edited
    page is not built upon.
    """

    pages: PageSource
    root: bytes = EMPTY_ROOT
    _added: dict[bytes, list[IndexedEntry]] = field(default_factory=dict)
    _changed: dict[str, bytes] = field(default_factory=dict)

    def add(self, keys: Iterable[bytes], entry: IndexedEntry) -> None:
        """Put an entry, which comes after all others, under `keys`."""
        for key in keys:
            self._added.setdefault(key, []).append(entry)

    def seal(self) -> Mapping[str, bytes]:
        """Grow by all that was added; return the pages that changed, by place.

        Raises:
            TamperedError: A stored page is not the one under `root`.
        """
        self._changed = {}
        if self._added:
            first = load_page(self.pages, "", self.root)
            self.root = self._put("", first, sorted(self._added))
        self._added = {}
        return self._changed

    def _put(self, place: str, page: bytes, keys: list[bytes]) -> bytes:
        """Put `keys`, which are in order, into the page at `place`; return its new hash."""
        depth = len(place) // 2
        for digit, group in groupby(keys, key=lambda key: key[depth]):
            below = f"{place}{digit:02x}"
            page = with_slot(page, digit, self._slot(below, slot_of(page, digit), list(group)))
        self._changed[place] = page
        return page_hash(page)

    def _slot(self, place: str, slot: bytes, keys: list[bytes]) -> bytes:
        """Return the slot that leads to `place`, after `keys` were put there."""
        if len(slot) == HASH_BYTES:
            return self._put(place, load_page(self.pages, place, slot), keys)
        old, held = parse_leaf(slot) if slot else (keys[0], NOTHING)
        if keys == [old]:
            return render_leaf(old, extend_chain(held, self._added[old]))
        page = EMPTY_PAGE  # two keys at least meet here: they get a page of their own
        if slot:
            page = with_slot(page, old[len(place) // 2], slot)
        return self._put(place, page, keys)


def load_page(pages: PageSource, place: str, wanted: bytes) -> bytes:
    """Return the page at `place`, which must have the hash `wanted`.

    Raises:
        TamperedError: It is missing, or another one.
    """
    page = pages.read_page(place)
    if page is None and not place:
        page = EMPTY_PAGE
    if page is None or page_hash(page) != wanted:
        what = "the row is missing" if page is None else "not the page that was signed"
        raise TamperedError(what, where=f"index_pages row {place!r}")
    check_page(page)
    return page


def index_path(pages: PageSource, *, root: bytes, key: bytes) -> tuple[bytes, ...]:
    """Return the pages from `root` to where `key` is, or would be: the proof of what it holds.

    Raises:
        TamperedError: A stored page is not the one under `root`.
    """
    return tuple(_descend(pages, root, key))


def _descend(pages: PageSource, root: bytes, key: bytes) -> Iterator[bytes]:
    wanted = root
    for depth, digit in enumerate(key):
        page = load_page(pages, key[:depth].hex(), wanted)
        yield page
        wanted = slot_of(page, digit)
        if len(wanted) != HASH_BYTES:
            return
