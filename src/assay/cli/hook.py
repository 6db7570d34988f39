"""`assay hook`: look at what is staged before it is committed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.hookrun import COMMIT_HOOKS, PUSH_HOOK, look, status_of, tell
from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import print_json

if TYPE_CHECKING:
    from assay.operations.manage_hooks import HookStates

app = typer.Typer(help="Look at what is staged before each commit.", no_args_is_help=True)
_WORDS = {
    "ours": "looks at each",
    "stale": "its Python has gone: run assay hook install",
    "changed": "changed by hand",
    "other": "another hook",
    "none": "none",
}


@app.command("install")
def install(
    path: RepositoryArgument = Path(),
    *,
    push: Annotated[bool, typer.Option("--pre-push", help="Look at what is pushed, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at what is staged before each commit from now on.

    A hook that is there already is kept, and runs first. core.hooksPath and linked work trees are
    heeded.

        assay hook install --pre-push
    """
    from assay.operations.manage_hooks import install_hooks  # noqa: PLC0415  # start-up time

    _print(install_hooks(path, push=push), as_json=as_json)


@app.command("uninstall")
def uninstall(path: RepositoryArgument = Path(), *, as_json: JsonOption = False) -> None:
    """Take the hooks away, and put back what was there before.

    A script of ours that was changed is left alone.

        assay hook uninstall
    """
    from assay.operations.manage_hooks import uninstall_hooks  # noqa: PLC0415  # start-up time

    _print(uninstall_hooks(path), as_json=as_json)


@app.command("status")
def status(path: RepositoryArgument = Path(), *, as_json: JsonOption = False) -> int:
    """Show which hooks there are.

    Exit 1 if commits are not looked at.

        assay hook status
    """
    from assay.operations.manage_hooks import show_hooks  # noqa: PLC0415  # start-up time

    states = show_hooks(path)
    _print(states, as_json=as_json)
    return 0 if states.guarded else 1


@app.command("run")
def run(
    path: RepositoryArgument = Path(),
    *,
    hook: Annotated[
        str,
        typer.Option(
            help="pre-commit, pre-merge-commit, or pre-push, which reads refs from stdin.",
            autocompletion=lambda: [*COMMIT_HOOKS, PUSH_HOOK],
        ),
    ] = "pre-commit",
    as_json: JsonOption = False,
) -> int:
    """Look at what is staged, as the hook does.

    Secrets that the commit would bring in, and faults in settings. Exit 1 if there are any, 3 if
    something could not be looked at.

        assay hook run
    """
    report = look(hook, path, refs=None)
    if as_json:
        print_json(report.as_json())
    else:
        typer.echo("\n".join(tell(report) or [f"assay: {report.files} staged files, no problem"]))
    return status_of(report)


def _print(states: "HookStates", *, as_json: bool) -> None:
    if as_json:
        print_json(states.as_json())
        return
    for one in states.hooks:
        before = ", behind the hook that was there" if one.kept else ""
        typer.echo(f"{one.hook:<17} {_WORDS[one.state]}{before}")
