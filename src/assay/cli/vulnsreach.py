"""`assay vulns reach`: how near a folder's sources come to its known vulnerabilities."""

from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, progress


def _complete_level() -> list[str]:
    from assay.operations.ask_reach import LEVELS  # noqa: PLC0415  # start-up time

    return list(LEVELS)


def reach(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, a wheel, a program, or an image: oci:FOLDER, docker-archive:FILE.",
            show_default="this folder",
        ),
    ] = ".",
    *,
    at_least: Annotated[
        str,
        typer.Option(
            help="Only what is known to be so near: declared, installed, imported, referenced, "
            "called.",
            autocompletion=_complete_level,
        ),
    ] = "declared",
    as_json: JsonOption = False,
) -> None:
    """Show how near sources come to known vulnerabilities.

    Reads Python, JavaScript, Go, Rust and Go programs; runs nothing of them. A level is what was
    seen at least, never a proof that more cannot be. Exit status 0: all was matched and read; 3:
    the list of vulnerabilities may not be whole, or a source could not be read to its end.

        assay vulns reach . --at-least imported
    """
    from assay.operations.ask_reach import ask_reach  # noqa: PLC0415  # start-up time
    from assay.reports.reachtext import print_reach_report  # noqa: PLC0415

    with progress(quiet=as_json) as show:
        report = ask_reach(source, at_least=at_least, progress=show)
    if as_json:
        print_json(report.as_json())
    else:
        print_reach_report(report)
    raise typer.Exit(EXIT_STATUS[report.verdict])
