"""Which records of foreign feeds nobody here can read or compare, and why."""

from collections.abc import Iterable, Iterator
from typing import Final

from assay.core.notchecked import NotChecked
from assay.operations.home import open_home
from assay.vuln.advisory import Feed, Unreadable
from assay.vuln.foreign.store import load_foreign_content, load_foreign_feeds

MAX_LISTED: Final = 10  # of one feed; the mirror has them all
_REMEDY: Final = "look at it by hand, or ask its publisher"


def list_unreadable(feeds: Iterable[Feed]) -> tuple[NotChecked, ...]:
    """Return what the foreign ones among `feeds`, as they are in the mirror, could not take in.

    Raises:
        TamperedError: A file is not what was imported.
        UnavailableError: It cannot be read.
    """
    mirror = open_home().advisories
    here = load_foreign_feeds(mirror)
    wanted = [here[feed.ecosystem] for feed in feeds if feed.ecosystem in here]
    return tuple(
        gap
        for feed in wanted
        if feed.unreadable
        for gap in _gaps(feed, load_foreign_content(mirror, feed).unreadable())
    )


def _gaps(feed: Feed, unreadable: tuple[Unreadable, ...]) -> Iterator[NotChecked]:
    for item in unreadable[:MAX_LISTED]:
        yield NotChecked(
            what="advisory", where=f"{feed.ecosystem}, {item.name}", why=item.why, remedy=_REMEDY
        )
    more = len(unreadable) - MAX_LISTED
    if more > 0:
        yield NotChecked(what="advisory", where=feed.ecosystem, why=f"{more} more", remedy=_REMEDY)
