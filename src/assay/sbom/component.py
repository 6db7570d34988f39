"""A component, and the list of them that a commit declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from assay.core.notchecked import NotChecked


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Component:
    """One package at one version, as a lock file names it.

    `purl` is canonical (normalised by the rules of its type) and the component's identity.
    `name` and `version` are as the lock file writes them, `@scope/name` and `v1.2.3` included.
    `found_in` are the files' paths, printable; `depends_on` are purls; `hashes` are written
    `sha256:…` (npm's base64 form included), or as the file has them where they are not of the
    package's archive (`h1:…` of Go, `yarn:…` of Yarn).
    """

    purl: str
    name: str
    version: str
    found_in: tuple[str, ...]
    hashes: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    direct: bool | None = None  # None: the lock file does not say
    development: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The components of one commit, and what could not be read on the way."""

    components: tuple[Component, ...] = ()
    lock_files: tuple[str, ...] = ()
    unlocked: tuple[str, ...] = ()  # manifests that have no lock file beside them
    unpinned: tuple[str, ...] = ()  # "path: requirement" with neither exact version nor hash
    examined: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    not_checked: tuple[NotChecked, ...] = ()
