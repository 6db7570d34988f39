"""What is new about the products since the last push, for people."""

import typer

from assay.core.printable import printable
from assay.operations.notification import Alert
from assay.operations.push_advisories import PushedRelease, PushReport
from assay.reports.wording import counted
from assay.vuln.portfolio.pushing import State

SHOWN = 20  # releases, and alerts of each; --json has all
_LINES = {
    State.EXPLOITED: "newly known to be exploited",
    State.AFFECTED: "newly affected",
    State.LAPSED: "affected, and VEX does not say otherwise any more",
    State.LIKELY: "affected by what is newly likely to be exploited",
    State.DOUBTFUL: "newly in doubt",
    State.VANISHED: "affected by advisories that vanished",
    State.CLEARED: "not affected any more",
}


def print_push(report: PushReport) -> None:
    """Print the releases that something is new about, how many there are, and what is open."""
    for one in report.releases[:SHOWN]:
        _print_release(one)
    if len(report.releases) > SHOWN:
        _say(f"… and {len(report.releases) - SHOWN} more releases; --json has all")
    for state in State:
        _print_count(report, state)
    if not report.releases:
        _say("Nothing is new about the products in the portfolio")
    if report.delivered.arrived:
        _say(f"{counted(report.delivered.arrived, 'message')} delivered")
    if report.dry_run:
        _say("Dry run: nothing was recorded, noted or sent")


def _print_count(report: PushReport, state: State) -> None:
    """Print how many releases a state is new in, by how many vulnerabilities."""
    found = [a for one in report.releases for a in one.alerts if a.event.state is state]
    if not found:
        return
    releases = len({(a.release.log, a.release.product, a.release.subject) for a in found})
    names = len({a.event.vulnerability for a in found})
    _say(
        f"{counted(releases, 'release')} {_LINES[state]}: {names} "
        f"vulnerabilit{'y' if names == 1 else 'ies'}"
    )
    if state is State.VANISHED:
        _say("  An advisory that is gone and was not withdrawn clears nobody: look at the feed")


def _print_release(one: PushedRelease) -> None:
    release = one.alerts[0].release
    context = release.context
    deployed = {True: "deployed", False: "not deployed", None: "deployed or not?"}[context.deployed]
    owner = context.owner or "owner not known"
    _say(f"{release.product}  ({deployed}; {owner}; {str(release.subject)[:22]})")
    for alert in one.alerts[:SHOWN]:
        _print_alert(alert)
    if len(one.alerts) > SHOWN:
        _say(f"  … and {len(one.alerts) - SHOWN} more; --json has all")
    for verdict in one.redecided:
        _say(
            f"  verdict at {verdict.stage}: {verdict.before.value} before, {verdict.now.value} now"
        )


def _print_alert(alert: Alert) -> None:
    event = alert.event
    fixed = f"; fixed in {event.fixed}" if event.fixed else ""
    ssvc = f"; SSVC: {alert.priority.decided.decision.value}" if alert.priority else ""
    _say(f"  {event.state.value:<10} {event.vulnerability}  {event.purl}{ssvc}{fixed}")
    _say(f"             {event.reason}")
    if alert.set_aside:
        _say(f"             nobody is alarmed: {alert.set_aside}")


def _say(line: str) -> None:
    typer.echo(printable(line, limit=400))
