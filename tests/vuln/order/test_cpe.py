from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.order.cpe import cpe_key

IN_ORDER = [
    "0.9",
    "1.0alpha1",
    "1.0-beta2",
    "1.0.rc1",
    "1.0",
    "1.0-1",
    "1.0-2",
    "1.0-10",
    "1.0a",
    "1.0k",
    "1.0p1",
    "1.0p2",
    "1.0.1",
    "1.0.10",
    "1.1",
    "2",
    "10",
]


@pytest.mark.parametrize(("older", "newer"), list(pairwise(IN_ORDER)))
def test_order(older: str, newer: str) -> None:
    one, other = cpe_key(older), cpe_key(newer)
    assert one is not None
    assert other is not None
    assert one < other


SAME = [("1.0", "1"), ("1.0.0-rc1", "1rc1"), ("v2.0", "2"), ("1.0.final", "1.0"), ("0.0", "0")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same(one: str, other: str) -> None:
    assert cpe_key(one) == cpe_key(other)


def test_an_update_is_a_part_of_the_version() -> None:
    assert cpe_key("1.0", "rc1") == cpe_key("1.0rc1")
    assert cpe_key("1.0", "sp2") == cpe_key("1.0sp2")
    assert cpe_key("1.0", "2") == cpe_key("1.0-2")


@pytest.mark.parametrize(("version", "update"), [("1.0-2", ""), ("1.0", "2"), ("1.0+2", "")])
def test_a_revision_is_no_part_of_the_number(version: str, update: str) -> None:
    """Revision 2 of 1.0 is below 1.0.1, and not 1.0.2."""
    revised, following = cpe_key(version, update), cpe_key("1.0.1")
    assert revised is not None
    assert following is not None
    assert revised < following


@pytest.mark.parametrize(
    "text",
    [
        *("", "trunk", "1.0-ubuntu3", "2023quarter4", "1 0", "abcdef", "1" * 200, "1\n"),
        *("1.0a1", "1.0b.2", "1.0-c1", "1.0~1"),  # before a release, or after it
    ],
)
def test_what_nothing_orders(text: str) -> None:
    assert cpe_key(text) is None


@given(st.text(), st.text())
def test_any_text_has_a_key_or_none(version: str, update: str) -> None:
    cpe_key(version, update)
    cpe_key(f"1.{version}", update)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=5))
def test_numbers_are_ordered_as_numbers(numbers: list[int]) -> None:
    text = ".".join(map(str, numbers))
    following = ".".join(map(str, [*numbers[:-1], numbers[-1] + 1]))
    older, newer = cpe_key(text), cpe_key(following)
    assert older is not None
    assert newer is not None
    assert older < newer
