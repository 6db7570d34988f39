"""One form for the same bytes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.evidence.exactbase64 import decode_base64, decode_either_base64


@given(st.binary(max_size=60))
def test_both_alphabets(data: bytes) -> None:
    standard = base64.b64encode(data).decode()
    assert decode_base64(standard) == data
    assert decode_either_base64(standard) == data
    assert decode_either_base64(base64.urlsafe_b64encode(data).decode()) == data


REFUSED = {
    "space": ("YWJj ", "[malformed] not base64"),
    "newline": ("YWJj\n", "[malformed] not base64"),
    "no-padding": ("YQ", "[malformed] not base64"),
    "padding-inside": ("YQ==YQ==", "[malformed] not base64"),
    "not-ascii": ("YWJé", "[malformed] not base64"),
    "another-character": ("YWJ*", "[malformed] not base64"),
    "stray-bits": ("YR==", "[malformed] base64 with stray bits"),
    "plus-and-minus": ("-_+A", "[malformed] base64 of two alphabets at once"),
    "slash-and-underscore": ("A__/", "[malformed] base64 of two alphabets at once"),
    "two-alphabets": ("-_+/", "[malformed] base64 of two alphabets at once"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_either_base64(text)
    assert str(caught.value) == message


def test_the_standard_alphabet_is_one_of_the_two() -> None:
    with pytest.raises(MalformedError):
        decode_base64("-_-_")


@given(st.text(st.sampled_from("ab+/-_=YQ \n"), max_size=12))
def test_what_is_read_is_the_one_form_of_its_bytes(text: str) -> None:
    try:
        data = decode_either_base64(text)
    except MalformedError:
        return
    assert text in {base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()}
