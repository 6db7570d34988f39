"""What help says: of every command in one style, so that one page teaches how to read all."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from typer.core import TyperGroup

from assay.cli.app import app
from assay.cli.lazygroup import LazyCommand, every_command

ASSAY: Final = Path(sys.executable).with_name("assay")
ALL: Final = dict(every_command(app))
GROUPS: Final = [words for words, command in ALL.items() if isinstance(command, TyperGroup)]
COMMANDS: Final = [words for words in ALL if words not in GROUPS]
LINE: Final = re.compile(r"^  ([a-z-]+)  +([A-Z].*)$", re.MULTILINE)


def _name(words: tuple[str, ...]) -> str:
    return " ".join(("assay", *words))


def _help(words: tuple[str, ...]) -> str:
    done = subprocess.run(
        (ASSAY, *words, "--help"),
        env={"LANG": "C.UTF-8", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=_name)
def test_each_command_in_one_style(words: tuple[str, ...]) -> None:
    """An example to copy, and one name for one option."""
    text = _help(words)
    examples = re.findall(r"^ {6}(assay .*)$", text, re.MULTILINE)
    assert examples
    assert all(f"{line} ".startswith(f"{_name(words)} ") for line in examples)
    assert ("--output" in text) == ("-o, --output" in text)
    assert "--json" in text or words == ("log", "witness")  # which runs until it is stopped


@pytest.mark.parametrize("words", GROUPS, ids=_name)
def test_a_group_says_of_each_command_what_it_does(words: tuple[str, ...]) -> None:
    """In a sentence that is not cut off."""
    listed = dict(LINE.findall(_help(words).partition("--help")[2]))
    group = ALL[words]
    assert isinstance(group, TyperGroup)
    assert sorted(listed) == sorted(group.commands)  # in sections, groups among commands
    assert [name for name, what in listed.items() if not re.search(r"[A-Za-z)]\.$", what)] == []


def test_many_commands_are_listed_in_sections() -> None:
    assert re.findall(r"^([A-Z].*):$", _help(("log",)), re.MULTILINE) == [
        "Options",
        "Look at it and check it",
        "Prove it to others, and check what others prove",
        "Keep it to one history",
        "Keep it safe",
    ]


@pytest.mark.parametrize("name", app.commands)
def test_the_list_of_all_says_what_a_command_says_of_itself(name: str) -> None:
    """It is read before the command is imported."""
    listed, itself = app.commands[name], ALL[(name,)]
    assert isinstance(listed, LazyCommand)
    assert listed.get_short_help_str(100) == itself.get_short_help_str(100)
