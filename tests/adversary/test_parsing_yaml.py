"""Parsing: what YAML can do besides saying something. One test for each fault."""

import pytest

from assay.core.errors import MalformedError
from assay.core.strictyaml import MAX_DEPTH, parse_yaml


def refused(text: str) -> str:
    with pytest.raises(MalformedError) as caught:
        parse_yaml(text.encode("utf-8", "surrogatepass"))
    return str(caught.value)


def test_yaml_aliases() -> None:
    """Nine lines of aliases of aliases are a billion values."""
    assert refused("a: &a [x, x]\nb: [*a, *a]\n") == (
        "[malformed] an anchor, which is not read, at line 1"
    )
    assert refused("- a\n- *b\n") == "[malformed] an alias, which is not read, at line 2"


@pytest.mark.parametrize("text", ["a: &k b", "? &k a\n: b", "[&k a]", "&k {a: b}"])
def test_anchors_that_nobody_uses(text: str) -> None:
    assert "an anchor" in refused(text) or "a key that is not plain text" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system [id]",
        "a: !!python/name:os.system ''",
        "!!map {a: b}",
        "? !!str a\n: b",
        "!own a",
    ],
)
def test_yaml_tags(text: str) -> None:
    """A tag may name what is to be made of a value, and so run code."""
    assert refused(text) == "[malformed] a tag, which is not read, at line 1"


def test_a_merge_key_is_text() -> None:
    """`<<` would take members from elsewhere, over what is written out here."""
    assert parse_yaml(b"<<: {a: 1}\nb: 2\n").value == {"<<": {"a": "1"}, "b": "2"}


def test_duplicate_keys() -> None:
    assert refused("a: 1\nb: 2\na: 3\n") == (
        "[malformed] the repeated key 'a', which is not read, at line 3"
    )


def test_two_documents_in_one_file() -> None:
    assert refused("a: 1\n---\na: 2\n") == "[malformed] more than one YAML document"


def test_a_word_that_one_reader_takes_for_a_truth() -> None:
    """`no` is false in YAML 1.1 and a word in 1.2; it is a word here, as every number is."""
    found = parse_yaml(b"[no, on, 012, 1_0, 0x1, 1e3, .nan, 2026-01-01]").value
    assert found == ["no", "on", "012", "1_0", "0x1", "1e3", ".nan", "2026-01-01"]


def test_depth() -> None:
    whole = "[" * MAX_DEPTH + "a" + "]" * MAX_DEPTH
    parse_yaml(whole.encode())
    assert refused(f"[{whole}]") == f"[malformed] more than {MAX_DEPTH} levels"


def test_size() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_yaml(b"a: 12345", max_bytes=7)
    assert str(caught.value) == "[malformed] 8 bytes, where at most 7 are read"


def test_lone_surrogates() -> None:
    assert "not YAML" in refused('"\\ud800"')


def test_escape_sequences_in_a_repeated_key() -> None:
    assert refused('"\\e[2J": 1\n"\\e[2J": 2\n').isprintable()
