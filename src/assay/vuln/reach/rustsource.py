"""One Rust file as facts: the paths that it uses, each from the crate or the word it begins with.

`use a::b::{c, d as e}` gives names to paths; paths in code are made whole with them. What stands
in a macro's brackets is read as code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from assay.vuln.reach.gotokens import rust_tokens
from assay.vuln.reach.lexed import Tokens

MAX_PARTS: Final = 20
MAX_GLOBS: Final = 20  # of one file
_OF_USE: Final = frozenset({"{", "}", ",", "::"})
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RustUse:
    """A path in code, made whole; a method alone begins with an empty part.

    `by_name` is one of which the code has the last part only, and not `sure` one of these that may
    be another's: the file has a function of that name, or brings in all of several paths.
    """

    path: Path
    line: int
    called: bool
    by_name: bool = False
    sure: bool = True
    imported: bool = False  # it stands in a `use` or an `extern crate`


@dataclass(slots=True, kw_only=True)
class RustFile:
    """The facts of one file; `globs` are the paths before `::*`, `functions` its own names."""

    uses: list[RustUse] = field(default_factory=list)
    globs: list[Path] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    whole: bool = True


def read_rust(data: bytes) -> RustFile:
    """Return the facts of a Rust file; any bytes are read."""
    tokens, whole = rust_tokens(data.decode("utf-8", "replace"))
    file = RustFile(whole=whole)
    names: dict[str, Path] = {}
    for path, name, line in _imports(Tokens(tokens)):
        if name == "*":
            file.globs.append(path)
        elif name != "_":
            names[name] = path
        file.uses.append(RustUse(path=path, line=line, called=False, imported=True))
    file.uses += _in_code(Tokens(tokens), names)
    file.functions = {two.text for one, two in pairwise(tokens) if one.is_word("fn")}
    file.uses = [_judged(use, file) for use in file.uses]
    if len(file.globs) > MAX_GLOBS:  # each name could be of any of them
        file.whole, file.globs = False, file.globs[:MAX_GLOBS]
    return file


def _judged(use: RustUse, file: RustFile) -> RustUse:
    return replace(use, sure=False) if use.by_name and use.path[-1] in file.functions else use


def _imports(tokens: Tokens) -> Iterator[tuple[Path, str, int]]:
    """Yield (path, name, line) of what `use` and `extern crate` bring in."""
    while tokens.more:
        token = tokens.take()
        if token.is_word("use"):
            yield from _tree(tokens)
        elif token.is_word("extern") and tokens.peek().is_word("crate"):
            tokens.take()
            crate = tokens.take()
            name = crate.text
            if tokens.peek().is_word("as"):
                name = tokens.peek(1).text
            yield (crate.text,), name, crate.line


def _tree(tokens: Tokens) -> Iterator[tuple[Path, str, int]]:
    """Yield what one `use` names; braces share what stands before them."""
    before: list[Path] = []
    path: Path = ()
    while tokens.more:
        token = tokens.peek()
        if token.kind == "word":
            path = (*path, token.text)[:MAX_PARTS]
            if not tokens.peek(1).is_mark("::"):
                yield _leaf(tokens, path)
        elif token.is_mark("*"):
            yield path, "*", token.line
        elif token.kind != "mark" or token.text not in _OF_USE:
            return
        else:
            path = _turn(token.text, path, before)
        tokens.take()


def _turn(mark: str, path: Path, before: list[Path]) -> Path:
    """Return the path that goes on behind a mark; `before` are those that braces share."""
    if mark == "{":
        before.append(path)
    elif mark == "}" and before:
        return before.pop()
    return before[-1] if mark == "," and before else path


def _leaf(tokens: Tokens, path: Path) -> tuple[Path, str, int]:
    """Return what the end of a path brings in, and under which name."""
    line = tokens.peek().line
    whole = path[:-1] if path[-1] == "self" and len(path) > 1 else path
    if not tokens.peek(1).is_word("as"):
        return whole, whole[-1], line
    name = tokens.peek(2).text
    tokens.at += 2
    return whole, name, line


def _in_code(tokens: Tokens, names: dict[str, Path]) -> Iterator[RustUse]:
    """Yield paths of two parts and more, called names, and called methods."""
    while tokens.more:
        token = tokens.take()
        if token.kind != "word":
            continue
        method = tokens.peek(-2).is_mark(".")
        path: Path = (token.text,)
        while tokens.peek().is_mark("::") and len(path) < MAX_PARTS:
            _turbofish(tokens)
            if not (tokens.peek().is_mark("::") and tokens.peek(1).kind == "word"):
                break
            path = (*path, tokens.peek(1).text)
            tokens.at += 2
        called = tokens.peek().is_mark("(") or tokens.peek().is_mark("!")
        if method:
            if called:
                yield RustUse(path=("", token.text), line=token.line, called=True)
        elif len(path) > 1 or called or path[0] in names:
            given = names.get(path[0], (path[0],))
            whole, by_name = (*given, *path[1:]), len(path) == 1 and len(given) > 1
            yield RustUse(path=whole, line=token.line, called=called, by_name=by_name)


def _turbofish(tokens: Tokens) -> None:
    """Step over type arguments (`::<T>`) up to the `>` that ends them."""
    if not tokens.peek(1).is_mark("<"):
        return
    depth = 0
    for ahead in range(1, MAX_PARTS * 4):
        token = tokens.peek(ahead)
        depth += token.is_mark("<") - token.is_mark(">")
        if not depth:
            tokens.at += ahead + 1
            return
