"""Fetching what changed of OSV's data into the mirror, and refusing what went back in time."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from assay.core.collector import without_collector
from assay.core.errors import (
    MalformedError,
    RejectedError,
    TamperedError,
    UnavailableError,
    UsageError,
    inside,
)
from assay.system.http import Fetched, FetchLimits
from assay.system.httpresume import fetch_resumed
from assay.system.lock import hold_lock
from assay.vuln.advisory import Feed
from assay.vuln.collecting import CollectedFeed, check_drafts, collect_records, finish_feeds
from assay.vuln.ecosystems import ECOSYSTEMS
from assay.vuln.mirrorfiles import LOCK_SECONDS, load_feed_content, load_feeds, save_feeds
from assay.vuln.source import Source

BUCKET: Final = "https://osv-vulnerabilities.storage.googleapis.com"
MAX_ARCHIVE_BYTES: Final = 2 * 2**30
FETCH_SECONDS: Final = 1800.0

Fetch = Callable[[str, Path, str], Fetched]  # URL, file to write, known ETag


def update_advisories(
    ecosystems: Iterable[str], mirror: Path, *, at: datetime, fetch: Fetch, base: str = BUCKET
) -> tuple[Feed, ...]:
    """Fetch what has changed for `ecosystems` (OSV's words) below `base`, and return their feeds.

    `fetch` is what `fetcher` returns, or a stand-in for it. Where the server says that nothing has
    changed, the data stay and their import time moves to `at`.

    Raises:
        UsageError: An ecosystem that is not matched.
        RejectedError: A feed went back in time, or lost more than half of its advisories: what a
            broken or a hostile feed does. The old data stay.
        MalformedError: What came is no archive of advisories. The old data stay.
        UnavailableError: A feed cannot be fetched or saved. The old data stay.
    """
    wanted = tuple(dict.fromkeys(ecosystems))
    for ecosystem in wanted:
        if ecosystem not in ECOSYSTEMS:
            known = ", ".join(sorted(ECOSYSTEMS))
            raise UsageError(f"{ecosystem!r} is not matched", hint=f"one of {known}")
    with hold_lock(mirror / ".lock", seconds=LOCK_SECONDS):
        for ecosystem in wanted:
            with inside(ecosystem):
                url = f"{base}/{quote(ecosystem)}/all.zip"
                save_feeds(mirror, _update(ecosystem, mirror, at, url=url, fetch=fetch))
        feeds = load_feeds(mirror)
    return tuple(feeds[ecosystem] for ecosystem in wanted)


def fetcher(hosts: Iterable[str], *, report: Callable[[str, int, int | None], None]) -> Fetch:
    """Return what fetches from `hosts` and from nowhere else, and goes on where it broke off.

    `report` is told the URL, how many bytes are here, and how many there are if that is known.
    """
    expected = frozenset(hosts)
    limits = FetchLimits(max_bytes=MAX_ARCHIVE_BYTES, seconds=FETCH_SECONDS)

    def fetch(url: str, into: Path, etag: str) -> Fetched:
        return fetch_resumed(
            url,
            into=into,
            hosts=expected,
            limits=limits,
            etag=etag,
            report=lambda here, total: report(url, here, total),
        )

    return fetch


def _update(
    ecosystem: str, mirror: Path, at: datetime, *, url: str, fetch: Fetch
) -> tuple[CollectedFeed, ...]:
    old = load_feeds(mirror).get(ecosystem)
    content = _sound_content(mirror, old)
    incoming = mirror / f"incoming-{quote(ecosystem, safe='')}.zip"
    # A fetch that breaks off leaves its part for the next one; what came whole goes when read.
    fetched = fetch(url, incoming, old.etag if old is not None and content else "")
    try:
        if not fetched.changed and old is not None:
            return (CollectedFeed(feed=replace(old, imported_at=at), content=content),)
        records = Source(scope=ecosystem, path=incoming).records()
        with without_collector():
            drafts = collect_records(records, scope=ecosystem, at=at)
    finally:
        incoming.unlink(missing_ok=True)
    check_drafts(drafts, where=url)
    collected = finish_feeds(drafts, at=at, source=url, etag=fetched.etag)
    for item in collected:
        _refuse_relapse(old, item.feed)
    return collected


def _sound_content(mirror: Path, feed: Feed | None) -> bytes:
    """Return the data of `feed`, or nothing where they must be fetched again."""
    if feed is None:
        return b""
    try:
        return load_feed_content(mirror, feed)
    except (TamperedError, MalformedError, UnavailableError):
        return b""


def _refuse_relapse(old: Feed | None, new: Feed) -> None:
    hint = "import it with `assay vulns import` if that is right"
    if old is None:
        return
    if new.advisories * 2 < old.advisories:
        what = f"{new.advisories} advisories, where there were {old.advisories}"
        raise RejectedError(what, hint=hint)
    newest, before = new.newest_modified, old.newest_modified
    if before is not None and (newest is None or newest < before):
        raise RejectedError("the feed is older than what is here", hint=hint)
