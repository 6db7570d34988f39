"""Pages: one form for one content, and nothing else is read as a page."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError, ProofError
from assay.evidence.index.page import (
    EMPTY_PAGE,
    NOTHING,
    SLOTS,
    Held,
    check_page,
    page_hash,
    parse_leaf,
    render_leaf,
    slot_of,
    with_slot,
)

KEY = bytes(range(32))
LEAF = render_leaf(KEY, Held(count=3, chain=b"c" * 32))
HASH = b"h" * 32
SLOT = st.integers(0, SLOTS - 1)
HELD = st.sampled_from([LEAF, HASH])


@given(st.lists(st.tuples(SLOT, HELD), max_size=60))
def test_each_slot_holds_what_was_put_there_last(puts: list[tuple[int, bytes]]) -> None:
    page, wanted = EMPTY_PAGE, dict[int, bytes]()
    for slot, held in puts:
        page, wanted[slot] = with_slot(page, slot, held), held
    check_page(page)
    assert {slot: slot_of(page, slot) for slot in range(SLOTS)} == {
        slot: wanted.get(slot, b"") for slot in range(SLOTS)
    }
    again = EMPTY_PAGE
    for slot, held in sorted(wanted.items()):
        again = with_slot(again, slot, held)
    assert again == page


def test_a_full_page() -> None:
    page = EMPTY_PAGE
    for slot in range(SLOTS):
        page = with_slot(page, slot, LEAF)
    check_page(page)
    assert len(page) == 64 + 256 * 72


def test_a_leaf_comes_back() -> None:
    assert parse_leaf(LEAF) == (KEY, Held(count=3, chain=b"c" * 32))
    assert Held(count=0, chain=bytes(32)) == NOTHING


PAGE = with_slot(with_slot(EMPTY_PAGE, 3, LEAF), 255, HASH)
DAMAGED = {
    "nothing": b"",
    "half a map": PAGE[:40],
    "a byte less": PAGE[:-1],
    "a byte more": PAGE + b"\0",
    "a slot that is not there": bytes([0xFF]) + PAGE[1:],
    "a leaf and a page in one slot": bytes([0x10])
    + bytes(31)
    + bytes([0x10])
    + bytes(31)
    + LEAF
    + HASH,
}


@pytest.mark.parametrize("page", DAMAGED.values(), ids=DAMAGED)
def test_not_a_page(page: bytes) -> None:
    with pytest.raises(ProofError, match=r"an index page of \d+ bytes, where \d+ are needed\Z"):
        check_page(page)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_page_or_refused(data: bytes) -> None:
    try:
        check_page(data)
    except (ProofError, MalformedError):
        return
    again = EMPTY_PAGE
    for slot in range(SLOTS):
        if held := slot_of(data, slot):
            again = with_slot(again, slot, held)
    assert again == data


def test_the_hash_of_a_page_is_no_hash_of_the_log() -> None:
    """Its bytes begin with a name of their own, where those of the log begin with 0 or 1."""
    told = b"assay.index/v1 page\n" + bytes(64)
    assert page_hash(EMPTY_PAGE) == hashlib.sha256(told).digest()
    assert page_hash(EMPTY_PAGE).hex() == (
        "b1b90cc9d4b9ce324fd3e2ad64b35706446b7156214a1cefea001a2e2a7a81b2"
    )
