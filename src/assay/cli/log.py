"""`assay log`: the log of evidence, looked at and checked."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli import logbackup, logbundle, logproof, logrotate, logwitness
from assay.cli.helptext import SectionedGroup
from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.cli.reverify import reverify

LOOK = "Look at it and check it"
PROVE = "Prove it to others, and check what others prove"
WITNESS = "Keep it to one history"
KEEP = "Keep it safe"

app = typer.Typer(
    help="The log of evidence: look at it, check it, prove it to others.",
    cls=SectionedGroup,
    no_args_is_help=True,
)


@app.command("verify", rich_help_panel=LOOK)
def verify(
    repository: RepositoryOption = Path(),
    *,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere: the log must begin with it."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Check all of the log, and that nothing was rolled back.

    Every entry, hash, index row and checkpoint. Exits 1 and names the row when anything is not
    what was recorded; 3 where the trust root asks for witnesses that have not seen everything. See
    `check-tiles` for a published log.

        assay log verify
    """
    from assay.operations.verify_log import verify_log  # noqa: PLC0415  # start-up time

    checked = verify_log(repository, against=tuple(against or ()))
    if as_json:
        print_json(
            {
                "verdict": checked.verdict.value,
                "origin": checked.origin,
                "size": checked.size,
                "root": checked.root,
                "cosigned": logproof.cosigned_json(checked.cosigned),
                "notChecked": [item.as_json() for item in checked.not_checked],
            }
        )
        return EXIT_STATUS[checked.verdict]
    are = "entry of {} is" if checked.size == 1 else "entries of {} are"
    told = are.format(checked.origin)
    typer.echo(f"{checked.verdict.value}: all {checked.size} {told} what was recorded.")
    typer.echo(f"Root {checked.root}; nothing was rolled back.")
    logproof.print_cosigned(checked.cosigned)
    print_not_checked(checked.not_checked)
    return EXIT_STATUS[checked.verdict]


@app.command("list", rich_help_panel=LOOK)
def list_entries(repository: RepositoryOption = Path(), *, as_json: JsonOption = False) -> None:
    """List the statements in the log, the oldest first.

    Each with its number, its type, and what it is about.

        assay log list
    """
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
        print_json({"entries": rows, "notChecked": []})
        return
    for entry in entries:
        typer.echo(f"{entry.index:>6}  {entry.predicate_type:<46}  {entry.subject}")


app.command("show", rich_help_panel=LOOK)(logproof.show)
app.command("reverify", rich_help_panel=LOOK)(reverify)
app.command("prove", rich_help_panel=PROVE)(logproof.prove)
app.command("renew", rich_help_panel=PROVE)(logproof.renew)
app.command("check-proof", rich_help_panel=PROVE)(logproof.check_proof)
app.command("publish", rich_help_panel=PROVE)(logproof.publish)
app.command("check-tiles", rich_help_panel=PROVE)(logproof.check_tiles)
app.command("bundle", rich_help_panel=PROVE)(logbundle.bundle)
app.command("checkpoint", rich_help_panel=WITNESS)(logwitness.checkpoint)
app.command("compare", rich_help_panel=WITNESS)(logwitness.compare)
app.command("check-fork", rich_help_panel=WITNESS)(logwitness.check_fork)
app.command("cosign", rich_help_panel=WITNESS)(logwitness.cosign)
app.command("witness", rich_help_panel=WITNESS)(logwitness.witness)
app.command("witness-key", rich_help_panel=WITNESS)(logwitness.witness_key)
app.command("rotate", rich_help_panel=KEEP)(logrotate.rotate)
app.command("backup", rich_help_panel=KEEP)(logbackup.backup)
app.command("restore", rich_help_panel=KEEP)(logbackup.restore)
