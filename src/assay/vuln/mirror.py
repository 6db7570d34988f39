"""The local mirror of advisories: taking in what was handed over, and reading what is asked for.

OSV's data are in `assay.vuln.mirrorfiles`, those of other forms in `assay.vuln.foreign.store`.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from assay.core.collector import without_collector
from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.system.lock import hold_lock
from assay.vuln.advisory import Advisory, AdvisorySet, Feed, Unreadable
from assay.vuln.collecting import (
    Draft,
    check_drafts,
    finish_feeds,
    place_unreadable,
    sort_records,
)
from assay.vuln.feedfile import find_advisories, find_packages, find_unreadable, list_packages
from assay.vuln.foreign.draft import Drafts
from assay.vuln.foreign.forms import form_of
from assay.vuln.foreign.joining import wanted_products
from assay.vuln.foreign.store import Taken, load_foreign, save_foreign
from assay.vuln.mirrorfiles import LOCK_SECONDS, load_feed_content, load_feeds, save_feeds
from assay.vuln.package import parse_package
from assay.vuln.source import Source, find_sources


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
    with closing(Drafts(folder=mirror)) as foreign:
        with without_collector():
            for part in find_sources(source):
                _collect_part(part, drafts, foreign, at=at)
        collected = finish_feeds(drafts, at=at, source=source.name, etag="")
        taken = Taken(at=at, origin=source.name)
        with hold_lock(mirror / ".lock", seconds=LOCK_SECONDS):
            own = save_feeds(mirror, collected) if collected else ()
            if not foreign.names():
                return own
            return (*own, *save_foreign(mirror, foreign, taken, accept=lambda _: None))


def _collect_part(part: Source, drafts: dict[str, Draft], foreign: Drafts, *, at: datetime) -> None:
    """Put what is in one part of a source into the drafts of ecosystems and of foreign feeds."""
    beside: set[str] = set()
    own, nowhere = sort_records(_divert(part.records(), foreign, beside), at=at)
    found = place_unreadable(own, nowhere, scope=part.scope)
    if not beside:
        check_drafts(found, where=str(part.path))
    if not own:
        for name in sorted(beside):  # they may be of any of these feeds
            for item in nowhere:
                foreign.of(name).add_unreadable(item)
    for ecosystem, one in found.items():
        if one.lines or not beside:
            drafts.setdefault(ecosystem, Draft()).merge(one)


def _divert(
    records: Iterable[tuple[str, bytes]], foreign: Drafts, beside: set[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield the records of OSV; put others into the drafts of their feeds, noted in `beside`."""
    for name, data in records:
        form = form_of(data)
        if form is None:
            yield name, data
        else:
            beside |= foreign.collect(form.records(name, data))


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


@without_collector()
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
