"""Printing lines: wrapped and coloured on a terminal, plain whole lines in a pipe or a file.

Text from outside is printed as `Text`, never as markup, and without control characters.
"""

import io
import sys
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

from assay.core.printable import printable
from assay.core.verdict import Verdict

COLOURS: Final = {
    Verdict.PASSED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.UNKNOWN: "bold yellow",
}
_LONGEST: Final = 2000  # characters of one part; what is longer is cut with an ellipsis
_WHOLE: Final = 10_000  # above any path that a system takes, with a command around it
_NARROWEST: Final = 20  # columns for the words; a narrower terminal breaks them itself

Part = tuple[str, str]  # text from wherever, and its style


class Lines:
    """Prints paragraphs; on a terminal, their further lines stand under their first word."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def put(self, *parts: Part | str, indent: int = 0, bullet: Part | str = "") -> None:
        """Print one paragraph behind `bullet`, or an empty line where there are no parts."""
        first = Text(" " * indent).append_text(_text((bullet,)))
        text = _text(parts)
        if not self._console.is_terminal:
            self._print(first.append_text(text))
            return
        beside = Text(" " * first.cell_len)
        room = max(_NARROWEST, self._console.width - first.cell_len)
        for number, line in enumerate(text.wrap(self._console, room)):
            self._print((beside.copy() if number else first).append_text(line))

    def put_whole(self, *parts: Part | str, indent: int = 0) -> None:
        """Print one line that nothing breaks, such as a command to be copied."""
        self._print(Text(" " * indent).append_text(_text(parts, limit=_WHOLE)))

    def _print(self, line: Text) -> None:
        line.rstrip()
        if self._console.is_terminal:
            self._console.print(line, soft_wrap=True)
        else:  # the same, without a look at its width
            self._console.file.write(f"{line.plain}\n")


def stdout_lines() -> Lines:
    """Return what prints on stdout; a character that its encoding lacks comes out escaped."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return Lines(Console(highlight=False))


def text_lines(into: io.StringIO) -> Lines:
    """Return what prints plain text, whatever the environment says about colour."""
    return Lines(Console(file=into, highlight=False, force_terminal=False, no_color=True))


def _text(parts: Iterable[Part | str], *, limit: int = _LONGEST) -> Text:
    styled = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((printable(words, limit=limit), style) for words, style in styled))
