"""A component, the list of them that was found, and the document that tells others of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from assay.core.notchecked import NotChecked

PHASES: Final = (  # of the life of software, from the first to the last
    *("design", "pre-build", "build", "post-build", "operations", "discovery", "decommission"),
)
UNNAMED: Final = "urn:assay:component:"  # how the identity of a component without a purl begins


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Component:
    """One package at one version, as a lock file, a package database or an SBOM names it.

    `purl` is canonical (normalised by the rules of its type), and empty only where the source names
    none or one that cannot be read; `raw_purls` are the spellings that differ from it. `name` and
    `version` are as the source writes them, `@scope/name` and `v1.2.3` included. `found_in` are the
    files' paths, printable, with `!/` before what is inside an archive and `@` before the digest of
    an image's layer; `depends_on` are identities; `hashes` are written `sha256:…` (npm's
    base64 form included), or as the file has them where they are not of the package's archive
    (`h1:…` of Go, `yarn:…` of Yarn).

    `licences` are SPDX expressions in their canonical form, `raw_licences` texts that are none.
    `methods` say how it was found, in CycloneDX's words: `manifest-analysis`, `binary-analysis`, ….
    """

    purl: str
    name: str
    version: str
    found_in: tuple[str, ...]
    hashes: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    direct: bool | None = None  # None: the lock file does not say
    development: bool | None = None
    raw_purls: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    raw_licences: tuple[str, ...] = ()
    supplier: str = ""
    cpes: tuple[str, ...] = ()
    kind: str = "library"  # CycloneDX's word: application, container, file, operating-system, …
    methods: tuple[str, ...] = ()
    edges_known: bool | None = None  # whether `depends_on` is all; None: the source does not say

    @property
    def identity(self) -> str:
        """Return the one name by which two sources speak of the same thing: the purl if any."""
        return self.purl or f"{UNNAMED}{quote(self.name, safe='')}@{quote(self.version, safe='')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The components of one commit or artifact, and what could not be read on the way."""

    components: tuple[Component, ...] = ()
    lock_files: tuple[str, ...] = ()
    unlocked: tuple[str, ...] = ()  # manifests that have no lock file beside them
    unpinned: tuple[str, ...] = ()  # "path: requirement" with neither exact version nor hash
    examined: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    not_checked: tuple[NotChecked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sbom:
    """A document that lists components: what it is about, who made it when, and how far it goes.

    `aggregate` is CycloneDX's word for how complete the list is (`complete`, `incomplete`,
    `unknown`, …), empty where the document does not say. `left_out` counts, by the path of its
    member, what the document holds and this model has no place for, and `unruled` what of that was
    not even held against the rules of the format. `phases` say when in the life of the software the
    list was made, in CycloneDX's words where it has one (`PHASES`).
    """

    inventory: Inventory
    subject: Component | None = None  # `depends_on` of it are the direct dependencies
    created_at: str = ""  # as format_time writes it; empty where the document does not say
    authors: tuple[str, ...] = ()  # people who made the document, for software see `tools`
    organisations: tuple[str, ...] = ()  # that made the document
    tools: tuple[str, ...] = ()  # "name version"
    supplier: str = ""  # of what it is about
    phases: tuple[str, ...] = ()
    aggregate: str = ""
    serial: str = ""  # the document's own name
    format: str = ""  # "CycloneDX 1.6 JSON"; empty for one that is not written yet
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unruled: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def components(self) -> tuple[Component, ...]:
        """Return the components, without the subject."""
        return self.inventory.components
