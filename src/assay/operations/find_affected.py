"""`assay affected`: which products a vulnerability, or a package, is in.

The answer is PASSED only where every product's list is complete, every ecosystem in them has
advisories here, and some advisory knows the vulnerability: otherwise nobody can tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.operations.home import open_home
from assay.operations.manage_advisories import feed_gaps, feed_json
from assay.operations.portfolio import open_portfolio, own_repository, refresh_portfolio
from assay.sbom.component import Component
from assay.system.clock import now
from assay.vuln.advisory import AdvisorySet, Feed, Rating
from assay.vuln.match import GET_ADVISORIES
from assay.vuln.mirror import load_advisories, load_advisories_named
from assay.vuln.package import parse_package
from assay.vuln.portfolio.asking import Found, Question, find_affected, find_holders
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.priority import Priority, decide_priority
from assay.vuln.ranges import Answer
from assay.vuln.signals.store import NAMES, SignalFeed, Signals, load_signals

MAX_QUERY: Final = 1000  # characters
MAX_PATHS: Final = 200  # ways through the graph that are looked up; each is a question of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedRequest:
    """What to ask for, and where. `repositories` are read besides those that were read before."""

    query: str
    repositories: Sequence[Path] = ()
    all_releases: bool = False
    rebuild: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A release where it is, and on which way it came in; the way is empty where not known.

    `priority` is that of the most urgent vulnerability; None where none is known to affect it.
    """

    found: Found
    path: tuple[str, ...]
    priority: Priority | None

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
            "path": list(self.path),
            "priority": None if self.priority is None else self.priority.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedReport:
    """The answer: every place, the feeds it is from, and what was not checked."""

    query: str
    verdict: Verdict
    places: tuple[Place, ...]
    products: int
    feeds: tuple[Feed, ...]
    signals: tuple[SignalFeed, ...]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return the document `assay.affected/v1`."""
        return {
            "schema": "assay.affected/v1",
            "query": self.query,
            "verdict": self.verdict.value,
            "products": self.products,
            "places": [place.as_json() for place in self.places],
            "feeds": [feed_json(feed) for feed in self.feeds],
            "signals": [feed.as_json() for feed in self.signals],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def ask_affected(request: AffectedRequest, *, clock: Clock = now) -> AffectedReport:
    """Answer which products hold what `request.query` names: a vulnerability's id, or a purl.

    Raises:
        UsageError: The query is neither; or a repository has no log.
        TamperedError: A log, or the advisories, are not what was recorded.
        UnavailableError: Something needed does not answer.
    """
    query, at = _as_written(request.query.strip()), clock()
    if not query or len(query) > MAX_QUERY or not query.isprintable() or " " in query:
        raise UsageError(
            f"{query[:80]!r} is neither an id nor a package URL",
            hint="such as CVE-2021-44228, GHSA-…, or pkg:pypi/requests",
        )
    is_package = query.startswith("pkg:")
    advisories = _advisories(query, is_package=is_package)
    with open_portfolio() as portfolio:
        own = own_repository(request.repositories)
        gaps = refresh_portfolio(portfolio, own, at=at, anew=request.rebuild)
        question = Question(
            portfolio=portfolio, advisories=advisories, at=at, current=not request.all_releases
        )
        ask = find_holders if is_package else find_affected
        found = ask(question, query)
        feeds = _consulted(advisories, found, is_package=is_package)
        signals = _signals(found)
        gaps += (*_gaps(portfolio, advisories, query, is_package=is_package), *feed_gaps(feeds))
        gaps += tuple(_silent(signals) if found else ())
        return AffectedReport(
            query=query,
            verdict=_verdict(found, gaps, is_package=is_package),
            places=_places(question, found, signals),
            products=portfolio.count(),
            feeds=feeds,
            signals=tuple(signals.feeds.values()),
            not_checked=tuple(sorted(gaps)),
        )


def _as_written(query: str) -> str:
    """Return an id in the case that databases write it in."""
    prefix, dash, rest = query.partition("-")
    if dash and prefix.upper() == "CVE":
        return query.upper()
    return f"GHSA-{rest.lower()}" if dash and prefix.upper() == "GHSA" else query


def _advisories(query: str, *, is_package: bool) -> AdvisorySet:
    mirror = open_home().advisories
    if not is_package:
        return load_advisories_named(mirror, query)
    parse_package(query)  # refused here, and not taken for a package that nobody holds
    asked = Component(purl=query, name="", version="", found_in=())
    return load_advisories(mirror, (asked,))


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
    ratings = _ratings(question.advisories)
    judged = [(_priority(one, ratings, signals), one) for one in found]
    judged.sort(key=lambda pair: -1 if pair[0] is None else pair[0].urgency, reverse=True)
    return tuple(
        Place(
            found=one,
            path=question.portfolio.path_to(one.holding) if number < MAX_PATHS else (),
            priority=priority,
        )
        for number, (priority, one) in enumerate(judged)
    )


def _priority(
    found: Found, ratings: Mapping[str, Sequence[Rating]], signals: Signals
) -> Priority | None:
    decided = (
        decide_priority(name, ratings.get(name, ()), signals, found.release.context)
        for name in found.vulnerabilities
    )
    return max(decided, key=lambda priority: priority.urgency, default=None)


def _ratings(advisories: AdvisorySet) -> Mapping[str, Sequence[Rating]]:
    """Return the vectors that all records give to each name of a vulnerability."""
    ratings: dict[str, list[Rating]] = {}
    for record in (one for records in advisories.advisories.values() for one in records):
        given = (*record.ratings, *(r for item in record.affected for r in item.ratings))
        for name in (record.id, *record.aliases):
            ratings.setdefault(name, []).extend(given)
    return ratings


def _verdict(found: Sequence[Found], gaps: Sequence[NotChecked], *, is_package: bool) -> Verdict:
    if any(is_package or one.answer is Answer.AFFECTED for one in found):
        return Verdict.FAILED
    return Verdict.UNKNOWN if found or gaps else Verdict.PASSED


def _consulted(
    advisories: AdvisorySet, found: Sequence[Found], *, is_package: bool
) -> tuple[Feed, ...]:
    """Return the feeds that the answer is from; all of them where none has anything."""
    used = {ecosystem for ecosystem, _ in advisories.advisories}
    if is_package:
        used |= {parse_package(one.purl).ecosystem for one in found}
    feeds = tuple(feed for name, feed in advisories.feeds.items() if name in used)
    return feeds or tuple(advisories.feeds.values())


def _gaps(
    portfolio: Portfolio, advisories: AdvisorySet, query: str, *, is_package: bool
) -> Iterable[NotChecked]:
    if not portfolio.count():
        yield NotChecked(
            what="products",
            where="the portfolio",
            why="no product's list of components was read",
            remedy="run `assay check` in their repositories, and name them with --in",
        )
    for release in portfolio.unread():
        why = release.problem or f"{release.unnamed} components have no package URL"
        yield NotChecked(what="product", where=release.product, why=printable(why))
    if is_package:
        return
    for ecosystem in portfolio.ecosystems():
        if ecosystem not in advisories.feeds:
            why = "no advisories here"
            yield NotChecked(what="advisory data", where=ecosystem, why=why, remedy=GET_ADVISORIES)
    if not any(query in (r.id, *r.aliases) for rs in advisories.advisories.values() for r in rs):
        yield _nobody_names(advisories, query)


def _nobody_names(advisories: AdvisorySet, query: str) -> NotChecked:
    gap = NotChecked(
        what="vulnerability", where=query, why="no advisory here names it", remedy=GET_ADVISORIES
    )
    for item in advisories.unreadable:
        if query in item.name:
            return replace(gap, why=f"its advisory cannot be read: {item.why}")
    return gap
