"""The page about the command line: the help of every command."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ASSAY: Final = Path(sys.executable).with_name("assay")


def cli_page() -> str:
    """Return the help of every command."""
    parts = ["# The command line\n"]
    for command in _commands(()):
        name = " ".join(("assay", *command))
        parts.append(f"## `{name}`\n\n```text\n{_help(command)}\n```\n")
    return "\n".join(parts)


def _commands(prefix: tuple[str, ...]) -> list[tuple[str, ...]]:
    found = [prefix]
    section = _help(prefix).partition("Commands:\n")[2]
    for line in section.splitlines():
        if line.startswith("  ") and not line.startswith("   "):
            found += _commands((*prefix, line.split()[0]))
    return found


def _help(command: tuple[str, ...]) -> str:
    done = subprocess.run(
        [ASSAY, *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "COLUMNS": "96", "LANG": "C.UTF-8", "TERM": "dumb"},
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
