"""`assay vulns match`: what is known against a folder, an artifact, an image or an SBOM."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, progress


def _complete_severity() -> list[str]:
    from assay.findings.severity import Severity  # noqa: PLC0415  # start-up time

    return [severity.value for severity in Severity]


def match(  # noqa: PLR0913  # the options of one command
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, a file, an SBOM, or an image: oci:FOLDER, docker-archive:FILE, "
            "registry:HOST/NAME:TAG.",
            show_default="this folder",
        ),
    ] = ".",
    *,
    at_least: Annotated[
        str,
        typer.Option(help="How severe one has to be to count.", autocompletion=_complete_severity),
    ] = "info",
    platform: Annotated[
        str,
        typer.Option(help="Which of an image for several: linux/arm64.", show_default=False),
    ] = "",
    also_ask: Annotated[
        list[str] | None,
        typer.Option(help="Another host that the registry may send to.", show_default=False),
    ] = None,
    with_reach: Annotated[
        bool,
        typer.Option("--reach/--no-reach", help="Read how near its sources come to what is known."),
    ] = True,
    vex: Annotated[
        list[Path] | None,
        typer.Option(
            "--vex", help="A VEX document to hear: it decides nothing.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Match what something is made of with the advisories here.

    Needs no repository, records nothing, and asks no network but a registry that is named. How
    near sources come, and what VEX documents say, is told, and decides nothing. Exit status 0:
    nothing is known against any component; 1: something is; 3: nobody can tell.

        assay vulns match bom.json --at-least high
    """
    from assay.operations.match_inventory import (  # noqa: PLC0415  # start-up time
        MatchRequest,
        match_inventory,
    )
    from assay.reports.matchtext import print_matched  # noqa: PLC0415

    request = MatchRequest(
        source=source,
        platform=platform,
        also_ask=frozenset(also_ask or ()),
        at_least=at_least,
        with_reach=with_reach,
        vex=tuple(vex or ()),
    )
    with progress(quiet=as_json) as show:
        show(f"Looking into {source}")
        matched = match_inventory(request, progress=show)
    if as_json:
        print_json(matched.as_json())
    else:
        print_matched(matched)
    raise typer.Exit(EXIT_STATUS[matched.verdict])
