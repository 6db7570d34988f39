"""JSON for a pipe or a terminal: the same value, and nothing that a terminal obeys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.strictjson import MAX_INTEGER, parse_json, render_canonical_json
from assay.reports.jsontext import render_json

TEXTS = {
    "plain": b'"plain"\n',
    "é日": '"é日"\n'.encode(),
    "\x1b\x07\n": b'"\\u001b\\u0007\\n"\n',
    "\x7f\x9b\xa0": b'"\\u007f\\u009b\\u00a0"\n',
    "\u202e\u2066\u200b\ufeff": b'"\\u202e\\u2066\\u200b\\ufeff"\n',
    "\U000e0001": b'"\\udb40\\udc01"\n',
    "caf\udce9": b'"caf\\\\udce9"\n',
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.items(), ids=range(len(TEXTS)))
def test_text(text: str, shown: bytes) -> None:
    assert render_json(text) == shown


@pytest.mark.parametrize("value", [{"b": [1, "x"], "a": None}, [], "é", {"": {"z": True}}])
def test_what_is_printable_is_canonical(value: object) -> None:
    assert render_json(value) == render_canonical_json(value) + b"\n"


def test_surrogates_deep_inside_are_made_readable() -> None:
    assert render_json({"k\udcff": [{"x": "\ud800"}, 1]}) == (
        b'{"k\\\\udcff":[{"x":"\\\\ud800"},1]}\n'
    )


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="float has no canonical form"):
        render_json({"x": 1.5})
    with pytest.raises(ValueError, match="has no canonical form"):
        render_json(MAX_INTEGER + 1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@given(VALUES)
def test_every_reader_gets_the_same_value(value: object) -> None:
    shown = render_json(value)
    assert parse_json(shown, max_bytes=10**6) == value
    assert shown.decode().removesuffix("\n").isprintable()
