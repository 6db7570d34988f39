"""`assay policy`: rules of your own."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json

app = typer.Typer(help="Rules of your own, beside the default ones.", no_args_is_help=True)


@app.callback()
def _policy() -> None:
    """Keep `test` a word of its own while it is the only one here."""


@app.command("test")
def run_tests(
    folder: Annotated[Path, typer.Argument(help="The folder with rules (*.rego) and their tests.")],
    *,
    as_json: JsonOption = False,
) -> int:
    """Load rules as a check would, and run the tests among them.

    Exits 0 when all tests hold, 1 when one does not or a rule cannot be accepted, 3 when there is
    no test.

        assay policy test security/policy
    """
    from assay.operations.check_policy import check_policy  # noqa: PLC0415  # start-up time

    checked = check_policy(folder)
    if as_json:
        print_json(checked.as_json())
        return EXIT_STATUS[checked.verdict]
    for outcome in checked.tests:
        if outcome.complaint:
            typer.echo(f"FAILED: {outcome.name}: {outcome.complaint}")
    rules, tests = (_count(checked.rules, "rule"), _count(checked.tests, "test"))
    typer.echo(f"{checked.verdict.value}: {rules} ({', '.join(checked.rules)}), {tests}")
    return EXIT_STATUS[checked.verdict]


def _count(items: tuple[object, ...], noun: str) -> str:
    return f"{len(items)} {noun}" if len(items) == 1 else f"{len(items)} {noun}s"
