"""The order of versions in each ecosystem, as keys that compare with `<`.

Parsing is the slow part, so keys are cached. All keys have one shape, a tuple of tuples, and `()`
comes before each of them: OSV's "0", the beginning of everything.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from packaging.version import InvalidVersion, Version

VersionKey = tuple[tuple[int | str, ...], ...]

BEGINNING: Final[VersionKey] = ()
MAX_VERSION: Final = 256  # characters; bounds what a hostile lock file makes us parse
_CACHED: Final = 2**18  # above the distinct versions of any portfolio that we have seen

_SEMVER: Final = re.compile(
    r"[vV=]{0,2}(\d{1,20})(?:\.(\d{1,20}))?(?:\.(\d{1,20}))?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]*)?\Z",
    re.ASCII,
)
_GO_RELEASE: Final = re.compile(
    r"(?:go|v)?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:(beta|rc)(\d{1,9}))?\Z", re.ASCII
)


def has_order(ecosystem: str) -> bool:
    """Tell whether versions of `ecosystem` can be compared here."""
    return ecosystem in _READERS


@lru_cache(maxsize=_CACHED)
def version_key(ecosystem: str, version: str) -> VersionKey | None:
    """Return the sort key of `version`, or None where it is no version of `ecosystem`."""
    reader = _READERS.get(ecosystem)
    if reader is None or len(version) > MAX_VERSION:
        return None
    return reader(version)


def _pep440_key(text: str) -> VersionKey | None:
    """Order as the version specifiers of the Python packaging specifications (PEP 440) do."""
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    release = version.release
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    if version.pre is not None:
        pre: tuple[int | str, ...] = (1, *version.pre)
    elif version.post is None and version.dev is not None:
        pre = (0,)  # 1.0.dev1 comes before 1.0a1
    else:
        pre = (2,)
    return (
        (version.epoch,),
        release,
        pre,
        (0,) if version.post is None else (1, version.post),
        (1,) if version.dev is None else (0, version.dev),
        _ranked(version.local, number=1, word=0) if version.local else (),
    )


def _semver_key(text: str) -> VersionKey | None:
    """Order as Semantic Versioning 2.0.0, section 11; a missing minor or patch number is 0.

    Build metadata does not count, Go's `+incompatible` among it.
    """
    match = _SEMVER.match(text)
    if match is None:
        return None
    major, minor, patch, pre = match.groups()
    ranked = (2,) if pre is None else _ranked(pre, number=0, word=1)
    return (int(major), int(minor or 0), int(patch or 0)), ranked


def _go_key(text: str) -> VersionKey | None:
    """Order Go modules by semver, and releases of Go itself (`go1.21rc2`) as 1.21.0-rc.2."""
    match = _GO_RELEASE.match(text)
    if match is None:
        return _semver_key(text)
    major, minor, patch, stage, number = match.groups()
    suffix = f"-{stage}.{number}" if stage else ""
    return _semver_key(f"{major}.{minor}.{patch or 0}{suffix}")


def _ranked(text: str, *, number: int, word: int) -> tuple[int | str, ...]:
    """Return dotted identifiers, each as its rank (numbers or words first) and its value."""
    flat: list[int | str] = []
    for part in text.split("."):
        flat += (number, int(part)) if part.isdigit() else (word, part)
    return tuple(flat)


_READERS: Final[dict[str, Callable[[str], VersionKey | None]]] = {
    "PyPI": _pep440_key,
    "npm": _semver_key,
    "Go": _go_key,
    "crates.io": _semver_key,
}
