"""Commands as they are typed, run in this process: with the group that they stand in."""

import typer
from typer.testing import CliRunner, Result


def run_typed(app: typer.Typer, group: str, *words: str) -> Result:
    """Run `assay GROUP WORDS`, where `app` is that group."""
    whole = typer.Typer(name="assay", rich_markup_mode=None)
    whole.add_typer(app, name=group)
    return CliRunner().invoke(whole, [group, *words], prog_name="assay")
