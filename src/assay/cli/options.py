"""Arguments that several commands have in common."""

from pathlib import Path
from typing import Annotated

import typer

RepositoryArgument = Annotated[
    Path, typer.Argument(help="The repository, or a folder in it.", show_default="this folder")
]
RepositoryOption = Annotated[
    Path,
    typer.Option(
        "--repository", help="The repository whose log is meant.", show_default="this folder"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
