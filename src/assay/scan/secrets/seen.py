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
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from assay.source.git import GitPlace
from assay.source.objects import is_searched
from assay.system.sealed import SealedFolder

_KIND: Final = "objects seen"
_BETWEEN: Final = b"\n\n"  # no line of any part is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    r"""Objects of a repository, as two texts of lines in ascending order.

    `searched` has `<id> <kind> <size>\n` of each that holds text, and `trees` the other ids. As
    texts they are read, compared and written in one piece: a table of all objects, made anew in
    each run, took longer than everything else that a second search does.
    """

    searched: bytes
    trees: bytes

    def ids(self) -> frozenset[bytes]:
        """Return the ids of all."""
        return frozenset(self.searched.split()[::3]).union(self.trees.split())

    def headers_of(self, ids: Collection[bytes]) -> list[bytes]:
        """Return the headers of those that are searched and in `ids`, in their order."""
        if not ids:
            return []
        lines = self.searched.splitlines(keepends=True)
        return [line for line in lines if line[: line.index(b" ")] in ids]

    def of(self, ids: frozenset[bytes]) -> Self:
        """Return those of the objects that are in `ids`."""
        trees = (oid for oid in self.trees.split() if oid in ids)
        return replace(self, searched=b"".join(self.headers_of(ids)), trees=b"\n".join(trees))

    def joined(self, headers: Sequence[bytes]) -> Self:
        """Return these objects and those of `headers`, none of which is among them."""
        searched = [header for header in headers if is_searched(header)]
        trees = [header[: header.index(b" ")] for header in headers if not is_searched(header)]
        # Two ascending runs, of which one is long: sorting them takes one pass.
        return replace(
            self,
            searched=b"".join(sorted(self.searched.splitlines(keepends=True) + sorted(searched))),
            trees=b"\n".join(sorted(self.trees.split() + sorted(trees))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`objects` were all there; those of `again` are searched again each time.

    From `tips` everything could be reached; none where that was not so.
    """

    objects: Objects
    again: frozenset[bytes]
    tips: tuple[bytes, ...]


NOTHING_SEEN: Final = Seen(objects=Objects(searched=b"", trees=b""), again=frozenset(), tips=())


def load_seen(sealed: SealedFolder | None, repository: GitPlace, *, name: str) -> Seen:
    """Return what earlier runs saw of `repository` by the same rules."""
    body = None if sealed is None else sealed.load(_file(repository), name=_name(name))
    if body is None:
        return NOTHING_SEEN
    tips, again, trees, searched = body.split(_BETWEEN, 3)
    return Seen(
        objects=Objects(searched=searched, trees=trees),
        again=frozenset(again.split()),
        tips=tuple(tips.split()),
    )


def save_seen(sealed: SealedFolder | None, repository: GitPlace, seen: Seen, *, name: str) -> None:
    """Keep `seen` for the next run, in place of what was kept before."""
    if sealed is not None:
        ids = (b" ".join(part) for part in (seen.tips, sorted(seen.again)))
        body = _BETWEEN.join((*ids, seen.objects.trees, seen.objects.searched))
        sealed.save(_file(repository), body, name=_name(name))


def _name(name: str) -> str:
    return f"{_KIND}, {name}"


def _file(repository: GitPlace) -> str:
    path = str(repository.git_dir).encode("utf-8", "surrogateescape")
    return f"secrets-seen-{hashlib.sha256(path).hexdigest()[:32]}"
