"""`assay scan`: the scanners here, and what scanners elsewhere reported."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json, print_not_checked
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.operations.import_scan import RecordedScan

app = typer.Typer(help="Scanners here, and reports of scanners elsewhere.", no_args_is_help=True)


def _complete_tool(incomplete: str) -> list[str]:
    from assay.scan.imports.formats import NAMES  # noqa: PLC0415  # start-up time

    return [name for name in NAMES if name.startswith(incomplete)]


@app.command("import")
def import_(
    reports: Annotated[list[Path], typer.Argument(help="Files that scanners wrote.")],
    *,
    tool: Annotated[
        str,
        typer.Option(
            help="Their format, where a file does not tell it.", autocompletion=_complete_tool
        ),
    ] = "",
    ran_by: Annotated[str, typer.Option(help="Who ran the tool, as it is to be recorded.")] = "",
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Record what other tools reported about the commit at HEAD.

    SARIF 2.1.0 of any tool, and the formats that `assay scan list` names. The findings count
    against the commit; that somebody else scanned never counts as a scan by Assay.

        assay scan import results.sarif
    """
    from assay.operations.import_scan import import_scans  # noqa: PLC0415  # start-up time

    done = import_scans(repository, tuple(reports), tool=tool, ran_by=ran_by)
    if as_json:
        print_json(done.as_json())
        return
    for scan in done.scans:
        typer.echo(_line(scan))
    print_not_checked(done.not_checked)


def _line(recorded: "RecordedScan") -> str:
    from assay.operations.import_scan import severities  # noqa: PLC0415  # start-up time

    report = recorded.scan.report
    levels = ", ".join(f"{n} {level}" for level, n in severities(recorded.scan).items())
    found = len(report.findings)
    return printable(
        f"{report.tool} {report.version}: {found} finding{'' if found == 1 else 's'}"
        f"{f' ({levels})' if levels else ''} in {report.examined['results']} results; "
        f"log entry {recorded.index}"
    )


@app.command("list")
def list_(*, as_json: JsonOption = False) -> None:
    """Show the scanners, and whether they can run here.

    Says also what confines them, and which formats can be imported.

        assay scan list
    """
    from assay.operations.list_scanners import list_scanners  # noqa: PLC0415  # start-up time

    shown = list_scanners()
    if as_json:
        print_json(shown.as_json())
        return
    for row in shown.scanners:
        when = "always" if row.default else "if configured"
        typer.echo(printable(f"{row.name:<14} {row.tool:<10} {row.version or row.why}, {when}"))
    typer.echo(printable(f"Confined by: {shown.isolation}"))
    for name, about in shown.formats:
        typer.echo(printable(f"import {name:<12} {about}"))
