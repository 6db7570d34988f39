"""Foreign feeds in the local mirror: a table for each, and their list beside that of OSV's.

The list names each table by its digest and is replaced in one step. A table is read in parts, and
each part is compared with that digest before it is used (`assay.vuln.table`).

What this proves: that an answer rests on exactly the bytes that its inputs name, and that damage is
seen. What it does not: who wrote them. The mirror is in the user's own folder, and whoever can
write there can write the list as well; that the feed was the publisher's is what TLS, or whoever
handed over a file to import, vouches for at the import.

A foreign feed adds what its records say; it never makes an ecosystem one that was looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.collector import without_collector
from assay.core.errors import (
    MalformedError,
    RejectedError,
    TamperedError,
    UnavailableError,
)
from assay.core.strictjson import render_canonical_json
from assay.system.files import save_file
from assay.system.largefiles import new_file
from assay.system.lock import hold_lock
from assay.vuln.advisory import Feed
from assay.vuln.feedlist import parse_listed, render_listed
from assay.vuln.foreign.content import ForeignContent
from assay.vuln.foreign.draft import Drafts, ForeignDraft
from assay.vuln.foreign.forms import Reader
from assay.vuln.foreign.joining import Foreign
from assay.vuln.listed import load_list
from assay.vuln.table.reading import open_table

SCHEMA: Final = "assay.foreign-feeds/v2"
RELAPSE: Final = "import it with `assay vulns import` if that is right"
_LOCK_SECONDS: Final = 60.0

Document = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Documents for the feed `name`, how they are read, and where they are from.

    `keep` leaves the records that are here and not among them; otherwise they are all there are.
    `through` is the time up to which the origin was asked for changes, empty where it was not.
    """

    name: str
    documents: Iterable[Document]
    records: Reader
    origin: str
    keep: bool
    through: str = ""


def import_foreign(incoming: Incoming, mirror: Path, *, at: datetime) -> Feed:
    """Take what is incoming into its feed, and return what is known about it.

    Raises:
        MalformedError: There is no record in it, readable or not. What was there stays.
        RejectedError: There is less than half of what was there, which stays.
        UnavailableError: It cannot be read or written. What was there stays.
    """
    name = incoming.name
    with hold_lock(mirror / ".lock", seconds=_LOCK_SECONDS), without_collector():
        old = load_foreign_feeds(mirror).get(name)
        with closing(Drafts(folder=mirror)) as drafts:
            if incoming.keep and old is not None:  # what was changed here is refused
                drafts.of(name).take_settled(load_foreign_content(mirror, old).settled())
            for document, data in incoming.documents:
                drafts.collect(incoming.records(document, data))
            if drafts.names() != {name}:
                raise MalformedError(f"no records for {name} alone", where=incoming.origin)
            taken = Taken(at=at, origin=incoming.origin, through=incoming.through)
            (feed,) = save_foreign(mirror, drafts, taken, accept=partial(_refuse_relapse, old))
            return feed


def _refuse_relapse(old: Feed | None, feed: Feed) -> None:
    if old is not None and feed.advisories * 2 < old.advisories:
        what = f"{feed.advisories} records, where there were {old.advisories}"
        raise RejectedError(what, where=feed.source, hint=RELAPSE)


def is_sound(mirror: Path, feed: Feed) -> bool:
    """Tell whether the records of `feed` are here as they were saved, so that changes will do."""
    try:
        for _ in load_foreign_content(mirror, feed).table.lines():
            pass  # each block is compared when it is read
    except (TamperedError, MalformedError, UnavailableError):
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """When records were taken, where from, and up to when the origin was asked for changes."""

    at: datetime
    origin: str
    through: str = ""


def save_foreign(
    mirror: Path, drafts: Drafts, taken: Taken, *, accept: Callable[[Feed], None]
) -> tuple[Feed, ...]:
    """Replace the feeds that `drafts` are of, unless `accept` refuses one of them.

    The caller holds the mirror's lock.

    Raises:
        UnavailableError: It cannot be written.
    """
    old = load_foreign_feeds(mirror)
    try:
        feeds = tuple(_write(mirror, drafts.of(name), taken) for name in sorted(drafts.names()))
        for feed in feeds:
            accept(feed)
        _save_list(mirror, feeds)
    finally:
        _drop_unlisted(mirror, old.values())
    return feeds


def _write(mirror: Path, draft: ForeignDraft, taken: Taken) -> Feed:
    """Write the table of a draft; no list names it yet."""
    with new_file(mirror) as file:
        digest, tally = draft.write(file, at=taken.at)
        feed = Feed(
            ecosystem=draft.name,
            digest=digest,
            advisories=tally.advisories,
            unreadable=tally.unreadable,
            imported_at=taken.at,
            newest_modified=tally.newest_modified,
            source=taken.origin,
            etag=taken.through,
        )
        file.keep(_path(mirror, feed))
    return feed


def confirm_foreign(mirror: Path, feed: Feed, *, at: datetime) -> Feed:
    """Note that the origin of `feed` had nothing else at the time `at`."""
    with hold_lock(mirror / ".lock", seconds=_LOCK_SECONDS):
        confirmed = replace(feed, imported_at=at)
        _save_list(mirror, (confirmed,))
        return confirmed


def load_foreign_feeds(mirror: Path) -> Mapping[str, Feed]:
    """Return what is known about each foreign feed in the mirror, by name.

    Raises:
        MalformedError: The list is not what this version writes.
        UnavailableError: It cannot be read.
    """
    feeds = (parse_listed(item) for item in load_list(_list(mirror), schema=SCHEMA))
    return MappingProxyType({feed.ecosystem: feed for feed in feeds})


def load_foreign_content(mirror: Path, feed: Feed) -> ForeignContent:
    """Return the records of `feed`, of which the directory alone was read and compared.

    Raises:
        TamperedError: The directory is not what was imported.
        MalformedError: It is of another format.
        UnavailableError: It cannot be read.
    """
    name = feed.ecosystem
    table = open_table(
        _path(mirror, feed), name=name, digest=feed.digest, what=f"the records of {name}"
    )
    return ForeignContent(name=name, table=table)


def load_foreign(mirror: Path) -> Foreign:
    """Return all foreign feeds of the mirror.

    Raises:
        TamperedError: A directory is not what was imported.
        MalformedError: It is of another format.
        UnavailableError: It cannot be read.
    """
    feeds = load_foreign_feeds(mirror)
    contents = tuple(load_foreign_content(mirror, feed) for feed in feeds.values())
    return Foreign(feeds=feeds, contents=contents)


def _save_list(mirror: Path, feeds: tuple[Feed, ...]) -> None:
    every = dict(load_foreign_feeds(mirror)) | {feed.ecosystem: feed for feed in feeds}
    listed = [render_listed(every[name]) for name in sorted(every)]
    save_file(_list(mirror), render_canonical_json({"schema": SCHEMA, "feeds": listed}))


def _drop_unlisted(mirror: Path, last: Iterable[Feed]) -> None:
    """Drop the files that neither the list names nor `last`: somebody may be reading those."""
    every = (*load_foreign_feeds(mirror).values(), *last)
    kept = {_path(mirror, feed) for feed in every}
    for path in mirror.glob("*.foreign"):
        if path not in kept:
            path.unlink(missing_ok=True)


def _list(mirror: Path) -> Path:
    return mirror / "foreign.json"


def _path(mirror: Path, feed: Feed) -> Path:
    return mirror / f"{feed.digest.hex}.foreign"
