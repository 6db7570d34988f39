"""Lines that say something, and those that are for people."""

from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.operations.linefile import load_lines


def test_what_says_something(tmp_path: Path) -> None:
    path = tmp_path / "witnesses"
    assert load_lines(path, max_bytes=10) == ()
    path.write_text("# ours\n\n  https://one.test/ \n\t# theirs, set in\nhttps://two.test/#part\n")
    assert load_lines(path, max_bytes=100) == ("https://one.test/", "https://two.test/#part")


def test_what_is_no_text_and_what_is_too_much(tmp_path: Path) -> None:
    path = tmp_path / "witnesses"
    path.write_bytes(b"\xff")
    assert load_lines(path, max_bytes=1) == ("\N{REPLACEMENT CHARACTER}",)
    path.write_bytes(b"ab")
    with pytest.raises(UnavailableError) as caught:
        load_lines(path, max_bytes=1)
    assert str(caught.value) == f"[unavailable] larger than 1 bytes, at {path}"
