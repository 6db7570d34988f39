"""Where in a source text a line is, told without its number.

* The *statement* is what counts, not the line: in Python a logical line, so that tools which point
  at different lines of one call mean one place; elsewhere the line. A statement of more than
  `MAX_STATEMENT_LINES` lines is known by the line that is meant.
* The *scope* are the names of what encloses it: classes and functions, blocks of Terraform, keys
  of YAML. A line that moves within its function keeps its place; an equal one in another function
  has another place, and what was accepted for one is not accepted for the other.
* The *occurrence* tells apart equal statements of one scope, from the top down. It counts all of
  the file, not those that a tool reports, so that two tools count alike.

White space, ends of lines and comments do not count.
"""

import functools
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

MAX_STATEMENT_LINES: Final = 10  # a table of data is no statement: an edit of one row is not of all
_MAX_HEADER: Final = 400  # characters of a line in which a name is looked for; bounds the pattern
_MARKED: Final = re.compile(  # comments of tools, in languages that are not read
    r"(?:#|//|--|/\*|<!--)\s{0,4}(?:nosec|noqa|nosemgrep|zizmor:|checkov:|kics|tfsec:|trivy:|"
    r"hadolint|assay:allow|lint|pylint:|type:|codeql).*$",
    re.IGNORECASE,
)
MAX_STATEMENT: Final = 20_000  # characters whose literals are looked for; bounds the work on a line
_OPENED: Final = re.compile(r"([(\[{])\s+")
_CLOSED: Final = re.compile(r"\s+([)\]}])")
_DEFINED: Final = re.compile(
    r"\s*(?:[\w@*&<>\[\],.]{1,60}\s{1,4}){0,5}?"
    r"(?:def|class|func|function|fn|interface|trait|struct|enum|impl|module|namespace|object)\s+"
    r"(?:\([^)]{0,120}\)\s*)?([\w$]{1,120})"
)
_BLOCK: Final = re.compile(r'\s*([a-z]{1,40}(?:\s+"[^"]{1,120}"){1,2})\s*\{')  # Terraform
_KEY: Final = re.compile(r"(\s*(?:-\s+)*)([\w.\"'/$@-]{1,120})\s*:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement is: its text, the names around it, and which of its equals it is.

    `occurrence` is None where the rest of the file is not at hand: it is then counted among what
    one tool reports (`assay.findings.fingerprint`).
    """

    text: str
    scope: str = ""
    occurrence: int | None = None


@lru_cache(maxsize=4096)  # each finding of a file asks for it several times
def normal_path(path: str) -> str:
    """Return the one spelling of a path inside a repository: no `.`, no `//`, no `a/../`."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return ("/" if path.startswith("/") else "") + "/".join(parts)


def normal_text(text: str) -> str:
    """Return `text` with each run of white space as one space, and none inside of brackets."""
    folded = " ".join(text.split())
    return _CLOSED.sub(r"\1", _OPENED.sub(r"\1", folded))


class SourceText:
    """The places of one file. What is wrong with its syntax only makes them coarser."""

    def __init__(self, path: str, content: bytes) -> None:
        self.lines = tuple(line.decode("utf-8", "surrogateescape") for line in content.splitlines())
        self._is_yaml = PurePosixPath(path).suffix in {".yml", ".yaml"}
        self._heads = frozenset(n for n, line in enumerate(self.lines, 1) if _is_code(line))
        self._starts, self._texts = self._statements(path, content)
        self._scopes = self._scopes_of_lines()
        self._places: dict[bool, dict[int, Place]] = {}

    def place(self, line: int, *, without_literals: bool = False) -> Place:
        """Return the place of the statement at `line`, from 1; outside the file there is none.

        Where a literal may be a secret, it goes into no fingerprint: `without_literals`.
        """
        if without_literals not in self._places:
            self._places[without_literals] = self._counted(without_literals=without_literals)
        found = self._places[without_literals]
        return found.get(self._starts.get(line, line), _NOWHERE)

    def column(self, line: int, *, byte: int) -> int:
        """Return the column, in code points from 1, of the offset `byte` in the UTF-8 of a line."""
        if not 0 < line <= len(self.lines) or byte < 0:
            return 0
        before = self.lines[line - 1].encode("utf-8", "surrogateescape")[:byte]
        return len(before.decode("utf-8", "surrogateescape")) + 1

    def _counted(self, *, without_literals: bool) -> dict[int, Place]:
        seen: Counter[tuple[str, str]] = Counter()
        places = {}
        for start, raw in sorted(self._texts.items()):
            text = normal_text(_without_literals(raw) if without_literals else raw)
            scope = self._scopes[start - 1]
            places[start] = Place(text, scope, seen[scope, text])
            seen[scope, text] += 1
        return places

    def _statements(self, path: str, content: bytes) -> tuple[dict[int, int], dict[int, str]]:
        """Return for each line the one at which its statement begins, and the text of each."""
        if path.endswith((".py", ".pyi", ".pyw")):
            try:
                return self._python_statements(content)
            except (tokenize.TokenError, SyntaxError, ValueError):
                pass  # no Python that this version reads: line by line
        texts = {n: _MARKED.sub("", line) for n, line in enumerate(self.lines, 1)}
        return {n: n for n in texts}, texts

    def _python_statements(self, content: bytes) -> tuple[dict[int, int], dict[int, str]]:
        texts = dict(enumerate(self.lines, 1))  # comments, and whatever else is in no statement
        starts = {n: n for n in texts}
        heads = set()
        for first, last, comments in _logical_lines(b"\n".join(content.splitlines())):
            heads.add(first)
            bare = {n: self.lines[n - 1][: comments.get(n)] for n in range(first, last + 1)}
            if last - first < MAX_STATEMENT_LINES:
                starts.update(dict.fromkeys(bare, first))
                for number in bare:
                    del texts[number]
                bare = {first: "\n".join(bare.values())}
            texts.update(bare)
        self._heads = frozenset(heads)  # what looks like code in a docstring is none
        return starts, texts

    def _scopes_of_lines(self) -> tuple[str, ...]:
        """Return for each line the names of what encloses it, outermost first."""
        around: list[tuple[int, str]] = []
        scopes = []
        for number, line in enumerate(self.lines, 1):
            indent, name = self._opened_by(line)
            counts = number in self._heads
            while counts and around and around[-1][0] >= indent:
                around.pop()
            scopes.append("/".join(known for _, known in around))
            if counts and name:
                around.append((indent, name))
        return tuple(scopes)

    def _opened_by(self, line: str) -> tuple[int, str]:
        """Return how far a line is indented, and the name that it gives to what is inside."""
        head = line[:_MAX_HEADER].expandtabs()
        if self._is_yaml:
            key = _KEY.match(head)
            return (len(key.group(1)), key.group(2)) if key else (_indent(head), "")
        named = _DEFINED.match(head) or _BLOCK.match(head)
        return _indent(head), " ".join(named.group(1).split()) if named else ""


_NOWHERE: Final = Place("", "", 0)


def _without_literals(text: str) -> str:
    """Return the start of `text` with nothing between its quotes."""
    raw = text[:MAX_STATEMENT].encode("utf-8", "surrogateescape")  # a line need not be UTF-8
    bare: bytes = _literal().sub(b"''", raw)  # type: ignore[attr-defined]
    return bare.decode("utf-8", "surrogateescape")


@functools.cache
def _literal() -> object:
    """Return the expression of a literal, for RE2: a quote that has no end costs no more."""
    import re2  # noqa: PLC0415  # only where a finding is about a literal

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(rb"""(?s)"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", options)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "//"))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _logical_lines(content: bytes) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Yield the first and last line of each statement, and where a comment begins in its lines."""
    first, comments = 0, dict[int, int]()
    for token in tokenize.tokenize(io.BytesIO(content).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.start[1]
        elif token.type == tokenize.NEWLINE:
            yield first or token.start[0], token.start[0], comments
            first, comments = 0, {}
        elif token.type not in _SILENT and not first:
            first = token.start[0]
            comments = {}


_SILENT: Final = frozenset(
    {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
)
