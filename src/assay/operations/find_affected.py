"""`assay affected`: which products a vulnerability, or a package, is in.

The answer is PASSED only where every product's list is complete, every ecosystem in them has
advisories here, and some advisory knows the vulnerability: otherwise nobody can tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.findings.reach import Level
from assay.operations.affected_gaps import find_gaps, find_unread
from assay.operations.affected_names import as_asked, is_package, load_about
from assay.operations.home import open_home
from assay.operations.manage_advisories import feed_gaps, feed_json
from assay.operations.portfolio import open_portfolio, own_repository, refresh_portfolio
from assay.system.clock import now
from assay.vuln.advisory import AdvisorySet, Feed
from assay.vuln.package import parse_package
from assay.vuln.portfolio.asking import (
    Found,
    Lookup,
    Question,
    Vulnerability,
    find_affected,
    find_holders,
)
from assay.vuln.portfolio.said import finding_of
from assay.vuln.portfolio.store import ALL, Portfolio
from assay.vuln.priority import Priorities, Priority, ratings_by_name
from assay.vuln.ranges import Answer
from assay.vuln.signals.store import NAMES, SignalFeed, Signals, load_signals

MAX_QUERY: Final = 1000  # characters
MAX_PATHS: Final = 200  # ways through the graph that are looked up; each is a question of its own
MAX_NAMES: Final = 1000  # of one vulnerability, its names in all databases taken together


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedRequest:
    """What to ask for, and where. `repositories` are read besides those that were read before.

    `most` is how many places are listed; all are counted. `as_read` answers from what was read
    before, and looks at no log: for portfolios of so many that looking at them takes long.
    """

    query: str
    repositories: Sequence[Path] = ()
    all_releases: bool = False
    rebuild: bool = False
    as_read: bool = False
    most: int = ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A release where it is, and on which way it came in; the way is empty where not known.

    `priority` is that of the most urgent vulnerability; None where none is known to affect it.
    `reach` is how near the product comes to it, a level and a sentence, as far as its log says.
    """

    found: Found
    path: tuple[str, ...]
    priority: Priority | None
    reach: tuple[str, str] = ("", "")

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        release = self.found.release
        return {
            "product": release.product,
            "log": release.log,
            "subject": str(release.subject),
            "statement": str(release.statement),
            "recordedAt": format_time(release.recorded_at),
            "context": release.context.as_json(),
            "component": self.found.purl,
            "answer": self.found.answer.value,
            "reason": self.found.reason,
            "vulnerabilities": list(self.found.vulnerabilities),
            "fixed": self.found.fixed,
            "setAside": self.found.set_aside,
            "reach": {"level": self.reach[0], "shown": self.reach[1]} if self.reach[0] else None,
            "path": list(self.path),
            "priority": None if self.priority is None else self.priority.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedReport:
    """The answer: the places, the feeds it is from, and what was not checked.

    `places` are the most urgent ones, as many as were asked for; `counts` are of all of them, by
    answer. `replaced` counts the older releases that were affected, or may have been.
    """

    query: str
    verdict: Verdict
    places: tuple[Place, ...]
    counts: Mapping[Answer, int]
    replaced: int
    products: int
    feeds: tuple[Feed, ...]
    signals: tuple[SignalFeed, ...]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "query": self.query,
            "verdict": self.verdict.value,
            "products": self.products,
            "counts": {answer.value: count for answer, count in self.counts.items()},
            "replaced": self.replaced,
            "places": [place.as_json() for place in self.places],
            "feeds": [feed_json(feed) for feed in self.feeds],
            "signals": [feed.as_json() for feed in self.signals],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def ask_affected(request: AffectedRequest, *, clock: Clock = now) -> AffectedReport:
    """Answer which products hold what `request.query` names: a vulnerability's id, or a purl.

    Raises:
        UsageError: The query is neither; a repository has no log; or logs are to be read, and none.
        TamperedError: A log, or the advisories, are not what was recorded.
        UnavailableError: Something needed does not answer.
    """
    query, at = as_asked(request.query), clock()
    with open_portfolio() as portfolio:
        gaps = _read_logs(portfolio, request, at)
        advisories, names = load_about(query, open_home().advisories, portfolio)
        question = Question(
            portfolio=portfolio,
            advisories=advisories,
            at=at,
            current=not request.all_releases,
            most=request.most,
            unread=frozenset(gap.where for gap in gaps if gap.what == "log"),
        )
        with portfolio.snapshot():
            lookup = (
                find_affected(question, Vulnerability(identifier=query, names=names))
                if names
                else find_holders(question, query)
            )
            signals = _signals(lookup.found)
            places = _places(question, lookup.found, signals)
            gaps += tuple(find_gaps(question, query, names))
            products = portfolio.count()
        feeds = _consulted(advisories, lookup.found)
        gaps += feed_gaps(feeds)
        gaps += tuple(_silent(signals) if lookup.found else ())
        return AffectedReport(
            query=query,
            verdict=_verdict(lookup, gaps, is_held=is_package(query)),
            places=places,
            counts=lookup.counts,
            replaced=lookup.replaced,
            products=products,
            feeds=feeds,
            signals=tuple(signals.feeds.values()),
            not_checked=tuple(sorted(set(gaps))),
        )


def _read_logs(
    portfolio: Portfolio, request: AffectedRequest, at: datetime
) -> tuple[NotChecked, ...]:
    """Read what is new in the logs, unless nobody wants that; return what was not read."""
    if not request.as_read:
        own = own_repository(request.repositories)
        return refresh_portfolio(portfolio, own, at=at, anew=request.rebuild)
    if request.rebuild or request.repositories:
        raise UsageError("--as-read looks at no log", hint="leave it out, or --in and --rebuild")
    return tuple(find_unread(portfolio))


def _signals(found: Sequence[Found]) -> Signals:
    names = frozenset(name for one in found for name in one.vulnerabilities)
    return load_signals(open_home().advisories, names)


def _silent(signals: Signals) -> Iterable[NotChecked]:
    for name in NAMES:
        if name not in signals.feeds:
            yield NotChecked(
                what="exploitation",
                where=name,
                why="not here",
                remedy="run `assay vulns update KEV EPSS`, or import the files when offline",
            )


def _places(question: Question, found: Sequence[Found], signals: Signals) -> tuple[Place, ...]:
    """Return the places, the most urgent first; ways are looked up for as many as are shown."""
    known = Priorities(ratings=ratings_by_name(question.advisories), signals=signals)
    judged = [(_priority(one, known), one) for one in found]
    judged.sort(key=lambda pair: -1 if pair[0] is None else pair[0].urgency, reverse=True)
    del judged[question.most :]
    first = [one for _, one in judged[:MAX_PATHS]]
    paths = dict(enumerate(question.portfolio.paths_to([one.holding for one in first])))
    reached = dict(enumerate(_reached(question, first)))
    return tuple(
        Place(
            found=one,
            path=paths.get(number, ()),
            priority=priority,
            reach=reached.get(number, _NO_REACH),
        )
        for number, (priority, one) in enumerate(judged)
    )


_NO_REACH: Final = ("", "")


def _reached(question: Question, found: Sequence[Found]) -> Sequence[tuple[str, str]]:
    """Return of each the furthest that is known of any of its vulnerabilities."""
    asked = [
        (number, (finding_of(one.purl, name), one.holding.release))
        for number, one in enumerate(found)
        for name in one.vulnerabilities
    ]
    known = question.portfolio.said.reached([key for _, key in asked])
    furthest = [_NO_REACH] * len(found)
    for (number, _), reach in zip(asked, known, strict=True):
        furthest[number] = max(furthest[number], reach, key=lambda one: _LEVELS.get(one[0], 0))
    return furthest


_LEVELS: Final = {level.word: level.value for level in Level}


def _priority(found: Found, known: Priorities) -> Priority | None:
    if found.set_aside:
        return None  # there is nothing to act on
    decided = (known.of(name, found.release.context) for name in found.vulnerabilities)
    return max(decided, key=lambda priority: priority.urgency, default=None)


def _verdict(lookup: Lookup, gaps: Sequence[NotChecked], *, is_held: bool) -> Verdict:
    """Answer FAILED where any is affected; `is_held`: where any holds what was asked for."""
    if lookup.counts[Answer.AFFECTED] or (is_held and lookup.total):
        return Verdict.FAILED
    return Verdict.UNKNOWN if lookup.counts[Answer.UNKNOWN] or gaps else Verdict.PASSED


def _consulted(advisories: AdvisorySet, found: Sequence[Found]) -> tuple[Feed, ...]:
    """Return the feeds that the answer is from; all of them where none has anything.

    A foreign feed may have had something about any of it.
    """
    used = {ecosystem for ecosystem, _ in advisories.advisories}
    used |= {parse_package(one.purl).ecosystem for one in found}
    feeds = tuple(feed for name, feed in advisories.feeds.items() if name in used)
    return (*(feeds or advisories.feeds.values()), *advisories.foreign.values())
