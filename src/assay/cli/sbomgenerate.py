"""`assay sbom generate`: what is in a folder, an archive, a program or an image."""

from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import print_json


def generate(
    source: Annotated[str, typer.Argument(help="A folder or a file.", show_default=False)] = ".",
    *,
    as_json: JsonOption = False,
) -> None:
    """List the components of a folder, an archive, a program or an image.

    Prints a CycloneDX document.

        assay sbom generate .
    """
    from assay.operations.generate_sbom import generate_sbom  # noqa: PLC0415  # start-up time

    print_json(generate_sbom(source).as_cyclonedx())
