"""Go and Rust sources as tokens: comments and texts are taken for what they are, nothing else."""

import re
from typing import Final

from assay.vuln.reach.lexed import Token

_GO: Final = re.compile(
    r"""(?P<space>[^\S\n]+|//[^\n]*)
      | (?P<raw>`[^`]*`)
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<rune>'(?:[^'\\\n]|\\.){1,12}')
      | (?P<word>[^\W\d]\w*)
      | (?P<number>\d\w*)
      | (?P<mark>.)""",
    re.VERBOSE,
)
_RUST: Final = re.compile(
    r"""(?P<space>[^\S\n]+|//[^\n]*)
      | (?P<life>'(?:[^\W\d]\w*)(?!'))
      | (?P<rune>'(?:[^'\\\n]|\\.[^'\n]{0,10})')
      | (?P<text>"(?:[^"\\]|\\[\s\S])*")
      | (?P<word>(?:r\#)?[^\W\d]\w*)
      | (?P<number>\d\w*)
      | (?P<mark>::|.)""",
    re.VERBOSE,
)
_RAW_RUST: Final = re.compile(r'\bb?r(#{0,20})"')
_COMMENT: Final = re.compile(r"/\*|\*/")
_QUOTES: Final = frozenset({'"', "`"})
_NAMED: Final = frozenset({"word", "mark"})


def go_tokens(text: str) -> tuple[list[Token], bool]:
    """Return the tokens of a Go file, and whether all of it could be cut."""
    return _cut(text, _GO, nested=False)


def rust_tokens(text: str) -> tuple[list[Token], bool]:
    """Return the tokens of a Rust file, and whether all of it could be cut."""
    return _cut(text, _RUST, nested=True)


def _cut(text: str, grammar: re.Pattern[str], *, nested: bool) -> tuple[list[Token], bool]:
    """Cut once from the front to the back; a quote without a partner ends its line, or all."""
    tokens: list[Token] = []
    at, line, whole = 0, 1, True
    while at < len(text):
        if text[at] == "\n":
            at, line = at + 1, line + 1
            continue
        end, kind = _special(text, at, nested=nested)
        if not end:
            match = grammar.match(text, at)
            end, kind = (match.end(), match.lastgroup or "") if match else (at + 1, "")
            if kind == "mark" and text[at] in _QUOTES:
                end, kind = _rest(text, at, nested=nested), "open"
        whole = whole and kind != "open"
        tokens += _token(kind, text[at:end], line)
        line += text.count("\n", at, end)
        at = end
    return tokens, whole


def _rest(text: str, at: int, *, nested: bool) -> int:
    """Return where to go on behind a quote without a partner: Go's texts end in their line."""
    end = -1 if nested or text[at] == "`" else text.find("\n", at)
    return len(text) if end < 0 else end


def _token(kind: str, text: str, line: int) -> list[Token]:
    if kind in _NAMED:
        return [Token(kind, text.removeprefix("r#"), line)]
    return [Token("text", text[1:-1], line)] if kind in {"text", "raw"} else []


def _special(text: str, at: int, *, nested: bool) -> tuple[int, str]:
    """Return the end of a block comment or a raw text of Rust that begins here; 0 for none."""
    if text.startswith("/*", at):
        end = _nested_end(text, at) if nested else text.find("*/", at + 2) + 2
        return (len(text), "open") if end < at + 4 else (end, "comment")
    if nested and text[at] in "rb" and (raw := _RAW_RUST.match(text, at)):
        end = text.find(f'"{raw[1]}', raw.end())
        return (len(text), "open") if end < 0 else (end + 1 + len(raw[1]), "raw text")
    return 0, ""


def _nested_end(text: str, at: int) -> int:
    """Return the end of a comment that may hold others, 0 where it has none."""
    depth = 0
    for match in _COMMENT.finditer(text, at):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    return 0
