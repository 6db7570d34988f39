"""How far an upgrade goes, by the numbers of the two versions."""

import enum
import re
from typing import Final

from packaging.version import InvalidVersion, Version

from assay.vuln.remedy.model import PYPI

_NPM: Final = re.compile(
    r"(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})"
    r"(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?\Z",
    re.ASCII,
)
_PYPI: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.!_-]{0,99}\Z", re.ASCII)  # no build of one's own


class Step(enum.StrEnum):
    """The size of an upgrade: which number changes. In 0.y.z the y is the one that may break."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def size(self) -> int:
        """Return the rank of the step, the smallest first."""
        return tuple(Step).index(self)


def step_between(ecosystem: str, old: str, new: str) -> Step:
    """Return how far it is from `old` to `new`; MAJOR where the numbers cannot be read."""
    before, after = _numbers(ecosystem, old), _numbers(ecosystem, new)
    if before is None or after is None or before[0] != after[0]:
        return Step.MAJOR
    leading = next((place for place, number in enumerate(before[1]) if number), 2)
    pairs = enumerate(zip(before[1], after[1], strict=True))
    changed = next((place for place, (one, other) in pairs if one != other), 2)
    if changed <= leading:
        return Step.MAJOR
    return Step.MINOR if changed == 1 else Step.PATCH


def is_release(ecosystem: str, version: str) -> bool:
    """Tell whether `version` is one that may be proposed: well formed, and fit for any file.

    What comes from an advisory or an index ends in files and on command lines.
    """
    if ecosystem != PYPI:
        return _NPM.match(version) is not None
    return _PYPI.match(version) is not None and _version(version) is not None


def is_prerelease(ecosystem: str, version: str) -> bool:
    """Tell whether `version` comes before a release; not to be told is taken as no."""
    if ecosystem != PYPI:
        return "-" in version.partition("+")[0]
    known = _version(version)
    return known is not None and known.is_prerelease


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _numbers(ecosystem: str, text: str) -> tuple[int, tuple[int, int, int]] | None:
    """Return the epoch, and the first three numbers."""
    if ecosystem != PYPI:
        match = _NPM.match(text)
        return None if match is None else (0, (int(match[1]), int(match[2]), int(match[3])))
    known = _version(text)
    return None if known is None else (known.epoch, (known.major, known.minor, known.micro))
