import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.findings.place import (
    MAX_STATEMENT_LINES,
    Place,
    SourceText,
    normal_path,
    normal_text,
)

PYTHON = """\
import os


class Shop:
    def order(self, name):
        os.system(name)  # nosec B605
        os.system(
            name
        )

    def pay(self, name):
        if name:
            os.system(name)
"""
YAML = """\
on: push
jobs:
  build:
    steps:
      - uses: a/b@v1
      - name: again
        uses: a/b@v1
  test:
    steps:
      - uses: a/b@v1
"""
TERRAFORM = """\
resource "aws_s3_bucket" "logs" {
  acl = "public-read"
}
"""


def place(text: str, line: int, *, path: str = "a.py") -> Place:
    return SourceText(path, text.encode()).place(line)


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_a_statement_is_known_by_its_text_and_what_encloses_it() -> None:
    assert place(PYTHON, 6) == Place("os.system(name)", "Shop/order", 0)
    assert place(PYTHON, 13) == Place("os.system(name)", "Shop/pay", 0)


def test_every_line_of_a_statement_is_the_same_place() -> None:
    """Tools point at the call, at its argument or at its end: it is one place."""
    whole = Place("os.system(name)", "Shop/order", 1)
    assert [place(PYTHON, line) for line in (7, 8, 9)] == [whole] * 3


def test_a_long_statement_is_known_by_the_line() -> None:
    rows = [f"    {n}," for n in range(MAX_STATEMENT_LINES)]
    table = "\n".join(["x = [", *rows, "]"])
    assert place(table, 4).text == "2,"


def test_keys_enclose_what_is_below_them() -> None:
    places = [place(YAML, line, path="ci.yml") for line in (5, 7, 10)]
    assert places == [
        Place("- uses: a/b@v1", "jobs/build/steps", 0),
        Place("uses: a/b@v1", "jobs/build/steps", 0),
        Place("- uses: a/b@v1", "jobs/test/steps", 0),
    ]


def test_blocks_enclose_what_is_in_them() -> None:
    found = place(TERRAFORM, 2, path="main.tf")
    assert found == Place('acl = "public-read"', 'resource "aws_s3_bucket" "logs"', 0)


@pytest.mark.parametrize(
    "header",
    [
        "func (s *Shop) order(name string) {",
        "function order(name) {",
        "export async function order(name) {",
        "pub fn order(name: &str) {",
        "public final class order {",
    ],
    ids=["go", "js", "js-export", "rust", "java"],
)
def test_definitions_of_other_languages_enclose(header: str) -> None:
    assert place(f"{header}\n    run(name)\n}}\n", 2, path="a.x").scope == "order"


@pytest.mark.parametrize(
    "comment", ["# nosec", "# noqa: S605", "// nosemgrep: x", "# zizmor: ignore[x]", "# hadolint a"]
)
def test_comment_for_a_tool_does_not_count(comment: str) -> None:
    assert place(f"run(x)  {comment}\n", 1, path="a.x") == place("run(x)\n", 1, path="a.x")


@pytest.mark.parametrize("line", [0, -1, 99])
def test_outside_the_file_there_is_no_text(line: int) -> None:
    assert place(PYTHON, line) == Place("", "", 0)


def test_a_comment_is_a_place_of_its_own() -> None:
    assert place("x = 1\n# a note\n", 2) == Place("# a note", "", 0)


def test_secrets_are_left_out_where_asked() -> None:
    source = SourceText("a.py", b'password = \'xyz\'\nother = """a\nb"""\n')
    assert source.place(1, without_literals=True).text == "password = ''"
    assert "xyz" in source.place(1).text


@pytest.mark.parametrize("content", [b"def (:\n  x(\n", b"x = '''\n", b"\x00\n", b"\xff = 1\n"])
def test_what_is_no_python_is_read_line_by_line(content: bytes) -> None:
    first = content.splitlines()[0].decode("utf-8", "surrogateescape")
    assert SourceText("a.py", content).place(1).text == normal_text(first)


def test_columns_count_characters() -> None:
    source = SourceText("a.py", "é = run(x)\n".encode())
    assert source.column(1, byte=5) == 5
    assert source.column(1, byte=0) == 1
    assert [source.column(line, byte=byte) for line, byte in ((0, 0), (2, 0), (1, -1))] == [0] * 3


SPELLINGS = {
    "a/b.py": "a/b.py",
    "./a/b.py": "a/b.py",
    "a//b.py": "a/b.py",
    "a/./b.py": "a/b.py",
    "a/x/../b.py": "a/b.py",
    "../a": "../a",
    "../../a": "../../a",
    "/a/b": "/a/b",
    "a\\b.py": "a\\b.py",  # a name that POSIX allows
    "": "",
}


@pytest.mark.parametrize(("path", "expected"), SPELLINGS.items())
def test_paths_have_one_spelling(path: str, expected: str) -> None:
    assert normal_path(path) == expected
    assert normal_path(expected) == expected


STATEMENTS = st.lists(
    st.sampled_from(["run(a)", "run(b)", "x = 1", "eval(\n    c\n)", "assert d"]), max_size=6
)


def program(statements: list[str], *, gap: str = "\n", end: str = "\n") -> str:
    """Return a function with these statements, `gap` between them."""
    body = ["def f(a):", *(f"    {s}".replace("\n", "\n    ") for s in statements)]
    return f"{gap}".join(body).replace("\n", end)


def places(text: str) -> list[Place]:
    """Return the places of the statements, in their order, without the header and gaps."""
    source = SourceText("a.py", text.encode())
    found = (source.place(n) for n in range(1, len(source.lines) + 1))
    return [p for p in dict.fromkeys(found) if p.text not in {"", "def f(a):", "# c"}]


@given(
    STATEMENTS,
    st.sampled_from(["\n", "\n\n", "\n\n\n", "\n# c\n"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_gaps_and_ends_of_lines_do_not_count(statements: list[str], gap: str, end: str) -> None:
    """Blank lines, comments and CRLF neither close a finding nor open one."""
    assert places(program(statements, gap=gap, end=end)) == places(program(statements))


@given(STATEMENTS, STATEMENTS)
def test_what_stands_above_does_not_count(statements: list[str], above: list[str]) -> None:
    """A function that moves down its file takes its findings along."""
    other = program(above).replace("def f", "def g")
    moved = f"{other}\n{program(statements)}"
    source = SourceText("a.py", moved.encode())
    offset = other.count("\n") + 1
    found = (source.place(offset + n) for n in range(1, len(source.lines) - offset + 1))
    kept = [p for p in dict.fromkeys(found) if p.text not in {"", "def f(a):"}]
    assert kept == places(program(statements))


@given(STATEMENTS)
def test_no_two_statements_are_one_place(statements: list[str]) -> None:
    assert len(places(program(statements))) == len(statements)


@given(st.binary(max_size=200), st.sampled_from(["a.py", "a.yml", "a.tf", "Dockerfile"]))
def test_any_bytes_have_places(content: bytes, path: str) -> None:
    source = SourceText(path, content)
    for line in range(len(source.lines) + 2):
        assert isinstance(source.place(line), Place)


UNENDED = {
    "escapes": b'# "' + b"\\a" * 9_000,
    "escaped-quotes": b"# '" + b' \\\' "x"' * 2_500,
    "quotes": b"# " + b"\\\"\\'" * 4_000,
    "a-long-line": b"# '" + b"a'\"" * 100_000,
}


@pytest.mark.parametrize("line", UNENDED.values(), ids=UNENDED)
def test_quotes_without_an_end_cost_no_more_than_others(line: bytes) -> None:
    """With an expression that goes back, forty escapes behind a quote took longer than a day."""
    text = SourceText("a.py", line + b"\nx = 'y'\n").place(2, without_literals=True).text
    assert text == "x = ''"


def test_a_quote_without_an_end_hides_no_literal_behind_it() -> None:
    source = SourceText("a.js", b"// don't \\' print \"a secret\" \xff\n")
    assert source.place(1, without_literals=True).text == "// don't \\' print '' \udcff"
