"""KEV and EPSS beside the advisories: one file each, and their list.

As with advisories, the list names each file by its digest, is replaced in one step, and what is
read is compared first. A file has sorted lines, one for each CVE, so that a question about ten of
300,000 reads ten.
"""

import zlib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import (
    RejectedError,
    inside,
)
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import render_canonical_json
from assay.system.files import save_file
from assay.system.lock import hold_lock
from assay.vuln.listed import load_content, load_list
from assay.vuln.signals.epss import MAX_EPSS_BYTES, Likelihood, parse_epss
from assay.vuln.signals.kev import KnownExploited, parse_kev

KEV: Final = "KEV"
EPSS: Final = "EPSS"
NAMES: Final = (KEV, EPSS)
SCHEMA: Final = "assay.signals/v1"
_LOCK_SECONDS: Final = 60.0
_HEAD_BYTES: Final = 4096
_KEV_MARK: Final = b'"dateReleased"'  # no other form that is imported has it


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFeed:
    """What is known about a feed; `dated` is the feed's own time, not that of the import."""

    name: str
    digest: Digest
    entries: int
    imported_at: datetime
    dated: datetime
    source: str

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "name": self.name,
            "digest": str(self.digest),
            "entries": self.entries,
            "importedAt": format_time(self.imported_at),
            "dated": format_time(self.dated),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the feeds say about the CVEs asked for; a feed that is not here says nothing."""

    feeds: Mapping[str, SignalFeed]
    exploited: Mapping[str, KnownExploited]
    likelihood: Mapping[str, Likelihood]


def is_signal(data: bytes) -> bool:
    """Tell whether a file seems to be KEV or EPSS, by how it begins."""
    head = data[:_HEAD_BYTES]
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD_BYTES)
        except zlib.error:
            return False
    start = head.lstrip()
    return start.startswith(b"#model_version:") or (start[:1] == b"{" and _KEV_MARK in head)


def import_signal(data: bytes, mirror: Path, *, at: datetime, source: str) -> SignalFeed:
    """Replace the feed that `data` is: KEV in CISA's JSON form, or EPSS as CSV.

    Raises:
        MalformedError: It is neither, or not wholly readable. What was there stays.
        RejectedError: It is older than what is here, or has less than half of it. What was there
            stays.
        UnavailableError: It cannot be written.
    """
    name = KEV if data.lstrip()[:1] == b"{" else EPSS
    with inside(source):
        lines, dated = _kev_lines(data) if name == KEV else _epss_lines(data)
    content = b"".join(sorted(lines))
    feed = SignalFeed(
        name=name,
        digest=sha256_of(content),
        entries=len(lines),
        imported_at=at,
        dated=dated,
        source=source,
    )
    with hold_lock(mirror / ".lock", seconds=_LOCK_SECONDS):
        feeds = dict(load_signal_feeds(mirror))
        _refuse_relapse(feeds.get(name), feed)
        save_file(_path(mirror, feed), content)
        old = feeds.get(name)
        feeds[name] = feed
        listed = [feeds[one].as_json() for one in sorted(feeds)]
        save_file(_list(mirror), render_canonical_json({"schema": SCHEMA, "feeds": listed}))
        if old is not None and old.digest != feed.digest:
            _path(mirror, old).unlink(missing_ok=True)
    return feed


def _refuse_relapse(old: SignalFeed | None, new: SignalFeed) -> None:
    if old is None:
        return
    if new.dated < old.dated:
        raise RejectedError(
            f"{new.name} of {format_time(new.dated)}, older than what is here",
            hint=f"that is of {format_time(old.dated)}",
        )
    if new.entries * 2 < old.entries:
        raise RejectedError(f"{new.entries} entries of {new.name}, where there were {old.entries}")


def load_signal_feeds(mirror: Path) -> Mapping[str, SignalFeed]:
    """Return what is known about each feed that is here.

    Raises:
        MalformedError: The list is not what this version writes.
        UnavailableError: It cannot be read.
    """
    feeds = tuple(_feed(item) for item in load_list(_list(mirror), schema=SCHEMA))
    return MappingProxyType({feed.name: feed for feed in feeds})


def load_signals(mirror: Path, cves: frozenset[str]) -> Signals:
    """Return what is known about `cves`.

    Raises:
        TamperedError: A file is not what was imported.
        MalformedError: The mirror is of another format.
        UnavailableError: It cannot be read.
    """
    feeds = load_signal_feeds(mirror)
    found = {name: _lines_about(mirror, feed, cves) for name, feed in feeds.items()}
    return Signals(
        feeds=feeds,
        exploited={
            cve: KnownExploited(added=date.fromisoformat(added), ransomware=ransomware == "known")
            for cve, (added, ransomware) in found.get(KEV, {}).items()
        },
        likelihood={
            cve: Likelihood(probability=int(probability), percentile=int(percentile))
            for cve, (probability, percentile) in found.get(EPSS, {}).items()
        },
    )


def list_exploited(mirror: Path) -> frozenset[str]:
    """Return all CVEs in the KEV catalogue that is here; none where there is no catalogue.

    Raises:
        TamperedError: The file is not what was imported.
        MalformedError: The mirror is of another format.
        UnavailableError: It cannot be read.
    """
    lines = _all_lines(mirror, KEV)
    return frozenset(line.partition("\t")[0] for line in lines or ())


def list_likely(mirror: Path, least: int) -> frozenset[str] | None:
    """Return all CVEs whose probability is `least` parts or more; None where EPSS is not here.

    Raises:
        TamperedError: The file is not what was imported.
        MalformedError: The mirror is of another format.
        UnavailableError: It cannot be read.
    """
    lines = _all_lines(mirror, EPSS)
    if lines is None:
        return None
    parts = (line.split("\t") for line in lines)
    return frozenset(cve for cve, probability, _ in parts if int(probability) >= least)


def _all_lines(mirror: Path, name: str) -> list[str] | None:
    feed = load_signal_feeds(mirror).get(name)
    if feed is None:
        return None
    path, what = _path(mirror, feed), f"the entries of {name}"
    content = load_content(path, digest=feed.digest, what=what, max_bytes=MAX_EPSS_BYTES)
    return content.decode().splitlines()


def _kev_lines(data: bytes) -> tuple[list[bytes], datetime]:
    catalogue = parse_kev(data)
    lines = [
        f"{cve}\t{entry.added.isoformat()}\t{'known' if entry.ransomware else '-'}\n".encode()
        for cve, entry in catalogue.entries.items()
    ]
    return lines, catalogue.released_at


def _epss_lines(data: bytes) -> tuple[list[bytes], datetime]:
    epss = parse_epss(data)
    lines = [
        f"{cve}\t{score.probability}\t{score.percentile}\n".encode()
        for cve, score in epss.scores.items()
    ]
    return lines, epss.scored_at


def _lines_about(
    mirror: Path, feed: SignalFeed, cves: frozenset[str]
) -> dict[str, tuple[str, str]]:
    if not cves:
        return {}
    path, what = _path(mirror, feed), f"the entries of {feed.name}"
    content = load_content(path, digest=feed.digest, what=what, max_bytes=MAX_EPSS_BYTES)
    lines = content.splitlines()
    found: dict[str, tuple[str, str]] = {}
    for cve in cves:
        prefix = f"{cve}\t".encode()
        place = bisect_left(lines, prefix)
        if place < len(lines) and lines[place].startswith(prefix):
            _, first, second = lines[place].decode().split("\t")
            found[cve] = (first, second)
    return found


def _feed(value: JsonValue) -> SignalFeed:
    return SignalFeed(
        name=value.field("name").text(),
        digest=value.field("digest").parsed(parse_digest),
        entries=value.field("entries").integer(),
        imported_at=value.field("importedAt").parsed(parse_time),
        dated=value.field("dated").parsed(parse_time),
        source=value.field("source").text(),
    )


def _list(mirror: Path) -> Path:
    return mirror / "signals.json"


def _path(mirror: Path, feed: SignalFeed) -> Path:
    return mirror / f"{feed.digest.hex}.signals"
