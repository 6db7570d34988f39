"""What a JavaScript file calls of its imports."""

from collections.abc import Iterator
from typing import Final

from assay.vuln.reach.jsfacts import JsBound, JsCalls, JsUse
from assay.vuln.reach.jsnames import DECLARES, bind_names, members_of, without_default
from assay.vuln.reach.lexed import Token, Tokens

_HEADS: Final = frozenset({"if", "for", "while", "switch", "with"})  # brackets without parameters


def find_calls(tokens: list[Token]) -> JsCalls:
    """Return the facts in the tokens of a file."""
    calls = JsCalls()
    bind_names(Tokens(tokens), calls)
    brackets = list(_parameters(tokens))
    calls.doubtful |= {*_words_in(tokens, brackets), *_arrows(tokens)} & calls.bound.keys()
    heads = {start - 1 for start, _ in brackets}
    reader = Tokens(tokens)
    while reader.more:
        token = reader.take()
        if token.kind == "word":
            _use(reader, token, calls, sure=reader.at - 1 not in heads)
    return calls


def _use(tokens: Tokens, token: Token, calls: JsCalls, *, sure: bool) -> None:
    """Take a use of a name that is bound, or of a method of what nobody knows."""
    before = tokens.peek(-2)
    if before.is_mark("."):
        if tokens.peek().is_mark("("):
            calls.methods.setdefault(token.text, token.line)
        return
    if token.text in {"require", "import"} and tokens.peek().is_mark("("):
        tokens.at -= 1
        _use_at_once(tokens, token, calls)
        return
    if token.text not in calls.bound or _is_no_use(tokens, before):
        return
    path = (token.text, *members_of(tokens))
    called = _is_called(tokens, before)
    calls.uses.append(JsUse(path=path, line=token.line, called=called, sure=sure))


def _is_no_use(tokens: Tokens, before: Token) -> bool:
    """Tell whether a name is declared here, or is the key of an object."""
    following, second = tokens.peek(), tokens.peek(1)
    key = following.is_mark(":") and (before.is_mark("{") or before.is_mark(","))
    given = following.is_mark("=") and second.text not in {"=", ">"}
    return key or given or before.text in DECLARES


def _use_at_once(tokens: Tokens, token: Token, calls: JsCalls) -> None:
    """Take `require("s").a()`: the module has a name that nobody can write."""
    before = tokens.peek(-1)
    start = tokens.at
    loads = tokens.peek(2).kind == "text" and tokens.peek(3).is_mark(")")
    tokens.at += 1
    if not loads:
        return
    tokens.at = start + 4
    name = f"require {tokens.peek(-2).text}"
    calls.bound[name] = JsBound(specifier=tokens.peek(-2).text)
    path = (name, *without_default(tuple(members_of(tokens))))
    calls.uses.append(JsUse(path=path, line=token.line, called=_is_called(tokens, before)))


def _is_called(tokens: Tokens, before: Token) -> bool:
    optional = tokens.peek().is_mark("?") and tokens.peek(1).is_mark(".")
    return before.is_word("new") or tokens.peek(2 if optional else 0).is_mark("(")


def _parameters(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield where brackets begin and end that may be those of parameters: more, if in doubt."""
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.is_mark("("):
            opened.append(at)
        elif token.is_mark(")") and opened:
            start = opened.pop()
            if _are_parameters(tokens, start, at):
                yield start, at


def _words_in(tokens: list[Token], brackets: list[tuple[int, int]]) -> Iterator[str]:
    """Yield the words between brackets, each once however deep the brackets are nested."""
    seen = 0
    for start, end in sorted(brackets):
        yield from (token.text for token in tokens[max(start, seen) : end] if token.kind == "word")
        seen = max(seen, end)


def _arrows(tokens: list[Token]) -> Iterator[str]:
    """Yield the parameters of `x => …`."""
    for at in range(1, len(tokens)):
        if _arrow(tokens, at) and tokens[at - 1].kind == "word":
            yield tokens[at - 1].text


def _arrow(tokens: list[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at].is_mark("=") and tokens[at + 1].is_mark(">")


def _are_parameters(tokens: list[Token], start: int, end: int) -> bool:
    """Tell whether `{`, `=>` or a type stands behind a bracket that no condition begins."""
    if start and tokens[start - 1].text in _HEADS:
        return False
    following = tokens[end + 1] if end + 1 < len(tokens) else None
    if following is None or following.kind != "mark":
        return False
    return following.text in {"{", ":"} or _arrow(tokens, end + 1)
