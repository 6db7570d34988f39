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
    r"""|\|\||\|&|[;|&\n()])|(?P<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;|&()'"\\]|['"\\])+)""",
    re.DOTALL,
)
_QUOTED: Final = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)
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
        for number, word in enumerate(self.words):
            if not _ASSIGNMENT.match(word) and word not in _BEFORE:
                return self.words[number:]
        return ()

    def has(self, *words: str) -> bool:
        """Tell whether one of `words` is a word of it."""
        return any(word in self.words for word in words)


def split_commands(script: str) -> tuple[Command, ...]:
    """Return the simple commands of `script`, in its order."""
    return tuple(_commands(script))


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
