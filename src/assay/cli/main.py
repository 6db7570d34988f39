"""The command `assay`: its subcommands, and how anything that goes wrong ends.

Exit status: 0 passed, 1 the answer is no, 2 usage, 3 could not tell, 70 a bug; 130 when the user
interrupts. Everything heavy is imported inside the commands, so that `assay --help` stays fast.
"""

import sys
import traceback
from typing import Annotated, NoReturn

import typer

from assay.cli import check, init, log, replay, status, verify, vulns
from assay.cli.output import print_error
from assay.core.errors import AssayError, UsageError

INTERRUPTED, BUG = 130, 70

app = typer.Typer(
    name="assay",
    help="Prove that your secure-delivery controls work; refuse to ship what cannot be proven.",
    no_args_is_help=True,
    rich_markup_mode=None,  # half of the start-up time, for a help text
    pretty_exceptions_enable=False,
)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("status")(status.status)
app.command("verify")(verify.verify)
app.command("replay")(replay.replay)
app.add_typer(log.app, name="log")
app.add_typer(vulns.app, name="vulns")


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # the shape that Typer calls
    if wanted:
        from assay.operations.show_versions import show_versions  # noqa: PLC0415  # start-up time

        for name, version in show_versions():
            typer.echo(f"{name} {version}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the versions of Assay and of what it relies on.",
        ),
    ] = False,
) -> None:
    """Prove that your secure-delivery controls work; refuse to ship what cannot be proven."""


def run() -> NoReturn:
    """Run the command line, and leave with the exit status that the answer has."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        result: object = app(arguments, prog_name="assay", standalone_mode=False)
    except AssayError as error:
        print_error(error, as_json=as_json)
        return error.exit_status
    except typer.Abort:
        return _interrupted()
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone; there is nobody to tell
        return UsageError.exit_status
    except Exception as error:  # noqa: BLE001  # the last door: everything else is a bug
        return _refused_arguments(error, as_json=as_json)
    return result if isinstance(result, int) else 0


def _interrupted() -> int:
    typer.echo("[interrupted] stopped; what was recorded before stays recorded", err=True)
    return INTERRUPTED


def _refused_arguments(error: Exception, *, as_json: bool) -> int:
    """Tell a wrong call, which the parser reports by its own exceptions, from a bug."""
    show = getattr(error, "format_message", None)
    if callable(show):
        hint = "see assay --help"
        print_error(UsageError(str(show()).rstrip("."), hint=hint), as_json=as_json)
        return UsageError.exit_status
    traceback.print_exception(error)
    typer.echo(
        "[bug] this should not have happened; please report it with the lines above", err=True
    )
    return BUG
