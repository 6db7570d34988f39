"""`assay log`: the log of evidence, looked at and checked."""

from pathlib import Path

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json
from assay.cli.reverify import reverify

app = typer.Typer(help="Look at the log of evidence, and check it.", no_args_is_help=True)
app.command("reverify")(reverify)


@app.command("verify")
def verify(repository: RepositoryOption = Path(), *, as_json: JsonOption = False) -> None:
    """Check every entry, hash, index row and checkpoint, and that nothing was rolled back.

    Exits 1 and names the row when anything is not what was recorded.
    """
    from assay.operations.verify_log import verify_log  # noqa: PLC0415  # start-up time

    checked = verify_log(repository)
    if as_json:
        print_json(
            {
                "schema": "assay.log-verify/v1",
                "verdict": "PASSED",
                "origin": checked.origin,
                "size": checked.size,
                "root": checked.root,
                "notChecked": [],
            }
        )
        return
    typer.echo(f"PASSED: all {checked.size} entries of {checked.origin} are what was recorded.")
    typer.echo(f"Root {checked.root}; nothing was rolled back.")


@app.command("list")
def list_entries(repository: RepositoryOption = Path(), *, as_json: JsonOption = False) -> None:
    """List the statements in the log, the oldest first."""
    from assay.operations.list_log import list_log  # noqa: PLC0415  # start-up time

    entries = list_log(repository)
    if as_json:
        rows = [
            {
                "index": entry.index,
                "predicateType": entry.predicate_type,
                "subject": entry.subject,
            }
            for entry in entries
        ]
        print_json({"schema": "assay.log-list/v1", "entries": rows, "notChecked": []})
        return
    for entry in entries:
        typer.echo(f"{entry.index:>6}  {entry.predicate_type:<46}  {entry.subject}")
