"""`assay affected`: which products a vulnerability, or a package, is in."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked, progress
from assay.core.printable import printable
from assay.core.verdict import Verdict

if TYPE_CHECKING:
    from assay.operations.find_affected import AffectedReport, Place
    from assay.vuln.priority import Priority

SHOWN = 100  # places that people are shown; --json has all


def affected(
    query: Annotated[
        str, typer.Argument(help="CVE-…, GHSA-… or another id; or a package URL, pkg:…")
    ],
    *,
    repositories: Annotated[
        list[Path] | None,
        typer.Option("--in", help="A repository to read besides those read before; repeatable."),
    ] = None,
    all_releases: Annotated[
        bool, typer.Option("--all-releases", help="Not only the newest of each product.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read the logs from their beginning.")
    ] = False,
    as_read: Annotated[
        bool, typer.Option("--as-read", help="Answer from what was read; look at no log now.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show which products a vulnerability, or a package, is in.

    Reads the lists of components that `assay check` recorded. Needs no network. Exit status 0:
    none of them; 1: some; 3: nobody can tell.

        assay affected CVE-2023-32681
    """
    from assay.operations.find_affected import (  # noqa: PLC0415  # start-up time
        AffectedRequest,
        ask_affected,
    )

    request = AffectedRequest(
        query=query,
        repositories=tuple(repositories or ()),
        all_releases=all_releases,
        rebuild=rebuild,
        as_read=as_read,
    )
    with progress(quiet=as_json) as show:
        show("Asking the portfolio" if as_read else "Reading the logs")
        report = ask_affected(request if as_json else replace(request, most=SHOWN))
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)
    raise typer.Exit(EXIT_STATUS[report.verdict])


def _print(report: "AffectedReport") -> None:
    from assay.reports.feedtext import feed_words  # noqa: PLC0415  # start-up time
    from assay.vuln.ranges import Answer  # noqa: PLC0415  # start-up time

    for place in report.places:
        _print_place(place)
    more = sum(report.counts.values()) - len(report.places)
    if more:
        counts = ", ".join(
            f"{count} {told.value}" for told, count in report.counts.items() if count
        )
        typer.echo(f"… and {more} more ({counts} in all); --json has all")
    spared = report.counts.get(Answer.NOT_AFFECTED, 0)
    say = {
        Verdict.PASSED: "affects, by what VEX says, none of" if spared else "is in none of",
        Verdict.FAILED: "is in some of",
        Verdict.UNKNOWN: "is not known to be in any of",
    }
    count = report.products
    products = f"{count} product" if count == 1 else f"{count} products"
    typer.echo(f"{report.verdict.name}: {report.query} {say[report.verdict]} {products}")
    if report.replaced:
        typer.echo(
            f"  also in {report.replaced} older releases that newer ones replaced: --all-releases"
        )
    for feed in report.feeds:
        typer.echo(f"  {feed_words(feed)}")
    for signal in report.signals:
        typer.echo(
            f"  {signal.name}: imported {signal.imported_at:%Y-%m-%d %H:%M}, "
            f"of {signal.dated:%Y-%m-%d}"
        )
    print_not_checked(report.not_checked)


def _priority(priority: "Priority") -> str:
    decided, facts = priority.decided, priority.facts
    least = f" (at least {decided.at_least}" if decided.at_least is not decided.decision else ""
    missing = f"; not known: {', '.join(decided.missing)})" if decided.missing else ")"
    told = [f"KEV {facts[name]}" for name in ("kev",) if name in facts]
    told += [f"EPSS {facts[name]}" for name in ("epss",) if name in facts]
    doubt = f"{least}{missing}" if least else ""
    return "; ".join([f"SSVC: {decided.decision}{doubt}", *told])


def _print_place(place: "Place") -> None:
    found, release = place.found, place.found.release
    context = release.context
    deployed = {True: "deployed", False: "not deployed", None: "deployed or not?"}[context.deployed]
    owner = context.owner or "owner not known"
    typer.echo(
        printable(
            f"{found.answer.value:<12} {release.product}  {found.purl}  "
            f"({deployed}; {owner}; commit {release.subject.hex[:12]})",
            limit=400,
        )
    )
    typer.echo(printable(f"             {found.reason}", limit=400))
    if place.priority is not None:
        typer.echo(printable(f"             {_priority(place.priority)}", limit=400))
    if place.reach[1]:
        typer.echo(printable(f"             reach: {place.reach[1]}", limit=400))
    if place.path:
        typer.echo(printable(f"             by {' > '.join(place.path)}", limit=2000))
    if found.fixed:
        typer.echo(printable(f"             fixed in {found.fixed}"))
