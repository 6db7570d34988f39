"""Foreign feeds in the local mirror: one file each, and their list beside that of OSV's.

As with OSV's, the list names each file by its digest and is replaced in one step, and what is read
is compared first. A foreign feed adds what its records say; it never makes an ecosystem one that
was looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.collector import without_collector
from assay.core.digest import sha256_of
from assay.core.errors import (
    MalformedError,
    RejectedError,
    TamperedError,
    UnavailableError,
    inside,
)
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.system.files import save_file
from assay.system.lock import hold_lock
from assay.vuln.advisory import Feed, Unreadable
from assay.vuln.feedlist import parse_listed, render_listed
from assay.vuln.foreign.content import ForeignContent, ForeignDraft, check_content
from assay.vuln.foreign.forms import Read, Reader
from assay.vuln.foreign.joining import Foreign
from assay.vuln.listed import load_content, load_list

SCHEMA: Final = "assay.foreign-feeds/v1"
MAX_CONTENT_BYTES: Final = 4 * 2**30  # the whole NVD, with every product, has a tenth
RELAPSE: Final = "import it with `assay vulns import` if that is right"
_LOCK_SECONDS: Final = 60.0

Document = tuple[str, bytes]
Drafts = dict[str, ForeignDraft]


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
        draft = ForeignDraft(name=name)
        if incoming.keep and old is not None:  # what was changed here is refused
            draft = load_foreign_content(mirror, old).draft(newest=old.newest_modified)
        drafts = {name: draft}
        for document, data in incoming.documents:
            collect_foreign(drafts, incoming.records(document, data), at=at)
        if set(drafts) != {name} or not (draft.lines or draft.unreadable):
            raise MalformedError(f"no records for {name} alone", where=incoming.origin)
        if old is not None and len(draft.lines) * 2 < old.advisories:
            what = f"{len(draft.lines)} records, where there were {old.advisories}"
            raise RejectedError(what, where=incoming.origin, hint=RELAPSE)
        (feed,) = save_foreign(
            mirror, drafts, at=at, origin=incoming.origin, through=incoming.through
        )
        return feed


def is_sound(mirror: Path, feed: Feed) -> bool:
    """Tell whether the records of `feed` are here as they were saved, so that changes will do."""
    try:
        load_foreign_content(mirror, feed)
    except (TamperedError, MalformedError, UnavailableError):
        return False
    return True


def collect_foreign(drafts: Drafts, found: Read, *, at: datetime) -> None:
    """Put what was found into the drafts of the feeds that it names."""
    for item in found:
        if isinstance(item, Unreadable):
            _draft(drafts, item.ecosystem).add_unreadable(item)
            continue
        draft = _draft(drafts, item.source)
        try:
            draft.add(item, at=at)
        except MalformedError as error:
            why = printable(str(error))
            draft.add_unreadable(Unreadable(ecosystem="", name=printable(item.id), why=why))


def _draft(drafts: Drafts, name: str) -> ForeignDraft:
    return drafts.setdefault(name, ForeignDraft(name=name))


def save_foreign(
    mirror: Path, drafts: Mapping[str, ForeignDraft], *, at: datetime, origin: str, through: str
) -> tuple[Feed, ...]:
    """Replace the feeds that `drafts` are of. The caller holds the mirror's lock.

    Raises:
        UnavailableError: It cannot be written.
    """
    contents = {name: draft.render() for name, draft in sorted(drafts.items())}
    feeds = tuple(
        Feed(
            ecosystem=name,
            digest=sha256_of(content),
            advisories=len(drafts[name].lines),
            unreadable=len(drafts[name].unread()),
            imported_at=at,
            newest_modified=drafts[name].newest,
            source=origin,
            etag=through,
        )
        for name, content in contents.items()
    )
    _save(mirror, feeds, contents)
    return feeds


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
    """Return the records of `feed`.

    Raises:
        TamperedError: The file is not what was imported.
        MalformedError: It is of another format.
        UnavailableError: It cannot be read.
    """
    path, what = _path(mirror, feed), f"the records of {feed.ecosystem}"
    data = load_content(path, digest=feed.digest, what=what, max_bytes=MAX_CONTENT_BYTES)
    with inside(str(path)):
        return check_content(data, name=feed.ecosystem)


def load_foreign(mirror: Path) -> Foreign:
    """Return all foreign feeds of the mirror.

    Raises:
        TamperedError: A file is not what was imported.
        MalformedError: It is of another format.
        UnavailableError: It cannot be read.
    """
    feeds = load_foreign_feeds(mirror)
    contents = tuple(load_foreign_content(mirror, feed) for feed in feeds.values())
    return Foreign(feeds=feeds, contents=contents)


def _save(mirror: Path, feeds: tuple[Feed, ...], contents: Mapping[str, bytes]) -> None:
    """Save the files, then the list, then drop what neither this list nor the last one names."""
    for feed in feeds:
        save_file(_path(mirror, feed), contents[feed.ecosystem])
    _save_list(mirror, feeds)


def _save_list(mirror: Path, feeds: tuple[Feed, ...]) -> None:
    old = load_foreign_feeds(mirror)
    every = dict(old) | {feed.ecosystem: feed for feed in feeds}
    listed = [render_listed(every[name]) for name in sorted(every)]
    save_file(_list(mirror), render_canonical_json({"schema": SCHEMA, "feeds": listed}))
    kept = {_path(mirror, one) for one in (*old.values(), *every.values())}
    for path in mirror.glob("*.foreign"):
        if path not in kept:
            path.unlink(missing_ok=True)


def _list(mirror: Path) -> Path:
    return mirror / "foreign.json"


def _path(mirror: Path, feed: Feed) -> Path:
    return mirror / f"{feed.digest.hex}.foreign"
