"""What two states of a mirror have different: by package, and by vulnerability for KEV.

The files are sorted lines, so that two of them are compared side by side; only lines that differ
are read.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assay.vuln.advisory import Feed
from assay.vuln.feedfile import find_packages, find_unreadable
from assay.vuln.foreign.draft import keys_of
from assay.vuln.foreign.store import load_foreign_content, load_foreign_feeds
from assay.vuln.mirrorfiles import load_feed_content, load_feeds
from assay.vuln.osv import parse_advisory
from assay.vuln.signals.store import list_exploited, list_likely

Keys = frozenset[tuple[str, str]]  # ecosystem and normal name


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed: packages, products (`vendor:product`), what is exploited since, what vanished.

    `likely` are the CVEs whose exploitation has become likely, by EPSS.
    `vanished` are ids of advisories that were there and are not, without having been withdrawn.
    `unplaced` counts, by ecosystem or foreign feed, new records that cannot be read and may be
    about any package.
    """

    packages: Keys = frozenset()
    products: frozenset[str] = frozenset()
    exploited: frozenset[str] = frozenset()
    likely: frozenset[str] = frozenset()
    vanished: frozenset[str] = frozenset()
    unplaced: tuple[tuple[str, int], ...] = ()


def find_changes(old: Path, new: Path, *, likely: int | None) -> Changes:
    """Return what differs between the mirrors `old` and `new`; `old` may be absent.

    `likely` is from what EPSS on, in parts of `PARTS`, exploitation is; None where nobody asks.

    Raises:
        TamperedError: A file is not what was imported.
        MalformedError: A mirror is of another format.
        UnavailableError: It cannot be read.
    """
    packages: set[tuple[str, str]] = set()
    vanished: set[str] = set()
    unplaced: list[tuple[str, int]] = []
    for ecosystem, then, content in _changed(load_feeds, load_feed_content, old, new):
        found = _compare(then or b"", content or b"")
        packages |= {(ecosystem, name) for name in found.packages}
        vanished |= found.vanished
        if found.unplaced:
            unplaced.append((ecosystem, found.unplaced))
    products: set[str] = set()
    for name, before, now in _changed(load_foreign_feeds, _foreign_lines, old, new):
        other = _compare_foreign(before or iter(()), now or iter(()))
        packages |= other.packages
        products |= other.products
        vanished |= other.vanished
        if other.unplaced:
            unplaced.append((name, other.unplaced))
    exploited = list_exploited(new)
    crossed = frozenset[str]() if likely is None else _crossed(old, new, likely)
    return Changes(
        packages=frozenset(packages),
        products=frozenset(products),
        exploited=exploited - list_exploited(old),
        likely=crossed - exploited,
        vanished=frozenset(vanished),
        unplaced=tuple(unplaced),
    )


Content = TypeVar("Content")


def _foreign_lines(mirror: Path, feed: Feed) -> Iterator[bytes]:
    return load_foreign_content(mirror, feed).settled()


def _changed(
    listed: Callable[[Path], Mapping[str, Feed]],
    load: Callable[[Path, Feed], Content],
    old: Path,
    new: Path,
) -> Iterator[tuple[str, Content | None, Content | None]]:
    """Yield name and contents of each feed that differs; a feed that is gone has no content."""
    before, now = listed(old), listed(new)
    for name in sorted({*before, *now}):
        then, there = before.get(name), now.get(name)
        if then is None or there is None or then.digest != there.digest:
            yield (
                name,
                None if then is None else load(old, then),
                None if there is None else load(new, there),
            )


def _differing(left: Iterator[bytes], right: Iterator[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield the lines that are in one of two sorted files alone, and whether that is the left one.

    Side by side, so that of two large files no second copy is made.
    """
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(left, None), next(right, None)
        elif other is None or (one is not None and one < other):
            yield True, one or b""
            one = next(left, None)
        else:
            yield False, other
            other = next(right, None)


def _lines(data: bytes) -> Iterator[bytes]:
    return (line.rstrip(b"\n") for line in io.BytesIO(data))


@dataclass(slots=True, kw_only=True)
class _Found:
    """What differs between two files of one ecosystem."""

    packages: set[str] = field(default_factory=set)
    vanished: set[str] = field(default_factory=set)
    unplaced: int = 0


def _compare(old: bytes, new: bytes) -> _Found:
    found = _Found()
    for is_old, line in _differing(_lines(old), _lines(new)):
        key, _, record = line.partition(b"\t")
        if key.startswith(b"p:"):
            found.packages.add(key[2:].decode())
            if is_old:
                name = parse_advisory(record).id
                if not find_packages(new, name):
                    found.vanished.add(name)
        elif key.startswith(b"u:"):
            for item in find_unreadable(line + b"\n", ecosystem=""):
                found.packages.update(item.packages)
                found.unplaced += not item.packages and not is_old
    return found


@dataclass(slots=True, kw_only=True)
class _FoundForeign:
    """What differs between two files of one foreign feed."""

    packages: set[tuple[str, str]] = field(default_factory=set)
    products: set[str] = field(default_factory=set)
    vanished: set[str] = field(default_factory=set)
    unplaced: int = 0


def _compare_foreign(old: Iterator[bytes], new: Iterator[bytes]) -> _FoundForeign:
    """Return what changed records are, or were, about, and records that vanished."""
    found = _FoundForeign()
    records: dict[bool, set[bytes]] = {True: set(), False: set()}
    for is_old, line in _differing(old, new):
        if line.startswith(b"u:"):
            found.unplaced += not is_old
            continue
        records[is_old].add(line[2:].partition(b"\t")[0])
        for kind, _, key in (one.partition(":") for one in keys_of(line)):
            if kind == "p":
                ecosystem, _, package = key.partition("/")
                found.packages.add((ecosystem, package))
            elif kind == "c":
                found.products.add(key)
    found.vanished = {name.decode() for name in records[True] - records[False]}
    return found


def _crossed(old: Path, new: Path, likely: int) -> frozenset[str]:
    """Return the CVEs that are likely now, and were not; all of none where EPSS is new here."""
    before = list_likely(old, likely)
    now = list_likely(new, likely)
    return frozenset() if before is None or now is None else now - before
