"""TOML, bounded."""

import pytest

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
