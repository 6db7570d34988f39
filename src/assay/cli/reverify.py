"""`assay log reverify`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import EXIT_STATUS, print_json


def reverify(
    repository: RepositoryOption = Path(),
    *,
    list_only: Annotated[
        bool, typer.Option("--list", help="Record nothing; it needs no keys.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Judge every verdict again under the trust root in force.

    To be run after a key was revoked. Lists each that does not stand any more, and records a
    verdict in its place that withdraws it. Exits 1 where one fell that was not withdrawn before; a
    second run exits 0.

        assay log reverify
    """
    from assay.operations.reverify_log import reverify_log  # noqa: PLC0415  # start-up time
    from assay.reports.reverifytext import print_reverified  # noqa: PLC0415

    done = reverify_log(repository, record=not list_only)
    if as_json:
        print_json(done.as_json())
    else:
        print_reverified(done)
    return EXIT_STATUS[done.verdict]
