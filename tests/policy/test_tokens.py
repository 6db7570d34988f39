"""The words of a module: what is no known token is refused, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.policy.tokens import split_tokens

REFUSED = {
    "escape in a string": (
        'x := "a\\nb"',
        (
            "[malformed] '\"' is not accepted here, at 1 "
            "(strings are written without escapes, and are not interpolated)"
        ),
    ),
    "interpolated string": (
        '\nx := $"a {http}"',
        (
            "[malformed] '$' is not accepted here, at 2 "
            "(strings are written without escapes, and are not interpolated)"
        ),
    ),
    "string without an end": (
        'x := "a\n',
        (
            "[malformed] '\"' is not accepted here, at 1 "
            "(strings are written without escapes, and are not interpolated)"
        ),
    ),
    "quotation mark in a raw string": (
        'x := `a"b`',
        (
            "[malformed] '`' is not accepted here, at 1 "
            "(strings are written without escapes, and are not interpolated)"
        ),
    ),
    "carriage return, which ends a comment for the engine": (
        "# harmless\rx := opa.runtime()",
        (
            "[malformed] the character '\\r', at 1 "
            "(lines end in LF; only printable characters are accepted)"
        ),
    ),
    "line separator": (
        "# harmless\u2028x := 1",
        (
            "[malformed] the character '\\u2028', at 1 "
            "(lines end in LF; only printable characters are accepted)"
        ),
    ),
    "NUL": (
        "x := 1\n\x00",
        (
            "[malformed] the character '\\x00', at 2 "
            "(lines end in LF; only printable characters are accepted)"
        ),
    ),
    "letter of another script as a name": (
        "é := 1",
        (
            "[malformed] 'é' is not accepted here, at 1 "
            "(strings are written without escapes, and are not interpolated)"
        ),
    ),
}


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(source: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        split_tokens(source)
    assert str(caught.value) == message


def test_words_and_their_places() -> None:
    tokens = split_tokens('# a comment\nx := {"é": 1.5}\n  y\n')
    assert [(t.kind, t.text, t.line, t.column) for t in tokens] == [
        ("name", "x", 2, 1),
        ("mark", ":=", 2, 3),
        ("mark", "{", 2, 6),
        ("text", '"é"', 2, 7),
        ("mark", ":", 2, 10),
        ("number", "1.5", 2, 12),
        ("mark", "}", 2, 15),
        ("name", "y", 3, 3),
    ]


@given(st.text())
def test_any_text_is_read_or_malformed(source: str) -> None:
    try:
        tokens = split_tokens(source)
    except MalformedError:
        return
    for token in tokens:
        line = source.split("\n")[token.line - 1]
        assert line[token.column - 1 :].startswith(token.text)
