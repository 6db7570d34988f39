"""From raw OSV records to feeds: sorted by ecosystem, with nothing dropped unseen.

A source that is named after an ecosystem (`PyPI.zip`, `npm/all.zip`) speaks for that one alone:
what its records say about others is left to their own sources, so that it cannot replace them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.vuln.advisory import Advisory, Affected, Feed, Unreadable
from assay.vuln.ecosystems import ECOSYSTEMS, base_of
from assay.vuln.feedfile import (
    render_feed,
    render_id_lines,
    render_package_line,
    render_unreadable_line,
)
from assay.vuln.osv import glean_packages, parse_advisory
from assay.vuln.package import normal_name

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Draft:
    """The advisories of one ecosystem while they are collected."""

    lines: set[bytes] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)
    newest: datetime | None = None

    def merge(self, other: "Draft") -> None:
        """Take in all of `other`."""
        self.lines |= other.lines
        self.ids |= other.ids
        self.unreadable |= other.unreadable
        self.releases |= other.releases
        self.newest = max((t for t in (self.newest, other.newest) if t is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedFeed:
    """One ecosystem's advisories, ready to be saved: the file's content, and what is known."""

    feed: Feed
    content: bytes

    @property
    def digest(self) -> Digest:
        """Return the digest that names the content."""
        return self.feed.digest


def collect_records(
    records: Iterable[tuple[str, bytes]], *, scope: str, at: datetime
) -> dict[str, Draft]:
    """Read the records (name and bytes) of one source; return a draft for each ecosystem.

    `scope` is the ecosystem that the source is named after, or any other text. A record that
    cannot be read goes to the ecosystems that it names, or to all of the source's.
    """
    drafts, nowhere = sort_records(records, at=at)
    return place_unreadable(drafts, nowhere, scope=scope)


def sort_records(
    records: Iterable[tuple[str, bytes]], *, at: datetime
) -> tuple[dict[str, Draft], tuple[Unreadable, ...]]:
    """Return a draft for each ecosystem, and the records of which nobody can tell where they go."""
    drafts: dict[str, Draft] = {}
    nowhere: list[Unreadable] = []
    for name, data in records:
        try:
            advisory = parse_advisory(data)
        except MalformedError as error:
            nowhere += _note_unreadable(drafts, name, data, str(error))
        else:
            _add(drafts, advisory, at)
    return drafts, tuple(nowhere)


def place_unreadable(
    drafts: dict[str, Draft], nowhere: Iterable[Unreadable], *, scope: str
) -> dict[str, Draft]:
    """Return the drafts of the source `scope`, all with the records that may be about any."""
    if scope in ECOSYSTEMS or scope in drafts:
        drafts = {scope: drafts.get(scope, Draft())}
    for item in nowhere:
        for draft in drafts.values():
            _add_unreadable(draft, item)
    return drafts


def check_drafts(drafts: Mapping[str, Draft], *, where: str) -> None:
    """Refuse the drafts of a source that has nothing for any ecosystem; `where` is the source.

    Raises:
        MalformedError: There is not one record, readable or not, that belongs to an ecosystem.
    """
    if not any(draft.lines for draft in drafts.values()):
        raise MalformedError(
            "no advisory that is about any package", where=where, hint="OSV records, as JSON"
        )


def finish_feeds(
    drafts: Mapping[str, Draft], *, at: datetime, source: str, etag: str
) -> tuple[CollectedFeed, ...]:
    """Return the feeds of `drafts`, imported at `at` from `source`."""
    feeds = []
    for ecosystem in sorted(drafts):
        draft = drafts[ecosystem]
        content = render_feed(ecosystem, draft.lines)
        feed = Feed(
            ecosystem=ecosystem,
            digest=sha256_of(content),
            advisories=len(draft.ids),
            unreadable=len(draft.unreadable),
            imported_at=at,
            newest_modified=draft.newest,
            source=source,
            etag=etag,
            releases=tuple(sorted(draft.releases)),
        )
        feeds.append(CollectedFeed(feed=feed, content=content))
    return tuple(feeds)


def _add(drafts: dict[str, Draft], advisory: Advisory, at: datetime) -> None:
    by_package: dict[tuple[str, str], list[Affected]] = {}
    for item in advisory.affected:
        ecosystem = base_of(item.ecosystem)
        name = normal_name(ecosystem, item.name)
        by_package.setdefault((ecosystem, name), []).append(item)
    for (ecosystem, name), affected in by_package.items():
        draft = drafts.setdefault(ecosystem, Draft())
        draft.lines.add(render_package_line(name, advisory, affected))
        draft.lines.update(render_id_lines(name, advisory))
        draft.ids.add(advisory.id)
        draft.releases |= {one.ecosystem for one in affected if one.ecosystem != ecosystem}
        # A date to come must not make a dead feed look alive; some write "no date" as the year 1.
        if (draft.newest or _EPOCH) < advisory.modified <= at:
            draft.newest = advisory.modified


def _note_unreadable(
    drafts: dict[str, Draft], name: str, data: bytes, why: str
) -> tuple[Unreadable, ...]:
    """Put the record where it seems to belong; return it where nobody can tell."""
    packages: dict[str, list[str]] = {}
    for ecosystem, package in glean_packages(data):
        packages.setdefault(base_of(ecosystem), []).append(package)
    shown, reason = printable(name), printable(why)
    for ecosystem, names in packages.items():
        item = Unreadable(ecosystem=ecosystem, name=shown, why=reason, packages=tuple(names))
        _add_unreadable(drafts.setdefault(ecosystem, Draft()), item)
    return () if packages else (Unreadable(ecosystem="", name=shown, why=reason),)


def _add_unreadable(draft: Draft, item: Unreadable) -> None:
    draft.lines.add(render_unreadable_line(item))
    draft.unreadable.add(item.name)
