"""Edits applied to a text, and shown as a unified diff. Pure."""

import difflib
import io
import re
from collections.abc import Iterable
from typing import Final

from assay.core.errors import MalformedError
from assay.findings.fixes.edit import Edit


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with all `edits` made; they are about one file.

    Raises:
        MalformedError: An edit lies outside the text, or two of them overlap.
    """
    lines = _lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    spans = sorted((_span(edit, lines, starts), edit.text) for edit in set(edits))
    made, end = [], 0
    for (first, last), new in spans:
        if first < end:
            raise MalformedError("two edits of one place", where=f"character {first}")
        made += [text[end:first], new]
        end = last
    return "".join((*made, text[end:]))


def render_diff(path: str, before: str, after: str) -> str:
    """Return the unified diff of one file, as `git apply` takes it; empty where nothing differs."""
    told = difflib.unified_diff(
        _lines(before), _lines(after), fromfile=_named(f"a/{path}"), tofile=_named(f"b/{path}")
    )
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in told)


def _named(path: str) -> str:
    """Return a path as Git writes it: what could end the line, or the name, is escaped."""
    if not _ODD.search(path):
        return path
    return '"' + _ODD.sub(lambda odd: _ESCAPES.get(odd[0], f"\\{ord(odd[0]):03o}"), path) + '"'


_ODD: Final = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_NO_END = "\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; only LF ends one, as for Git."""
    return io.StringIO(text, newline="\n").readlines()


def _span(edit: Edit, lines: list[str], starts: list[int]) -> tuple[int, int]:
    return (
        _offset(edit.line, edit.column, lines, starts),
        _offset(edit.end_line, edit.end_column, lines, starts),
    )


def _offset(line: int, column: int, lines: list[str], starts: list[int]) -> int:
    if line == len(lines) + 1 and column == 1:  # behind the last line
        return starts[-1]
    if line > len(lines) or column > len(lines[line - 1].rstrip("\n")) + 1:
        raise MalformedError("an edit outside of the text", where=f"{line}:{column}")
    return starts[line - 1] + column - 1
