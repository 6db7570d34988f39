"""`assay status`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import print_json


def status(
    path: RepositoryArgument = Path(),
    *,
    brief: Annotated[bool, typer.Option("--brief", help="Only the counts and the gaps.")] = False,
    gaps: Annotated[int, typer.Option(min=0, help="How many next steps to show.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Show how far the commit at HEAD meets the SSDF, by evidence.

    All 42 tasks as met, not met or unknown, with the evidence behind each, its age and its end;
    then what to do next. It decides nothing: exits 0 when it could be shown, also where `verdict`
    is not PASSED; a gate is `assay check`.

        assay status --brief
    """
    from assay.operations.show_status import show_status  # noqa: PLC0415  # start-up time
    from assay.reports.statustext import print_status  # noqa: PLC0415

    shown = show_status(path)
    if as_json:
        print_json(shown.as_json())
        return
    print_status(shown, brief=brief, gaps=gaps)
