"""The page about the command line: the help of every command."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from assay.cli.app import app
from assay.cli.lazygroup import every_command

ASSAY: Final = Path(sys.executable).with_name("assay")


def cli_page() -> str:
    """Return the help of every command."""
    parts = ["# The command line\n"]
    for command in all_commands():
        name = " ".join(("assay", *command))
        parts.append(f"## `{name}`\n\n```text\n{_help(command)}\n```\n")
    return "\n".join(parts)


def all_commands() -> tuple[tuple[str, ...], ...]:
    """Return every command and group, a group before what is in it, as help lists them."""
    return tuple(words for words, _ in every_command(app))


def _help(command: tuple[str, ...]) -> str:
    done = subprocess.run(
        [ASSAY, *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "COLUMNS": "96", "LANG": "C.UTF-8", "TERM": "dumb"},
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
