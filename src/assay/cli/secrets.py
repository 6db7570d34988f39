"""`assay secrets`: the search for secrets alone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked, progress
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.findings.finding import Finding
    from assay.operations.search_secrets import SecretsFound

app = typer.Typer(help="Secrets in a repository and its history.", no_args_is_help=True)
_PLACES = 3
_MAX_LINE = 4000


@app.callback()
def _group() -> None:
    """Secrets in a repository and its history."""


@app.command()
def scan(
    path: RepositoryArgument = Path(),
    *,
    validate: Annotated[
        bool,
        typer.Option(
            "--validate",
            help="Send what is found to its issuer, to ask whether it still works.",
        ),
    ] = False,
    workers: Annotated[
        int,
        typer.Option(
            min=0, max=16, help="Processes that read the history.", show_default="one per core"
        ),
    ] = 0,
    as_json: JsonOption = False,
) -> int:
    """Search a repository and all its history for secrets.

    Looks at every object, and at what is not committed.
    Decides nothing about the commit, and works before `assay init`. FAILED (exit 1) over a finding
    that is medium or worse; UNKNOWN (3) where something could not be looked at. With `--validate`,
    GitHub, GitLab, Slack, Stripe, AWS and others are asked at their own hosts, and no one else;
    what they say is recorded as evidence where there is a log.

        assay secrets scan --json
    """
    from assay.operations.search_secrets import search_secrets  # noqa: PLC0415  # start-up time
    from assay.scan.secrets.live.validate import Issuers  # noqa: PLC0415  # start-up time

    with progress(quiet=as_json) as show:
        found = search_secrets(
            path, workers=workers, progress=show, ask=Issuers() if validate else None
        )
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)
    return EXIT_STATUS[found.verdict]


def _print(found: "SecretsFound") -> None:
    from assay.operations.search_secrets import order_findings  # noqa: PLC0415  # start-up time

    said = {answer.identity: answer for answer in found.validity or ()}
    for finding in order_findings(found.report):
        for line in _lines(finding):
            typer.echo(printable(line, limit=_MAX_LINE))
        if answer := said.get(finding.identity):
            why = f" ({answer.why})" if answer.why else ""
            typer.echo(printable(f"  {answer.host} says: {answer.validity}{why}"))
    print_not_checked(found.report.not_checked)
    count = len(found.report.findings)
    accepted = sum(gap.what == "secret" and gap.accepted != "" for gap in found.report.not_checked)
    more = f", and {accepted} accepted without a signature" if accepted else ""
    typer.echo(f"{found.verdict.value.upper()}: {count} secret{'' if count == 1 else 's'}{more}")
    if found.validity is not None:
        where = "not recorded: no log" if found.index is None else f"log entry {found.index}"
        typer.echo(f"Issuers were asked about {len(found.validity)}; {where}")


def _lines(finding: "Finding") -> tuple[str, ...]:
    places = [f"{place.path}:{place.line} ({place.note})" for place in finding.locations[:_PLACES]]
    more = len(finding.locations) - len(places)
    if more > 0:
        places.append(f"and {more} more")
    return (
        f"{finding.severity.value} {finding.rule}: {', '.join(places)}",
        f"  {finding.message}",
        f"  {finding.remedy}",
    )
