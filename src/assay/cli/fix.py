"""`assay fix`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import print_json


def fix(
    path: RepositoryArgument = Path(),
    *,
    write: Annotated[
        bool,
        typer.Option("--write/--dry-run", help="Write the files, or only show what would change."),
    ] = False,
    pins: Annotated[
        Path | None,
        typer.Option(help="Commits of tags, one `owner/repo@tag COMMIT` a line."),
    ] = None,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="Also files with changes that are not committed.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Mend what can be mended safely, and show it as a diff.

    In GitHub workflows and actions: an action gets the commit of its tag where that is known (from
    a pin elsewhere in the repository, or from --pins), the token gets the right to read and no
    other, and a checkout leaves no token behind. What is not certain is left alone, and said.

        assay fix --write && git diff
    """
    from assay.operations.fix_files import fix_files  # noqa: PLC0415  # start-up time
    from assay.reports.fixtext import print_fixes  # noqa: PLC0415

    report = fix_files(path, write=write, dirty=dirty, pins=pins)
    if as_json:
        print_json(report.as_json())
    else:
        print_fixes(report)
