"""To what a JavaScript file gives names, and what it exports, from its tokens.

No grammar is followed: names are held against the tokens around them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from assay.vuln.reach.jsfacts import DEFAULT, WHOLE, JsBound, JsCalls, Name
from assay.vuln.reach.lexed import Token, Tokens

MAX_PARTS: Final = 12  # of `a.b.c`
_NOT_IN_CLAUSE: Final = frozenset({"import", "export", "require", "const", "let", "function"})
DECLARES: Final = frozenset({"const", "let", "var"})
_ENDS: Final = frozenset({";", ",", ")", "}", ":"})


def bind_names(tokens: Tokens, calls: JsCalls) -> None:
    """Take in all that gives a name to something, and all that is exported."""
    while tokens.more:
        token = tokens.take()
        if token.kind == "word" and not tokens.peek(-2).is_mark("."):
            take = _TAKES.get(token.text)
            if take is not None:
                take(tokens, calls)


def _own(tokens: Tokens, calls: JsCalls) -> None:
    """Take `function f` and `class C`: what they stand for is the file's own."""
    if tokens.peek().kind == "word":
        calls.bind(tokens.peek().text, JsBound(path=("?",)))


def _import(tokens: Tokens, calls: JsCalls) -> None:
    """Take `import d, {a as b} from "s"`, `import * as n from "s"`, `import n = require("s")`."""
    start = tokens.at
    if tokens.peek().is_word("type") and not tokens.peek(1).is_word("from"):
        return
    names = list(_clause(tokens))
    if tokens.peek().is_word("from") and tokens.peek(1).kind == "text":
        for member, name in names:
            path = () if member in {WHOLE, DEFAULT} else (member,)
            calls.bind(name, JsBound(specifier=tokens.peek(1).text, path=path))
    elif tokens.peek().is_mark("=") and len(names) == 1:
        tokens.take()
        if (bound := _required(tokens)) is not None:
            calls.bind(names[0][1], bound)
    else:
        tokens.at = start


def _clause(tokens: Tokens) -> Iterator[tuple[str, str]]:
    """Yield (member, name) up to `from` or `=`: what stands alone is the default."""
    inside = False
    while tokens.more:
        token, following = tokens.peek(), tokens.peek(1)
        if token.is_mark("{") or token.is_mark("}"):
            inside = token.is_mark("{")
        elif (token.is_word("from") and following.kind == "text") or not _in_clause(token):
            return
        elif token.text != "," and following.is_word("as") and tokens.peek(2).kind == "word":
            yield (WHOLE if token.is_mark("*") else token.text), tokens.peek(2).text
            tokens.at += 2
        elif token.kind == "word" and not (token.text == "type" and following.kind == "word"):
            yield (token.text if inside else DEFAULT), token.text
        tokens.take()


def _in_clause(token: Token) -> bool:
    if token.text in _NOT_IN_CLAUSE:  # or what has no end would be gone over again and again
        return False
    return token.kind in {"word", "text"} or (token.kind == "mark" and token.text in {",", "*"})


def _export(tokens: Tokens, calls: JsCalls) -> None:
    """Take `export {a as b} from "s"`, `export * from "s"`, `export {a as b}`, `export default`."""
    if tokens.peek().is_word("default") or tokens.peek().is_mark("="):
        tokens.take()
        if (bound := _value(tokens)) is not None:
            calls.exports[DEFAULT] = bound
        return
    if not (tokens.peek().is_mark("{") or tokens.peek().is_mark("*")):
        _export_declared(tokens, calls)
        return
    star = tokens.peek().is_mark("*") and not tokens.peek(1).is_word("as")
    names = [(WHOLE, WHOLE)] if star else list(_clause(tokens))
    tokens.at += star
    source = tokens.peek(1).text if tokens.peek().is_word("from") else ""
    if star and source:
        calls.stars.append(source)
        return
    for member, name in names:
        path = () if member == WHOLE or (member == DEFAULT and source) else (member,)
        calls.exports[name] = JsBound(specifier=source, path=path)


def _assign(tokens: Tokens, calls: JsCalls) -> None:
    """Take `n = require("s")`, of which the beginning was gone over already."""
    if not tokens.peek(-2).is_mark("="):
        return
    name, before = tokens.peek(-3), tokens.peek(-4)
    tokens.at -= 1
    bound = _required(tokens)
    if bound is None:
        tokens.at += 1
    elif name.kind == "word" and not before.is_mark("."):
        calls.bind(name.text, bound)


def _export_declared(tokens: Tokens, calls: JsCalls) -> None:
    """Take `export const a = …`: the name is bound where its declaration is read."""
    if tokens.peek().text in DECLARES and tokens.peek(1).kind == "word":
        name = tokens.peek(1).text
        calls.exports[name] = JsBound(path=(name,))


def _declare(tokens: Tokens, calls: JsCalls) -> None:
    """Take `const n = …` and `const {a, b: c} = …`, each of `require("s")` or of a name."""
    names: list[tuple[str, str]] = []
    if tokens.peek().is_mark("{"):
        names = list(_pattern(tokens))
    elif tokens.peek().kind == "word":
        names = [(WHOLE, tokens.take().text)]
    if not names or not tokens.peek().is_mark("="):
        for _, name in names if not tokens.peek().is_mark(";") else ():  # given later, perhaps
            calls.bind(name, JsBound(path=("?",)))
        return
    tokens.take()
    bound = _value(tokens) or JsBound(path=("?",))
    for member, name in names:
        path = bound.path if member in {WHOLE, DEFAULT} else (*bound.path, member)
        calls.bind(name, JsBound(specifier=bound.specifier, path=path))


def _pattern(tokens: Tokens) -> Iterator[tuple[str, str]]:
    """Yield (member, name) of `{a, b: c}`; a pattern inside it is what nobody knows."""
    tokens.take()
    while tokens.more and not tokens.peek().is_mark("}"):
        token, following = tokens.take(), tokens.peek()
        if token.kind != "word":
            continue
        if following.is_mark(":") and tokens.peek(1).kind == "word":
            tokens.take()
            yield token.text, tokens.take().text
        elif following.text in {",", "}", "="}:
            yield token.text, token.text
        if tokens.peek().is_mark("="):
            _step_over(tokens)
    tokens.take()


def _step_over(tokens: Tokens) -> None:
    """Step over a value up to the `,` or `}` behind it."""
    depth = 0
    while tokens.more:
        token = tokens.peek()
        if not depth and (token.is_mark(",") or token.is_mark("}")):
            return
        if token.kind == "mark":
            depth += (token.text in "([{") - (token.text in ")]}")
        tokens.take()


def _value(tokens: Tokens) -> JsBound | None:
    """Return what stands behind `=`: a module that is required, or a name with its members."""
    if tokens.peek().is_word("await") and tokens.peek(1).is_word("import"):
        tokens.take()
    if tokens.peek().text in {"require", "import"}:
        return _required(tokens)
    start = tokens.at
    path = _chain(tokens)
    following = tokens.peek()
    # An operator at the beginning of the next line goes on with this one.
    ends = following.kind != "mark" and following.line > tokens.peek(-1).line
    if path and (ends or following.kind == "end" or following.text in _ENDS):
        return JsBound(path=path)
    tokens.at = start
    return None


def _required(tokens: Tokens) -> JsBound | None:
    """Return what `require("s").a.b` is; None where it is called, or no text is there."""
    loads = tokens.peek().text in {"require", "import"} and tokens.peek(1).is_mark("(")
    if not (loads and tokens.peek(2).kind == "text" and tokens.peek(3).is_mark(")")):
        return None
    specifier = tokens.peek(2).text
    tokens.at += 4
    path = tuple(members_of(tokens))
    called = tokens.peek().is_mark("(")
    return None if called else JsBound(specifier=specifier, path=without_default(path))


def without_default(path: Name) -> Name:
    """Return the path of a member, without the `default` that CommonJS may put before it."""
    return path[1:] if path[:1] == (DEFAULT,) else path


def _chain(tokens: Tokens) -> Name:
    """Take a name with its members; () where there is none."""
    if tokens.peek().kind != "word":
        return ()
    first = tokens.take().text
    return (first, *members_of(tokens))


def members_of(tokens: Tokens) -> Iterator[str]:
    """Take and yield `.a`, `?.a`, `["a"]`, and `?` for a member that is computed."""
    for _ in range(MAX_PARTS):
        optional = tokens.peek().is_mark("?") and tokens.peek(1).is_mark(".")
        ahead = 1 if optional else 0
        if tokens.peek(ahead).is_mark(".") and tokens.peek(ahead + 1).kind == "word":
            tokens.at += ahead + 2
            yield tokens.peek(-1).text
        elif tokens.peek().is_mark("[") and tokens.peek(2).is_mark("]"):
            tokens.at += 3
            inside = tokens.peek(-2)
            yield inside.text if inside.kind == "text" else "?"
        elif tokens.peek().is_mark("["):
            yield "?"
            return
        else:
            return


def _give_out(tokens: Tokens, calls: JsCalls) -> None:
    """Take `module.exports = …`, `exports.a = …`, and the members of an object that is given."""
    if tokens.peek(-1).is_word("module"):
        if not (tokens.peek().is_mark(".") and tokens.peek(1).is_word("exports")):
            return
        tokens.at += 2
    members = tuple(members_of(tokens))
    if len(members) > 1 or not tokens.peek().is_mark("=") or tokens.peek(1).is_mark("="):
        return
    tokens.take()
    if tokens.peek().is_mark("{") and not members:
        for name, local in _pattern(tokens):
            calls.exports[name] = JsBound(path=(local,))
    elif (bound := _value(tokens)) is not None:
        calls.exports[members[0] if members else DEFAULT] = bound


_TAKES: Final[Mapping[str, Callable[[Tokens, JsCalls], None]]] = {
    "import": _import,
    "export": _export,
    "const": _declare,
    "let": _declare,
    "var": _declare,
    "function": _own,
    "class": _own,
    "module": _give_out,
    "exports": _give_out,
    "require": _assign,
}
