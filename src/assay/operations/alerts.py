"""What a change of the mirror means for each release in the portfolio, with how urgent it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assay.operations.notification import Alert
from assay.sbom.component import Component
from assay.vuln.advisory import Rating
from assay.vuln.context import ProductContext
from assay.vuln.mirror import load_advisories, load_advisories_named
from assay.vuln.portfolio.baseline import Difference
from assay.vuln.portfolio.changes import Changes
from assay.vuln.portfolio.pushing import Event, Judging, State, find_events, holders_by_release
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.priority import Priority, decide_priority, ratings_by_name
from assay.vuln.signals.store import Signals, load_signals


def find_alerts(
    portfolio: Portfolio, difference: Difference, changes: Changes, at: datetime
) -> tuple[Alert, ...]:
    """Return what is new in which current release, the most urgent first.

    Raises:
        TamperedError: The mirror is not what was imported.
        UnavailableError: It, or the portfolio, cannot be read.
    """
    packages = changes.packages
    if changes.exploited:
        named = load_advisories_named(difference.new, *sorted(changes.exploited))
        packages |= frozenset(named.advisories)
    purls = {purl for key in packages for purl in portfolio.versions_of(*key).values()}
    if not purls:
        return ()
    held = tuple(Component(purl=one, name="", version="", found_in=()) for one in sorted(purls))
    new = load_advisories(difference.new, held)
    judging = Judging(old=load_advisories(difference.old, held), new=new, changes=changes, at=at)
    events = find_events(portfolio, judging, packages)
    by_release = holders_by_release(portfolio, events)
    releases = portfolio.releases(by_release)
    names = frozenset(event.vulnerability for event in events)
    urgency = _Urgency(ratings=ratings_by_name(new), signals=load_signals(difference.new, names))
    alerts = (
        Alert(
            release=releases[number],
            event=event,
            priority=urgency.of(event, releases[number].context),
        )
        for number, told in by_release.items()
        for event in told
    )
    return tuple(sorted(alerts, key=lambda alert: alert.rank))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Urgency:
    """Priorities, each decided once for all products with one context."""

    ratings: Mapping[str, Sequence[Rating]]
    signals: Signals
    known: dict[tuple[str, ProductContext], Priority] = field(default_factory=dict)

    def of(self, event: Event, context: ProductContext) -> Priority | None:
        """Return how urgent an event is; None where nothing affects the release, or may."""
        if event.state in {State.DOUBTFUL, State.CLEARED}:
            return None
        key = (event.vulnerability, context)
        if key not in self.known:
            ratings = self.ratings.get(event.vulnerability, ())
            self.known[key] = decide_priority(event.vulnerability, ratings, self.signals, context)
        return self.known[key]
