"""Cutting a large JSON document into the elements of its one long array.

A year of the NVD has a hundred megabytes, and as Python objects ten times that. So the document is
cut first: what is around the array is read by itself, and each element by itself, by the one strict
reader. Nothing is skipped: a document is its frame and its elements.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

# A text that does not end goes to the end: else each of its quotes would be tried as a beginning.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],]', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A document without the elements of its array, and where each of those is in it."""

    frame: bytes
    data: bytes
    places: tuple[tuple[int, int], ...]

    def elements(self) -> Iterator[bytes]:
        """Yield the bytes of each element."""
        return (self.data[start:end] for start, end in self.places)


def split_array(data: bytes, member: str) -> Split:
    """Cut the array that is the member `member` of the object `data` into its elements.

    Where the frame is strict JSON and so is each element, the document is.

    Raises:
        MalformedError: There is no such array, or it does not end.
    """
    tokens = _TOKEN.finditer(data)
    start = _find_array(tokens, b'"%b"' % member.encode())
    places: list[tuple[int, int]] = []
    first, depth = start, 0
    for match in tokens:
        token = match[0]
        if token in _OPENING:
            depth += 1
        elif depth and token in _CLOSING:
            depth -= 1
        elif not depth and token == b",":
            places.append((first, match.start()))
            first = match.end()
        elif not depth and token in _CLOSING:
            # An empty element is kept, to be refused, unless there is nothing at all.
            if places or data[first : match.start()].strip():
                places.append((first, match.start()))
            frame = data[:start] + data[match.start() :]
            return Split(frame=frame, data=data, places=tuple(places))
    raise MalformedError(f"an array {member} that does not end")


_OPENING: Final = frozenset({b"[", b"{"})
_CLOSING: Final = frozenset({b"]", b"}"})


def _find_array(tokens: Iterator[re.Match[bytes]], name: bytes) -> int:
    """Return where the array behind the member `name` of the outermost object begins.

    A `[` one level down follows a name: the last text before it.
    """
    depth, last = 0, b""
    for match in tokens:
        token = match[0]
        if token == b"[" and depth == 1 and last == name:
            return match.end()
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
        elif depth == 1 and token != b",":
            last = token
    raise MalformedError(f"no array {name.decode()[1:-1]}")
