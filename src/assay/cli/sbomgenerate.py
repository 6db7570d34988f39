"""`assay sbom generate`: what is in a folder, an archive, a program or an image."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import print_json, print_not_checked, progress


def _complete_phase(incomplete: str) -> list[str]:
    from assay.sbom.component import PHASES  # noqa: PLC0415  # start-up time

    return [name for name in PHASES if name.startswith(incomplete)]


def generate(  # noqa: PLR0913  # the options of one command
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, a file, or an image: oci:FOLDER, docker-archive:FILE, "
            "registry:HOST/NAME:TAG.",
            show_default="this folder",
        ),
    ] = ".",
    *,
    sbom_format: Annotated[
        str, typer.Option("--format", help="The format to write it in.")
    ] = "cyclonedx-1.6",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write it.", show_default="standard output"),
    ] = None,
    platform: Annotated[
        str,
        typer.Option(help="Which of an image for several: linux/arm64.", show_default=False),
    ] = "",
    also_ask: Annotated[
        list[str] | None,
        typer.Option(help="Another host that the registry may send to.", show_default=False),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            help="Paths inside to leave out; the document says so.",
            metavar="PATTERN",
            show_default=False,
        ),
    ] = None,
    author: Annotated[
        list[str] | None,
        typer.Option(help="Who makes the document.", metavar="NAME", show_default=False),
    ] = None,
    organisation: Annotated[
        list[str] | None,
        typer.Option(help="Which organisation makes it.", metavar="NAME", show_default=False),
    ] = None,
    phase: Annotated[
        list[str] | None,
        typer.Option(
            help="When it is made: pre-build, build, ….",
            autocompletion=_complete_phase,
            show_default="from what is found",
        ),
    ] = None,
    supplier: Annotated[str, typer.Option(help="Who supplies what it is about.")] = "",
    name: Annotated[str, typer.Option(help="What that is called.")] = "",
    version: Annotated[str, typer.Option(help="Which version of it.")] = "",
    purl: Annotated[str, typer.Option(help="Its package URL.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List what a folder, archive, program or image is made of.

    Looks for lock files, for what is installed, and for what programs say they were built from.
    What could not be read is in the document. Behind an image, `@` and a tag or digest choose one
    of several. SOURCE_DATE_EPOCH sets the time that the document names.

        assay sbom generate . --author "Jo Doe" --supplier "Shop Inc" --output sbom.json
    """
    from assay.operations.generate_sbom import (  # noqa: PLC0415  # start-up time
        Described,
        generate_sbom,
    )
    from assay.operations.survey_source import Target  # noqa: PLC0415

    with progress(quiet=as_json) as show:
        show(f"Looking into {source}")
        made = generate_sbom(
            Target(
                source=source,
                platform=platform,
                also_ask=frozenset(also_ask or ()),
                exclude=tuple(exclude or ()),
            ),
            described=Described(
                authors=tuple(author or ()),
                organisations=tuple(organisation or ()),
                phases=tuple(phase or ()),
                supplier=supplier,
                name=name,
                version=version,
                purl=purl,
            ),
            format_=sbom_format,
            output=output,
        )
    if output is None:
        typer.echo(made.document, nl=False)
    elif as_json:
        print_json(made.as_json())
    else:
        noun = "component" if made.components == 1 else "components"
        typer.echo(f"{output}: {made.components} {noun} of {made.name}")
        print_not_checked(made.not_checked)
