"""`assay source`: what may be said of the source itself."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import EXIT_STATUS, print_json

app = typer.Typer(
    help="Record the revisions of a branch; show who signed tags.", no_args_is_help=True
)


@app.command("attest")
def attest(
    path: RepositoryArgument = Path(),
    *,
    into: Annotated[
        str, typer.Option(help="The protected branch.", show_default="the default branch")
    ] = "",
    expunging_process: Annotated[
        str,
        typer.Option(help="The file that says how content is taken out.", show_default=False),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write the source VSA.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record where a branch is now, and its SLSA source level.

    To be run by a job whenever the branch has moved. Approvals count before this record, and a
    later revision must have this one in its history.

        assay source attest --output source.vsa.json
    """
    from assay.operations.attest_source import attest_source  # noqa: PLC0415  # start-up time
    from assay.reports.reviewtext import print_attested  # noqa: PLC0415

    attested = attest_source(path, branch=into, expunging=expunging_process, output=output)
    if as_json:
        print_json(attested.as_json())
    else:
        print_attested(attested)


@app.command("tags")
def tags(path: RepositoryArgument = Path(), *, as_json: JsonOption = False) -> int:
    """Show who signed each tag.

    A tag counts under the name that was signed, and under no other. Exit 1 if one is not signed by
    somebody who may, 3 if nobody can tell, or there are none.

        assay source tags
    """
    from assay.operations.show_tags import show_tags  # noqa: PLC0415  # start-up time
    from assay.reports.reviewtext import print_tags  # noqa: PLC0415

    shown = show_tags(path)
    if as_json:
        print_json(shown.as_json())
    else:
        print_tags(shown)
    return EXIT_STATUS[shown.verdict]
