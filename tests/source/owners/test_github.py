"""CODEOWNERS as GitHub reads it."""

import pytest

from assay.source.owners.file import Dialect, OwnersFile
from assay.source.owners.parse import MAX_LINE, parse_owners


def read(text: str) -> OwnersFile:
    return parse_owners(text.encode(), dialect=Dialect.GITHUB)


def owners(text: str, path: str) -> tuple[str, ...]:
    return tuple(owner for claim in read(text).claims(path) for owner in claim.owners)


FITS = {
    "*": (("a", "a/b", ".x/y"), ()),
    "*.js": (("a.js", "d/e/a.js"), ("a.jsx", "js")),
    "/build/": (("build/a", "build/d/a"), ("x/build/a", "build")),
    "docs/*": (("docs/a",), ("docs/d/a", "x/docs/a")),
    "docs/": (("docs/a", "x/docs/d/a"), ("docs",)),
    "/docs": (("docs", "docs/a/b"), ("x/docs",)),
    "apps/github": (("apps/github", "apps/github/a"), ("x/apps/github",)),
    "**/logs": (("logs", "logs/a", "b/logs", "b/c/logs/d"), ("blogs",)),
    "/a/**/b": (("a/b", "a/x/b", "a/x/y/b/c"), ("a/xb",)),
    "/a/**": (("a/b", "a/b/c"), ("a", "b/a/b")),
    "/scripts/*.sh": (("scripts/a.sh",), ("scripts/a/b.sh", "scripts/a.sha")),
    "a?c": (("abc", "x/aéc"), ("ac", "a/c")),
    "a\\ b": (("a b",), ("a\\ b",)),
    "Ab": (("Ab",), ("ab", "AB")),
    "a.b+c(d)": (("a.b+c(d)",), ("axb+c(d)",)),
    "a**b": (("ab", "axb"), ("a/b",)),
    "bücher": (("bücher",), ("bucher",)),
}


@pytest.mark.parametrize(("pattern", "expected"), FITS.items())
def test_a_pattern(pattern: str, expected: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    fits, others = expected
    rules = read(f"{pattern} @ann")
    assert rules.errors == ()
    assert [path for path in (*fits, *others) if rules.claims(path)] == [*fits]


def test_the_last_rule_that_fits_decides() -> None:
    text = "* @all\n/apps/ @apps @org/core\n/apps/public/\n# nobody\n*.md @docs # comment @not\n"
    assert owners(text, "a") == ("@all",)
    assert owners(text, "apps/a") == ("@apps", "@org/core")
    assert owners(text, "apps/public/a") == ()
    assert owners(text, "apps/public/a.md") == ("@docs",)


def test_an_address_is_an_owner() -> None:
    assert owners("* ann@example.org", "a") == ("ann@example.org",)


WRONG = {
    "!a @ann": "'!' does not negate here",
    "\\#a @ann": "'\\#' does not stand for a '#' here",
    "[ab]c @ann": "'[' and ']' are no ranges here",
    "* ann": "'ann' is no owner",
    "* @ann @-x": "'@-x' is no owner",
    "* @a/b/c/": "'@a/b/c/' is no owner",
    "* " + "@" + "a" * 400: "'@" + "a" * 400 + "' is no owner",
    "a" * MAX_LINE + " @ann": f"a line of {MAX_LINE + 5} characters, where {MAX_LINE} are read",
}


@pytest.mark.parametrize(("line", "what"), WRONG.items(), ids=range(len(WRONG)))
def test_a_line_that_is_left_out(line: str, what: str) -> None:
    rules = read(f"* @all\n\n{line}\n")
    assert [(error.line, error.what) for error in rules.errors] == [(3, what)]
    assert [rule.line for rule in rules.rules] == [1]
