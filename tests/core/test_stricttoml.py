"""TOML, bounded."""

import sys
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.stricttoml import MAX_TOML_BYTES, parse_toml

REFUSED = {
    "too-long": (
        b" " * (MAX_TOML_BYTES + 1),
        f"{MAX_TOML_BYTES + 1} bytes, where at most {MAX_TOML_BYTES} are read",
    ),
    "not-utf-8": (
        b"\xff",
        "not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    "not-toml": (
        b"a",
        "not TOML: Expected '=' after a key in a key/value pair (at end of document)",
    ),
    "repeated": (b"a=1\na=2", "not TOML: Cannot overwrite a value (at end of document)"),
}


@pytest.mark.parametrize(("document", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(document: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_toml(document)
    assert str(caught.value) == f"[malformed] {message}"


def test_depth_is_refused() -> None:
    with pytest.raises(MalformedError, match="not TOML: "):
        parse_toml(b"a=" + b"[" * 100_000)


def test_as_many_bytes_as_allowed() -> None:
    assert MAX_TOML_BYTES == 64 * 2**20
    assert parse_toml(b"a=1", max_bytes=3).value == {"a": 1}
    with pytest.raises(MalformedError):
        parse_toml(b"a=1 ", max_bytes=3)


def test_read() -> None:
    assert parse_toml(b"a.b = ['c']").value == {"a": {"b": ["c"]}}


NEWER = {
    "comma-after-the-last": b"a={b=1,}",
    "lines-in-an-inline-table": b"a={b=1,\nc=2}",
    "escape-by-e": b'a="\\e"',
    "escape-by-x": b'a="\\x41"',
    "time-without-seconds": b"a=07:32",
}
_PIECES = st.sampled_from(
    [
        "a",
        "b.c",
        '"d"',
        "=",
        "1",
        "0x1F",
        "-nan",
        "inf",
        "1e3",
        "true",
        "1979-05-27",
        "07:32:00",
        "1979-05-27T07:32:00-07:00",
        "'x'",
        "'",
        '"\\u00e9"',
        '"\\q"',
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ",",
        "#",
        "é",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "\x00",
        '"""',
        "9" * 5000,
    ]
)


@pytest.mark.parametrize("document", NEWER.values(), ids=NEWER)
def test_what_only_newer_versions_of_toml_allow_is_refused(document: bytes) -> None:
    """TOML 1.0: other readers of the same file refuse it, so we cannot know what they install."""
    with pytest.raises(MalformedError, match="not TOML: "):
        parse_toml(document)


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="tomllib reads TOML 1.1 there")
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_the_same_documents_and_refusals_as_the_standard_library(text: str) -> None:
    try:
        expected = repr(tomllib.loads(text))
    except ValueError:
        with pytest.raises(MalformedError):
            parse_toml(text.encode())
    else:
        assert repr(parse_toml(text.encode()).value) == expected
