"""Asking a person at the terminal for something that is not to be shown."""

import getpass
import sys
import warnings

from assay.core.errors import UnavailableError, UsageError


def has_terminal() -> bool:
    """Tell whether somebody is there to be asked: at both the keyboard and the screen."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_hidden(prompt: str) -> str:
    """Return what the person types, which is not shown.

    Raises:
        UsageError: They ended the input.
        UnavailableError: The terminal would have shown it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except EOFError as error:
        raise UsageError("nothing was typed") from error
    except getpass.GetPassWarning as error:
        raise UnavailableError("this terminal would show what is typed") from error
