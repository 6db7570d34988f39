"""`assay sbom`: what things are made of."""

import typer

from assay.cli.sbomgenerate import generate

app = typer.Typer(
    help="What folders, artifacts and images are made of, as SBOMs.", no_args_is_help=True
)
app.command("generate")(generate)
