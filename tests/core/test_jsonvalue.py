"""Narrowing names the place of the fault."""

from collections.abc import Callable

import pytest

from assay.core.digest import parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

DOCUMENT = JsonValue(
    {"text": "t", "number": 3, "flag": True, "list": [{"a": 1}, "b"], "none": None}, "doc"
)

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "absent": (lambda: DOCUMENT.field("x"), "[malformed] no x, at doc.x"),
    "null": (lambda: DOCUMENT.field("none"), "[malformed] no none, at doc.none"),
    "inside": (
        lambda: DOCUMENT.field("list").items()[0].field("b"),
        "[malformed] no b, at doc.list[0].b",
    ),
    "not-text": (
        lambda: DOCUMENT.field("number").text(),
        "[malformed] int where text is needed, at doc.number",
    ),
    "not-a-number": (
        lambda: DOCUMENT.field("text").integer(),
        "[malformed] str where a whole number is needed, at doc.text",
    ),
    "a-boolean-is-no-number": (
        lambda: DOCUMENT.field("flag").integer(),
        "[malformed] bool where a whole number is needed, at doc.flag",
    ),
    "not-a-boolean": (
        lambda: DOCUMENT.field("number").boolean(),
        "[malformed] int where true or false is needed, at doc.number",
    ),
    "not-an-array": (
        DOCUMENT.items,
        "[malformed] dict where an array is needed, at doc",
    ),
    "not-an-object": (
        lambda: DOCUMENT.field("list").members(),
        "[malformed] list where an object is needed, at doc.list",
    ),
    "parsed-of-another-type": (
        lambda: DOCUMENT.field("number").parsed(parse_digest),
        "[malformed] int where text is needed, at doc.number",
    ),
    "parsed-and-refused": (
        lambda: DOCUMENT.field("text").parsed(parse_digest),
        "[malformed] 't' is no digest, at doc.text (write it as sha256:…)",
    ),
    "optional-of-another-type": (
        lambda: DOCUMENT.optional_text("number"),
        "[malformed] int where text is needed, at doc.number",
    ),
}


@pytest.mark.parametrize(("narrow", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(narrow: Callable[[], object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        narrow()
    assert str(caught.value) == message


def test_what_is_there() -> None:
    assert DOCUMENT.field("text").text() == "t"
    assert DOCUMENT.field("text").parsed(str.upper) == "T"
    assert DOCUMENT.field("number").integer() == 3
    assert DOCUMENT.field("flag").boolean() is True
    assert [item.where for item in DOCUMENT.field("list").items()] == ["doc.list[0]", "doc.list[1]"]
    assert [name for name, _ in DOCUMENT.members()] == ["text", "number", "flag", "list", "none"]
    assert DOCUMENT.optional_items("list")[1].text() == "b"


def test_what_may_be_absent() -> None:
    assert DOCUMENT.optional("x") is None
    assert DOCUMENT.optional("none") is None
    assert DOCUMENT.optional_text("x", "default") == "default"
    assert DOCUMENT.optional_items("x") == ()


def test_at_the_root_the_path_is_the_name() -> None:
    assert JsonValue({"a": 1}).field("a").where == "a"
