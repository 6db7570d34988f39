"""`assay vulns`: the advisories on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import print_json, print_not_checked, progress
from assay.cli.vulnsmatch import match
from assay.cli.vulnspush import PushOption, print_pushed, push, push_after_import
from assay.cli.vulnsreach import reach
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.operations.push_advisories import PushReport
    from assay.vuln.advisory import Feed
    from assay.vuln.signals.store import SignalFeed

app = typer.Typer(
    help="Advisories: keep them here, and match products with them.", no_args_is_help=True
)


def _complete_name() -> list[str]:
    from assay.operations.manage_advisories import NAMED  # noqa: PLC0415  # start-up time

    return list(NAMED)


@app.command("import")
def import_(
    source: Annotated[
        Path,
        typer.Argument(help="A file, a folder or a zip: OSV, NVD, CVE, GHSA, KEV, EPSS."),
    ],
    *,
    pushed: PushOption = True,
    as_json: JsonOption = False,
) -> None:
    """Take advisories from a file, a folder or a zip; needs no network.

    OSV's records replace those of the same ecosystems, all of them or none; the NVD's, CVE records
    and GitHub's those of their own feed. What a file is, what is in it tells. CISA's KEV catalogue
    and EPSS scores are taken as single files.

        assay vulns import advisories.zip
    """
    from assay.operations.manage_advisories import (  # noqa: PLC0415  # start-up time
        import_advisories,
        import_signals,
        is_signal,
    )

    feeds, signals = (
        ((), (import_signals(source),)) if is_signal(source) else (import_advisories(source), ())
    )
    report = push_after_import(wanted=pushed, as_json=as_json)
    _print(feeds, signals, report, as_json=as_json)


@app.command("update")
def update(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ecosystems as OSV names them (PyPI npm Debian …), KEV, EPSS, NVD, CVE, GHSA.",
            autocompletion=_complete_name,
        ),
    ] = None,
    *,
    base: Annotated[
        str, typer.Option("--from", help="The URL of a copy.", show_default="where published")
    ] = "",
    pushed: PushOption = True,
    as_json: JsonOption = False,
) -> None:
    """Fetch the newest advisories, and what is known to be exploited.

    Only what changed is loaded, and what broke off goes on. Without a name, all that is here; at
    first, the ecosystems of all languages.

        assay vulns update PyPI npm KEV EPSS
    """
    from assay.operations.manage_advisories import update_advisories  # noqa: PLC0415  # start-up

    with progress(quiet=as_json) as show:
        updated = update_advisories(tuple(names or ()), progress=show, base=base)
    report = push_after_import(wanted=pushed, as_json=as_json)
    _print(updated.feeds, updated.signals, report, as_json=as_json)


@app.command("status")
def status(*, as_json: JsonOption = False) -> None:
    """Show which advisories are here, and how old they are.

    How old they may be, the gate decides.

        assay vulns status
    """
    from assay.operations.manage_advisories import (  # noqa: PLC0415  # start-up time
        list_feeds,
        list_signals,
    )

    _print(list_feeds(), list_signals(), as_json=as_json)


@app.command("explain")
def explain(
    identifier: Annotated[str, typer.Argument(help="Any id that the vulnerability has.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Tell which advisories are about one vulnerability, and why.

    Two CVEs are never taken for one: what leads to both is told, and joins neither.

        assay vulns explain CVE-2023-32681
    """
    from assay.operations.manage_advisories import (  # noqa: PLC0415  # start-up time
        explain_vulnerability,
    )
    from assay.reports.feedtext import feed_words  # noqa: PLC0415  # start-up time

    explanation = explain_vulnerability(identifier)
    if as_json:
        print_json(explanation.as_json())
        return
    for one in explanation.clusters:
        typer.echo(printable(f"{one.vulnerability} in {one.package} ({one.ecosystem})"))
        for member in one.members:
            gone = " (withdrawn)" if member.withdrawn else ""
            typer.echo(printable(f"  {member.advisory}{gone}: {member.why}"))
            typer.echo(printable(f"    {member.source} ({member.rank}): {'; '.join(member.says)}"))
    for feed in explanation.feeds:
        typer.echo(feed_words(feed))
    print_not_checked(explanation.not_checked)


app.command("match")(match)
app.command("reach")(reach)
app.command("push")(push)


def _print(
    feeds: tuple["Feed", ...],
    signals: tuple["SignalFeed", ...] = (),
    report: "PushReport | None" = None,
    *,
    as_json: bool,
) -> None:
    from assay.operations.list_unreadable import list_unreadable  # noqa: PLC0415
    from assay.operations.manage_advisories import (  # noqa: PLC0415  # start-up time
        feed_gaps,
        feed_json,
    )

    rows, unreadable = [feed_json(feed) for feed in feeds], list_unreadable(feeds)
    if as_json:
        gaps = [gap.as_json() for gap in (*feed_gaps(feeds), *unreadable)]
        print_json(
            {
                "feeds": rows,
                "signals": [signal.as_json() for signal in signals],
                "push": report.as_json() if report else None,
                "notChecked": gaps
                + [gap.as_json() for gap in (report.not_checked if report else ())],
            }
        )
        return
    for row in rows:
        newest = row["newestModified"] or "no date"
        typer.echo(
            f"{row['ecosystem']!s:<12} {row['advisories']!s:>7} advisories, {row['unreadable']} "
            f"unreadable, newest of {newest}, imported {row['importedAt']}"
        )
    print_not_checked(unreadable)
    for signal in signals:
        told = signal.as_json()
        typer.echo(
            f"{signal.name:<12} {signal.entries:>7} entries, of {told['dated']}, "
            f"imported {told['importedAt']}"
        )
    if not rows and not signals:
        typer.echo("No advisories. Next: assay vulns update (or import DIR|ZIP)")
    if report is not None:
        print_pushed(report, quiet=True)
