"""Versions of languages with an order of their own: Maven, RubyGems, Composer, Conda and others."""

import re
from collections.abc import Mapping
from typing import Final

from assay.vuln.order.keys import Part, VersionKey, without_trailing_zeros

_MAVEN_TEXT: Final = re.compile(r"[!-~]+\Z", re.ASCII)
_MAVEN_TOKEN: Final = re.compile(r"([.-]?)([0-9]+|[^0-9.-]+|(?=[.-]|\Z))", re.ASCII)
_MAVEN_NULL: Final = frozenset({"", "0", "ga", "final", "release"})
_MAVEN_PRE: Final[Mapping[str, int]] = {
    "alpha": 0,
    "beta": 1,
    "milestone": 2,
    "rc": 3,
    "cr": 3,
    "snapshot": 4,
}
_MAVEN_SHORT: Final = {"a": "alpha", "b": "beta", "m": "milestone"}  # before a number alone
_GEM: Final = re.compile(r"[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z")
_GEM_SEGMENT: Final = re.compile(r"[0-9]+|[a-z]+", re.IGNORECASE)
_COMPOSER: Final = re.compile(
    r"v?(\d{1,20}(?:[.-]\d{1,20}){0,6})(\.x)?"
    r"(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d+(?:[.-]\d+)*)?))?([.-]?dev)?(?:\+[^\s]*)?\Z",
    re.IGNORECASE | re.ASCII,
)
_COMPOSER_RANK: Final[Mapping[str, int]] = {
    "dev": 0,
    "alpha": 1,
    "a": 1,
    "beta": 2,
    "b": 2,
    "rc": 3,
    "stable": 4,
    "": 4,
    "patch": 5,
    "pl": 5,
    "p": 5,
}
_CONDA: Final = re.compile(r"(?:([0-9]{1,9})!)?([0-9a-z._-]+)(?:\+([0-9a-z._-]+))?\Z", re.ASCII)
_CONDA_RUN: Final = re.compile(r"[0-9]+|[a-z]+", re.ASCII)
_CONDA_NULL: Final[Part] = (3, 0)
_DOTTED: Final = re.compile(r"\d{1,20}(?:[.-]\d{1,20})*\Z", re.ASCII)
_OPENSSL: Final = re.compile(
    r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})([a-z]{0,3})(?:-(?:(alpha|beta|pre)-?(\d{0,9})|([a-z]+)))?\Z",
    re.ASCII,
)


def maven_key(text: str) -> VersionKey | None:
    """Order as Maven's version order specification (POM reference) says."""
    if not _MAVEN_TEXT.match(text) or not any(map(str.isalnum, text)):
        return None
    flat: list[int | str] = []
    for separator, word in _trimmed(_maven_tokens(text.lower())):
        if word.isdigit():
            flat += (5 if separator == "." else 4, int(word))
        elif word in _MAVEN_PRE:
            flat += (0, _MAVEN_PRE[word])
        elif word in _MAVEN_NULL:
            flat.append(1)
        else:
            flat += (2,) if word == "sp" else (3, word)
    return ((*flat, 1),)


def _maven_tokens(text: str) -> list[tuple[str, str]]:
    """Return (separator, token) pairs; where letters meet digits, a hyphen is understood."""
    found = [match.groups() for match in _MAVEN_TOKEN.finditer(text) if match.group()]
    tokens: list[tuple[str, str]] = []
    for number, (separator, token) in enumerate(found):
        following = found[number + 1] if number + 1 < len(found) else ("-", "")
        attached = not following[0] and following[1].isdigit()
        full = _MAVEN_SHORT.get(token, token) if attached else token
        first = not tokens and not separator
        tokens.append(("." if first else separator or "-", full or "0"))
    return tokens


def _trimmed(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Drop null values from the end, and in front of each hyphen."""
    kept: list[tuple[str, str]] = []
    ending = True  # what follows is the end, or a hyphen
    for separator, token in reversed(tokens):
        if not (ending and token in _MAVEN_NULL):
            kept.append((separator, token))
            ending = separator == "-"
        elif separator == "-":
            ending = True
    return kept[::-1]


def gem_key(text: str) -> VersionKey | None:
    """Order as Gem::Version: words before the end, and the end before numbers."""
    if not _GEM.match(text):
        return None
    segments = _GEM_SEGMENT.findall(text.replace("-", ".pre."))
    flat: list[int | str] = []
    words = next((n for n, segment in enumerate(segments) if segment.isalpha()), len(segments))
    for group in (segments[:words], segments[words:]):
        while group and group[-1].isdigit() and int(group[-1]) == 0:
            group.pop()
        for segment in group:
            flat += (2, int(segment)) if segment.isdigit() else (0, segment)
    return ((*flat, 1),)


def composer_key(text: str) -> VersionKey | None:
    """Order as Composer: dev, alpha, beta, RC, stable, patch; `2.x-dev` is the end of 2."""
    match = _COMPOSER.match(text)
    if match is None:
        return None
    numbers, branch, stability, count, dev = match.groups()
    release: Part = tuple(map(int, re.findall(r"\d+", numbers)))
    if branch:
        release = (*release, 9_999_999)
    counted: Part = tuple(map(int, re.findall(r"\d+", count or "")))
    rank = _COMPOSER_RANK[(stability or "").lower()]
    if dev and not stability:
        rank = 0
    return without_trailing_zeros(release), (rank, *counted), (0 if dev else 1,)


def conda_key(text: str) -> VersionKey | None:
    """Order as conda's VersionOrder: dev before words before numbers before post."""
    match = _CONDA.match(text.lower())
    if match is None:
        return None
    epoch, version, local = match.groups()
    return (int(epoch or 0),), _conda_part(version), _conda_part(local or "")


def _conda_part(text: str) -> Part:
    """Return the components; what is missing counts as 0, so `1.0.rc1 < 1` and `1 < 1.0.1`.

    In front of each stands whether it and the zeros before it lie below the end or above it.
    """
    components: list[Part] = []
    for component in re.split("[._-]", text):
        runs = _CONDA_RUN.findall(component)
        padded = runs if runs and runs[0].isdigit() else ["0", *runs]
        components.append(_until_null(tuple(part for run in padded for part in _conda_run(run))))
    while components and components[-1] == _CONDA_NULL:
        components.pop()
    flat: list[int | str] = [1]
    above = 2
    for component in reversed(components):
        if component != _CONDA_NULL:
            below = component[:2] == _CONDA_NULL and component[2] in {0, 1}
            above = 0 if below else 2
        flat = [above, *component, 2, *flat]
    return tuple(flat)


def _until_null(flat: Part) -> Part:
    while len(flat) > len(_CONDA_NULL) and flat[-2:] == _CONDA_NULL:
        flat = flat[:-2]
    return flat


def _conda_run(run: str) -> Part:
    if run.isdigit():
        return 3, int(run)
    return {"dev": (0, run), "post": (4, run)}.get(run, (1, run))


def dotted_key(text: str) -> VersionKey | None:
    """Order numbers between dots or hyphens: Hackage, CRAN."""
    if not _DOTTED.match(text):
        return None
    return (tuple(map(int, re.split("[.-]", text))),)


def openssl_key(text: str) -> VersionKey | None:
    """Order as OpenSSL: 1.0.2-beta1, 1.0.2, 1.0.2a, 1.0.2z, 1.0.2za."""
    match = _OPENSSL.match(text)
    if match is None:
        return None
    major, minor, patch, letters, stage, number, _ = match.groups()
    stages = ("alpha", "beta", "pre")
    before: Part = (stages.index(stage), int(number or 0)) if stage else (len(stages),)
    return (int(major), int(minor), int(patch)), before, (len(letters), letters)
