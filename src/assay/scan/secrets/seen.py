"""What was searched before and held nothing: the memory that makes a second run short.

Only objects in which nothing at all was found, and nothing had to be left out, count as seen. One
with a secret in it is searched again each time, so that a permission that has ended, or a new
exclusion, is judged anew; and no trace of a secret lies in the file. An object is named by the hash
of its content, so what was true of it stays true; what else the answer depends on (rules, engines,
our own code) is in the name under which the file is sealed.

The objects that were there are kept too, so that one that has vanished since is noticed, and the
refs whose history was walked to its end without a gap.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from assay.scan.secrets.sealed import SealedFolder
from assay.source.git import GitPlace

_KIND: Final = "objects seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    r"""Objects of a repository: `searched` by their id, as `<id> <kind> <size>\n`, and trees."""

    searched: Mapping[bytes, bytes]
    trees: frozenset[bytes]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.searched) + len(self.trees)

    def missing(self, names: Iterable[bytes]) -> list[bytes]:
        """Return those of `names` that are not among them, once each, in their order."""
        # One pass over two tables: asked for each name, it would be a third of a second search.
        searched, trees = self.searched, self.trees
        return list(dict.fromkeys(n for n in names if n not in searched and n not in trees))

    def of(self, names: Iterable[bytes]) -> Self:
        """Return those of the objects that are in `names`."""
        there = frozenset(names)
        if self.searched.keys() <= there and self.trees <= there:
            return self
        searched = {oid: header for oid, header in self.searched.items() if oid in there}
        return replace(self, searched=searched, trees=self.trees & there)

    def joined(self, headers: Iterable[bytes]) -> Self:
        """Return these objects and those of `headers`."""
        trees = set(self.trees)
        searched: dict[bytes, bytes] = {}
        for header in headers:
            oid, kind, _ = header.split(b" ")
            if kind == b"tree":
                trees.add(oid)
            else:
                searched[oid] = header
        return replace(self, searched={**self.searched, **searched}, trees=frozenset(trees))

    def listing(self) -> bytes:
        """Return the headers of what is searched, in the order of the ids."""
        return b"".join(sorted(self.searched.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`objects` were all there; those of `again` are searched again each time.

    From `tips` everything could be reached; none where that was not so.
    """

    objects: Objects
    again: frozenset[bytes]
    tips: tuple[bytes, ...]


NOTHING_SEEN: Final = Seen(
    objects=Objects(searched={}, trees=frozenset()), again=frozenset(), tips=()
)


def load_seen(sealed: SealedFolder | None, repository: GitPlace, *, name: str) -> Seen:
    """Return what earlier runs saw of `repository` by the same rules."""
    body = None if sealed is None else sealed.load(_file(repository), name=_name(name))
    if body is None:
        return NOTHING_SEEN
    tips, again, trees, listing = body.split(b"\n\n", 3)
    headers = listing.splitlines(keepends=True)
    return Seen(
        objects=Objects(
            searched=dict(zip(listing.split()[::3], headers, strict=True)),
            trees=frozenset(trees.split()),
        ),
        again=frozenset(again.split()),
        tips=tuple(tips.split()),
    )


def save_seen(sealed: SealedFolder | None, repository: GitPlace, seen: Seen, *, name: str) -> None:
    """Keep `seen` for the next run, in place of what was kept before."""
    if sealed is not None:
        ids = (seen.tips, sorted(seen.again), sorted(seen.objects.trees))
        parts = (*(b" ".join(part) for part in ids), seen.objects.listing())
        sealed.save(_file(repository), b"\n\n".join(parts), name=_name(name))


def _name(name: str) -> str:
    return f"{_KIND}, {name}"


def _file(repository: GitPlace) -> str:
    path = str(repository.git_dir).encode("utf-8", "surrogateescape")
    return f"secrets-seen-{hashlib.sha256(path).hexdigest()[:32]}"
