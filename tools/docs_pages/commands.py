"""The page about the command line: the help of every command."""

import contextlib
import io
import os
from typing import Final

from assay.cli.app import app
from assay.cli.lazygroup import every_command

# What decides the form of help: no terminal, and none of the reader's own settings.
WIDTH: Final = {"COLUMNS": "96", "LANG": "C.UTF-8", "TERM": "dumb"}


def cli_page() -> str:
    """Return the help of every command, asked for in this process: 100 of them would take 20 s."""
    os.environ.update(WIDTH)
    parts = ["# The command line\n"]
    for command in all_commands():
        name = " ".join(("assay", *command))
        parts.append(f"## `{name}`\n\n```text\n{_help(command)}\n```\n")
    return "\n".join(parts)


def all_commands() -> tuple[tuple[str, ...], ...]:
    """Return every command and group, a group before what is in it, as help lists them."""
    return tuple(words for words, _ in every_command(app))


def _help(command: tuple[str, ...]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        app([*command, "--help"], prog_name="assay", standalone_mode=False)
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())
