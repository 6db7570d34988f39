"""`assay review`: two people for every change."""

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import EXIT_STATUS, print_json
from assay.core.errors import UsageError

IntoOption = Annotated[
    str,
    typer.Option(help="The branch that the change goes into.", show_default="the default branch"),
]


class ReviewGroup(TyperGroup):
    """Takes `assay review REV …` for `assay review change REV …`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the command in front where its name was left out."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["change", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ReviewGroup,
    help="Approve or reject a change; show what was reviewed.",
    no_args_is_help=True,
)


@app.command("change")
def change(  # noqa: PLR0913  # each is an option of the command
    what: Annotated[str, typer.Argument(help="The change: REV, or BASE..HEAD.")] = "HEAD",
    *,
    approve: Annotated[bool, typer.Option("--approve", help="It may go in.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It must not.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what I said.")] = False,
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)] = "",
    looked_at: Annotated[
        str, typer.Option(help="What you looked at, and what not.", show_default=False)
    ] = "",
    into: IntoOption = "",
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Say that a change may go in, or must not: signed, and logged.

    It counts for one change alone: from the commit it is on top of to the tree that comes of it.
    After another push, or once the branch moved on, it needs a new one. The word `change` may be
    left out.

        assay review change main..topic --approve --looked-at "all of it, tests run"
    """
    from assay.operations.review_change import (  # noqa: PLC0415  # start-up time
        ReviewRequest,
        review_change,
    )
    from assay.reports.reviewtext import print_review  # noqa: PLC0415
    from assay.source.review import Decision  # noqa: PLC0415

    chosen = {Decision.APPROVE: approve, Decision.REJECT: reject, Decision.WITHDRAW: withdraw}
    said = [decision for decision, wanted in chosen.items() if wanted]
    if len(said) != 1:
        raise UsageError("not exactly one of --approve, --reject and --withdraw")
    request = ReviewRequest(
        what=what, into=into, decision=said[0], reason=reason, looked_at=looked_at
    )
    recorded = review_change(repository, request)
    if as_json:
        print_json(recorded.as_json())
    else:
        print_review(recorded)


WhatArgument = Annotated[
    str, typer.Argument(help="The changes: BASE..HEAD, or HEAD.", show_default="the branch")
]


@app.command("owners")
def owners(
    what: WhatArgument = "",
    *,
    into: IntoOption = "",
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> int:
    """Show which code owners approved, and who is missing.

    The CODEOWNERS of the commit before a change says who owns its paths; signed reviews say who
    approved. Exit 1 if an owner is missing, 3 if nobody can tell.

        assay review owners main..topic
    """
    from assay.operations.show_owners import show_owners  # noqa: PLC0415  # start-up time
    from assay.reports.reviewtext import print_owners  # noqa: PLC0415

    shown = show_owners(repository, what, into=into)
    if as_json:
        print_json(shown.as_json())
    else:
        print_owners(shown)
    return EXIT_STATUS[shown.verdict]


@app.command("status")
def status(
    what: WhatArgument = "",
    *,
    into: IntoOption = "",
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> int:
    """Show which changes on a branch were reviewed, and which not.

    BASE may be `root`, for all since the first commit. Exit 1 if one was not reviewed, 3 if nobody
    can tell.

        assay review status v1.0..main
    """
    from assay.operations.show_reviews import show_reviews  # noqa: PLC0415  # start-up time
    from assay.reports.reviewtext import print_status  # noqa: PLC0415

    shown = show_reviews(repository, what, into=into)
    if as_json:
        print_json(shown.as_json())
    else:
        print_status(shown)
    return EXIT_STATUS[shown.verdict]
