"""Versions of system packages: Debian, RPM, Alpine, Arch and Gentoo."""

import re
from collections.abc import Mapping
from typing import Final

from assay.vuln.order.keys import MAX_DIGITS, Part, VersionKey

_EPOCH: Final = re.compile(r"(?:(\d{1,9}):)?([^:]+)\Z", re.ASCII)
_DEB_VERSION: Final = re.compile(r"[A-Za-z0-9.+~-]+\Z", re.ASCII)
_DEB_PIECE: Final = re.compile(r"([^0-9]*)([0-9]*)", re.ASCII)
_RPM_VERSION: Final = re.compile(r"[!-~]+\Z", re.ASCII)
_RPM_PIECE: Final = re.compile(r"(~)|(\^)|([A-Za-z]+)|([0-9]+)", re.ASCII)
_ARCH_PIECE: Final = re.compile(r"([^A-Za-z0-9]*)(?:([A-Za-z]+)|([0-9]+))", re.ASCII)
_APK_VERSION: Final = re.compile(
    r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)"
    r"(?:~([0-9a-f]+))?(?:-r([0-9]+))?\Z",
    re.ASCII,
)
_APK_SUFFIX: Final = re.compile(r"_([a-z]+)([0-9]*)", re.ASCII)
_BEFORE: Final = ("alpha", "beta", "pre", "rc")  # lower than no suffix at all
_AFTER: Final = ("cvs", "svn", "git", "hg", "p")
_APK_RANK: Final[Mapping[str, tuple[int, int]]] = {
    **{word: (0, order) for order, word in enumerate(_BEFORE)},
    **{word: (5, order) for order, word in enumerate(_AFTER)},
}


def debian_key(text: str) -> VersionKey | None:
    """Order as Debian policy, section 5.6.12: `~` before the end, letters before the rest."""
    match = _EPOCH.match(text)
    if match is None or not _DEB_VERSION.match(match.group(2)):
        return None
    upstream, _, revision = match.group(2).rpartition("-")
    if not upstream:
        upstream, revision = revision, "0"
    if not upstream[0].isdigit() or _has_long_number(text):
        return None
    return (int(match.group(1) or 0),), _debian_part(upstream), _debian_part(revision)


def _debian_part(text: str) -> Part:
    flat: list[int | str] = []
    for word, number in _DEB_PIECE.findall(text):
        if word or number:
            flat += [*map(_debian_rank, word), 0, int(number or 0)]
    return (*flat, 0)


def _debian_rank(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) + (0 if character.isalpha() else 256)


def rpm_key(text: str) -> VersionKey | None:
    """Order as rpmvercmp does: epoch, version, release; `~` before the end, `^` just after it."""
    match = _EPOCH.match(text)
    if match is None or not _RPM_VERSION.match(match.group(2)) or _has_long_number(text):
        return None
    version, dash, release = match.group(2).partition("-")
    if not any(map(str.isalnum, version)):
        return None
    return (int(match.group(1) or 0),), _rpm_part(version), _rpm_part(release) if dash else ()


def _rpm_part(text: str) -> Part:
    flat: list[int | str] = []
    for tilde, caret, word, number in _RPM_PIECE.findall(text):
        if tilde or caret:
            flat.append(0 if tilde else 2)
        else:
            flat += (3, word) if word else (4, int(number))
    return (*flat, 1)


def arch_key(text: str) -> VersionKey | None:
    """Order as pacman's vercmp: `1.0a < 1.0 < 1.0.a < 1.0.1`; no release is any release."""
    match = _EPOCH.match(text)
    if match is None or not _RPM_VERSION.match(match.group(2)) or _has_long_number(text):
        return None
    version, dash, release = match.group(2).rpartition("-")
    if not dash:
        version, release = release, ""
    return (int(match.group(1) or 0),), _arch_part(version), _arch_part(release) if dash else ()


def _arch_part(text: str) -> Part:
    flat: list[int | str] = []
    for separator, word, number in _ARCH_PIECE.findall(text):
        if flat and separator:
            flat += (3, len(separator))
        elif word:
            flat.append(0)
        else:
            flat.append(2)
        flat += (0, word) if word else (1, int(number))
    return (*flat, 1)


def alpine_key(text: str) -> VersionKey | None:
    """Order as apk-tools: a later number that begins with 0 is compared as text."""
    match = _APK_VERSION.match(text)
    if match is None or _has_long_number(text):
        return None
    first, rest, letter, suffixes, commit, revision = match.groups()
    flat: list[int | str] = [7, int(first)]
    for number in rest.split(".")[1:]:
        flat += (7, 0, number) if number[0] == "0" else (7, 1, int(number))
    if letter:
        flat += (6, letter)
    for word, number in _APK_SUFFIX.findall(suffixes):
        flat += (*_APK_RANK[word], *((4, int(number)) if number else ()))
    if commit:
        flat += (3, commit)
    if revision:
        flat += (2, int(revision))
    return ((*flat, 1),)


def gentoo_key(text: str) -> VersionKey | None:
    """Order as the Package Manager Specification, section 3.3: zeros behind a leading 0 go."""
    match = _APK_VERSION.match(text)
    if match is None or match.group(5) or _has_long_number(text):
        return None
    first, rest, letter, suffixes, _, revision = match.groups()
    flat: list[int | str] = [7, int(first)]
    for number in rest.split(".")[1:]:
        flat += (7, 0, number.rstrip("0")) if number[0] == "0" else (7, 1, int(number))
    if letter:
        flat += (6, letter)
    for word, number in _APK_SUFFIX.findall(suffixes):
        flat += (*_APK_RANK[word], int(number or 0))
    return (*flat, 1), (int(revision or 0),)


def _has_long_number(text: str) -> bool:
    return any(len(number) > MAX_DIGITS for number in re.findall("[0-9]+", text))
