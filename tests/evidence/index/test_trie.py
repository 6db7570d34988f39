"""The index as it grows: one shape for one content, and no page is built upon that was edited."""

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.digest import Digest
from assay.core.errors import TamperedError
from assay.evidence.index.page import EMPTY_ROOT, NOTHING, Held, page_hash
from assay.evidence.index.proof import verify_index_path
from assay.evidence.index.trie import (
    Index,
    IndexedEntry,
    extend_chain,
    index_path,
    keys_of,
    subject_key,
    type_key,
)

COMMIT = Digest("gitCommit", "c0" * 20)
OTHER = Digest("gitCommit", "0c" * 20)


class Pages(dict[str, bytes]):
    """Pages in memory."""

    def read_page(self, place: str) -> bytes | None:
        return self.get(place)


def entry(number: int) -> IndexedEntry:
    return IndexedEntry(
        number=number, leaf=hashlib.sha256(b"%d" % number).digest(), type_key=type_key("urn:x")
    )


def grown(*batches: Mapping[bytes, list[int]]) -> tuple[Pages, bytes]:
    """Return the pages and the root after `batches` of keys with the numbers of their entries."""
    pages = Pages()
    index = Index(pages)
    for batch in batches:
        for key, numbers in batch.items():
            for number in numbers:
                index.add([key], entry(number))
        pages.update(index.seal())
    return pages, index.root


def held(pages: Pages, root: bytes, key: bytes) -> Held:
    return verify_index_path(root=root, key=key, path=index_path(pages, root=root, key=key))


KEYS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=1, max_size=2).map(lambda end: b"\x07" * (32 - len(end)) + end),
)


@given(st.dictionaries(KEYS, st.integers(1, 3), max_size=40), st.data())
def test_one_content_has_one_root(counts: dict[bytes, int], data: st.DataObject) -> None:
    """However the keys come in batches, the same entries give the same pages."""
    content = {key: list(range(count)) for key, count in counts.items()}
    at_once = grown(content)
    some = data.draw(st.sets(st.sampled_from(sorted(content)))) if content else set[bytes]()
    in_two = grown(
        {k: v for k, v in content.items() if k in some},
        {k: v for k, v in content.items() if k not in some},
    )
    assert in_two == at_once
    in_steps = grown({k: v[:1] for k, v in content.items()}, {k: v[1:] for k, v in content.items()})
    assert in_steps == at_once


@given(st.dictionaries(KEYS, st.integers(1, 3), max_size=40), KEYS)
def test_each_key_holds_its_entries_and_no_other_key_holds_any(
    counts: dict[bytes, int], other: bytes
) -> None:
    content = {key: list(range(count)) for key, count in counts.items()}
    pages, root = grown(content)
    for key, numbers in content.items():
        assert held(pages, root, key) == extend_chain(NOTHING, map(entry, numbers))
    assert (held(pages, root, other) == NOTHING) is (other not in content)


def test_an_empty_index_has_a_root_of_its_own() -> None:
    index = Index(Pages())
    assert (index.seal(), index.root) == ({}, EMPTY_ROOT)
    assert held(Pages(), EMPTY_ROOT, subject_key(COMMIT)) == NOTHING


def test_keys_that_share_all_but_the_last_byte() -> None:
    one, other = b"\xab" * 31 + b"\x01", b"\xab" * 31 + b"\x02"
    pages, root = grown({one: [0], other: [1]})
    assert len(index_path(pages, root=root, key=one)) == 32
    assert held(pages, root, one) == extend_chain(NOTHING, [entry(0)])
    assert held(pages, root, other) == extend_chain(NOTHING, [entry(1)])
    assert held(pages, root, b"\xab" * 31 + b"\x03") == NOTHING


def test_a_kind_and_a_name_are_kept_apart() -> None:
    assert subject_key(COMMIT) != type_key(str(COMMIT))
    assert len({subject_key(COMMIT), subject_key(OTHER), type_key("a"), type_key("b")}) == 4


def test_an_entry_is_held_once_under_a_subject_that_it_names_twice() -> None:
    assert keys_of([COMMIT, OTHER, COMMIT], "urn:x") == {
        subject_key(COMMIT),
        subject_key(OTHER),
        type_key("urn:x"),
    }


def test_the_chain_is_bound_to_each_part_of_an_entry_and_to_their_order() -> None:
    one, two = entry(1), entry(2)
    other_leaf = IndexedEntry(number=1, leaf=two.leaf, type_key=one.type_key)
    other_type = IndexedEntry(number=1, leaf=one.leaf, type_key=type_key("urn:y"))
    other_number = IndexedEntry(number=3, leaf=one.leaf, type_key=one.type_key)
    lists = ([one], [one, two], [two, one], [one, one], [other_leaf], [other_type], [other_number])
    assert len({extend_chain(NOTHING, found) for found in lists}) == len(lists)


MANY = {hashlib.sha256(b"key %d" % number).digest(): [number] for number in range(600)}


def test_an_edited_page_is_not_built_upon() -> None:
    pages, root = grown(MANY)
    place = max(pages)
    pages[place] = pages[place][:-1] + bytes([pages[place][-1] ^ 1])
    index = Index(pages, root)
    index.add([bytes.fromhex(place) + bytes(32 - len(place) // 2)], entry(1000))
    with pytest.raises(TamperedError) as caught:
        index.seal()
    assert (
        str(caught.value)
        == f"[tampered] not the page that was signed, at index_pages row {place!r}"
    )


@pytest.mark.parametrize("place", ["", "first"])
def test_a_page_that_is_gone_is_not_built_upon(place: str) -> None:
    pages, root = grown(MANY)
    place = place and min(filter(None, pages))
    del pages[place]
    what = "the row is missing" if place else "not the page that was signed"
    with pytest.raises(TamperedError) as caught:
        index_path(pages, root=root, key=bytes.fromhex(place) + bytes(32 - len(place) // 2))
    assert str(caught.value) == f"[tampered] {what}, at index_pages row {place!r}"


def test_only_what_changed_is_written() -> None:
    pages, root = grown(MANY)
    index = Index(pages, root)
    key = next(iter(MANY))
    index.add([key], entry(1000))
    changed = index.seal()
    places = [key[:depth].hex() for depth in range(len(changed))]
    assert sorted(changed) == places
    assert page_hash(changed[""]) == index.root
