"""The search through all objects of a repository, without those that were seen before.

The result is the same with and without a memory of earlier runs, and for any number of workers.
"""

from dataclasses import dataclass

from assay.core.notchecked import NotChecked
from assay.scan.secrets.hit import Gap, Hit
from assay.scan.secrets.search import SearchSettings, prepare_search, search_objects
from assay.scan.secrets.seen import Objects, Seen
from assay.source.git import GitPlace
from assay.source.objects import (
    describe_objects,
    list_all_objects,
    list_lost,
    list_names,
    split_objects,
)
from assay.system.parallel import run_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All objects, what is missing among them, and the refs whose history misses nothing."""

    objects: Objects
    not_checked: tuple[NotChecked, ...]
    complete: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search gave; `seen` is what the next one may leave out."""

    hits: tuple[Hit, ...]
    gaps: tuple[Gap, ...]
    not_checked: tuple[NotChecked, ...]
    seen: Seen


def list_history(repository: GitPlace, seen: Seen, tips: tuple[bytes, ...]) -> Listing:
    """List all objects, and name what the history from `tips` leads to and is not there.

    Raises:
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git failed otherwise.
    """
    if seen.objects:
        names = list_names(repository)
        known = seen.objects.of(names)
        new = known.missing(names)
        listed = describe_objects(repository, new)
        objects = known.joined(listed.headers)
        whole = len(known) == len(seen.objects)  # else something is gone, and it may be needed
    else:
        listed, whole = list_all_objects(repository), False
        objects = seen.objects.joined(listed.headers)
    complete = seen.tips if whole else ()
    # Where nothing is new, nothing new can be missing.
    known_tips = bool(complete) and set(tips) <= set(complete)
    lost = () if known_tips else list_lost(repository, complete=complete)
    named = {item.where for item in listed.not_checked}
    missing = (*listed.not_checked, *(item for item in lost if item.where not in named))
    return Listing(objects=objects, not_checked=missing, complete=() if missing else tips)


def search_history(
    listing: Listing, settings: SearchSettings, seen: Seen, *, workers: int, portion_bytes: int
) -> Searched:
    """Search what was not seen before.

    Raises:
        UnavailableError: Git did not answer, or a worker died.
    """
    searched = listing.objects.searched
    clean = seen.objects.searched.keys() - seen.again
    portions = run_tasks(  # what is smaller than a portion is sooner searched than handed out
        search_objects,
        split_objects(
            [header for oid, header in searched.items() if oid not in clean],
            portion_bytes=portion_bytes,
        ),
        prepare=prepare_search,
        settings=settings,
        workers=workers,
    )
    hits = tuple(hit for portion in portions for hit in portion.hits)
    unread = tuple(item for portion in portions for item in portion.not_checked)
    gaps = tuple(gap for portion in portions for gap in portion.gaps)
    named: tuple[Hit | Gap | NotChecked, ...] = (*hits, *gaps, *unread)
    again = {item.where.encode() for item in named}
    return Searched(
        hits=hits,
        gaps=gaps,
        not_checked=unread,
        seen=Seen(
            objects=listing.objects,
            again=frozenset(again & searched.keys()),
            tips=listing.complete,
        ),
    )
