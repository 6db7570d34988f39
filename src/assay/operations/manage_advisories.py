"""`assay vulns`: fill the local mirror of advisories, and tell how old it is."""

from collections.abc import Callable
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.core.notchecked import NotChecked
from assay.operations.home import open_home
from assay.system.clock import now
from assay.system.files import load_file
from assay.vuln.advisory import Feed
from assay.vuln.ecosystems import LANGUAGES
from assay.vuln.mirror import fetch_from_bucket, load_feeds
from assay.vuln.mirror import import_advisories as import_into
from assay.vuln.mirror import update_advisories as update_in
from assay.vuln.signals.epss import MAX_EPSS_BYTES
from assay.vuln.signals.store import SignalFeed, import_signal, load_signal_feeds


def is_signal(source: Path) -> bool:
    """Tell whether `source` is a file of KEV or EPSS, and no advisories, by its name."""
    return source.is_file() and source.suffix in {".json", ".csv", ".gz"}


def import_signals(source: Path, *, clock: Clock = now) -> SignalFeed:
    """Take KEV (CISA's JSON) or EPSS (CSV, compressed or not) from a file."""
    data = load_file(source, max_bytes=MAX_EPSS_BYTES)
    return import_signal(data, open_home().advisories, at=clock(), source=source.name)


def list_signals() -> tuple[SignalFeed, ...]:
    """Return which signals are in the mirror."""
    return tuple(load_signal_feeds(open_home().advisories).values())


def import_advisories(source: Path, *, clock: Clock = now) -> tuple[Feed, ...]:
    """Take advisories from a folder or a zip; see `assay.vuln.mirror`."""
    return import_into(source, open_home().advisories, at=clock())


def update_advisories(
    ecosystems: tuple[str, ...], *, progress: Callable[[str], None], clock: Clock = now
) -> tuple[Feed, ...]:
    """Fetch what changed for `ecosystems`: by default those that are here, at first languages."""
    mirror = open_home().advisories
    wanted = ecosystems or tuple(load_feeds(mirror)) or LANGUAGES
    progress(f"Fetching advisories for {', '.join(wanted)}")
    return update_in(wanted, mirror, at=clock(), fetch=fetch_from_bucket)


def list_feeds() -> tuple[Feed, ...]:
    """Return what is in the mirror."""
    return tuple(load_feeds(open_home().advisories).values())


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
