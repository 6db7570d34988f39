"""What two states of a mirror have different: by package, and by vulnerability for KEV.

The files are sorted lines, so that their difference is one of sets; only lines that differ are
read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assay.vuln.advisory import Feed
from assay.vuln.feedfile import find_packages, find_unreadable
from assay.vuln.foreign.store import load_foreign_content, load_foreign_feeds
from assay.vuln.mirror import load_feed_content, load_feeds
from assay.vuln.osv import parse_advisory
from assay.vuln.signals.store import list_exploited

Keys = frozenset[tuple[str, str]]  # ecosystem and normal name


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed: packages, what became known to be exploited, and what vanished.

    `vanished` are ids of advisories that were there and are not, without having been withdrawn.
    `unplaced` counts, by ecosystem, new records that cannot be read and may be about any package.
    """

    packages: Keys = frozenset()
    exploited: frozenset[str] = frozenset()
    vanished: frozenset[str] = frozenset()
    unplaced: tuple[tuple[str, int], ...] = ()
    feeds: tuple[Feed, ...] = ()


def find_changes(old: Path, new: Path) -> Changes:
    """Return what differs between the mirrors `old` and `new`; `old` may be absent.

    Raises:
        TamperedError: A file is not what was imported.
        MalformedError: A mirror is of another format.
        UnavailableError: It cannot be read.
    """
    before, now = load_feeds(old), load_feeds(new)
    packages: set[tuple[str, str]] = set()
    vanished: set[str] = set()
    unplaced: list[tuple[str, int]] = []
    changed = []
    for ecosystem, feed in now.items():
        known = before.get(ecosystem)
        if known is not None and known.digest == feed.digest:
            continue
        changed.append(feed)
        then = b"" if known is None else load_feed_content(old, known)
        content = load_feed_content(new, feed)
        differing = _differing(then, content)
        packages |= {(ecosystem, name) for name in _packages(differing)}
        vanished |= _vanished(differing, then, content)
        if count := _count_unplaced(ecosystem, then, content):
            unplaced.append((ecosystem, count))
    packages |= _foreign_packages(old, new)
    return Changes(
        packages=frozenset(packages),
        exploited=list_exploited(new) - list_exploited(old),
        vanished=frozenset(vanished),
        unplaced=tuple(unplaced),
        feeds=tuple(changed),
    )


def _differing(old: bytes, new: bytes) -> frozenset[bytes]:
    return frozenset(old.split(b"\n")) ^ frozenset(new.split(b"\n"))


def _packages(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the names in lines about packages, and in those of records that cannot be read."""
    for line in lines:
        key, _, _ = line.partition(b"\t")
        if key.startswith(b"p:"):
            yield key[2:].decode()
        elif key.startswith(b"u:"):
            for item in find_unreadable(line + b"\n", ecosystem=""):
                yield from item.packages


def _vanished(differing: Iterable[bytes], old: bytes, new: bytes) -> set[str]:
    """Return the ids of the records in `old` of which `new` has nothing at all."""
    gone: set[str] = set()
    there = frozenset(old.split(b"\n"))
    for line in differing:
        if line.startswith(b"p:") and line in there:
            name = parse_advisory(line.partition(b"\t")[2]).id
            if not find_packages(new, name):
                gone.add(name)
    return gone


def _count_unplaced(ecosystem: str, old: bytes, new: bytes) -> int:
    before, now = (
        {one for one in find_unreadable(data, ecosystem=ecosystem) if not one.packages}
        for data in (old, new)
    )
    return len(now - before)


def _foreign_packages(old: Path, new: Path) -> set[tuple[str, str]]:
    """Return the packages that changed records of foreign feeds are, or were, about."""
    before, now = load_foreign_feeds(old), load_foreign_feeds(new)
    found: set[tuple[str, str]] = set()
    for name, feed in now.items():
        known = before.get(name)
        if known is not None and known.digest == feed.digest:
            continue
        then = b"" if known is None else load_foreign_content(old, known).data
        content = load_foreign_content(new, feed).data
        records = {
            line[2:].partition(b"\t")[0]
            for line in _differing(then, content)
            if line.startswith(b"r:")
        }
        for line in (*then.split(b"\n"), *content.split(b"\n")):
            key, _, own = line.partition(b"\t")
            if key.startswith(b"p:") and own in records:
                ecosystem, _, package = key[2:].decode().partition("/")
                found.add((ecosystem, package))
    return found
