"""The commands in a shell script, as far as rules need them: words, and what joins the commands.

This is no shell: nothing is expanded, and quoting is only taken off. It reads `a && b | c` as three
commands. What it reads wrongly makes a rule miss or hit; nothing is run by it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""\\\n|(?P<space>[ \t\r]+)|(?P<comment>(?<![^\s;&|])\#[^\n]*)|(?P<join>&&"""
    r"""|\|\||\|&|[;|&\n()])|(?P<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;|&()'"\\]|['"\\])++)""",
    re.DOTALL,
)
_QUOTED: Final = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)
SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh"})
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")
_BEFORE: Final = frozenset({"sudo", "exec", "time", "nice", "then", "do", "else", "if", "!", "{"})


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: its words without quotes, and what joins the next one to it, as `|`."""

    words: tuple[str, ...]
    joined_by: str

    @property
    def name(self) -> str:
        """Return the program's name without its folder, behind assignments, `sudo` and the like."""
        words = self.bare
        return words[0].rpartition("/")[2] if words else ""

    @property
    def bare(self) -> tuple[str, ...]:
        """Return the words from the program's on."""
        behind = False  # a word that only says how the next one is run
        for number, word in enumerate(self.words):
            if not (_ASSIGNMENT.match(word) or word in _BEFORE or (behind and word[:1] == "-")):
                return self.words[number:]
            behind = behind or word in _BEFORE
        return ()

    def has(self, *words: str) -> bool:
        """Tell whether one of `words` is a word of it."""
        return any(word in self.words for word in words)


def split_commands(script: str, *, depth: int = 2) -> tuple[Command, ...]:
    """Return the simple commands of `script`, and behind a `sh -c` those that it is given."""
    found: list[Command] = []
    for command in _commands(script):
        found.append(command)
        inner = command.bare
        if depth and command.name in SHELLS and "-c" in inner[:-1]:
            found += split_commands(inner[inner.index("-c") + 1], depth=depth - 1)
    return tuple(found)


def _commands(script: str) -> Iterator[Command]:
    words: list[str] = []
    for token in _TOKEN.finditer(script):
        if token.lastgroup == "word":
            words.append(_unquoted(token.group()))
        elif token.lastgroup == "join" and words:
            yield Command(tuple(words), token.group())
            words = []
    if words:
        yield Command(tuple(words), "")


def _unquoted(word: str) -> str:
    return _QUOTED.sub(lambda m: next((part for part in m.groups() if part is not None), ""), word)
