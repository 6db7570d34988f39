"""What commands print, and where: answers on stdout, progress and errors on stderr."""

import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import typer
from typer._click.globals import get_current_context  # Typer gives commands no other way to it

from assay.core.errors import AssayError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.reports.jsontext import render_json

MAX_MESSAGE: Final = 4_000  # characters of a message, which may quote a path and a program
EXIT_STATUS = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: 3}


def print_json(document: dict[str, object], *, form: str = "") -> None:
    """Print the answer of the command that runs as one JSON document on stdout.

    Its schema is named after the command, with `form` behind where that has answers of several
    shapes: `assay.log-verify/v1`.
    """
    words = [*get_current_context().command_path.split()[1:], *filter(None, [form])]
    _print_document({"schema": f"assay.{'-'.join(words)}/v1"} | document)


def _print_document(document: dict[str, object]) -> None:
    typer.echo(render_json(document), nl=False)


def print_error(error: AssayError, *, as_json: bool) -> None:
    """Print a refusal: on stderr for people, with `--json` also as a document on stdout."""
    typer.echo(printable(str(error), limit=MAX_MESSAGE), err=True)
    if as_json:
        _print_failure_json(error.code, error.what, where=error.where, hint=error.hint)


def print_interruption(*, as_json: bool) -> None:
    """Print that the user, or the system, stopped the command."""
    what = "stopped; what was recorded before stays recorded"
    typer.echo(f"[interrupted] {what}", err=True)
    if as_json:
        _print_failure_json("interrupted", what)


def print_failure(error: Exception, *, as_json: bool) -> None:
    """Print a bug with its trace."""
    what = "this should not have happened; please report it with the lines above"
    trace = "".join(traceback.format_exception(error)).splitlines()
    typer.echo("\n".join(printable(line) for line in trace), err=True)
    typer.echo(f"[bug] {what}", err=True)
    if as_json:
        _print_failure_json("bug", f"{type(error).__name__}: {error}")


def _print_failure_json(code: str, what: str, *, where: str = "", hint: str = "") -> None:
    """Print the document `assay.error/v1`; nothing was checked, and it says so."""
    told = {"what": printable(what), "where": printable(where), "hint": printable(hint)}
    gap = NotChecked(what="everything", where=told["where"], why=told["what"], remedy=told["hint"])
    _print_document(
        {"schema": "assay.error/v1", "code": code, **told, "notChecked": [gap.as_json()]}
    )


def print_not_checked(gaps: Iterable[NotChecked]) -> None:
    """Print what was not looked at, below an answer."""
    for gap in gaps:
        typer.echo(printable(f"  not checked: {gap}", limit=MAX_MESSAGE))


@contextmanager
def progress(*, quiet: bool) -> Iterator["Progress"]:
    """Show on stderr what is being done; nothing where stderr is no terminal, or `quiet`."""
    shown = Progress(enabled=sys.stderr.isatty() and not quiet)
    try:
        yield shown
    finally:
        shown.clear()


class Progress:
    """One line on the terminal that says what is being done now."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled

    def __call__(self, what: str) -> None:
        """Show `what` in place of what was shown before."""
        if self._enabled:
            typer.echo(f"\r\x1b[2K{what} …", err=True, nl=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._enabled:
            typer.echo("\r\x1b[2K", err=True, nl=False)
