"""Semantic Versioning and its relatives: npm, Cargo, Go, Pub, NuGet, Conan."""

import re
from typing import Final

from assay.vuln.order.keys import VersionKey, ranked, without_trailing_zeros

_TAIL: Final = r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z.-]*))?\Z"
_SEMVER: Final = re.compile(
    r"[vV=]{0,2}(\d{1,20})(?:\.(\d{1,20}))?(?:\.(\d{1,20}))?" + _TAIL, re.ASCII
)
_LONG: Final = re.compile(r"[vV]?(\d{1,20}(?:\.\d{1,20}){0,7})" + _TAIL, re.ASCII)
_GO_RELEASE: Final = re.compile(
    r"(?:go|v)?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:(beta|rc)(\d{1,9}))?\Z", re.ASCII
)
_CONAN: Final = re.compile(
    r"[vV]?([0-9A-Za-z_]+(?:\.[0-9A-Za-z_]+)*)"
    r"(?:-([0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*))?(?:\+([0-9A-Za-z_.-]*))?\Z",
    re.ASCII,
)


def semver_key(text: str) -> VersionKey | None:
    """Order as Semantic Versioning 2.0.0, section 11; a missing minor or patch number is 0.

    Build metadata does not count, Go's `+incompatible` among it.
    """
    match = _SEMVER.match(text)
    if match is None:
        return None
    major, minor, patch, pre, _ = match.groups()
    return (int(major), int(minor or 0), int(patch or 0)), _pre_release(pre)


def go_key(text: str) -> VersionKey | None:
    """Order Go modules by semver, and releases of Go itself (`go1.21rc2`) as 1.21.0-rc.2."""
    match = _GO_RELEASE.match(text)
    if match is None:
        return semver_key(text)
    major, minor, patch, stage, number = match.groups()
    suffix = f"-{stage}.{number}" if stage else ""
    return semver_key(f"{major}.{minor}.{patch or 0}{suffix}")


def pub_key(text: str) -> VersionKey | None:
    """Order as Dart's pub_semver: build metadata counts, and comes after none."""
    match, key = _SEMVER.match(text), semver_key(text)
    if match is None or key is None:
        return None
    build = match.group(5)
    return (*key, ranked(build, number=0, word=1) if build else ())


def long_semver_key(text: str) -> VersionKey | None:
    """Order as semver does, for as many numbers as there are."""
    match = _LONG.match(text)
    if match is None:
        return None
    numbers, pre, _ = match.groups()
    release = without_trailing_zeros(tuple(map(int, numbers.split("."))))
    return release, _pre_release(pre)


def nuget_key(text: str) -> VersionKey | None:
    """Order as NuGet: up to four numbers, and pre-releases whatever their case."""
    return long_semver_key(text.lower())


def conan_key(text: str) -> VersionKey | None:
    """Order as Conan: any number of items, numbers before words, and build metadata counts."""
    match = _CONAN.match(text.lower())
    if match is None:
        return None
    items, pre, build = match.groups()
    release = items.removesuffix(".0") if not pre else items
    while release.endswith(".0"):
        release = release.removesuffix(".0")
    return (
        ranked(release, number=0, word=1),
        _pre_release(pre),
        ranked(build, number=0, word=1) if build else (),
    )


def _pre_release(pre: str | None) -> tuple[int | str, ...]:
    return (2,) if pre is None else ranked(pre, number=0, word=1)
