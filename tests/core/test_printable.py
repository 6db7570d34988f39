"""Text from outside cannot write to a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from assay.core.printable import MAX_PRINTED, printable


def test_escape_sequences_direction_marks_and_surrogates() -> None:
    assert printable("a\x1b[31m\n\u202e\udcff é") == "a\\x1b[31m\\x0a\\u202e\\udcff é"


def test_long_text_is_cut() -> None:
    assert printable("x" * (MAX_PRINTED + 1)) == "x" * (MAX_PRINTED - 1) + "…"
    assert printable("x" * MAX_PRINTED) == "x" * MAX_PRINTED
    assert MAX_PRINTED == 500


def test_the_limit_counts_what_is_printed() -> None:
    """A text of escapes becomes longer than it was; what is cut off ends in an ellipsis."""
    assert printable("\x1b" * 3, limit=3) == "\\x1b" * 3
    assert printable("\x1b" * 4, limit=5) == "\\x1b" * 4
    assert printable("\x1b" * 4, limit=3) == "\\x…"
    assert printable("abcd\x1b", limit=4) == "abc…"


def test_the_edge_of_ascii() -> None:
    assert printable("\x7e\x7f\x80\x81") == "~\\x7f\\x80\\x81"


@given(st.text(st.characters(), max_size=50))
def test_everything_comes_out_printable(text: str) -> None:
    assert printable(text).isprintable()
    printable(text).encode()
