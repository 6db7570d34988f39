"""Proofs of completeness: what they accept, and each way to be refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.core.errors import ProofError
from assay.evidence.index.page import EMPTY_PAGE, NOTHING, Held, page_hash, render_leaf, with_slot
from assay.evidence.index.proof import verify_complete, verify_index_path
from assay.evidence.index.trie import IndexedEntry, index_path, subject_key, type_key
from tests.evidence.index.test_trie import COMMIT, MANY, OTHER, entry, grown

KEY = subject_key(COMMIT)
ABSENT = subject_key(OTHER)
LISTED = (entry(2), entry(5), entry(9))
PAGES, ROOT = grown({**MANY, KEY: [2, 5, 9]})
PATH = index_path(PAGES, root=ROOT, key=KEY)
SIZE = 1000

assert len(PATH) == 2, "the cases below are about a path of two pages"

Entries = tuple[IndexedEntry, ...]


def check(
    entries: Entries = LISTED,
    *,
    root: bytes = ROOT,
    key: bytes = KEY,
    path: tuple[bytes, ...] = PATH,
    size: int = SIZE,
) -> None:
    verify_complete(entries, root=root, key=key, path=path, size=size)


def test_all_entries_are_accepted() -> None:
    check()
    check(size=10)  # the last of them is the last of the log


def test_absence_is_accepted() -> None:
    check((), key=ABSENT, path=index_path(PAGES, root=ROOT, key=ABSENT))
    check((), key=b"\xff" * 32, path=(EMPTY_PAGE,), root=page_hash(EMPTY_PAGE))


def test_absence_is_shown_by_the_leaf_of_another_key() -> None:
    beside = KEY[:-1] + bytes([KEY[-1] ^ 1])  # it would be where KEY is
    assert verify_index_path(root=ROOT, key=beside, path=PATH) == NOTHING


def page_with(slot: int, held: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the root and the path of a trie that somebody made by hand."""
    page = with_slot(EMPTY_PAGE, slot, held)
    return page_hash(page), (page,)


def leaf(key: bytes, count: int = 3) -> bytes:
    return render_leaf(key, Held(count=count, chain=b"c" * 32))


def by_hand(held: bytes) -> Callable[[], None]:
    root, path = page_with(KEY[0], held)
    return lambda: check(root=root, path=path)


LAST = PATH[1]
REFUSED: dict[str, tuple[Callable[[], None], str]] = {
    "the newest left out": (
        lambda: check(LISTED[:-1]),
        "2 entries, where the index counts 3",
    ),
    "the oldest left out": (
        lambda: check(LISTED[1:]),
        "2 entries, where the index counts 3",
    ),
    "all left out": (lambda: check(()), "0 entries, where the index counts 3"),
    "one more": (
        lambda: check((*LISTED, entry(11))),
        "4 entries, where the index counts 3",
    ),
    "one twice in place of another": (
        lambda: check((LISTED[0], LISTED[0], LISTED[2])),
        "entries that are not in the order of a log of 1000",
    ),
    "two exchanged": (
        lambda: check((LISTED[1], LISTED[0], LISTED[2])),
        "entries that are not in the order of a log of 1000",
    ),
    "an entry that the log does not have yet": (
        lambda: check(size=9),
        "entries that are not in the order of a log of 9",
    ),
    "a negative number": (
        lambda: check((replace(LISTED[0], number=-1), *LISTED[1:])),
        "entries that are not in the order of a log of 1000",
    ),
    "another entry in the place of one": (
        lambda: check((LISTED[0], replace(LISTED[1], leaf=b"x" * 32), LISTED[2])),
        "the entries are not those that the index holds",
    ),
    "another number": (
        lambda: check((LISTED[0], replace(LISTED[1], number=6), LISTED[2])),
        "the entries are not those that the index holds",
    ),
    "another type": (
        lambda: check((LISTED[0], replace(LISTED[1], type_key=type_key("urn:y")), LISTED[2])),
        "the entries are not those that the index holds",
    ),
    "the list of another key": (
        lambda: check(key=ABSENT, path=index_path(PAGES, root=ROOT, key=ABSENT)),
        "3 entries, where the index counts 0",
    ),
    "the path of another key": (
        lambda: check((), path=index_path(PAGES, root=ROOT, key=ABSENT)),
        "page 1 of the index path is not the one that was signed",
    ),
    "the path of an older index": (
        lambda: check((), path=index_path(grown(MANY)[0], root=grown(MANY)[1], key=KEY)),
        "page 0 of the index path is not the one that was signed",
    ),
    "another root": (
        lambda: check(root=bytes(32)),
        "page 0 of the index path is not the one that was signed",
    ),
    "no pages": (lambda: check(path=()), "an index path of 0 pages"),
    "more pages than a key has bytes": (
        lambda: check(path=PATH * 17),
        "an index path of 34 pages",
    ),
    "cut off above the key": (
        lambda: check((), path=PATH[:1]),
        "the index path ends before the key",
    ),
    "a page too many": (
        lambda: check(path=(*PATH, LAST)),
        "page 2 of the index path is not the one that was signed",
    ),
    "the pages exchanged": (
        lambda: check(path=PATH[::-1]),
        "page 0 of the index path is not the one that was signed",
    ),
    "a leaf that hides the pages below": (
        by_hand(leaf(bytes([KEY[0] ^ 1]) + KEY[1:])),
        "the index path ends at a leaf that cannot be there",
    ),
    "a leaf that counts nothing": (
        by_hand(leaf(KEY, 0)),
        "the index path ends at a leaf that cannot be there",
    ),
    "a page that is none": (
        lambda: check(root=page_hash(b"x" * 64), path=(b"x" * 64,)),
        "an index page of 64 bytes, where 13376 are needed",
    ),
}


@pytest.mark.parametrize(("attempt", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(attempt: Callable[[], None], what: str) -> None:
    with pytest.raises(ProofError) as caught:
        attempt()
    assert str(caught.value) == f"[proof-invalid] {what}"


@pytest.mark.parametrize("page", range(2))
def test_no_byte_of_a_path_can_be_changed(page: int) -> None:
    for at in range(0, len(PATH[page]), 17):
        changed = bytearray(PATH[page])
        changed[at] ^= 1
        path = tuple(bytes(changed) if i == page else p for i, p in enumerate(PATH))
        with pytest.raises(ProofError, match=f"page {page} of the index path"):
            check(path=path)


def test_a_leaf_cannot_stand_for_a_page() -> None:
    """The maps say what a slot is, and the hash covers the maps: no bytes are read as both."""
    root, path = page_with(KEY[0], page_hash(LAST))
    assert verify_index_path(root=root, key=KEY, path=(*path, LAST)).count == 3
    with pytest.raises(ProofError, match="the index path ends before the key"):
        verify_index_path(root=root, key=KEY, path=path)
