"""What of a document has no place in the model, counted by path.

A table names what is read, member by member; all else is counted where it begins. So a member that
a later version adds is told as left out, and not passed over.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Members = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMembers:
    """What is read of the documents of one format.

    `known` are the members of the objects at a path, which has no places of lists in it; `alike`
    paths below which the same holds as below another. `in_part` tells, of an object at a path, what
    of its known members is not read. A text in `silent` says nothing, whatever member it is in.
    """

    known: Mapping[str, frozenset[str]]
    in_part: Mapping[str, Callable[[Members], Iterable[str]]]
    alike: Mapping[str, str]
    silent: frozenset[str]


def count_left_out(document: object, read: ReadMembers) -> Counter[str]:
    """Return how often what is not read stands in a document that keeps the rules, by path."""
    left: Counter[str] = Counter()
    _count(document, "", read, left)
    return left


def _count(value: object, path: str, read: ReadMembers, left: Counter[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _count(item, path, read, left)
    elif isinstance(value, dict) and path in read.known:
        _count_members(value, path, read, left)


def _count_members(value: Members, path: str, read: ReadMembers, left: Counter[str]) -> None:
    known = read.known[path]
    for name, inner in value.items():
        below = f"{path}.{name}" if path else name
        if name in known:
            _count(inner, read.alike.get(below, below), read, left)
        elif not (isinstance(inner, str) and inner in read.silent):
            left[below] += 1
    if path in read.in_part:
        left.update(read.in_part[path](value))


def objects(value: object) -> Iterable[Members]:
    """Return the objects in a list, none where it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else ()
