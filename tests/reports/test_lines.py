"""Lines on a real terminal, and in a pipe."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from assay.reports.lines import Lines
from tests.reports.terminal import run_in_pipe, run_on_terminal

REPORT = """
from assay.reports.text import print_text
from tests.reports import factory
print_text(factory.{})
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_terminal_gets_wrapped_and_coloured_lines(columns: int) -> None:
    shown = run_on_terminal(REPORT.format("refused()"), columns=columns)
    assert shown.startswith("\x1b[1;31mFAILED   \x1b[0m")
    lines = COLOUR.sub("", shown).split("\n")
    assert max(map(len, lines)) <= columns
    assert "\x1b" not in "".join(lines)
    if columns == 60:
        assert lines[:2] == [
            "FAILED   2 of 4 enforced rules refuse this commit, and 1",
            "         could not tell.",
        ]


def test_wide_characters_count_for_two_columns() -> None:
    shown = run_on_terminal(REPORT.format("hostile('日本語のファイル ' * 9)"), columns=60)
    replay, *others = [
        line for line in COLOUR.sub("", shown).split("\n") if cell_len(line) > 60
    ] or [""]
    assert others == []
    assert replay.startswith("  assay replay 7 ")  # a command is never broken


def test_a_hostile_name_reaches_no_terminal() -> None:
    text = r"hostile('\x1b]0;title\x07\x1b[2J\x9b31m\u202e')"
    shown = COLOUR.sub("", run_on_terminal(REPORT.format(text), columns=200))
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert r"\x1b]0;title\x07\x1b[2J\x9b31m\u202e" in shown


def test_colour_can_be_turned_off() -> None:
    shown = run_on_terminal(REPORT.format("refused()"), columns=80, NO_COLOR="1")
    assert "\x1b[31m" not in shown
    assert "\x1b[1;31m" not in shown


def test_a_pipe_gets_whole_plain_lines() -> None:
    shown = run_in_pipe(REPORT.format("unknown()"), COLUMNS="40").decode()
    assert "\x1b" not in shown
    assert "src/part0.py, src/part1.py, src/part2.py and 77 more" in shown
    assert all(line == line.rstrip() for line in shown.split("\n"))


def test_an_encoding_without_the_characters_gets_them_escaped() -> None:
    shown = run_in_pipe(REPORT.format("refused()"), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert b"\\u2192 Remedy of leak.\n" in shown


def wrapped(*parts: str, width: int, bullet: str = "", indent: int = 0) -> str:
    into = io.StringIO()
    lines = Lines(Console(file=into, force_terminal=True, no_color=True, width=width))
    lines.put(*parts, bullet=bullet, indent=indent)
    return into.getvalue()


def test_further_lines_stand_under_the_first_word() -> None:
    shown = wrapped("one two three ", "four five", width=24, bullet="• ", indent=2)
    assert shown == "  • one two three four\n    five\n"


def test_a_word_that_is_too_long_is_broken_and_a_blank_line_is_empty() -> None:
    assert wrapped("x" * 30, width=20) == f"{'x' * 20}\n{'x' * 10}\n"
    assert wrapped("x" * 30, width=5) == f"{'x' * 20}\n{'x' * 10}\n"  # the terminal breaks these
    assert wrapped(width=20) == "\n"
