"""The words of a Rego module, in the part of the language that Assay accepts.

* Whatever is not a known token is refused, so that nothing can be written here which the engine
  reads in another way: no control characters (the engine ends a comment at a carriage return), no
  interpolated strings (they hold code), no escapes in strings (the engine compares them in their
  written form, so that they would silently never match).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

_TOKEN: Final = re.compile(
    r"""
    (?P<space>[ \t\n]+)
  | (?P<comment>\#[^\n]*)
  | (?P<text>"[^"\\\n]*" | `[^`"\\\n]*`)
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<mark>:=|==|!=|<=|>=|[-+*/%&|<>=(){}\[\],;:.])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word: its kind ("text", "number", "name" or "mark"), its text, and where it stands."""

    kind: str
    text: str
    line: int  # from 1
    column: int  # from 1


def split_tokens(source: str) -> tuple[Token, ...]:
    """Return the words of `source` without blanks and comments.

    Raises:
        MalformedError: Something that is no token of the accepted language.
    """
    _refuse_control_characters(source)
    return tuple(_tokens(source))


def _tokens(source: str) -> Iterator[Token]:
    position, line, line_start = 0, 1, 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise MalformedError(
                f"{source[position]!r} is not accepted here",
                where=str(line),
                hint="strings are written without escapes, and are not interpolated",
            )
        kind, text = match.lastgroup or "", match.group()
        if kind not in {"space", "comment"}:
            yield Token(kind=kind, text=text, line=line, column=position - line_start + 1)
        if newlines := text.count("\n"):
            line += newlines
            line_start = position + text.rindex("\n") + 1
        position = match.end()


def _refuse_control_characters(source: str) -> None:
    for number, line in enumerate(source.split("\n"), start=1):
        if line.replace("\t", "").isprintable():  # nearly always: asked for a line, not a letter
            continue
        for character in line:
            if character != "\t" and not character.isprintable():
                raise MalformedError(
                    f"the character {character!r}",
                    where=str(number),
                    hint="lines end in LF; only printable characters are accepted",
                )
