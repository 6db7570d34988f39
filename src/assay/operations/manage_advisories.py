"""`assay vulns`: fill the local mirror of advisories, and tell how old it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from assay.core.clock import Clock, format_time
from assay.core.errors import UnavailableError, inside
from assay.core.notchecked import NotChecked
from assay.operations.home import open_home
from assay.operations.update_foreign import FOREIGN, Asking
from assay.system.clock import now
from assay.system.files import load_file
from assay.vuln.advisory import Feed
from assay.vuln.ecosystems import ECOSYSTEMS, LANGUAGES
from assay.vuln.explaining import Explained, explain_clusters
from assay.vuln.foreign.forms import MAX_DOCUMENT_BYTES
from assay.vuln.foreign.store import load_foreign_feeds
from assay.vuln.match import GET_ADVISORIES
from assay.vuln.mirror import import_advisories as import_into
from assay.vuln.mirror import load_advisories_named
from assay.vuln.mirrorfiles import load_feeds
from assay.vuln.mirrorupdate import BUCKET, fetcher
from assay.vuln.mirrorupdate import update_advisories as update_in
from assay.vuln.signals.epss import MAX_EPSS_BYTES
from assay.vuln.signals.store import (
    EPSS,
    KEV,
    NAMES,
    SignalFeed,
    import_signal,
    load_signal_feeds,
)
from assay.vuln.signals.store import is_signal as seems_signal

NAMED: Final = (*sorted(ECOSYSTEMS), *NAMES, *FOREIGN)  # all that can be updated
_TABLES: Final = (".csv", ".csv.gz")  # nothing else that is imported is a table
SIGNAL_URLS: Final = {
    KEV: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    EPSS: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
}


def is_signal(source: Path) -> bool:
    """Tell whether `source` is a file of KEV or EPSS, and no advisories, by what is in it."""
    if not source.is_file() or source.suffix == ".zip":
        return False
    return source.name.endswith(_TABLES) or seems_signal(
        load_file(source, max_bytes=MAX_DOCUMENT_BYTES)
    )


def import_signals(source: Path, *, clock: Clock = now) -> SignalFeed:
    """Take KEV (CISA's JSON) or EPSS (CSV, compressed or not) from a file."""
    data = load_file(source, max_bytes=MAX_EPSS_BYTES)
    return import_signal(data, open_home().advisories, at=clock(), source=source.name)


def list_signals() -> tuple[SignalFeed, ...]:
    """Return which signals are in the mirror."""
    return tuple(load_signal_feeds(open_home().advisories).values())


def import_advisories(source: Path, *, clock: Clock = now) -> tuple[Feed, ...]:
    """Take advisories of any form from a file, a folder or a zip; see `assay.vuln.mirror`."""
    return import_into(source, open_home().advisories, at=clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What is in the mirror after an update, of what was asked for."""

    feeds: tuple[Feed, ...]
    signals: tuple[SignalFeed, ...]


def update_advisories(
    wanted: tuple[str, ...],
    *,
    progress: Callable[[str], None],
    base: str = "",
    clock: Clock = now,
) -> Updated:
    """Fetch what changed for `wanted`: OSV's ecosystems, KEV, EPSS, and the foreign feeds.

    By default those that are here, at first all languages. `base` is the URL of a copy, with the
    files of all of them below it; empty for where they are published.

    Raises:
        UsageError: A name that is none of them.
        AssayError: One cannot be fetched, or is refused; those before it are saved.
    """
    mirror = open_home().advisories
    here = (*load_feeds(mirror), *load_signal_feeds(mirror))
    here += tuple(name for name in load_foreign_feeds(mirror) if name in FOREIGN)
    names = wanted or here or LANGUAGES
    at, root = clock(), base.rstrip("/")
    host = urlsplit(root or BUCKET).hostname or ""
    feeds = update_in(
        tuple(name for name in names if name not in (*NAMES, *FOREIGN)),
        mirror,
        at=at,
        base=root or BUCKET,
        fetch=fetcher({host}, report=_reporter(progress)),
    )
    signals = tuple(
        _update_signal(name, mirror, root, at=at, progress=progress)
        for name in names
        if name in NAMES
    )
    asking = Asking(
        mirror=mirror,
        root=root,
        at=at,
        fetcher=lambda hosts: fetcher(hosts, report=_reporter(progress)),
        progress=progress,
    )
    foreign = tuple(asking.update(name) for name in names if name in FOREIGN)
    return Updated(feeds=(*feeds, *foreign), signals=signals)


def _update_signal(
    name: str, mirror: Path, root: str, *, at: datetime, progress: Callable[[str], None]
) -> SignalFeed:
    published = SIGNAL_URLS[name]
    url = f"{root}/{published.rpartition('/')[2]}" if root else published
    incoming = mirror / f"incoming-{name}"
    mirror.mkdir(parents=True, exist_ok=True)
    fetch = fetcher({urlsplit(url).hostname or ""}, report=_reporter(progress))
    with inside(name):
        fetch(url, incoming, "")
        try:
            data = load_file(incoming, max_bytes=MAX_EPSS_BYTES)
            return import_signal(data, mirror, at=at, source=url)
        finally:
            incoming.unlink(missing_ok=True)


def _reporter(progress: Callable[[str], None]) -> Callable[[str, int, int | None], None]:
    def report(url: str, here: int, total: int | None) -> None:
        of = f" of {total / 2**20:.1f}" if total else ""
        progress(f"Fetching {url}: {here / 2**20:.1f}{of} MB")

    return report


def list_feeds() -> tuple[Feed, ...]:
    """Return what is in the mirror, the feeds of other forms than OSV last."""
    mirror = open_home().advisories
    return (*load_feeds(mirror).values(), *load_foreign_feeds(mirror).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Which records are about a vulnerability, why, of which feeds, and what nobody could read."""

    identifier: str
    clusters: tuple[Explained, ...]
    feeds: tuple[Feed, ...]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "id": self.identifier,
            "clusters": [one.as_json() for one in self.clusters],
            "feeds": [feed_json(feed) for feed in self.feeds],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def explain_vulnerability(identifier: str, *, clock: Clock = now) -> Explanation:
    """Tell which advisories here are about the vulnerability with this id, and why.

    Raises:
        UnavailableError: No advisory here has the id.
    """
    advisories = load_advisories_named(open_home().advisories, identifier)
    clusters = explain_clusters(advisories, identifier, at=clock())
    if not clusters:
        raise UnavailableError(f"no advisory here names {identifier[:80]!r}", hint=GET_ADVISORIES)
    foreign = tuple(advisories.foreign.values())
    named = {one.ecosystem for one in clusters}
    own = tuple(feed for name, feed in advisories.feeds.items() if name in named)
    return Explanation(
        identifier=identifier,
        clusters=clusters,
        feeds=(*own, *foreign),
        not_checked=feed_gaps((*advisories.feeds.values(), *foreign)),
    )


def feed_gaps(feeds: tuple[Feed, ...]) -> tuple[NotChecked, ...]:
    """Return what in the mirror nobody can read."""
    return tuple(
        NotChecked(
            what="advisories",
            where=feed.ecosystem,
            why=f"{feed.unreadable} cannot be read",
            remedy="Import a fresh copy with `assay vulns update` or `assay vulns import`.",
        )
        for feed in feeds
        if feed.unreadable
    )


def feed_json(feed: Feed) -> dict[str, object]:
    """Return one feed as doors show it."""
    return {
        "ecosystem": feed.ecosystem,
        "advisories": feed.advisories,
        "unreadable": feed.unreadable,
        "newestModified": format_time(feed.newest_modified) if feed.newest_modified else "",
        "importedAt": format_time(feed.imported_at),
        "source": feed.source,
        "digest": str(feed.digest),
    }
