"""YAML without what makes it dangerous or surprising."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.policy.plainyaml import parse_yaml

REFUSED = {
    "alias": ("a: &x [1]\nb: *x", "[malformed] not plain YAML: an alias"),
    "repeated key": ("a: 1\na: 2", "[malformed] not plain YAML: a repeated key"),
    "tag": (
        "!!python/name:os.system",
        (
            "[malformed] not plain YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/name:os.system' in \"<unicode string>\", line 1, column 1: "
            "!!python/name:os.system ^"
        ),
    ),
    "too long": ("a" * 101, "[malformed] over 100 bytes of YAML"),
    "too long in bytes": ("é" * 51, "[malformed] over 100 bytes of YAML"),
    "without an end": ("[" * 100, "[malformed] not plain YAML:"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_yaml(text, max_bytes=100)
    assert str(caught.value).startswith(message)


def test_dates_and_fractions_stay_text() -> None:
    text = "{a: 2026-01-31, b: 1.5, c: 3, d: true, e: null, f: [x]}"
    assert parse_yaml(text, max_bytes=100) == {
        "a": "2026-01-31",
        "b": "1.5",
        "c": 3,
        "d": True,
        "e": None,
        "f": ["x"],
    }


@given(st.text(max_size=60))
def test_any_text_is_read_or_malformed(text: str) -> None:
    with contextlib.suppress(MalformedError):
        parse_yaml(text, max_bytes=1000)
