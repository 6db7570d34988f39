"""`assay replay`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json


def replay(
    verdict: Annotated[
        str, typer.Argument(help="A saved verdict's file, its index in the log, or its digest.")
    ],
    *,
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Decide again from the recorded evidence; compare every byte.

    Exits 0 when the same bytes come out, whatever the verdict says; 1 when they differ.

        assay replay verdict.json
    """
    from assay.operations.replay_verdict import replay_verdict  # noqa: PLC0415  # start-up time

    done = replay_verdict(verdict, repository)
    if as_json:
        print_json(done.as_json())
        return
    typer.echo(
        f"PASSED: the same {done.size} bytes, {done.digest}, from {done.evidence} pieces of "
        f"evidence and policy {done.policy}; the verdict is {done.verdict.value}"
    )
    for why in done.fallen:
        typer.echo(f"  it does not stand any more: {why}")
