"""Foreign feeds in the local mirror: one file each, and their list beside that of OSV's.

As with OSV's, the list names each file by its digest and is replaced in one step, and what is read
is compared first. A foreign feed adds what its records say; it never makes an ecosystem one that
was looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.collector import without_collector
from assay.core.digest import sha256_of
from assay.core.errors import MalformedError, inside
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.system.files import save_file
from assay.system.lock import hold_lock
from assay.vuln.advisory import Advisory, Feed, Unreadable
from assay.vuln.feedlist import parse_listed, render_listed
from assay.vuln.foreign.content import ForeignContent, ForeignDraft, check_content
from assay.vuln.foreign.joining import Foreign
from assay.vuln.listed import load_content, load_list

SCHEMA: Final = "assay.foreign-feeds/v1"
MAX_CONTENT_BYTES: Final = 4 * 2**30  # the whole NVD, with every product, has a tenth
_LOCK_SECONDS: Final = 60.0

Read = Iterable[Advisory | Unreadable]
Reader = Callable[[str, bytes], Read]  # the document's name and bytes
Document = tuple[str, bytes]


def one_by_one(read: Callable[[bytes], Iterable[Advisory]]) -> Reader:
    """Return a reader of documents that are read as a whole, or not at all."""

    def reader(name: str, data: bytes) -> Read:
        try:
            return tuple(read(data))
        except MalformedError as error:
            shown = printable(name)
            return (Unreadable(ecosystem="", name=shown, why=printable(str(error))),)

    return reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Documents for the feed `name`, how they are read, and where they are from.

    `keep` leaves the records that are here and not among them; otherwise they are all there are.
    `through` is the time up to which the origin was asked for changes, empty where it was not.
    """

    name: str
    documents: Iterable[Document]
    read: Reader
    origin: str
    keep: bool
    through: str = ""


def import_foreign(incoming: Incoming, mirror: Path, *, at: datetime) -> Feed:
    """Take what is incoming into its feed, and return what is known about it.

    Raises:
        MalformedError: There is no record in it, readable or not. What was there stays.
        UnavailableError: It cannot be read or written. What was there stays.
    """
    name = incoming.name
    with hold_lock(mirror / ".lock", seconds=_LOCK_SECONDS), without_collector():
        old = load_foreign_feeds(mirror).get(name)
        draft = ForeignDraft(name=name)
        if incoming.keep and old is not None:
            draft = load_foreign_content(mirror, old).draft(newest=old.newest_modified)
        for document, data in incoming.documents:
            _take(draft, incoming.read(document, data), at=at)
        if not draft.lines and not draft.unreadable:
            raise MalformedError(f"no record for {name}", where=incoming.origin)
        content = draft.render()
        feed = Feed(
            ecosystem=name,
            digest=sha256_of(content),
            advisories=len(draft.lines),
            unreadable=len(draft.unread()),
            imported_at=at,
            newest_modified=draft.newest,
            source=incoming.origin,
            etag=incoming.through,
        )
        _save(mirror, feed, content)
        return feed


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


def _take(draft: ForeignDraft, found: Read, *, at: datetime) -> None:
    for item in found:
        if isinstance(item, Unreadable):
            draft.add_unreadable(item)
            continue
        try:
            draft.add(item, at=at)
        except MalformedError as error:
            why = printable(str(error))
            draft.add_unreadable(Unreadable(ecosystem="", name=printable(item.id), why=why))


def _save(mirror: Path, feed: Feed, content: bytes) -> None:
    """Save the file, then the list, then drop what neither this list nor the last one names."""
    save_file(_path(mirror, feed), content)
    old = load_foreign_feeds(mirror)
    feeds = dict(old) | {feed.ecosystem: feed}
    listed = [render_listed(feeds[name]) for name in sorted(feeds)]
    save_file(_list(mirror), render_canonical_json({"schema": SCHEMA, "feeds": listed}))
    kept = {_path(mirror, one) for one in (*old.values(), *feeds.values())}
    for path in mirror.glob("*.foreign"):
        if path not in kept:
            path.unlink(missing_ok=True)


def _list(mirror: Path) -> Path:
    return mirror / "foreign.json"


def _path(mirror: Path, feed: Feed) -> Path:
    return mirror / f"{feed.digest.hex}.foreign"
