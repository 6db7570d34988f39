"""`assay fix`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import print_json, progress
from assay.vuln.remedy.steps import Step


def fix(  # noqa: PLR0913  # one for each option
    path: RepositoryArgument = Path(),
    *,
    write: Annotated[
        bool,
        typer.Option("--write/--dry-run", help="Write the files, or only show what would change."),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this vulnerability or package (may be given again)."),
    ] = None,
    max_step: Annotated[
        Step, typer.Option(help="The largest upgrade to plan, by the number that changes.")
    ] = Step.MAJOR,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the public indexes of PyPI and npm for releases.")
    ] = False,
    index: Annotated[
        list[str] | None,
        typer.Option(
            help="Ask this one: `pypi=URL`, or `npm=FOLDER` with a copy (may be given again)."
        ),
    ] = None,
    pins: Annotated[
        Path | None,
        typer.Option(help="Commits of tags, one `owner/repo@tag COMMIT` a line."),
    ] = None,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="Also files with changes that are not committed.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the patch into a file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Mend what can be mended safely, and show it as a diff.

    Dependencies: each vulnerable package goes to the smallest version that has no known
    vulnerability and that everybody who asks for it lets in. What cannot be edited truthfully gets
    the command of your own tool; nothing is installed, and no script of a package runs.

    In GitHub workflows and actions: an action gets the commit of its tag where that is known (from
    a pin elsewhere in the repository, or from --pins), the token gets the right to read and no
    other, and a checkout leaves no token behind. What is not certain is left alone, and said.

        assay fix --write && git diff
    """
    from assay.operations.fix_dependencies import DependencyWishes  # noqa: PLC0415  # start-up time
    from assay.operations.fix_files import FixRequest, fix_files, save_patch  # noqa: PLC0415
    from assay.reports.fixtext import print_fixes  # noqa: PLC0415

    wishes = DependencyWishes(
        only=frozenset(only or ()), max_step=max_step, online=online, indexes=tuple(index or ())
    )
    request = FixRequest(write=write, dirty=dirty, pins=pins, dependencies=wishes)
    with progress(quiet=as_json) as show:
        report = fix_files(path, request, progress=show)
    if output is not None:
        save_patch(report, output)
    if as_json:
        print_json(report.as_json())
    else:
        print_fixes(report)
