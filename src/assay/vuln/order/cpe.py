"""The order of versions where nobody says by which rules they are made: those of CPE names.

Only what people agree on is ordered: numbers between dots, a letter after them (`1.0.2k`), a
revision of a release (`6.9.10-23`), and the usual words before (`rc1`) and after (`sp2`) a release.
Anything else has no key: `1.0a1` is an alpha to some, and a patch to others; `1.0~1` is older than
1.0 to Debian alone.
"""

import re
from typing import Final

from assay.vuln.order.keys import MAX_DIGITS, Part, VersionKey

_SHAPE: Final = re.compile(r"v?[0-9][0-9a-z._+~-]*\Z", re.ASCII)
_PIECE: Final = re.compile(r"[0-9]+|[a-z]+|[-+](?=[0-9])", re.ASCII)
_DOUBTFUL: Final = re.compile(r"(?<![a-z])[abc][._+-]?[0-9]|~[0-9]", re.ASCII)
_REVISION: Final = frozenset({"-", "+"})  # in front of a number: it counts after the release
_BEFORE: Final = {
    "dev": 0,
    "snapshot": 0,
    "alpha": 1,
    "beta": 2,
    "milestone": 3,
    "pre": 3,
    "preview": 3,
    "rc": 4,
    "cr": 4,
}
_AFTER: Final = frozenset(
    {"p", "patch", "pl", "sp", "update", "u", "hotfix", "hf", "post", "release", "final", "ga"}
)
_NOTHING: Final = frozenset({"release", "final", "ga"})  # words that say what holds without them
_END: Final[Part] = (1,)


def cpe_key(version: str, update: str = "") -> VersionKey | None:
    """Return the sort key of a version and its update, plain text; None where nothing orders it."""
    text = version.lower()
    if not _SHAPE.match(text):
        return None
    # A number in the update is one of the release: 1.0, update 2, is not 1.0.2.
    text = f"{text.removeprefix('v')}-{update.lower()}" if update else text.removeprefix("v")
    if _DOUBTFUL.search(text):
        return None
    pieces = _PIECE.findall(text)
    key: list[Part] = []
    for piece in pieces:
        if piece in _NOTHING:
            continue
        part = _part(piece)
        if part is None:
            return None
        if part[0] != _NUMBER:
            _drop_zeros(key)
        key.append(part)
    _drop_zeros(key)
    return (*key, _END)


_LETTER: Final = 2
_NUMBER: Final = 3


def _part(piece: str) -> Part | None:
    if piece.isdigit():
        return (_NUMBER, int(piece)) if len(piece) <= MAX_DIGITS else None
    if piece in _BEFORE:
        return (0, _BEFORE[piece])
    if piece in _REVISION:
        return (_LETTER, "")
    if len(piece) == 1 or piece in _AFTER:
        return (_LETTER, piece)
    return None


def _drop_zeros(key: list[Part]) -> None:
    """Make `1.0.0` what `1` is, but leave a number at the beginning."""
    while len(key) > 1 and key[-1] == (_NUMBER, 0):
        key.pop()
