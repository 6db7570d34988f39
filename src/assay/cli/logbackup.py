"""`assay log backup` and `assay log restore`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json, print_not_checked
from assay.core.wording import entries


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    repository: RepositoryOption = Path(),
    *,
    as_json: JsonOption = False,
) -> None:
    """Write the whole log into one file; no keys, no trust root.

    Entries, checkpoints and cosignatures. The log is checked on the way.

        assay log backup log-2026-06-01.zip
    """
    from assay.operations.backup_log import backup_log  # noqa: PLC0415  # start-up time

    done = backup_log(repository, file)
    if as_json:
        print_json(
            {
                "origin": done.origin,
                "size": done.size,
                "file": str(file),
                "notChecked": [],
            }
        )
        return
    typer.echo(f"Backed up {entries(done.size)} of {done.origin} to {file}")


def restore(
    file: Annotated[Path, typer.Argument(help="From `assay log backup`.")],
    repository: RepositoryOption = Path(),
    *,
    accept_loss: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            help="Go on with a backup that is older than what was seen; the reason is recorded.",
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Put a backup in the place of a log that has gone.

    All of it is checked before it counts. Exits 1 where the backup is not what was signed, or
    older than what was seen of the log.

        assay log restore log-2026-06-01.zip
    """
    from assay.operations.restore_log import restore_log  # noqa: PLC0415  # start-up time

    done = restore_log(repository, file, accept_loss=accept_loss)
    if as_json:
        print_json(
            {
                "origin": done.origin,
                "size": done.size,
                "lost": done.lost,
                "notChecked": [item.as_json() for item in done.not_checked],
            }
        )
        return
    typer.echo(f"Restored {entries(done.size)} of {done.origin}.")
    if done.lost:
        typer.echo(f"Lost {entries(done.lost)} of what was seen; that is recorded.")
    print_not_checked(done.not_checked)
