"""The YAML that is read, and each kind that is not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.strictyaml import MAX_DEPTH, MAX_YAML_BYTES, parse_yaml
from tests.sbom.reading import text

READ = {
    "empty": ("", None),
    "comment": ("# nothing\n", None),
    "text-stays-text": (
        "a: 1.10\nb: 0123\nc: 2026-01-01\nd: yes\n",
        {"a": "1.10", "b": "0123", "c": "2026-01-01", "d": "yes"},
    ),
    "bare": (
        "a: true\nb: false\nc: null\nd: ~\ne:\n",
        dict(zip("abcde", (True, False) + (None,) * 3, strict=True)),
    ),
    "quoted": ("a: 'true'\nb: \"null\"\n", {"a": "true", "b": "null"}),
    "nested": ("a:\n  - {b: c}\n  - [d]\n", {"a": [{"b": "c"}, ["d"]]}),
    "keys-are-text": ("true: a\n1: b\n", {"true": "a", "1": "b"}),
    "start-mark": ("---\na: b\n", {"a": "b"}),
}


@pytest.mark.parametrize(("document", "value"), READ.values(), ids=READ)
def test_read(document: str, value: object) -> None:
    assert parse_yaml(document.encode()).value == value


REFUSED = {
    "too-long": (
        b" " * (MAX_YAML_BYTES + 1),
        f"{MAX_YAML_BYTES + 1} bytes, where at most {MAX_YAML_BYTES} are read",
    ),
    "alias": (b"a: *b\n", "an alias, which is not read, at line 1"),
    "anchor": (b"a: &b c\n", "an anchor, which is not read, at line 1"),
    "anchor-on-list": (b"a: &b [c]\n", "an anchor, which is not read, at line 1"),
    "anchor-on-key": (b"&a b: c\n", "a key that is not plain text, which is not read, at line 1"),
    "tag": (b"a: !!python/name:os.system x\n", "a tag, which is not read, at line 1"),
    "tag-on-list": (b"a: !!set [b]\n", "a tag, which is not read, at line 1"),
    "tag-on-key": (b"!!str a: b\n", "a tag, which is not read, at line 1"),
    "repeated": (b"a: 1\nb: 2\na: 3\n", "the repeated key 'a', which is not read, at line 3"),
    "list-as-key": (b"[a]: b\n", "a key that is not plain text, which is not read, at line 1"),
    "two-documents": (b"a: b\n---\nc: d\n", "more than one YAML document"),
    "deep": (b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), f"more than {MAX_DEPTH} levels"),
    "not-utf-8": (
        b"\xff",
        "not YAML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
}


@pytest.mark.parametrize(("document", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(document: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_yaml(document)
    assert str(caught.value) == f"[malformed] {message}"


def test_the_limits() -> None:
    assert (MAX_YAML_BYTES, MAX_DEPTH) == (64 * 2**20, 32)
    assert parse_yaml(b"[a]", max_bytes=3).value == ["a"]
    deepest = b"[" * MAX_DEPTH + b"a" + b"]" * MAX_DEPTH
    parse_yaml(deepest)
    with pytest.raises(MalformedError) as caught:
        parse_yaml(b"[" + deepest + b"]")
    assert str(caught.value) == f"[malformed] more than {MAX_DEPTH} levels"


def test_a_lone_surrogate_is_not_read() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_yaml(b'a: "\\ud800"')
    assert str(caught.value).startswith("[malformed] not YAML: ")


def test_not_yaml_names_the_place() -> None:
    with pytest.raises(MalformedError, match=r"not YAML: .* line 2, column"):
        parse_yaml(text("a: b\n  c: - d"))


@given(st.binary() | st.text(alphabet="ab:-[]{}&*!'\"\n #?|>%@,").map(str.encode))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with suppress(MalformedError):
        parse_yaml(data)
