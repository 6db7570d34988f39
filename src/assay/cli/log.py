"""`assay log`: the log of evidence, looked at and checked."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli import logbackup, logbundle, logproof, logwitness
from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.cli.reverify import reverify

app = typer.Typer(
    help="Look at the log of evidence, check it, and show it to others.", no_args_is_help=True
)


@app.command("verify")
def verify(
    repository: RepositoryOption = Path(),
    *,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere: the log must begin with it."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Check every entry, hash, index row and checkpoint, and that nothing was rolled back.

    Exits 1 and names the row when anything is not what was recorded; 3 where the trust root asks
    for witnesses that have not seen everything. See `check-tiles` for a published log.
    """
    from assay.operations.verify_log import verify_log  # noqa: PLC0415  # start-up time

    checked = verify_log(repository, against=tuple(against or ()))
    if as_json:
        print_json(
            {
                "schema": "assay.log-verify/v1",
                "verdict": checked.verdict.value,
                "origin": checked.origin,
                "size": checked.size,
                "root": checked.root,
                "cosigned": logproof.cosigned_json(checked.cosigned),
                "notChecked": [item.as_json() for item in checked.not_checked],
            }
        )
        return EXIT_STATUS[checked.verdict]
    word = checked.verdict.value
    typer.echo(f"{word}: all {checked.size} entries of {checked.origin} are what was recorded.")
    typer.echo(f"Root {checked.root}; nothing was rolled back.")
    logproof.print_cosigned(checked.cosigned)
    print_not_checked(checked.not_checked)
    return EXIT_STATUS[checked.verdict]


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


app.command("show")(logproof.show)
app.command("bundle")(logbundle.bundle)
app.command("prove")(logproof.prove)
app.command("check-proof")(logproof.check_proof)
app.command("publish")(logproof.publish)
app.command("check-tiles")(logproof.check_tiles)
app.command("checkpoint")(logwitness.checkpoint)
app.command("compare")(logwitness.compare)
app.command("check-fork")(logwitness.check_fork)
app.command("cosign")(logwitness.cosign)
app.command("witness")(logwitness.witness)
app.command("witness-key")(logwitness.witness_key)
app.command("backup")(logbackup.backup)
app.command("restore")(logbackup.restore)
app.command("reverify")(reverify)
