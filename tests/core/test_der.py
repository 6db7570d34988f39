"""One reading of the same bytes: shortest lengths, whole structures, nothing behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core import der
from assay.core.errors import MalformedError
from tests.fakes import der as written


@given(st.binary(max_size=300))
def test_what_is_written_is_read(data: bytes) -> None:
    element = der.parse_element(written.octets(data), tag=der.OCTET_STRING)
    assert (element.value, element.raw) == (data, written.octets(data))


@given(st.integers(-(2**200), 2**200))
def test_whole_numbers(number: int) -> None:
    if number >= 0:
        assert der.integer_of(der.parse_element(written.integer(number), tag=2)) == number


@given(st.lists(st.integers(0, 2**40), max_size=6))
def test_object_identifiers(numbers: list[int]) -> None:
    dotted = ".".join(map(str, (1, 2, *numbers)))
    if len(written.oid(dotted)) <= 34:
        assert der.oid_of(der.parse_element(written.oid(dotted), tag=6)) == dotted


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    try:
        for element in der.parse_elements(data):
            der.parse_elements(element.value)
    except MalformedError:
        return
    assert b"".join(e.raw for e in der.parse_elements(data)) == data


REFUSED = {
    "nothing": (b"", "not DER"),
    "a tag alone": (b"\x30", "not DER"),
    "a tag of two bytes": (b"\x1f\x81\x00", "not DER"),
    "an indefinite length": (b"\x30\x80\0\0", "a DER length that is not in its shortest form"),
    "a long form of a short length": (
        b"\x04\x81\x01x",
        "a DER length that is not in its shortest form",
    ),
    "a length with a zero in front": (
        b"\x04\x82\x00\x80" + bytes(128),
        "a DER length that is not in its shortest form",
    ),
    "a length that is cut off": (b"\x04\x82\x01", "a DER length that is not in its shortest form"),
    "cut off": (b"\x04\x02x", "a DER structure that is cut off"),
    "bytes behind": (b"\x04\x01xy", "bytes after the end of a DER structure"),
    "another tag": (b"\x05\x00", "an element 0x05, where 0x04 is needed"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        der.parse_element(data, tag=der.OCTET_STRING)
    assert caught.value.what == message


@pytest.mark.parametrize("data", [b"\x06\x00", b"\x06\x01\x80", b"\x06\x02\x80\x01"])
def test_no_object_identifiers(data: bytes) -> None:
    with pytest.raises(MalformedError, match="not an object identifier"):
        der.oid_of(der.parse_element(data, tag=6))


@pytest.mark.parametrize("data", [b"\x02\x00", b"\x02\x02\x00\x01", b"\x02\x02\xff\x80"])
def test_no_whole_numbers(data: bytes) -> None:
    with pytest.raises(MalformedError, match="not a whole number"):
        der.integer_of(der.parse_element(data, tag=2))


def test_fields_are_taken_in_order() -> None:
    fields = der.parse_element(written.sequence(written.integer(1)), tag=der.SEQUENCE).fields()
    assert fields.optional(der.SET) is None
    assert der.integer_of(fields.take(der.INTEGER)) == 1
    fields.end()
    with pytest.raises(MalformedError, match="no element 0x02 where one is needed"):
        fields.take(der.INTEGER)


def test_too_many_elements() -> None:
    with pytest.raises(MalformedError, match="more than 64 elements"):
        der.parse_elements(written.integer(1) * 65)


def test_something_left() -> None:
    fields = der.parse_element(written.sequence(written.integer(1)), tag=der.SEQUENCE).fields()
    with pytest.raises(MalformedError, match="an element 0x02 too many"):
        fields.end()
