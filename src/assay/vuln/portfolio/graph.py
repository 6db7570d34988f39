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


def way_to(package: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """Return the numbers from what the product depends on to `package`; empty where not known."""
    way: list[int] = []
    step: int | None = package
    while step is not None and step != ROOT_NUMBER:
        if step in way:  # nobody wrote that
            return ()
        way.append(step)
        step = parents.get(step)
    return tuple(reversed(way)) if step == ROOT_NUMBER else ()
