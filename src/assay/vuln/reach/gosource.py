"""One Go file as facts: its imports, the names they have there, and what is used of them."""

import re
from dataclasses import dataclass, field
from typing import Final

from assay.vuln.reach.gotokens import go_tokens
from assay.vuln.reach.lexed import Tokens

_BUILD: Final = re.compile(r"^//go:build ([^\n]{1,200})", re.MULTILINE)
_LINKNAME: Final = re.compile(r"^//go:linkname\b", re.MULTILINE)
_VERSION: Final = re.compile(r"v[0-9]+\Z")
_DOT_VERSION: Final = re.compile(r"\.v[0-9]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoImport:
    """An import; `name` is `_`, `.` or a name where the file gives one."""

    path: str
    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoUse:
    """`first.second`, or `second` alone behind a value; called where a bracket follows."""

    first: str
    second: str
    line: int
    called: bool


@dataclass(slots=True, kw_only=True)
class GoFile:
    """The facts of one file; `whole` is false where a comment or text has no end.

    `names` stand before a dot, `bare` are words without one on either side. `built` is the
    condition under which the file is built. `dynamic` says by what it does what could be anything.
    """

    imports: list[GoImport] = field(default_factory=list)
    uses: list[GoUse] = field(default_factory=list)
    whole: bool = True
    names: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    built: str = ""
    dynamic: dict[str, int] = field(default_factory=dict)


def read_go(data: bytes) -> GoFile:
    """Return the facts of a Go file; any bytes are read."""
    text = data.decode("utf-8", "replace")
    found, whole = go_tokens(text)
    built = _BUILD.search(text)
    file, tokens = GoFile(whole=whole, built=built[1].strip() if built else ""), Tokens(found)
    if link := _LINKNAME.search(text):
        file.dynamic["links names of packages by a comment"] = text.count("\n", 0, link.start()) + 1
    while tokens.more:
        token = tokens.take()
        if token.is_word("import") and not tokens.peek(-2).is_mark("."):
            _imports(tokens, file)
        elif token.kind == "word":
            _use(tokens, file)
    for use in file.uses:
        if use.first == ".":
            file.bare.add(use.second)
        file.names.add(use.first)
        if (use.first, use.second) == ("plugin", "Open"):
            file.dynamic["loads a plug-in"] = use.line
    return file


def _imports(tokens: Tokens, file: GoFile) -> None:
    """Take one import, or those in brackets."""
    if not tokens.peek().is_mark("("):
        _one(tokens, file)
        return
    tokens.take()
    while tokens.more and not tokens.peek().is_mark(")"):
        if not _one(tokens, file):
            tokens.take()


def _one(tokens: Tokens, file: GoFile) -> bool:
    name = ""
    if tokens.peek(1).kind == "text" and (
        tokens.peek().kind == "word" or tokens.peek().is_mark(".")
    ):
        name = tokens.take().text
    if tokens.peek().kind != "text":
        return False
    token = tokens.take()
    file.imports.append(GoImport(path=token.text, name=name, line=token.line))
    return True


def _use(tokens: Tokens, file: GoFile) -> None:
    """Take what stands behind a word: a member of it, or nothing; what comes before is known."""
    first = tokens.peek(-1)
    member = tokens.peek(-2).is_mark(".")
    if member:
        called = tokens.peek().is_mark("(")
        before = tokens.peek(-3)
        known = before.kind == "word" and not tokens.peek(-4).is_mark(".")
        file.uses.append(
            GoUse(
                first=before.text if known else "",
                second=first.text,
                line=first.line,
                called=called,
            )
        )
    elif not tokens.peek().is_mark("."):
        called = tokens.peek().is_mark("(")
        file.uses.append(GoUse(first=".", second=first.text, line=first.line, called=called))


def names_of(one: GoImport) -> frozenset[str]:
    """Return the names that an import may have in its file: the package's own is a guess."""
    if one.name:
        return frozenset() if one.name == "_" else frozenset({one.name})
    parts = [part for part in one.path.split("/") if part]
    if len(parts) > 1 and _VERSION.match(parts[-1]):
        parts.pop()
    last = _DOT_VERSION.sub("", parts[-1]) if parts else ""
    bare = last.removeprefix("go-").removesuffix("-go").removesuffix(".go")
    return frozenset({last, bare, last.replace("-", ""), last.replace("-", "_")} - {""})
