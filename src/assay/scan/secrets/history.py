"""The search through all objects of a repository, without those that were seen before.

The result is the same with and without a memory of earlier runs, and for any number of workers.
"""

from dataclasses import dataclass, replace
from typing import Final

from assay.core.notchecked import NotChecked
from assay.scan.secrets.hit import Gap, Hit
from assay.scan.secrets.search import SearchSettings, prepare_search, search_objects
from assay.scan.secrets.seen import Objects, Seen
from assay.source.git import GitPlace
from assay.source.objects import (
    ObjectList,
    describe_objects,
    id_of,
    is_searched,
    list_all_objects,
    list_lost,
    list_names,
    size_of,
    split_objects,
)
from assay.system.parallel import run_tasks

MAX_PORTION: Final = 256 * 2**20  # bytes of objects
_FEW: Final = 1000  # objects; read in the order of their ids, each may need its base unpacked anew
# Each portion has a Git of its own, whose cache of deltas begins empty; but with few to a worker, a
# slow one leaves the others without work at the end.
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All objects, what is missing among them, and the refs whose history misses nothing.

    `unsearched` are the headers of those in which nothing was searched before, or something found,
    in the order in which they are best read.
    """

    objects: Objects
    unsearched: tuple[bytes, ...]
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
    known, there = seen.objects.ids(), frozenset(list_names(repository))
    whole = known <= there  # else something is gone, and it may be needed
    kept = seen.objects if whole else seen.objects.of(there)
    listed = _describe(repository, there - known)
    complete = seen.tips if whole else ()
    # Where nothing is new, nothing new can be missing.
    known_tips = bool(complete) and set(tips) <= set(complete)
    lost = () if known_tips else list_lost(repository, complete=complete)
    named = {item.where for item in listed.not_checked}
    missing = (*listed.not_checked, *(item for item in lost if item.where not in named))
    return Listing(
        objects=kept.joined(listed.headers),
        unsearched=(*filter(is_searched, listed.headers), *kept.headers_of(seen.again)),
        not_checked=missing,
        complete=() if missing else tips,
    )


def _describe(repository: GitPlace, new: frozenset[bytes]) -> ObjectList:
    """Return the headers of `new`, in the order of the packs where they are many."""
    if len(new) <= _FEW:
        return describe_objects(repository, sorted(new))
    listed = list_all_objects(repository)
    headers = tuple(header for header in listed.headers if header[: header.index(b" ")] in new)
    return replace(listed, headers=headers)


def search_history(
    listing: Listing, settings: SearchSettings, *, workers: int, portion_bytes: int
) -> Searched:
    """Search what was not seen before, in portions of at least `portion_bytes`.

    Raises:
        UnavailableError: Git did not answer, or a worker died.
    """
    wanted = listing.unsearched
    share = sum(map(size_of, wanted)) // (workers * _ROUNDS)
    portions = run_tasks(  # what is smaller than a portion is sooner searched than handed out
        search_objects,
        split_objects(wanted, portion_bytes=max(portion_bytes, min(share, MAX_PORTION))),
        prepare=prepare_search,
        settings=settings,
        workers=workers,
    )
    hits = tuple(hit for portion in portions for hit in portion.hits)
    unread = tuple(item for portion in portions for item in portion.not_checked)
    gaps = tuple(gap for portion in portions for gap in portion.gaps)
    named: tuple[Hit | Gap | NotChecked, ...] = (*hits, *gaps, *unread)
    again = frozenset(item.where.encode() for item in named)
    return Searched(
        hits=hits,
        gaps=gaps,
        not_checked=unread,
        seen=Seen(
            objects=listing.objects,
            again=again.intersection(id_of(header).encode() for header in wanted),
            tips=listing.complete,
        ),
    )
