"""What a JavaScript or TypeScript file imports, by specifier, and what it computes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.findings.reach import Scope
from assay.vuln.reach.jscalls import find_calls
from assay.vuln.reach.jsfacts import JsCalls
from assay.vuln.reach.jstokens import JsLexer
from assay.vuln.reach.lexed import Token, Tokens

_MARKUP: Final = (".vue", ".svelte")
_EVALUATES: Final = frozenset(
    {"eval", "Function", "importScripts"}
    | {"runInThisContext", "runInNewContext", "runInContext", "compileFunction"}
)
_HANDS_ON: Final = frozenset({"call", "apply", "bind"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JsImport:
    """An import by its specifier, as written."""

    specifier: str
    line: int
    scope: Scope = Scope.RUN


@dataclass(slots=True, kw_only=True)
class JsFile:
    """The facts of one file. `dynamic` says by line what could be anything.

    A `broken` one has a comment or a template without an end: the rest of it was not read.
    """

    imports: list[JsImport] = field(default_factory=list)
    dynamic: dict[int, str] = field(default_factory=dict)
    broken: bool = False
    calls: JsCalls | None = None  # where they were asked for


def read_imports(path: str, data: bytes, *, with_calls: bool = False) -> JsFile:
    """Return what the file at `path` imports, and calls of that if asked for.

    Any bytes are read; what has no end is told.
    """
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    if path.endswith(_MARKUP):
        text = script_text(text)
    lexer = JsLexer(text.replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    found = lexer.run()
    file = JsFile(calls=find_calls(found) if with_calls else None)
    tokens = Tokens(found)
    while tokens.more:
        _take(tokens, file)
    file.broken = lexer.broken
    file.dynamic.update(dict.fromkeys(lexer.odd, "has an import among quotes that do not pair"))
    file.dynamic.update(dict.fromkeys(lexer.escaped, "writes names with escapes"))
    return file


def script_text(text: str) -> str:
    """Return the scripts of a page, each at its own line."""
    parts, at, small = [], 0, text.lower()
    while (begin := small.find("<script", at)) >= 0:
        inside = small.find(">", begin) + 1
        end = small.find("</script", inside) if inside else -1
        stop = end if end >= 0 else len(text)
        parts.append("\n" * text.count("\n", at, inside or stop))
        parts.append(text[inside or stop : stop])
        at = stop
    return "".join(parts)


def _take(tokens: Tokens, file: JsFile) -> None:
    token = tokens.take()
    if token.kind != "word":
        return
    match token.text:
        case "import":
            _import(tokens, token, file)
        case "export":
            _export(tokens, token, file)
        case "require":
            _require(tokens, token, file)
        case "createRequire":
            file.dynamic[token.line] = "makes a function that imports"
        case "define" | "_load" if tokens.peek().is_mark("("):
            _load(tokens, token, file)
        case word if word in _EVALUATES and tokens.peek().is_mark("("):
            file.dynamic[token.line] = "runs code from a text"
        case _:
            return


def _import(tokens: Tokens, start: Token, file: JsFile) -> None:
    """Take `import "x"`, `import … from "x"`, `import("x")`, `import y = require("x")`."""
    first = tokens.peek()
    if tokens.peek(-2).is_mark(".") or first.is_mark("."):
        return  # a member of that name; `import.meta`
    if first.is_mark("("):
        tokens.take()
        _argument(tokens, start, file)
    elif first.kind == "text":
        file.imports.append(JsImport(specifier=tokens.take().text, line=start.line))
    else:
        _from(tokens, start, file, types=_only_types(tokens))


def _export(tokens: Tokens, start: Token, file: JsFile) -> None:
    """Take `export … from "x"`; other exports are gone over by whoever comes next."""
    types = _only_types(tokens)
    place = 1 if types else 0
    if tokens.peek(place).is_mark("*") or tokens.peek(place).is_mark("{"):
        _from(tokens, start, file, types=types)


def _only_types(tokens: Tokens) -> bool:
    """Tell whether `type` stands here as the word that it is in TypeScript."""
    following = tokens.peek(1)
    if not tokens.peek().is_word("type") or following.is_mark(",") or following.is_mark("="):
        return False
    return not following.is_word("from") or tokens.peek(2).is_word("from")


def _from(tokens: Tokens, start: Token, file: JsFile, *, types: bool) -> None:
    """Take the names up to `from` and its text, or to what shows that there is none."""
    while tokens.more:
        token = tokens.peek()
        if token.is_word("from") and tokens.peek(1).kind == "text":
            tokens.take()
            scope = Scope.TYPES if types else Scope.RUN
            text = tokens.take().text
            file.imports.append(JsImport(specifier=text, line=start.line, scope=scope))
            return
        if not _is_clause(token):
            return
        tokens.take()


def _is_clause(token: Token) -> bool:
    """Tell whether a token may stand between `import` and `from`."""
    if token.kind == "word":
        return token.text not in {"import", "export", "require", "const", "let", "function"}
    return token.kind == "text" or (token.kind == "mark" and token.text in "{},*")


def _require(tokens: Tokens, start: Token, file: JsFile) -> None:
    """Take `require("x")` and `require.resolve("x")`."""
    if tokens.peek().is_mark(".") and tokens.peek(1).is_word("resolve"):
        tokens.take()
        tokens.take()
    if tokens.peek().is_mark("?") and tokens.peek(1).is_mark("."):
        tokens.take()
        tokens.take()
    if tokens.peek().is_mark("("):
        tokens.take()
        _several(tokens, file)
        if not tokens.peek(-1).is_mark("]"):
            _argument(tokens, start, file)
    elif not _is_definition(tokens):
        file.dynamic[start.line] = "hands on the function that imports"


def _is_definition(tokens: Tokens) -> bool:
    """Tell whether `require` is a member's name or key here, and not the function itself."""
    if tokens.peek(-2).is_mark("."):
        return tokens.peek(-3).text not in {"module", "mainModule"}
    own = tokens.peek().is_mark(".") and tokens.peek(1).text not in _HANDS_ON
    return own or tokens.peek().is_mark(":")


def _load(tokens: Tokens, start: Token, file: JsFile) -> None:
    """Take `define(["a"], …)` of AMD, and `Module._load("a")`."""
    of_something = tokens.peek(-2).is_mark(".")
    tokens.take()
    if start.text == "_load":
        _argument(tokens, start, file)
    elif not of_something:
        _several(tokens, file)


def _several(tokens: Tokens, file: JsFile) -> None:
    """Take the texts of `define(["a", "b"], …)`, as far as there is such a list."""
    named = tokens.peek().kind == "text" and tokens.peek(1).is_mark(",")
    ahead = 2 if named else 0  # a name that the module gives itself
    if not tokens.peek(ahead).is_mark("["):
        return
    tokens.at += ahead + 1
    while tokens.peek().kind == "text" or tokens.peek().is_mark(","):
        token = tokens.take()
        if token.kind == "text":
            file.imports.append(JsImport(specifier=token.text, line=token.line))
    if tokens.take().is_mark("]"):
        return
    file.dynamic[tokens.peek(-1).line] = "imports by a name that is computed"


def _argument(tokens: Tokens, start: Token, file: JsFile) -> None:
    """Take what is imported by a call: a text alone, or something that could be anything."""
    first, second = tokens.peek(), tokens.peek(1)
    if first.kind == "text" and (second.is_mark(")") or second.is_mark(",")):
        file.imports.append(JsImport(specifier=tokens.take().text, line=start.line))
    else:
        file.dynamic[start.line] = "imports by a name that is computed"


def package_of(specifier: str) -> str:
    """Return the package that a specifier names, empty for files and the platform's own."""
    plain = specifier.removeprefix("npm:").removeprefix("/")  # of Deno, with a version
    named = plain != specifier
    if not specifier or specifier[0] in "./#~" or ":" in plain.partition("/")[0]:
        return ""
    parts = plain.partition("?")[0].partition("!")[0].split("/")
    scoped = plain.startswith("@")
    last = 1 if scoped else 0
    if named and len(parts) > last:
        parts[last] = parts[last].partition("@")[0]
    return "/".join(parts[:2]) if scoped else parts[0]


def is_alias(specifier: str) -> bool:
    """Tell whether a specifier is one that a project gives a meaning to: `#x`, `~/x`, `@/x`."""
    return specifier.startswith(("#", "~", "@/"))


def iterate_packages(file: JsFile) -> Iterator[tuple[str, JsImport]]:
    """Yield each import of a package with its package's name."""
    for one in file.imports:
        if name := package_of(one.specifier):
            yield name, one
