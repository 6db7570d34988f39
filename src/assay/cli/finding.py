"""`assay finding`: what was found, why it matters, how to mend it, and how to accept it."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json

app = typer.Typer(
    help="Look at findings, and accept one for a while.",
    no_args_is_help=True,
)


def _complete_finding(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the findings about HEAD by their hashes, none where the log cannot be read."""
    from assay.core.errors import AssayError  # noqa: PLC0415  # start-up time
    from assay.operations.accept_finding import list_findings  # noqa: PLC0415

    try:
        found = list_findings(context.params.get("repository") or Path())
    except AssayError:
        return []
    return [one for one in found.names() if one[0].startswith(incomplete)]


NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="The finding's id, or the beginning of its hash.",
        autocompletion=_complete_finding,
    ),
]


@app.command("list")
def list_(
    repository: RepositoryOption = Path(),
    *,
    waived: Annotated[
        bool,
        typer.Option("--waived", help="Only those that do not count: accepted, or by VEX."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the findings that are recorded about the commit at HEAD.

    The worst first. What somebody accepted, or VEX takes away, is listed with its end; it does not
    count at the gate until then.

        assay finding list
    """
    from assay.operations.accept_finding import list_findings  # noqa: PLC0415  # start-up time
    from assay.reports.findingtext import print_findings  # noqa: PLC0415

    found = list_findings(repository)
    if waived:
        found = found.waived()
    if as_json:
        print_json(found.as_json())
    else:
        print_findings(found)


@app.command("show")
def show(
    name: NameArgument,
    *,
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Show one finding: what, where, why it matters, how to mend it.

    Every tool's own report of it is listed, and how to accept it where it cannot be mended now.

        assay finding show 3f9a0c12
    """
    from assay.operations.accept_finding import list_findings  # noqa: PLC0415  # start-up time
    from assay.reports.findingtext import print_finding  # noqa: PLC0415

    found = list_findings(repository)
    one = found.find(name)
    if as_json:
        gaps = [gap.as_json() for gap in found.not_checked]
        print_json({**one.as_json(), "notChecked": gaps})
    else:
        print_finding(one)


@app.command("accept")
def accept(
    name: NameArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why it may stay for now.")],
    expires: Annotated[
        str, typer.Option(help="The first day on which it counts again: 2027-01-31.")
    ],
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Accept one finding until a day: signed by you, and logged.

    It counts if the trust root makes you a risk-owner, and you are a person there. It names this
    finding and no other, for a year at most, and the next `assay check` lists it as accepted by
    you. To end it early, accept it again with an earlier day.

        assay finding accept 3f9a0c12 --reason "only in a test" --expires 2027-01-31
    """
    from assay.operations.accept_finding import accept_finding  # noqa: PLC0415  # start-up time
    from assay.reports.findingtext import print_acceptance  # noqa: PLC0415

    done = accept_finding(repository, name=name, reason=reason, expires=expires)
    if as_json:
        print_json(done.as_json())
    else:
        print_acceptance(done)
