"""Reading any CODEOWNERS file, in any dialect."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.source.owners.file import Dialect
from assay.source.owners.parse import MAX_OWNERS_BYTES, MAX_RULES, parse_owners

DIALECTS = st.sampled_from(Dialect)
LINES = st.text(st.sampled_from("ab/*?[]!\\# @^.-_()\n\tö"), max_size=60)
PATHS = st.text(st.sampled_from("ab/.#\\ ö\udcff"), min_size=1, max_size=12)


@settings(deadline=None)
@given(DIALECTS, st.binary(max_size=200) | LINES.map(str.encode), PATHS)
def test_any_bytes_are_read_and_any_path_is_judged(
    dialect: Dialect, data: bytes, path: str
) -> None:
    owners = parse_owners(data, dialect=dialect)
    lines = data.count(b"\n") + 1
    assert all(1 <= error.line <= lines for error in owners.errors)
    for claim in owners.claims(path):
        assert claim.owners


@settings(deadline=None)
@given(DIALECTS, LINES)
def test_every_line_is_a_rule_a_section_an_error_or_nothing(dialect: Dialect, text: str) -> None:
    owners = parse_owners(text.encode(), dialect=dialect)
    seen = {rule.line for rule in owners.rules} | {error.line for error in owners.errors}
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip()
        section = dialect is Dialect.GITLAB and plain.startswith(("[", "^["))
        assert number in seen or not plain or plain.startswith("#") or section


@settings(deadline=None)
@given(LINES, PATHS)
def test_on_github_one_rule_decides(text: str, path: str) -> None:
    owners = parse_owners(text.encode(), dialect=Dialect.GITHUB)
    assert len(owners.claims(path)) <= 1


@settings(deadline=None)
@given(st.sampled_from([Dialect.GITHUB, Dialect.GITLAB]), PATHS)
def test_a_star_owns_everything(dialect: Dialect, path: str) -> None:
    owners = parse_owners(b"* @ann", dialect=dialect)
    plain = path.strip("/")
    if plain and "//" not in plain:
        assert owners.claims(plain)


def test_a_mark_at_the_beginning_and_line_ends_of_windows() -> None:
    owners = parse_owners(b"\xef\xbb\xbf/a @ann\r\n/b @bob\r\n", dialect=Dialect.GITHUB)
    assert [rule.owners for rule in owners.rules] == [("@ann",), ("@bob",)]


def test_names_that_are_not_utf8() -> None:
    owners = parse_owners(b"/\xff @ann\n", dialect=Dialect.GITHUB)
    assert owners.claims("\udcff")


def test_a_file_that_no_forge_reads() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_owners(b"x" * (MAX_OWNERS_BYTES + 1), dialect=Dialect.GITHUB)
    assert str(caught.value) == (
        f"[malformed] {MAX_OWNERS_BYTES + 1} bytes, where at most {MAX_OWNERS_BYTES} are read"
    )


def test_too_many_rules() -> None:
    owners = parse_owners(b"a @a\n" * (MAX_RULES + 1), dialect=Dialect.GITHUB)
    assert [error.what for error in owners.errors] == [f"more than {MAX_RULES} rules"]


@pytest.mark.parametrize("dialect", Dialect)
def test_patterns_that_blow_up_elsewhere(dialect: Dialect) -> None:
    """Python's `re` would take longer than the universe has been there."""
    pattern = "(a*)*" * 20 if dialect is Dialect.GITEA else "*a" * 500
    owners = parse_owners(f"{pattern}b @ann".encode(), dialect=dialect)
    assert owners.claims("a" * 3000) == ()
