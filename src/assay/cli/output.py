"""What commands print, and where: answers on stdout, progress and errors on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from assay.core.errors import AssayError
from assay.core.strictjson import render_canonical_json
from assay.core.verdict import Verdict

EXIT_STATUS = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: 3}


def print_json(document: dict[str, object]) -> None:
    """Print one JSON document on stdout."""
    typer.echo(render_canonical_json(document))


def print_error(error: AssayError, *, as_json: bool) -> None:
    """Print a refusal: on stderr for people, with `--json` also as a document on stdout."""
    if as_json:
        print_json(
            {
                "schema": "assay.error/v1",
                "code": error.code,
                "what": error.what,
                "where": error.where,
                "hint": error.hint,
            }
        )
    typer.echo(str(error), err=True)


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
