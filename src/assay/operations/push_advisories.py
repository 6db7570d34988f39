"""Pushing: what changed in the mirror, held against the portfolio, told and recorded.

In this order, so that a crash at any point loses nothing and tells nothing twice under two names:

1. what is new is worked out, from the mirror as it was pushed last and as it is now;
2. in one transaction of the portfolio, it is noted as told, and the messages are put in the outbox;
3. each release that is concerned gets a statement and a new verdict in its own log;
4. what VEX holds back now is noted, and the mirror as it is now becomes the one pushed last;
5. the outbox is emptied, as far as the targets answer.

A push that was stopped before 4 begins again at 1, and finds what it told noted as told. EPSS
changes every day: what reaches a bound is pushed, where `notify.toml` sets one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import AssayError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.operations.alerts import Pushed, find_alerts
from assay.operations.deliver import Delivered, deliver_waiting
from assay.operations.home import open_home
from assay.operations.note_alerts import note_alerts
from assay.operations.notification import Alert, count_states, describe_release
from assay.operations.notifysettings import load_settings
from assay.operations.portfolio import open_portfolio, portfolio_location, refresh_portfolio
from assay.operations.record_match import Redecided, Rematch, record_match
from assay.system.clock import now
from assay.vuln.ecosystems import ECOSYSTEMS
from assay.vuln.match import GET_ADVISORIES
from assay.vuln.portfolio.baseline import Difference, hold_difference
from assay.vuln.portfolio.changes import Changes, find_changes
from assay.vuln.portfolio.pushing import State
from assay.vuln.portfolio.quiet import find_quiet
from assay.vuln.portfolio.store import Portfolio

# What a new statement in the log can show: that something is exploited is not in one, and that an
# advisory vanished must not take away what it said.
_RECORDED: Final = frozenset({State.AFFECTED, State.LAPSED, State.DOUBTFUL, State.CLEARED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """What to do with what is new. `repositories` are read besides those that were read before.

    `dry_run` only says what would be told: nothing is noted, recorded or sent.
    """

    repositories: Sequence[Path] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedRelease:
    """A release that something is new about, and what its log says since."""

    alerts: tuple[Alert, ...]
    redecided: tuple[Redecided, ...] = ()
    recorded: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            **describe_release(self.alerts[0].release),
            "alerts": [alert.as_json() for alert in self.alerts],
            "recorded": self.recorded,
            "verdicts": [one.as_json() for one in self.redecided],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    """What is new, the most urgent releases first, and what became of the messages."""

    releases: tuple[PushedRelease, ...]
    changed: int
    delivered: Delivered
    dry_run: bool
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        states = (alert.event.state for one in self.releases for alert in one.alerts)
        return {
            "dryRun": self.dry_run,
            "changedPackages": self.changed,
            "counts": count_states(states),
            "releases": [one.as_json() for one in self.releases],
            "messages": {"delivered": self.delivered.arrived, "waiting": self.delivered.waiting},
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


_NOTHING: Final = Delivered(arrived=0, waiting=0, problems=())


def push_advisories(
    request: PushRequest, *, progress: Callable[[str], None], clock: Clock = now
) -> PushReport:
    """Push what changed in the mirror since the last push.

    Raises:
        UsageError: `notify.toml` is wrong; or a repository that was named has no log.
        TamperedError: The mirror is not what was imported.
        UnavailableError: The portfolio does not answer, or somebody else is pushing.
    """
    home = open_home()
    settings = load_settings(home.notify)
    with hold_difference(home.advisories) as difference:
        location = portfolio_location()
        if isinstance(location, Path) and not location.exists() and not request.repositories:
            if not request.dry_run:
                difference.close()  # nobody holds anything: nothing is new to anybody
            return _report((), Changes(), _NOTHING, request, ())
        with open_portfolio() as portfolio:
            progress("Reading the logs")
            at = clock()
            gaps = refresh_portfolio(portfolio, request.repositories, at=at, anew=False)
            progress("Comparing the advisories")
            changes = find_changes(difference.old, difference.new, likely=settings.likely)
            pushed = Pushed(
                portfolio=portfolio,
                difference=difference,
                changes=changes,
                at=at,
                unread=frozenset(gap.where for gap in gaps if gap.what == "log"),
            )
            alerts = find_alerts(pushed)
            releases = _by_release(alerts)
            delivered = _NOTHING
            if not request.dry_run:
                note_alerts(portfolio, settings.targets, alerts, at)
                releases, unrecorded = _record(portfolio, releases, difference, clock, progress)
                gaps = (*gaps, *unrecorded)
                with portfolio.transaction():
                    portfolio.outbox.note_quiet(find_quiet(portfolio, at=at))
                difference.close()
                progress("Sending notifications")
                delivered = deliver_waiting(portfolio, settings.targets, clock=clock)
            gaps = (*gaps, *_gaps(portfolio, changes), *delivered.problems)
            return _report(releases, changes, delivered, request, gaps)


def push_imported(*, progress: Callable[[str], None], clock: Clock = now) -> PushReport:
    """Push after an import, which is done whatever becomes of this: a refusal is a gap."""
    request = PushRequest()
    try:
        return push_advisories(request, progress=progress, clock=clock)
    except AssayError as error:
        gap = NotChecked(
            what="products",
            where="the portfolio",
            why=printable(f"what was imported is not pushed yet: {error}"),
            remedy="run: assay vulns push",
        )
        return _report((), Changes(), _NOTHING, request, (gap,))


def _report(
    releases: tuple[PushedRelease, ...],
    changes: Changes,
    delivered: Delivered,
    request: PushRequest,
    gaps: Iterable[NotChecked],
) -> PushReport:
    return PushReport(
        releases=releases,
        changed=len(changes.packages),
        delivered=delivered,
        dry_run=request.dry_run,
        not_checked=tuple(sorted(set(gaps))),
    )


def _gaps(portfolio: Portfolio, changes: Changes) -> Iterable[NotChecked]:
    """Yield what nobody can tell about the change: who has lists that cannot be read, and what."""
    for release in portfolio.unread():
        why = printable(release.doubt)
        yield NotChecked(what="product", where=printable(release.product), why=why)
    held = frozenset(portfolio.ecosystems())
    for feed, count in changes.unplaced:
        if feed in held or (held and feed not in ECOSYSTEMS):  # a foreign one is about all
            yield NotChecked(
                what="advisories",
                where=feed,
                why=f"{count} new ones cannot be read, and may be about any package",
                remedy=GET_ADVISORIES,
            )


def _by_release(alerts: Iterable[Alert]) -> tuple[PushedRelease, ...]:
    """Return the alerts by release, in the order of the first of each."""
    found: dict[tuple[str, str, str], list[Alert]] = {}
    for alert in alerts:
        release = alert.release
        key = (release.log, release.product, str(release.subject))
        found.setdefault(key, []).append(alert)
    return tuple(PushedRelease(alerts=tuple(told)) for told in found.values())


def _record(
    portfolio: Portfolio,
    releases: Iterable[PushedRelease],
    difference: Difference,
    clock: Clock,
    progress: Callable[[str], None],
) -> tuple[tuple[PushedRelease, ...], tuple[NotChecked, ...]]:
    """Record what is new about each release in its own log, where that is at hand."""
    places = {log.origin: Path(log.place) for log in portfolio.logs()}
    done: list[PushedRelease] = []
    gaps: list[NotChecked] = []
    for one in releases:
        states = {alert.event.state for alert in one.alerts}
        release = one.alerts[0].release
        if states.isdisjoint(_RECORDED):
            done.append(one)
            continue
        progress(f"Recording what is new about {printable(release.product)}")
        rematch = Rematch(
            release=release,
            place=places[release.log],
            mirror=difference.new,
            supersedes=State.VANISHED not in states,
        )
        try:
            done.append(replace(one, redecided=record_match(rematch, clock=clock), recorded=True))
        except AssayError as error:
            done.append(one)
            gaps.append(_unrecorded(one, error))
    return tuple(done), tuple(gaps)


def _unrecorded(one: PushedRelease, error: AssayError) -> NotChecked:
    release = one.alerts[0].release
    return NotChecked(
        what="verdict",
        where=printable(f"{release.product} {release.subject}"),
        why=printable(f"its log does not say yet what is new: {error}"),
        remedy="run assay check where its log and its keys are",
    )
