"""`assay forge`: what GitHub, GitLab or Gitea says about the repository."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import print_json

app = typer.Typer(help="Record what the forge enforces, and show since when.", no_args_is_help=True)
UNKNOWN = 3  # the exit status for "could not tell"
KINDS = ("github", "gitlab", "gitea")


@app.command("record")
def record(
    path: RepositoryArgument = Path(),
    *,
    kind: Annotated[
        str,
        typer.Option(
            "--forge",
            help="github, gitlab or gitea.",
            show_default="by the remote",
            autocompletion=lambda: list(KINDS),
        ),
    ] = "",
    url: Annotated[
        str,
        typer.Option(help="Its interface, as https://host/api/v4.", show_default="by the remote"),
    ] = "",
    name: Annotated[
        str, typer.Option(help="Owner and name there.", show_default="by the remote")
    ] = "",
    branch: Annotated[
        list[str] | None, typer.Option(help="A branch besides the default one.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Ask the forge what it enforces, and record it.

    Protection of branches and tags, members, and the reviews of the commit at HEAD. The token is
    ASSAY_GITHUB_TOKEN or GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN. Exit 3 if a branch was not told.

        assay forge record --forge gitea --url https://git.example.org/api/v1 --name team/app
    """
    from assay.operations.record_forge import record_forge  # noqa: PLC0415  # start-up time
    from assay.reports.forgetext import print_recorded  # noqa: PLC0415
    from assay.source.forge.opening import ForgeChoice  # noqa: PLC0415

    choice = ForgeChoice(kind=kind, url=url, path=name)
    recorded = record_forge(path, choice=choice, branches=tuple(branch or ()))
    if as_json:
        print_json(recorded.as_json())
    else:
        print_recorded(recorded)
    return 0 if recorded.told else UNKNOWN


@app.command("show")
def show(path: RepositoryArgument = Path(), *, as_json: JsonOption = False) -> int:
    """Show what the log holds of the forge, and since when.

    Nobody is asked. Exit 3 where nothing was recorded.

        assay forge show
    """
    from assay.operations.record_forge import show_forge  # noqa: PLC0415  # start-up time
    from assay.reports.forgetext import print_shown  # noqa: PLC0415

    shown = show_forge(path)
    if as_json:
        print_json(shown.as_json())
    else:
        print_shown(shown)
    return 0 if shown.accounts else UNKNOWN
