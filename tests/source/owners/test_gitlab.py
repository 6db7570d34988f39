"""CODEOWNERS as GitLab reads it: sections, exclusions, patterns of the shell."""

import pytest

from assay.source.owners.file import Dialect, OwnersFile, Section
from assay.source.owners.parse import parse_owners


def read(text: str) -> OwnersFile:
    return parse_owners(text.encode(), dialect=Dialect.GITLAB)


def claims(text: str, path: str) -> dict[str, tuple[str, ...]]:
    return {claim.section.name: claim.owners for claim in read(text).claims(path)}


FITS = {
    "*": (("a", "a/b", ".x"), ()),
    "README.md": (("README.md", "d/README.md"), ("README.mdx",)),
    "/README.md": (("README.md",), ("d/README.md",)),
    "docs/": (("docs/a", "x/docs/d/a"), ("docs",)),
    "/docs/": (("docs/a", "docs/d/a"), ("x/docs/a",)),
    "/docs/*": (("docs/a",), ("docs/d/a",)),
    "/docs/**/*.md": (("docs/a.md", "docs/d/e/a.md"), ("a.md",)),
    "/": (("a", "a/b"), ()),
    "a\\ b/": (("a b/c",), ("a/c",)),
    "\\#x": (("#x", "d/#x"), ("x",)),
    "x[ab].c": (("xa.c", "d/xb.c"), ("xc.c", "x[ab].c")),
    "x[!ab].c": (("xc.c",), ("xa.c", "x/.c")),
    "x[a-c^\\-]": (("xb", "x^", "x-", "x\\"), ("xd",)),
}


@pytest.mark.parametrize(("pattern", "expected"), FITS.items())
def test_a_pattern(pattern: str, expected: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    fits, others = expected
    rules = read(f"[s]\n{pattern} @ann")
    assert rules.errors == ()
    assert [path for path in (*fits, *others) if rules.claims(path)] == [*fits]


TEXT = """\
* @general

[Documentation] @docs
docs/
README.md @writers

^[Database][2] @dba @group/sub
model/
!model/generated/
"""


def test_each_section_has_its_say() -> None:
    assert claims(TEXT, "docs/a") == {"": ("@general",), "Documentation": ("@docs",)}
    assert claims(TEXT, "README.md") == {"": ("@general",), "Documentation": ("@writers",)}
    assert claims(TEXT, "model/a") == {"": ("@general",), "Database": ("@dba", "@group/sub")}
    assert claims(TEXT, "model/generated/a") == {"": ("@general",)}


def test_a_section_says_how_many_have_to_approve_and_whether_they_have_to() -> None:
    sections = {rule.section for rule in read(TEXT).rules}
    assert Section(name="Database", optional=True, approvals=2) in sections
    assert Section(name="Documentation", optional=False, approvals=1) in sections


def test_sections_of_one_name_are_one() -> None:
    text = "[Docs] @a\nx\n[Other] @c\nx\n[DOCS] @b\nx\ny\n"
    assert claims(text, "x") == {"Docs": ("@b",), "Other": ("@c",)}
    assert claims(text, "y") == {"Docs": ("@b",)}


def test_a_role_is_an_owner() -> None:
    assert claims("* @@maintainers", "a") == {"": ("@@maintainers",)}


WRONG = {
    "[ ] @ann": "a section without a name",
    "x": "no owner",
    "x ann": "'ann' is no owner",
    "x[a-z @ann": "a range without an end: 'x[a-z'",
    "x[é] @ann": "a range of other characters than ASCII: 'x[é]'",
    "[a].c @ann": "'.c' is no owner",  # it begins a section
}


@pytest.mark.parametrize(("line", "what"), WRONG.items(), ids=range(len(WRONG)))
def test_a_line_that_is_left_out(line: str, what: str) -> None:
    assert [error.what for error in read(f"{line}\n").errors] == [what]


def test_a_count_that_is_none() -> None:
    rules = read("[Docs][0] @ann\nx\n")
    assert [(error.line, error.what) for error in rules.errors] == [
        (1, "'0' is no number of approvals")
    ]
    assert rules.rules[0].section.approvals == 1


def test_wrong_owners_beside_right_ones_are_named_and_the_right_ones_hold() -> None:
    rules = read("x @ann bob\n")
    assert [error.what for error in rules.errors] == ["'bob' is no owner"]
    assert [rule.owners for rule in rules.rules] == [("@ann",)]
