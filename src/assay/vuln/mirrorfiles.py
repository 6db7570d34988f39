"""The files of OSV's data in the local mirror: one for each ecosystem, and the list of them.

* `feeds.json` names the current file of each ecosystem by digest. It is replaced in one step when
  all files are there: an import or an update that fails leaves what was there before.
* What is read is compared with its digest first: a changed byte is refused, not matched against.
* A reader needs no lock. Writers take turns.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.errors import inside
from assay.core.strictjson import render_canonical_json
from assay.system.files import save_file
from assay.vuln.advisory import Feed
from assay.vuln.collecting import CollectedFeed
from assay.vuln.feedfile import check_feed
from assay.vuln.feedlist import parse_listed, render_listed
from assay.vuln.listed import load_content, load_list

SCHEMA: Final = "assay.advisory-mirror/v2"
MAX_FEED_BYTES: Final = 2 * 2**30  # an ecosystem's file; the largest that we know has a tenth
LOCK_SECONDS: Final = 60.0


def load_feeds(mirror: Path) -> Mapping[str, Feed]:
    """Return what is known about each ecosystem in the mirror; nothing where there is none.

    Raises:
        MalformedError: The list is not what this version writes.
        UnavailableError: It cannot be read.
    """
    listed = load_list(mirror / "feeds.json", schema=SCHEMA)
    feeds = tuple(parse_listed(item) for item in listed)
    return MappingProxyType({feed.ecosystem: feed for feed in feeds})


def load_feed_content(mirror: Path, feed: Feed) -> bytes:
    """Return the file of `feed`, as `assay.vuln.feedfile` describes it.

    Raises:
        TamperedError: The file is not what was imported.
        MalformedError: It is of another format.
        UnavailableError: It cannot be read.
    """
    path, what = _path(mirror, feed), f"the advisories of {feed.ecosystem}"
    content = load_content(path, digest=feed.digest, what=what, max_bytes=MAX_FEED_BYTES)
    with inside(str(path)):
        check_feed(content, ecosystem=feed.ecosystem)
    return content


def save_feeds(mirror: Path, collected: tuple[CollectedFeed, ...]) -> tuple[Feed, ...]:
    """Save the files, then the list, then drop what neither this list nor the last one names.

    The last list's files stay, because somebody may have read that list a moment ago.
    """
    for item in collected:
        save_file(_path(mirror, item.feed), item.content)
    old = load_feeds(mirror)
    feeds = dict(old) | {item.feed.ecosystem: item.feed for item in collected}
    listed = [render_listed(feeds[ecosystem]) for ecosystem in sorted(feeds)]
    save_file(mirror / "feeds.json", render_canonical_json({"schema": SCHEMA, "feeds": listed}))
    kept = {_path(mirror, feed) for feed in (*old.values(), *feeds.values())}
    for path in mirror.glob("*.advisories"):
        if path not in kept:
            path.unlink(missing_ok=True)
    return tuple(item.feed for item in collected)


def _path(mirror: Path, feed: Feed) -> Path:
    return mirror / f"{feed.digest.hex}.advisories"
