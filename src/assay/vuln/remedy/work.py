"""What shall be edited in one lock file, and what came of it.

What a file says of a version that nobody here knows (a hash, what it asks for) is never invented:
such a change is not made, and neither is what hangs together with it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from assay.vuln.remedy.changes import Change, Rewrite
from assay.vuln.remedy.model import Catalogue, Lock, Release

NOT_HERE: Final = "the new version is not known here"
NO_MANIFEST: Final = "the product's own range has to change as well"


@dataclass(slots=True, kw_only=True)
class Edited:
    """The texts after the edits by path, the keys that are in them, and why others are not."""

    texts: dict[str, str] = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What shall be edited: `load` gives the present text of a file of the commit."""

    lock: Lock
    changes: Mapping[str, Change]
    rewrites: tuple[Rewrite, ...]
    catalogue: Catalogue
    load: Callable[[str], str]


def connected(changes: Mapping[str, Change], refused: Mapping[str, str]) -> dict[str, str]:
    """Return `refused`, and all changes that are there because of one of them or the reverse."""
    found = dict(refused)
    while True:
        more = {
            key: f"it goes together with {changes[other].pin.name}"
            for key, change in changes.items()
            if key not in found
            for other in (
                *((change.because,) if change.because in changes else ()),
                *_led(changes, key),
            )
            if other in found
        }
        if not more:
            return found
        found |= more


def _led(changes: Mapping[str, Change], key: str) -> Iterable[str]:
    return (other for other, change in changes.items() if change.because == key)


def release_of(work: Work, change: Change) -> Release | None:
    """Return the release that a change goes to, where it is known."""
    releases = work.catalogue.releases(work.lock.ecosystem, change.pin)
    return None if releases is None else releases.get(change.to)


def hashes_of(work: Work, change: Change) -> tuple[str, ...]:
    """Return the hashes of all files of the release that a change goes to."""
    release = release_of(work, change)
    return () if release is None else tuple(file.digest for file in release.files if file.digest)
