"""The script that Git runs as a hook: what it says, and how ours is told from another one's. Pure.

* It names the interpreter that Assay is installed for, so that it works when nothing is in `PATH`;
  `-I` keeps the folder under test, and the variables of Python, from adding modules to it.
* What was the hook before runs first, with the same arguments and input, and its refusal counts.
* Every name that comes from outside is quoted for the shell.
"""

import re
import shlex
from typing import Final

KEPT: Final = ".before-assay"  # what the ending of the hook that was there before is
HOOKS: Final = ("pre-commit", "pre-merge-commit")
PUSH: Final = "pre-push"
_MARK: Final = "# assay-hook v1"
_TEMPLATE: Final = """\
#!/bin/sh
{mark}: written by `assay hook install`, taken away by `assay hook uninstall`.
input=
{read}if [ -x "$0{kept}" ]; then
  {feed}"$0{kept}" "$@" || exit $?
fi
python={python}
if [ ! -x "$python" ]; then
  echo "assay: its Python has gone: $python (run assay hook install again)" >&2
  exit 3
fi
{feed}"$python" -I -m assay.cli.hookrun {hook}
"""
_READ: Final = "input=$(cat; echo .)\ninput=${input%.}\n"  # the dot keeps the last line's end
_FEED: Final = 'printf %s "$input" | '
_PYTHON: Final = re.compile(r"^python=(.*?)\nif \[ ! -x ", re.MULTILINE | re.DOTALL)


def hook_script(hook: str, *, python: str) -> str:
    """Return the script for the hook of this name, run by the interpreter at `python`."""
    pushes = hook == PUSH
    return _TEMPLATE.format(
        mark=_MARK,
        kept=KEPT,
        read=_READ if pushes else "",
        feed=_FEED if pushes else "",
        python=shlex.quote(python),
        hook=hook,
    )


def interpreter_of(script: str, *, hook: str) -> str | None:
    """Return the interpreter that a script of ours names; None where it is another one's.

    A script of ours that somebody has changed is another one's.
    """
    found = _PYTHON.search(script)
    if found is None:
        return None
    try:
        words = shlex.split(found[1])
    except ValueError:
        return None
    ours = len(words) == 1 and hook_script(hook, python=words[0]) == script
    return words[0] if ours else None


def is_marked(script: str) -> bool:
    """Tell whether a script claims to be ours, changed or not."""
    return _MARK in script
