"""Whether an advisory about one release of a distribution is about a package of another.

OSV writes releases as it likes (`Debian:12`, `Alpine:v3.18`, `Ubuntu:Pro:18.04:LTS`,
`Red Hat:enterprise_linux:9::appstream`), and so do package URLs (`distro=debian-12.5`,
`distro=jammy`). Numbers are compared as far as the advisory gives them; where one side has none,
or the advisory is about a stream with its own packages, nobody can tell.
"""

import enum
import re
from functools import lru_cache
from typing import Final

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_CODENAMES: Final = {
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
}
_STREAM: Final = re.compile(
    r"\b(?:pro|fips|fips-updates|rhel_\w+|eus|aus|tus|e4s|els|ltss|espos|realtime|nvidia[\w-]*)\b"
    r"|:Pro:",
    re.IGNORECASE,
)


class Applies(enum.Enum):
    """Whether an entry of an advisory is about packages of a release."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@lru_cache(maxsize=65_536)
def applies(ecosystem: str, release: str) -> Applies:
    """Tell whether what is said about `ecosystem` (`Debian:12`) is said about `release`."""
    _, colon, about = ecosystem.partition(":")
    if not colon:
        return Applies.YES
    theirs, ours = _number(about), _number(release)
    if theirs is None or ours is None:
        return Applies.UNSURE
    if ours[: len(theirs)] != theirs[: len(ours)]:
        return Applies.NO
    return Applies.UNSURE if len(ours) < len(theirs) or _is_stream(about) else Applies.YES


def _is_stream(about: str) -> bool:
    return _STREAM.search(f":{about}") is not None


def _number(text: str) -> tuple[int, ...] | None:
    named = next((number for word, number in _CODENAMES.items() if word in text.lower()), text)
    match = _NUMBER.search(named)
    if match is None or len(match.group()) > 40:  # no release is longer
        return None
    return tuple(map(int, match.group().split(".")))
