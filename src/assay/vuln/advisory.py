"""What an advisory says, as values: the parts of a record that matching and reports use."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from assay.core.digest import Digest
from assay.vuln.cpe.configuration import Node

ABOVE: Final = "assay:above"  # an event like `introduced`, but that the version itself is outside


class Otherwise(enum.StrEnum):
    """What an entry says about the versions that it does not name."""

    SILENT = ""  # as OSV has it: they are not affected, and nobody said so
    AFFECTED = "affected"
    UNAFFECTED = "unaffected"
    UNKNOWN = "unknown"


class Event(NamedTuple):
    """One end of a range. `kind` is introduced, fixed, last_affected, limit, or one not known.

    `ABOVE` is one that OSV does not have: records of other forms begin after a version.
    """

    kind: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Where a vulnerability begins and ends. `type` is SEMVER, ECOSYSTEM, GIT, or not known."""

    type: str
    events: tuple[Event, ...]
    repo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A severity by a method: `type` is CVSS_V2, CVSS_V3, CVSS_V4 or another; `score` its text."""

    type: str
    score: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """One package that an advisory is about.

    `name` is as the record writes it. `specific` is the record's `ecosystem_specific` as parsed
    (symbols, functions): kept for later readers, and not to be changed.

    `unaffected`, `undecided` and `otherwise` are what OSV has no words for: the versions that a
    record says are not affected, those that its author does not know, and all others.
    """

    ecosystem: str
    name: str
    purl: str = ""
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()
    informational: str = ""  # RustSec: notice, unmaintained, unsound
    specific: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    unaffected: tuple[Range, ...] = ()
    undecided: tuple[Range, ...] = ()
    otherwise: Otherwise = Otherwise.SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One record. `label` is the database's own word for the severity, in lower case.

    `source` is the name of the foreign feed that it is from (`NVD`), empty for OSV's;
    `configurations` are what it says about products by their CPE names.
    """

    id: str
    modified: datetime
    published: datetime | None = None
    withdrawn: datetime | None = None
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    summary: str = ""
    ratings: tuple[Rating, ...] = ()
    label: str = ""
    affected: tuple[Affected, ...] = ()
    configurations: tuple[Node, ...] = ()
    source: str = ""

    def is_withdrawn(self, *, at: datetime) -> bool:
        """Tell whether the advisory's authors had taken it back at the time `at`."""
        return self.withdrawn is not None and self.withdrawn <= at


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unreadable:
    """A record that could not be read. `packages` are the normal names it seems to be about.

    Where `packages` is empty, it may be about any package of the ecosystem.
    """

    ecosystem: str
    name: str
    why: str
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What is known about the advisories of one ecosystem: the facts that age is judged by.

    A foreign feed (`NVD`, `CSAF:…`) has its name in the place of the ecosystem; its `etag` is the
    time up to which its server was asked for changes, empty where it was not.

    `digest` names the records and nothing else: the same records give the same digest, whenever
    and however they came. `newest_modified` leaves out times later than the import. `releases`
    are those of a distribution that any record is about (`Debian:12`).
    """

    ecosystem: str
    digest: Digest
    advisories: int
    unreadable: int
    imported_at: datetime
    newest_modified: datetime | None
    source: str
    etag: str = ""
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisorySet:
    """The advisories about the packages asked for, by (ecosystem, normal name), and their feeds.

    A package without an entry has no advisory; an ecosystem without a feed was not looked at.

    `foreign` are the feeds of other forms than OSV, by name: their records are among the
    advisories, but none of them makes an ecosystem one that was looked at. `products` are their
    advisories about products, by `vendor:product` of CPE; `ratings` what they say about the
    severity of CVEs that no advisory rates.
    """

    feeds: Mapping[str, Feed] = field(default_factory=lambda: MappingProxyType({}))
    advisories: Mapping[tuple[str, str], tuple[Advisory, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    unreadable: tuple[Unreadable, ...] = ()
    foreign: Mapping[str, Feed] = field(default_factory=lambda: MappingProxyType({}))
    products: Mapping[str, tuple[Advisory, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    ratings: Mapping[str, tuple[Rating, ...]] = field(default_factory=lambda: MappingProxyType({}))
