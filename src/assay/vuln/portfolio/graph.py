"""What a release holds and what pulled each in, as bytes: pairs of numbers, 4 bytes each.

A release's own rows of the inverted index lie as far apart as can be. This lies in one place, so
that a way, or taking a release out, costs one reading.
"""

import struct
from collections.abc import Mapping
from typing import Final

from assay.core.errors import TamperedError

ROOT_NUMBER: Final = 0
_UNKNOWN: Final = 0xFFFF_FFFF
_PAIR: Final = struct.Struct("<II")
AGAIN: Final = "run: assay affected --rebuild …"


def render_graph(parents: Mapping[int, int | None]) -> bytes:
    """Return the bytes for the parent of each package; None where no way is known."""
    pairs = sorted(parents.items())
    return b"".join(_PAIR.pack(n, _UNKNOWN if up is None else up) for n, up in pairs)


def parse_graph(data: bytes) -> Mapping[int, int | None]:
    """Return what `render_graph` was given.

    Raises:
        TamperedError: Not whole pairs.
    """
    if len(data) % _PAIR.size:
        raise TamperedError("a graph that is not whole", where="the portfolio", hint=AGAIN)
    return {n: None if up == _UNKNOWN else up for n, up in _PAIR.iter_unpack(data)}


def way_to(package: int, graph: bytes) -> tuple[int, ...]:
    """Return the numbers from what the product depends on to `package`; empty where not known.

    Only the steps of the way are read: the pairs are sorted.

    Raises:
        TamperedError: Not whole pairs.
    """
    if len(graph) % _PAIR.size:
        raise TamperedError("a graph that is not whole", where="the portfolio", hint=AGAIN)
    way: dict[int, None] = {}  # a chain may have as many links as a list has components
    step = package
    while step not in {ROOT_NUMBER, _UNKNOWN}:
        if step in way:  # nobody wrote that
            return ()
        way[step] = None
        step = _parent(step, graph)
    return tuple(reversed(way)) if step == ROOT_NUMBER else ()


def _parent(package: int, graph: bytes) -> int:
    low, high = 0, len(graph) // _PAIR.size
    while low < high:
        middle = (low + high) // 2
        number, parent = _PAIR.unpack_from(graph, middle * _PAIR.size)
        if number == package:
            return int(parent)
        if number < package:
            low = middle + 1
        else:
            high = middle
    return _UNKNOWN
