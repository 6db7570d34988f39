"""The local mirror of advisories: a folder with one file for each ecosystem, and their list.

* `feeds.json` names the current file of each ecosystem by digest. It is replaced in one step when
  all files are there: an import or an update that fails leaves what was there before.
* What is read is compared with its digest first: a changed byte is refused, not matched against.
* A reader needs no lock. Writers take turns.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
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
from assay.core.strictjson import render_canonical_json
from assay.sbom.component import Component
from assay.system.files import save_file
from assay.system.http import Fetched, FetchLimits
from assay.system.httpresume import fetch_resumed
from assay.system.lock import hold_lock
from assay.vuln.advisory import Advisory, AdvisorySet, Feed, Unreadable
from assay.vuln.collecting import (
    CollectedFeed,
    Draft,
    check_drafts,
    collect_records,
    finish_feeds,
    place_unreadable,
    sort_records,
)
from assay.vuln.ecosystems import ECOSYSTEMS
from assay.vuln.feedfile import (
    check_feed,
    find_advisories,
    find_packages,
    find_unreadable,
    list_packages,
)
from assay.vuln.feedlist import parse_listed, render_listed
from assay.vuln.foreign.content import ForeignDraft
from assay.vuln.foreign.forms import form_of
from assay.vuln.foreign.joining import wanted_products
from assay.vuln.foreign.store import Drafts, collect_foreign, load_foreign, save_foreign
from assay.vuln.listed import load_content, load_list
from assay.vuln.package import parse_package
from assay.vuln.source import Source, find_sources

BUCKET: Final = "https://osv-vulnerabilities.storage.googleapis.com"
SCHEMA: Final = "assay.advisory-mirror/v2"
MAX_FEED_BYTES: Final = 2 * 2**30  # an ecosystem's file; the largest that we know has a tenth
MAX_ARCHIVE_BYTES: Final = 2 * 2**30
FETCH_SECONDS: Final = 1800.0
_LOCK_SECONDS: Final = 60.0

Fetch = Callable[[str, Path, str], Fetched]  # URL, file to write, known ETag


def import_advisories(source: Path, mirror: Path, *, at: datetime) -> tuple[Feed, ...]:
    """Replace the data of each ecosystem and foreign feed that `source` has; return the new feeds.

    `source` is a file, a folder or a zip archive, in the layouts of `assay.vuln.source`. What each
    document is, what is in it tells.

    Raises:
        UsageError: There is nothing at `source` that could hold advisories.
        MalformedError: There is no advisory in it, or an archive breaks a rule.
        UnavailableError: Something cannot be read or written.
    """
    drafts: dict[str, Draft] = {}
    foreign: Drafts = {}
    with without_collector():
        for part in find_sources(source):
            _collect_part(part, drafts, foreign, at=at)
    collected = finish_feeds(drafts, at=at, source=source.name, etag="")
    with hold_lock(mirror / ".lock", seconds=_LOCK_SECONDS):
        own = _save(mirror, collected) if collected else ()
        if not foreign:
            return own
        return (*own, *save_foreign(mirror, foreign, at=at, origin=source.name, through=""))


def _collect_part(part: Source, drafts: dict[str, Draft], foreign: Drafts, *, at: datetime) -> None:
    """Put what is in one part of a source into the drafts of ecosystems and of foreign feeds."""
    beside: Drafts = {}
    own, nowhere = sort_records(_divert(part.records(), beside, at=at), at=at)
    found = place_unreadable(own, nowhere, scope=part.scope)
    if not beside:
        check_drafts(found, where=str(part.path))
    if not own:
        for draft in beside.values():  # they may be of any of these feeds
            for item in nowhere:
                draft.add_unreadable(item)
    for ecosystem, one in found.items():
        if one.lines or not beside:
            drafts.setdefault(ecosystem, Draft()).merge(one)
    for name, two in beside.items():
        foreign.setdefault(name, ForeignDraft(name=name)).merge(two)


def _divert(
    records: Iterable[tuple[str, bytes]], foreign: Drafts, *, at: datetime
) -> Iterator[tuple[str, bytes]]:
    """Yield the records of OSV; put those of other forms into the drafts of their feeds."""
    for name, data in records:
        form = form_of(data)
        if form is None:
            yield name, data
        else:
            collect_foreign(foreign, form.records(name, data), at=at)


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
    with hold_lock(mirror / ".lock", seconds=_LOCK_SECONDS):
        for ecosystem in wanted:
            with inside(ecosystem):
                url = f"{base}/{quote(ecosystem)}/all.zip"
                _save(mirror, _update(ecosystem, mirror, at, url=url, fetch=fetch))
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


def load_feeds(mirror: Path) -> Mapping[str, Feed]:
    """Return what is known about each ecosystem in the mirror; nothing where there is none.

    Raises:
        MalformedError: The list is not what this version writes.
        UnavailableError: It cannot be read.
    """
    listed = load_list(mirror / "feeds.json", schema=SCHEMA)
    feeds = tuple(parse_listed(item) for item in listed)
    return MappingProxyType({feed.ecosystem: feed for feed in feeds})


def load_advisories(mirror: Path, components: Iterable[Component]) -> AdvisorySet:
    """Return what the mirror has about `components`: their advisories, and all feeds' facts.

    Raises:
        TamperedError: A file is not what was imported.
        MalformedError: The mirror is of another format.
        UnavailableError: It cannot be read.
    """
    wanted: dict[str, set[str]] = {}
    every = tuple(components)
    for purl in {component.identity for component in every}:
        try:
            package = parse_package(purl)
        except MalformedError:
            continue  # the matching says so, and answers UNKNOWN for it
        wanted.setdefault(package.ecosystem, set()).add(package.name)
    found = _load(mirror, lambda _, ecosystem: sorted(wanted.get(ecosystem, ())), only=wanted)
    packages = frozenset((eco, name) for eco, names in wanted.items() for name in names)
    return load_foreign(mirror).join(found, packages=packages, products=wanted_products(every))


def load_advisories_named(mirror: Path, *identifiers: str) -> AdvisorySet:
    """Return all about the packages that the vulnerabilities `identifiers` are about.

    An id can be any of those that advisories give it. No advisories, and the facts of all feeds,
    where none names it. Records that cannot be read may name it all the same.

    Raises:
        TamperedError: A file is not what was imported.
        MalformedError: The mirror is of another format.
        UnavailableError: It cannot be read.
    """
    foreign = load_foreign(mirror)
    packages = frozenset(p for name in identifiers for p in foreign.packages_of(name))

    def choose(content: bytes, ecosystem: str) -> Iterable[str]:
        named = {name for base, name in packages if base == ecosystem}
        found = (p for name in identifiers for p in find_packages(content, name))
        return dict.fromkeys((*found, *sorted(named)))

    found = _load(mirror, choose)
    return foreign.join(
        found,
        packages=packages | frozenset(found.advisories),
        products=frozenset(p for name in identifiers for p in foreign.products_of(name)),
    )


def load_all_advisories(mirror: Path) -> AdvisorySet:
    """Return all that the mirror has: for portfolios, and for questions by advisory.

    Raises:
        TamperedError: A file is not what was imported.
        MalformedError: The mirror is of another format.
        UnavailableError: It cannot be read.
    """
    found, foreign = _load(mirror, lambda content, _: list_packages(content)), load_foreign(mirror)
    packages = frozenset(found.advisories).union(*(c.packages() for c in foreign.contents))
    products = frozenset[str]().union(*(c.products() for c in foreign.contents))
    return foreign.join(found, packages=packages, products=products)


def _load(
    mirror: Path,
    choose: Callable[[bytes, str], Iterable[str]],
    *,
    only: Container[str] | None = None,
) -> AdvisorySet:
    """Return the advisories of the packages that `choose` names from a file and its ecosystem.

    Files of other ecosystems than in `only` are not opened.
    """
    feeds = load_feeds(mirror)
    advisories: dict[tuple[str, str], tuple[Advisory, ...]] = {}
    unreadable: list[Unreadable] = []
    for ecosystem, feed in feeds.items():
        if only is not None and ecosystem not in only:
            continue
        content = load_feed_content(mirror, feed)
        for name in choose(content, ecosystem):
            found = find_advisories(content, name)
            if found:
                advisories[ecosystem, name] = found
        unreadable += find_unreadable(content, ecosystem=ecosystem)
    return AdvisorySet(
        feeds=feeds, advisories=MappingProxyType(advisories), unreadable=tuple(unreadable)
    )


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


def _save(mirror: Path, collected: tuple[CollectedFeed, ...]) -> tuple[Feed, ...]:
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
