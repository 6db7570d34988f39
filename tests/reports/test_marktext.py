"""Text from outside stays text in Markdown."""

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from assay.core.printable import printable
from assay.reports.marktext import code, prose
from tests.reports.hostile import HOSTILE

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

PROSE = {
    "plain words": "plain words",
    "run `git gc` now": "run `git gc` now",
    "an odd ` tick": r"an odd \` tick",
    "**b** _i_ <b> [l](u) a|b": r"\*\*b\*\* \_i\_ \<b\> \[l\]\(u\) a\|b",
    "in @babel/core 7.0": "in `@babel/core` 7.0",
    "see https://evil.example now": "see `https://evil.example` now",
    "see WWW.evil.example": "see `WWW.evil.example`",
    "fixes #12 and org/repo#3 and GH-4": "fixes `#12` and `org/repo#3` and `GH-4`",
    "a # b": r"a \# b",
    "costs $x$": "costs `$x$`",
    "1. one": r"1\. one",
    "12) one": r"12\) one",
    "version 1.2-3": "version 1.2-3",
    "---": r"\---",
    "===": r"\===",
    "+ item": r"\+ item",
    "- item": r"\- item",
    "two\nlines": r"two\\x0alines",
    "  many   spaces ": "many spaces",
    "bi\u202edi": r"bi\\u202edi",
}


@pytest.mark.parametrize(("text", "shown"), PROSE.items(), ids=range(len(PROSE)))
def test_prose(text: str, shown: str) -> None:
    assert prose(text) == shown


CODE = {
    "a/b.py:3": "`a/b.py:3`",
    "a`b": "``a`b``",
    "`a`": "`` `a` ``",
    "a``b`c": "```a``b`c```",
    "": "` `",
    "a\nb": "`a\\x0ab`",
    "@org |": "`@org |`",
}


@pytest.mark.parametrize(("text", "shown"), CODE.items(), ids=range(len(CODE)))
def test_code(text: str, shown: str) -> None:
    assert code(text) == shown


@settings(deadline=None)  # a whole report for each text
@given(HOSTILE)
def test_code_is_one_span_with_the_text_in_it(text: str) -> None:
    [_, inline, _] = PARSER.parse(f"* {code(text)}")[2:5]
    [span] = inline.children or []
    assert span.type == "code_inline"
    assert span.content.strip() == " ".join(printable(text, limit=300).split())


@settings(deadline=None)  # a whole report for each text
@given(HOSTILE)
def test_prose_has_no_markup_but_code(text: str) -> None:
    tokens = PARSER.parse(f"* {prose(text)}")
    assert [token.type for token in tokens if token.type != "inline"] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "paragraph_close",
        "list_item_close",
        "bullet_list_close",
    ]
    [inline] = [token for token in tokens if token.type == "inline"]
    children = inline.children or []
    assert {child.type for child in children} <= {"text", "code_inline"}
    words = " ".join(child.content for child in children if child.type == "text")
    assert not any(mark in words for mark in ("@", "$", "://", "www."))
