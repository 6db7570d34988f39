"""The one JSON reader and the one canonical writer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.strictjson import (
    MAX_DEPTH,
    MAX_INTEGER,
    canonical_form,
    parse_json,
    render_canonical_json,
)

LIMIT = 10_000

REFUSED = {
    "too-large": (b" " * (LIMIT + 1), "[malformed] 10001 bytes, where at most 10000 are read"),
    "repeated-key": (b'{"a":1,"a":2}', "[malformed] not strict JSON: repeated key 'a'"),
    "repeated-key-escaped": (
        rb'{"a":1,"\u0061":2}',
        "[malformed] not strict JSON: repeated key 'a'",
    ),
    "repeated-key-inside": (
        b'[{"x":{"b":1,"b":1}}]',
        "[malformed] not strict JSON: repeated key 'b'",
    ),
    "nan": (b"[NaN]", "[malformed] not strict JSON: NaN is no number of JSON"),
    "infinity": (b"[-Infinity]", "[malformed] not strict JSON: -Infinity is no number of JSON"),
    "overflow": (b"[1e999]", "[malformed] not strict JSON: a number that overflows: 1e999"),
    "not-utf-8": (b'"\xff"', "[malformed] not UTF-8, or a lone surrogate"),
    "lone-surrogate": (rb'"\ud800"', "[malformed] not UTF-8, or a lone surrogate"),
    "lone-surrogate-as-a-key": (rb'{"\uDFFF":1}', "[malformed] not UTF-8, or a lone surrogate"),
    "two-values": (b"1 2", "[malformed] not strict JSON: Extra data: line 1 column 3 (char 2)"),
    "nothing": (b"", "[malformed] not strict JSON: Expecting value: line 1 column 1 (char 0)"),
    "too-deep": (
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        "[malformed] more than 64 levels",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_json(data, max_bytes=LIMIT)
    assert str(caught.value) == message


@pytest.mark.parametrize("data", ["[]".encode("utf-16-le"), b"\xef\xbb\xbf[]"])
def test_another_encoding_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_json(data, max_bytes=LIMIT)


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse_json(rb'"\ud83d\ude00"', max_bytes=LIMIT) == "\U0001f600"


def test_depth_beyond_the_stack_is_malformed() -> None:
    with pytest.raises(MalformedError):
        parse_json(b"[" * 200_000, max_bytes=10**6)


def test_the_deepest_that_is_read() -> None:
    data = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert render_canonical_json(parse_json(data, max_bytes=LIMIT)) == data


def test_as_many_bytes_as_allowed() -> None:
    assert parse_json(b"1 ", max_bytes=2) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    try:
        value = parse_json(data, max_bytes=LIMIT)
    except MalformedError:
        return
    assert json.loads(data) == value


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_what_is_rendered_is_read_back(value: object) -> None:
    assert parse_json(render_canonical_json(value), max_bytes=10**6) == value


def test_canonical_form() -> None:
    """RFC 8785, section 3.2.3: members are sorted by the UTF-16 code units of their names."""
    value = {"\U0001f600": 1, "\ufb33": 2, "é": 3, "a": [True, None, '\u2028\x1f\x7f"\\']}
    assert render_canonical_json(value) == (
        '{"a":[true,null,"\u2028\\u001f\x7f\\"\\\\"],"é":3,"\U0001f600":1,"\ufb33":2}'.encode()
    )


NOT_CANONICAL = {
    "float": (1.5, "float has no canonical form"),
    "bytes": (b"", "bytes has no canonical form"),
    "key": ({1: 2}, "int as an object's key"),
}


@pytest.mark.parametrize(("value", "message"), NOT_CANONICAL.values(), ids=NOT_CANONICAL)
def test_not_canonical(value: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        render_canonical_json([value])
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [MAX_INTEGER + 1, -MAX_INTEGER - 1])
def test_a_number_that_readers_round(value: int) -> None:
    with pytest.raises(ValueError, match="a number beyond") as caught:
        render_canonical_json(value)
    assert str(caught.value) == "a number beyond 9007199254740991 has no canonical form"


def test_the_largest_numbers_that_all_readers_agree_about() -> None:
    assert MAX_INTEGER == 9007199254740991
    assert render_canonical_json([MAX_INTEGER, -MAX_INTEGER]) == (
        b"[9007199254740991,-9007199254740991]"
    )


def test_a_fraction_is_read() -> None:
    assert parse_json(b"[1.5,-2.5e3]", max_bytes=LIMIT) == [1.5, -2500.0]


def test_what_overflows_is_shown_in_part() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_json(b"1" * 400 + b".5", max_bytes=LIMIT)
    assert str(caught.value) == (
        f"[malformed] not strict JSON: a number that overflows: {'1' * 20}"
    )


def test_the_repeated_key_is_named_and_no_other() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_json(b'{"a":1,"b":1,"c":1,"b":2}', max_bytes=LIMIT)
    assert str(caught.value) == "[malformed] not strict JSON: repeated key 'b'"


def test_the_key_that_is_no_text_is_named() -> None:
    with pytest.raises(TypeError) as caught:
        render_canonical_json({"a": 1, None: 2})
    assert str(caught.value) == "NoneType as an object's key"


class Word(str):  # a kind of str is what is meant
    """Text of another type, such as an enum's."""

    __slots__ = ()


def test_a_kind_of_text_is_text() -> None:
    assert render_canonical_json({"a": Word("b")}) == b'{"a":"b"}'


@pytest.mark.parametrize("value", [1.5, 2**53, "\udcff"])
def test_a_value_from_outside_without_a_canonical_form(value: object) -> None:
    with pytest.raises(MalformedError):
        canonical_form({"a": [value]})
    assert canonical_form({"b": 1, "a": None}) == b'{"a":null,"b":1}'


def test_a_lone_surrogate_is_not_written() -> None:
    with pytest.raises(UnicodeEncodeError):
        render_canonical_json("\udcff")
