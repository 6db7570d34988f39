"""What remediation works on: the pins of one lock file, who asks for them, and known releases.

A `Lock` is one file, whatever its format. A pin's key is its place in that file: the folder in
`node_modules` for npm, where one package can be there at several versions, else the normal name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

from assay.core.notchecked import NotChecked

PYPI: Final = "PyPI"
NPM: Final = "npm"
OWN: Final = ""  # the key of the product itself, as one who asks
OPTIONAL: Final = "optional"  # the marker of what a release of npm can do without


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One package at one version in one file. `purl` is empty where no registry has it."""

    key: str
    name: str  # as the registry writes it
    version: str
    purl: str
    direct: bool | None = None  # None: the file does not say
    hashes: frozenset[str] = frozenset()  # as the file has them
    registry: str = ""  # the index that the file says it is from; empty where it does not say

    @property
    def hashed(self) -> bool:
        """Tell whether the file has a hash of it."""
        return bool(self.hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A package wants another one: `target` is the key of the pin that it gets.

    `name` is what it is asked by, which for an alias is not the package's; `manifest` is the file
    where the product itself asks, and `kind` npm's word for the table there.
    """

    name: str
    range: str
    target: str
    manifest: str = ""
    kind: str = ""
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a release asks for; `marker` is its condition, empty where there is none."""

    name: str
    range: str
    marker: str = ""
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One lock file. `asks` has an entry for each pin whose wishes the file tells.

    `edges` are the keys that a pin leads to, where the file tells these without their ranges.
    `extras` are those that the file itself asks for, by key, where it does not tell edges.
    `find` tells which pin the package at a key gets for what it asks for, and nothing for none;
    without it, that is the one of the same normal name.
    """

    path: str
    ecosystem: str
    kind: str
    pins: Mapping[str, Pin]
    asks: Mapping[str, tuple[Ask, ...]] = field(default_factory=lambda: MappingProxyType({}))
    edges: Mapping[str, frozenset[str]] | None = None
    extras: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    find: Callable[[str, Requirement], str] | None = None
    why_not: str = ""  # why nothing can be edited, where that is known from the start
    python: str = ""  # what the product says of the Python that it needs


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One archive of a release. `digest` is `sha256:…` for PyPI, `sha512-…` for npm."""

    name: str
    url: str
    digest: str
    sha1: str = ""  # of npm: Yarn 1 writes it beside the other one, which is what counts
    size: int | None = None
    uploaded: str = ""
    has_metadata: bool | None = None  # beside it (PEP 658); None: the page does not say
    metadata_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release as an index tells it. `python` is what it needs; `entry` npm's own manifest."""

    version: str
    files: tuple[ReleaseFile, ...] = ()
    yanked: bool = False
    python: str = ""
    entry: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


class Catalogue(Protocol):
    """Where releases are looked up. What cannot be had is None, with a reason in `gaps`."""

    def prepare(self, ecosystem: str, wanted: Sequence[tuple[Pin, str]]) -> None:
        """Ask ahead for the releases of pins, and for what a version of each asks for."""

    def releases(self, ecosystem: str, pin: Pin) -> Mapping[str, Release] | None:
        """Return the releases of a pin's package by version."""

    def requirements(
        self, ecosystem: str, pin: Pin, version: str
    ) -> tuple[Requirement, ...] | None:
        """Return what a release of a pin's package asks for."""

    def covers(self, ecosystem: str) -> bool:
        """Tell whether releases of the ecosystem are looked up at all."""

    @property
    def gaps(self) -> tuple[NotChecked, ...]:
        """Return what could not be had."""


class NoCatalogue:
    """What is known of releases without asking anybody: nothing."""

    def prepare(self, ecosystem: str, wanted: Sequence[tuple[Pin, str]]) -> None:
        """Do nothing: nobody is asked."""

    def releases(self, ecosystem: str, pin: Pin) -> Mapping[str, Release] | None:
        """Return None: nobody was asked."""

    def requirements(
        self, ecosystem: str, pin: Pin, version: str
    ) -> tuple[Requirement, ...] | None:
        """Return None: nobody was asked."""

    def covers(self, ecosystem: str) -> bool:
        """Return False: nobody was asked, and the plan says so."""
        del ecosystem
        return False

    @property
    def gaps(self) -> tuple[NotChecked, ...]:
        """Return nothing: it is said once, with the plan."""
        return ()
