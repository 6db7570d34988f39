"""`assay vulns push`: what is new in the advisories, held against all products."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked, progress
from assay.core.printable import printable
from assay.core.verdict import Verdict

if TYPE_CHECKING:
    from assay.operations.push_advisories import PushReport

PushOption = Annotated[
    bool, typer.Option(" /--no-push", help="Do not hold what is new against all products yet.")
]


def push(
    *,
    repositories: Annotated[
        list[Path] | None,
        typer.Option("--in", help="A repository to read besides those read before; repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show it: record, note and send nothing.")
    ] = False,
    trial: Annotated[
        str,
        typer.Option("--try", help="Only send a trial message to this target.", metavar="TARGET"),
    ] = "",
    drop: Annotated[
        str,
        typer.Option("--drop", help="Only drop what waits for this target.", metavar="TARGET"),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Tell what is new about your products since the last push.

    `assay vulns import` and `update` do so by themselves. Records a statement and a new verdict in
    the log of each product concerned, and tells the targets in notify.toml. What waited is sent.
    Exit status 0: all is told; 3: something is open.

        assay vulns push
    """
    from assay.operations.drop_waiting import drop_waiting  # noqa: PLC0415  # start-up time
    from assay.operations.push_advisories import (  # noqa: PLC0415  # start-up time
        PushRequest,
        push_advisories,
    )
    from assay.operations.try_target import try_target  # noqa: PLC0415  # start-up time

    if drop:
        print_dropped(drop_waiting(drop), drop, as_json=as_json)
        return
    if trial:
        try_target(trial)
        print_tried(trial, as_json=as_json)
        return
    request = PushRequest(repositories=tuple(repositories or ()), dry_run=dry_run)
    with progress(quiet=as_json) as show:
        report = push_advisories(request, progress=show)
    if as_json:
        print_json(report.as_json())
    else:
        print_pushed(report, quiet=False)
    raise typer.Exit(EXIT_STATUS[Verdict.UNKNOWN if report.not_checked else Verdict.PASSED])


def print_dropped(count: int, name: str, *, as_json: bool) -> None:
    """Print how many messages were dropped."""
    if as_json:
        print_json({"target": name, "dropped": count, "notChecked": []}, form="drop")
    else:
        from assay.reports.wording import counted  # noqa: PLC0415  # start-up time

        typer.echo(printable(f"{counted(count, 'message')} for {name} dropped"))


def print_tried(name: str, *, as_json: bool) -> None:
    """Print that a trial message was taken."""
    if as_json:
        print_json({"target": name, "notChecked": []}, form="trial")
    else:
        typer.echo(printable(f"{name} took the trial message"))


def push_after_import(*, wanted: bool, as_json: bool) -> "PushReport | None":
    """Push what was just imported, where that is wanted."""
    if not wanted:
        return None
    from assay.operations.push_advisories import push_imported  # noqa: PLC0415  # start-up time

    with progress(quiet=as_json) as show:
        return push_imported(progress=show)


def print_pushed(report: "PushReport", *, quiet: bool) -> None:
    """Print a push; if `quiet`, nothing where there is nothing new and nothing open."""
    from assay.reports.pushtext import print_push  # noqa: PLC0415  # start-up time

    if not quiet or report.releases:
        print_push(report)
    print_not_checked(report.not_checked)
