"""What a change of the mirror means for each release in the portfolio, with how urgent it is.

VEX that holds takes the alarm away and nothing else: the alert is there, with its words. Where VEX
held at the last push and does not hold now, that is an alert of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assay.operations.notification import Alert
from assay.vuln.advisory import AdvisorySet
from assay.vuln.index import AdvisoryIndex
from assay.vuln.mirror import load_advisories, load_advisories_named
from assay.vuln.portfolio.asking import names_of
from assay.vuln.portfolio.baseline import Difference
from assay.vuln.portfolio.changes import Changes
from assay.vuln.portfolio.pushing import (
    AFFECTING,
    Concerned,
    Event,
    Judging,
    State,
    event_of,
    find_concerned,
    find_events,
    holders_by_release,
)
from assay.vuln.portfolio.quiet import Lapsed, find_lapsed
from assay.vuln.portfolio.said import finding_of
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.priority import Priorities, ratings_by_name
from assay.vuln.signals.store import load_signals

ByRelease = Mapping[int, Sequence[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What is pushed into which portfolio, and when.

    VEX of the logs in `unread`, which cannot be read now, takes no alarm away.
    """

    portfolio: Portfolio
    difference: Difference
    changes: Changes
    at: datetime
    unread: frozenset[str]


def find_alerts(pushed: Pushed) -> tuple[Alert, ...]:
    """Return what is new in which current release, the most urgent first.

    Raises:
        TamperedError: The mirror is not what was imported.
        UnavailableError: It, or the portfolio, cannot be read.
    """
    portfolio, difference = pushed.portfolio, pushed.difference
    concerned = find_concerned(portfolio, *_about(pushed))
    lapsed = find_lapsed(portfolio, at=pushed.at)
    if not concerned and not lapsed:
        return ()
    held = {one.held.component for one in concerned} | {one.held.component for one in lapsed}
    new = load_advisories(difference.new, sorted(held))
    events = _events(pushed, concerned, new)
    by_release = {number: [*told] for number, told in events.items()}
    for number, event in _lapsed(lapsed, AdvisoryIndex(advisories=new, at=pushed.at)):
        by_release.setdefault(number, []).append(event)
    return _alerts(pushed, by_release, new)


def _about(pushed: Pushed) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """Return the packages and the products that a change may be about."""
    changes = pushed.changes
    named = changes.exploited | changes.likely
    if not named:
        return changes.packages, changes.products
    about = load_advisories_named(pushed.difference.new, *sorted(named))
    return (
        changes.packages | frozenset(about.advisories),
        changes.products | frozenset(about.products),
    )


def _events(pushed: Pushed, concerned: Sequence[Concerned], new: AdvisorySet) -> ByRelease:
    if not concerned:
        return {}
    held = sorted({one.held.component for one in concerned})
    old = load_advisories(pushed.difference.old, held)
    judging = Judging(old=old, new=new, changes=pushed.changes, at=pushed.at)
    return holders_by_release(pushed.portfolio, find_events(judging, concerned))


def _lapsed(lapsed: Iterable[Lapsed], index: AdvisoryIndex) -> Iterator[tuple[int, Event]]:
    """Yield release and event where the advisories still say affected, and VEX holds no more."""
    for one in lapsed:
        for match in one.held.judged_by(index).matches:
            if one.vulnerability in names_of(match):
                why = "VEX that took it away ended, was withdrawn, or counts no more"
                event = event_of(State.LAPSED, match, one.package, one.held.purl, reason=why)
                yield one.release, event


def _alerts(pushed: Pushed, by_release: ByRelease, new: AdvisorySet) -> tuple[Alert, ...]:
    releases = pushed.portfolio.releases(by_release)
    names = frozenset(event.vulnerability for told in by_release.values() for event in told)
    signals = load_signals(pushed.difference.new, names)
    priorities = Priorities(ratings=ratings_by_name(new), signals=signals)
    aside = _set_aside(pushed, by_release)
    alerts = (
        Alert(
            release=releases[number],
            event=event,
            priority=None
            if words or event.state in {State.DOUBTFUL, State.CLEARED}  # nothing affects it
            else priorities.of(event.vulnerability, releases[number].context),
            set_aside=words,
        )
        for number, told in by_release.items()
        for event in told
        for words in (aside.get((finding_of(event.purl, event.vulnerability), number), ""),)
    )
    return tuple(sorted(alerts, key=lambda alert: alert.rank))


def _set_aside(pushed: Pushed, by_release: ByRelease) -> Mapping[tuple[str, int], str]:
    """Return the words of VEX that holds, by finding and release."""
    asked: dict[str, set[int]] = {}
    for event in {event for told in by_release.values() for event in told}:
        if event.state in AFFECTING:
            name = finding_of(event.purl, event.vulnerability)
            asked.setdefault(name, set()).add(event.package)
    said = pushed.portfolio.said.set_aside(asked, at=pushed.at, current=True)
    return {
        (finding, one.release): one.words
        for (finding, _), words in said.items()
        for one in words
        if one.log not in pushed.unread
    }
