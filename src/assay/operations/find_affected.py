"""`assay affected`: which products a vulnerability, or a package, is in.

The answer is PASSED only where every product's list is complete, every ecosystem in them has
advisories here, and some advisory knows the vulnerability: otherwise nobody can tell.
"""

from collections.abc import Iterable, Sequence
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
from assay.operations.portfolio import open_portfolio, own_repository, read_logs
from assay.sbom.component import Component
from assay.system.clock import now
from assay.vuln.advisory import AdvisorySet, Feed
from assay.vuln.match import GET_ADVISORIES
from assay.vuln.mirror import load_advisories, load_advisories_named
from assay.vuln.package import parse_package
from assay.vuln.portfolio.asking import Found, Question, find_affected, find_holders
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.ranges import Answer

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
    """A release where it is, and on which way it came in; the way is empty where not known."""

    found: Found
    path: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        release = self.found.release
        return {
            "product": release.product,
            "log": release.log,
            "subject": str(release.subject),
            "statement": str(release.statement),
            "recordedAt": format_time(release.recorded_at),
            "owner": release.owner,
            "deployed": release.deployed or "unknown",
            "component": self.found.purl,
            "answer": self.found.answer.value,
            "reason": self.found.reason,
            "vulnerabilities": list(self.found.vulnerabilities),
            "fixed": self.found.fixed,
            "path": list(self.path),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedReport:
    """The answer: every place, the feeds it is from, and what was not checked."""

    query: str
    verdict: Verdict
    places: tuple[Place, ...]
    products: int
    feeds: tuple[Feed, ...]
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
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def ask_affected(request: AffectedRequest, *, clock: Clock = now) -> AffectedReport:
    """Answer which products hold what `request.query` names: a vulnerability's id, or a purl.

    Raises:
        UsageError: The query is neither; or a repository has no log.
        TamperedError: A log, or the advisories, are not what was recorded.
        UnavailableError: Something needed does not answer.
    """
    query, at = request.query.strip(), clock()
    if not query or len(query) > MAX_QUERY or not query.isprintable() or " " in query:
        raise UsageError(
            f"{query[:80]!r} is neither an id nor a package URL",
            hint="such as CVE-2021-44228, GHSA-…, or pkg:pypi/requests",
        )
    is_package = query.startswith("pkg:")
    advisories = _advisories(query, is_package=is_package)
    with open_portfolio() as portfolio:
        own = tuple(own_repository(request.repositories))
        gaps = read_logs(portfolio, own, at=at, anew=request.rebuild)
        question = Question(
            portfolio=portfolio, advisories=advisories, at=at, current=not request.all_releases
        )
        ask = find_holders if is_package else find_affected
        found = ask(question, query)
        feeds = _consulted(advisories, found, is_package=is_package)
        gaps += (*_gaps(portfolio, advisories, query, is_package=is_package), *feed_gaps(feeds))
        return AffectedReport(
            query=query,
            verdict=_verdict(found, gaps, is_package=is_package),
            places=_places(portfolio, found),
            products=portfolio.count(),
            feeds=feeds,
            not_checked=tuple(sorted(gaps)),
        )


def _advisories(query: str, *, is_package: bool) -> AdvisorySet:
    mirror = open_home().advisories
    if not is_package:
        return load_advisories_named(mirror, query)
    parse_package(query)  # refused here, and not taken for a package that nobody holds
    asked = Component(purl=query, name="", version="", found_in=())
    return load_advisories(mirror, (asked,))


def _places(portfolio: Portfolio, found: Sequence[Found]) -> tuple[Place, ...]:
    return tuple(
        Place(found=one, path=portfolio.path_to(one.holding) if number < MAX_PATHS else ())
        for number, one in enumerate(found)
    )


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
