"""Text from outside as Markdown that shows it as it stands (CommonMark, and GitHub's additions).

* `code` is for names, paths and commands: nothing inside a code span means anything.
* `prose` is for sentences. A backslash takes the meaning from punctuation, but not from a mention
  (`@name`), an issue (`#12`), an address or a formula (`$`): services look for these in the
  finished text. Words with such a thing in them become code.
"""

import re
from typing import Final

from assay.core.printable import printable

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()<>#|!~&])")
_LIVELY: Final = re.compile(r"@|\$|://|www\.|mailto:|xmpp:|#[0-9]|\bGH-[0-9]", re.IGNORECASE)
_OPENING: Final = re.compile(r"([0-9]*)([.)\-+=])")  # of a list or of an underline
_TICKS: Final = re.compile(r"`+")
_LONGEST: Final = 300


def code(text: str) -> str:
    """Return `text` as a code span of one line, between more backticks than it has in a row."""
    shown = " ".join(printable(text, limit=_LONGEST).split()) or " "
    ticks = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    room = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{room}{shown}{room}{ticks}"


def prose(text: str) -> str:
    """Return `text` as one line of words; what stands between backticks becomes code."""
    parts = " ".join(printable(text, limit=2 * _LONGEST).split()).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: none of them means anything
        parts = ["`".join(parts)]
    shown = "".join(code(part) if number % 2 else _words(part) for number, part in enumerate(parts))
    return _OPENING.sub(r"\1\\\2", shown, count=1) if _OPENING.match(shown) else shown


def _words(text: str) -> str:
    shown = (code(word) if _LIVELY.search(word) else _escaped(word) for word in text.split(" "))
    return " ".join(shown)


def _escaped(word: str) -> str:
    return _SPECIAL.sub(r"\\\1", word)
