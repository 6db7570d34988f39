"""`assay log rotate`: a new key for the log."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json

NEW_DRAFT = Path("trust-draft.json")


def rotate(  # noqa: PLR0913  # each is an option that people type
    *,
    reason: Annotated[
        str, typer.Option(help="Why the old key goes: retired, or compromised.")
    ] = "retired",
    since: Annotated[
        str,
        typer.Option(
            help="The first moment at which the old one does not count: 2026-01-31T12:00:00Z.",
            show_default="now",
        ),
    ] = "",
    log_signer: Annotated[
        str,
        typer.Option(
            metavar="URI", help="The new key: a file, or as pkcs11:…", show_default="a new file"
        ),
    ] = "",
    at_once: Annotated[
        bool, typer.Option("--apply", help="Sign and apply it, where one owner is enough.")
    ] = False,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write the draft.")
    ] = NEW_DRAFT,
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Write the draft of a change that gives the log a new key.

    The owners of the trust root sign it. The old key signs once more, with the new one: what was
    recorded keeps its place and its date, and the old key opens nothing any more.

        assay log rotate --apply
    """
    from assay.operations.rotate_log import rotate_log  # noqa: PLC0415  # start-up time
    from assay.reports.trusttext import print_applied, print_change  # noqa: PLC0415

    change = rotate_log(
        repository,
        log_signer=log_signer,
        reason=reason,
        since=since,
        draft=None if at_once else output,
    )
    if as_json:
        print_json(change.as_json())
    elif at_once:
        print_applied(change)
        typer.echo("Next: hand the new trust root, and the key, to whoever verifies this log")
        typer.echo("  assay trust show --json, assay log checkpoint --key")
    else:
        print_change(change)
        typer.echo(f"Next: each owner runs assay trust sign {output}")
