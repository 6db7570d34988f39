"""Protobuf as JSON: numbers, bytes and members, on both sides of what is read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.evidence.sigstore.protojson import (
    bounded,
    bytes_of,
    number_of,
    optional_number,
    refuse_unknown,
    time_of,
)


def here(value: object) -> JsonValue:
    return JsonValue(value, "here")


@pytest.mark.parametrize("value", [0, 1, 2**53 - 1])
def test_numbers(value: int) -> None:
    assert number_of(here(value)) == number_of(here(str(value))) == value
    assert type(number_of(here(value))) is int


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("", "'' is no whole number from 0 on"),
        ("00", "'00' is no whole number from 0 on"),
        ("01", "'01' is no whole number from 0 on"),
        ("-1", "'-1' is no whole number from 0 on"),
        ("+1", "'+1' is no whole number from 0 on"),
        ("1 ", "'1 ' is no whole number from 0 on"),
        ("1\n", "'1\\n' is no whole number from 0 on"),
        ("1.0", "'1.0' is no whole number from 0 on"),
        ("٣", "'٣' is no whole number from 0 on"),
        ("1" * 20, f"'{'1' * 20}' is no whole number from 0 on"),
        (str(2**53), f"a number out of range: {2**53}"),
        (2**53, f"a number out of range: {2**53}"),
        (-1, "a number out of range: -1"),
        (1.0, "float where a whole number is needed"),
        (None, "NoneType where a whole number is needed"),
        (True, "bool where a whole number is needed"),
    ],
)
def test_no_numbers(value: object, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        number_of(here(value))
    assert str(caught.value) == f"[malformed] {what}, at here"


def test_a_zero_may_be_left_out() -> None:
    assert optional_number(here({}), "n") == 0
    assert optional_number(here({"n": "7"}), "n") == 7


@given(st.binary(min_size=1, max_size=40))
def test_bytes(data: bytes) -> None:
    """With and without broken lines, in both alphabets."""
    import base64  # noqa: PLC0415  # beside its only use

    text = base64.b64encode(data).decode()
    assert bytes_of(here(text)) == data
    assert bytes_of(here("\n".join(text[i : i + 4] for i in range(0, len(text), 4)))) == data
    assert bytes_of(here(base64.urlsafe_b64encode(data).decode())) == data


@pytest.mark.parametrize(("text", "what"), [("", "empty"), ("\n", "empty")])
def test_no_bytes(text: str, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        bytes_of(here(text))
    assert str(caught.value) == f"[malformed] {what}, at here"


def test_members() -> None:
    refuse_unknown(here({"a": 1}), frozenset({"a", "b"}))
    with pytest.raises(MalformedError) as caught:
        refuse_unknown(here({"a": 1, "c": 2}), frozenset({"a", "b"}))
    assert str(caught.value) == "[malformed] unknown member 'c', at here.c"


def test_how_many() -> None:
    values = (here(1), here(2))
    assert bounded(values, most=2, what="things") == values
    with pytest.raises(MalformedError) as caught:
        bounded(values, most=1, what="things")
    assert str(caught.value) == "[malformed] 2 things, where at most 1 are read"


def test_times() -> None:
    assert time_of(here("2026-06-01T00:00:00Z")) == datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(MalformedError) as caught:
        time_of(here("yesterday"))
    assert str(caught.value) == "[malformed] 'yesterday' is no RFC 3339 time, at here"
