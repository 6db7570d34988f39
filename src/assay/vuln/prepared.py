"""One package's advisories, worked out once: extents, grades, clusters, and fixing versions.

Nothing here is changed once it is made, but what is asked of few packages, grades and fixing
versions, is worked out when it is asked for. None is frozen: that doubles the time to make one,
and a portfolio makes tens of thousands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.vuln.advisory import Advisory, Affected
from assay.vuln.clusters import cluster_advisories, is_cve
from assay.vuln.ecosystems import base_of
from assay.vuln.package import Package, normal_name
from assay.vuln.precedence import Rank
from assay.vuln.products import DOUBT, Product
from assay.vuln.ranges import Answer, Extent, extent_of
from assay.vuln.releases import Applies, applies
from assay.vuln.severity import Grade, grade_advisory
from assay.vuln.versions import BEGINNING, VersionKey

_DOUBT: Final = "it is about a release that may be another one"
_UNDECIDED: Final = "its authors do not say whether this version is affected"
_NOWHERE: Final = Extent(scheme="", intervals=(), versions=frozenset())


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """One advisory, worked out for one package; equal to itself alone.

    `affected` are its parts about the package. `doubtful` is what it says about releases
    of a distribution that may be the package's. Where there is a `product`, what it says by CPE
    names counts, and `extent` is empty.
    """

    advisory: Advisory
    extent: Extent
    rank: Rank
    affected: tuple[Affected, ...] = ()
    doubtful: Extent | None = None
    product: Product | None = None
    _grade: Grade | None = field(default=None, repr=False)

    @property
    def grade(self) -> Grade:
        """Return how bad it is for this package."""
        if self._grade is None:
            self._grade = grade_advisory(self.advisory, self.affected)
        return self._grade

    @property
    def is_plain(self) -> bool:
        """Tell whether it can take away no other's word, and none its own (`precedence`)."""
        return self.product is None and not self.extent.stated

    def judge(self, version: str) -> Answer:
        """Answer for one version; UNKNOWN where only what is doubtful speaks against it."""
        if self.product is not None:
            return self.product.judge(self.advisory, version)
        answer = self.extent.judge(version)
        if answer is not Answer.NOT_AFFECTED or self.doubtful is None:
            return answer
        doubt = self.doubtful.judge(version)
        return Answer.NOT_AFFECTED if doubt is Answer.NOT_AFFECTED else Answer.UNKNOWN

    def clears(self, version: str) -> bool:
        """Tell whether it says, in so many words, that the version is not affected."""
        return bool(self.extent.stated) and self.extent.clears(version)

    def leaves_open(self, version: str) -> bool:
        """Tell whether its authors say that they do not know."""
        return bool(self.extent.stated) and self.extent.leaves_open(version)

    @property
    def problem(self) -> str:
        """Return why it may say nothing about a version."""
        if self.product is not None:
            return DOUBT
        undecided = _UNDECIDED if self.extent.stated else _DOUBT
        return self.extent.problem or undecided


@dataclass(slots=True, kw_only=True, eq=False)
class Group:
    """Entries that stand or fall together."""

    entries: tuple[Entry, ...] = ()
    _fixes: tuple[tuple[VersionKey, str], ...] | None = field(default=None, repr=False)
    _farthest: tuple[Entry, ...] = field(default=(), repr=False)
    _clear: dict[str, bool] = field(default_factory=dict, repr=False)  # each asked once

    def smallest_clear(self, present: VersionKey | None) -> str:
        """Return the smallest fixing version above `present` that none of the entries affects.

        Empty where there is none. All fixing versions count where `present` is None.
        """
        if self._fixes is None:
            self._fixes = _fixes(self.entries)
            self._farthest = self.entries  # most vulnerabilities have one alone
            if len(self.entries) > 1:
                self._farthest = tuple(sorted(self.entries, key=_end, reverse=True))
        for key, version in self._fixes:
            if (present is None or key > present) and self._is_clear(version):
                return version
        return ""

    def _is_clear(self, version: str) -> bool:
        known = self._clear.get(version)
        if known is None:
            affected = any(entry.judge(version) is Answer.AFFECTED for entry in self._farthest)
            known = self._clear[version] = not affected
        return known


@dataclass(slots=True, kw_only=True, eq=False)
class Cluster:
    """What is known about one vulnerability of a package, by its canonical id and other names."""

    vulnerability: str
    group: Group

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return the other names of the vulnerability, in order."""
        names = {name for entry in self.group.entries for name in _names(entry.advisory)}
        return tuple(sorted(names - {self.vulnerability}))


@dataclass(slots=True, kw_only=True, eq=False)
class PreparedPackage:
    """All that is known about one package, at every version.

    `is_plain` tells that no record about it can take away another's word.
    """

    clusters: tuple[Cluster, ...] = ()
    group: Group = field(default_factory=Group)
    withdrawn: tuple[str, ...] = ()
    is_plain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records about one package, and those about it as a product, by its CPE names."""

    own: tuple[Advisory, ...] = ()
    product: Product | None = None
    about_product: tuple[Advisory, ...] = ()


def prepare_package(package: Package, records: Records, *, at: datetime) -> PreparedPackage:
    """Work out `records` for `package`, whatever its version, as of the time `at`."""
    others = _others(records)
    known = (*records.own, *others)
    by_cpe = frozenset(map(id, others))
    standing = [record for record in known if not record.is_withdrawn(at=at)]
    entries = {
        id(record): _product_entry(record, records.product)
        if id(record) in by_cpe
        else _entry(package, record)
        for record in standing
    }
    return PreparedPackage(
        clusters=tuple(
            Cluster(
                vulnerability=vulnerability,
                group=Group(entries=tuple([entries[id(record)] for record in members])),
            )
            for vulnerability, members in cluster_advisories(standing).items()
        ),
        group=Group(entries=tuple(entries.values())),
        withdrawn=tuple(sorted(record.id for record in known if id(record) not in entries)),
        is_plain=all(entry.is_plain for entry in entries.values()),
    )


def _others(records: Records) -> tuple[Advisory, ...]:
    """Return the records about the product that are not among the package's own."""
    if not records.about_product:
        return ()
    named = {(one.source, one.id) for one in records.own}
    return tuple(r for r in records.about_product if (r.source, r.id) not in named)


def _entry(package: Package, record: Advisory) -> Entry:
    ecosystem = package.ecosystem
    sure: list[Affected] = []
    unsure: list[Affected] = []
    rank = Rank.PACKAGE
    for item in record.affected:
        if not _is_about(item, ecosystem, package.name):
            continue
        if item.ecosystem == ecosystem:
            sure.append(item)
            continue
        told = applies(item.ecosystem, package.release)
        if told is Applies.YES:
            rank = Rank.RELEASE
            sure.append(item)
        elif told is Applies.UNSURE:
            unsure.append(item)
    return Entry(
        advisory=record,
        extent=extent_of(ecosystem, sure),
        rank=rank,
        affected=tuple(sure),
        doubtful=extent_of(ecosystem, unsure) if unsure else None,
    )


def _is_about(item: Affected, ecosystem: str, name: str) -> bool:
    """Tell whether a part of an advisory is about the package with the normal name `name`."""
    if item.ecosystem != ecosystem and base_of(item.ecosystem) != ecosystem:
        return False
    return item.name == name or normal_name(ecosystem, item.name) == name


def _product_entry(record: Advisory, product: Product | None) -> Entry:
    return Entry(advisory=record, extent=_NOWHERE, rank=Rank.PRODUCT, product=product)


def _names(advisory: Advisory) -> tuple[str, ...]:
    """Return all names of what a record is about; its own alone where it covers several CVEs."""
    several = len({name for name in (advisory.id, *advisory.aliases) if is_cve(name)}) > 1
    return (advisory.id,) if several else (advisory.id, *advisory.aliases)


def _end(entry: Entry) -> tuple[bool, VersionKey]:
    """Return how far up an entry reaches: those without an end the farthest.

    Asked in this order, most versions meet at once an entry that affects them: a distribution's
    kernel has thousands of entries, and hundreds of fixing versions.
    """
    ends = [interval.end for interval in entry.extent.intervals]
    known = [end for end in ends if end is not None]
    return len(known) < len(ends), max(known, default=BEGINNING)


def _fixes(entries: Iterable[Entry]) -> tuple[tuple[VersionKey, str], ...]:
    """Return the versions that fix any of `entries`, in order."""
    fixes = {
        (interval.end, interval.fixed)
        for entry in entries
        for interval in entry.extent.intervals
        if interval.fixed and interval.end is not None
    }
    return tuple(sorted(fixes))
