"""CODEOWNERS as Gitea reads it: regular expressions for the whole path."""

import pytest

from assay.source.owners.file import Dialect, OwnersFile
from assay.source.owners.parse import parse_owners


def read(text: str) -> OwnersFile:
    return parse_owners(text.encode(), dialect=Dialect.GITEA)


def owners(text: str, path: str) -> list[str]:
    return [owner for claim in read(text).claims(path) for owner in claim.owners]


def test_every_rule_that_fits_has_its_say() -> None:
    text = ".*\\\\.go @ann @org/go # all of Go\n\ncmd/.* @bob\n"
    assert owners(text, "cmd/a.go") == ["@ann", "@org/go", "@bob"]
    assert owners(text, "a.got") == []


def test_a_pattern_is_of_the_whole_path() -> None:
    assert owners("docs @ann", "docs/a") == []
    assert owners("docs @ann", "docs") == ["@ann"]


def test_others_than_those_that_fit() -> None:
    text = "!docs/.* @ann"
    assert owners(text, "src/a") == ["@ann"]
    assert owners(text, "docs/a") == []


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("a\\#b", "a#b"), ("a\\ b", "a b"), ("a\\\\\\\\b", "a\\b"), ("(x|y)/[^/]*", "y/z")],
)
def test_what_is_escaped(pattern: str, path: str) -> None:
    assert owners(f"{pattern} @ann", path) == ["@ann"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("(a @ann", "no regular expression that Gitea takes"),
        ("(?=a)b @ann", "no regular expression that Gitea takes"),
        ("(a)\\\\1 @ann", "no regular expression that Gitea takes"),
        ("a", "no owner"),
        ("\\", "no pattern"),
        ("a @", "'@' is no owner"),
    ],
)
def test_a_line_that_is_left_out(line: str, what: str) -> None:
    rules = read(f"b @bob\n{line}\n")
    assert [(error.line, error.what) for error in rules.errors] == [(2, what)]
    assert len(rules.rules) == 1
