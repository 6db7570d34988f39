"""What nobody can tell about an answer to `assay affected`: each of it keeps it from PASSED."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.gates.parameters import Parameters
from assay.operations.affected_names import all_records
from assay.operations.manage_advisories import feed_gaps
from assay.vuln.advisory import AdvisorySet
from assay.vuln.match import GET_ADVISORIES
from assay.vuln.portfolio.asking import Question
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.products import NO_ECOSYSTEM


def find_gaps(question: Question, query: str, names: frozenset[str]) -> Iterable[NotChecked]:
    """Yield what nobody can tell: of which products, from which feeds, about what.

    `names` are those of a vulnerability, none where a package was asked for.
    """
    portfolio, advisories = question.portfolio, question.advisories
    if not portfolio.count():
        yield NotChecked(
            what="products",
            where="the portfolio",
            why="no product's list of components was read",
            remedy="run `assay check` in their repositories, and name them with --in",
        )
    for release in portfolio.unread(current=question.current):
        yield NotChecked(what="product", where=release.product, why=printable(release.doubt))
    if not names:
        return
    yield from _unread_feeds(portfolio.ecosystems(), advisories, question.at)
    if all(names.isdisjoint((r.id, *r.aliases)) for r in all_records(advisories)):
        yield _nobody_names(advisories, query)


def find_unread(portfolio: Portfolio) -> Iterable[NotChecked]:
    """Yield what an answer lacks that is given without looking at the logs."""
    remedy = "leave out --as-read"
    oldest = portfolio.oldest_reading()
    if oldest is not None:
        why = f"not looked at now; the longest ago, one was read on {format_time(oldest)}"
        yield NotChecked(what="logs", where="the portfolio", why=why, remedy=remedy)
    for origin in portfolio.never_read():
        why = "nothing of it was read by this version yet"
        yield NotChecked(what="log", where=origin, why=why, remedy=remedy)


def _unread_feeds(
    held: Iterable[str], advisories: AdvisorySet, at: datetime
) -> Iterable[NotChecked]:
    """Yield what is missing of the feeds of all ecosystems that products hold.

    A record that cannot be read may be about the vulnerability, in whatever ecosystem it is; and
    since a feed was imported, a range may have become wider.
    """
    limit = timedelta(hours=Parameters().advisory_max_age_hours)
    for ecosystem in held:
        feed = advisories.feeds.get(ecosystem)
        if feed is None:
            yield _no_feed(ecosystem)
            continue
        yield from feed_gaps((feed,))
        if at - feed.imported_at > limit:
            why = f"imported {format_time(feed.imported_at)}; what came out since is not here"
            yield NotChecked(what="advisories", where=ecosystem, why=why, remedy=GET_ADVISORIES)


def _no_feed(ecosystem: str) -> NotChecked:
    why, remedy = "no advisories here", GET_ADVISORIES
    if ecosystem == NO_ECOSYSTEM or ecosystem.startswith("pkg:"):
        why = "CPE names find what is vulnerable, and never tell that nothing is"
        remedy = "check these components by other means"
    return NotChecked(what="advisory data", where=ecosystem, why=why, remedy=remedy)


def _nobody_names(advisories: AdvisorySet, query: str) -> NotChecked:
    gap = NotChecked(
        what="vulnerability", where=query, why="no advisory here names it", remedy=GET_ADVISORIES
    )
    for item in advisories.unreadable:
        if query in item.name:
            return replace(gap, why=f"its advisory cannot be read: {item.why}")
    return gap
