"""One package's advisories, worked out once: extents, grades, clusters, and fixing versions."""

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
from assay.vuln.versions import VersionKey

_DOUBT: Final = "it is about a release that may be another one"
_UNDECIDED: Final = "its authors do not say whether this version is affected"
_NOWHERE: Final = Extent(scheme="", intervals=(), versions=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """One advisory, worked out for one package; equal to itself alone.

    `doubtful` is what it says about releases of a distribution that may be the package's. Where
    there is a `product`, what it says by CPE names counts, and `extent` is empty.
    """

    advisory: Advisory
    extent: Extent
    grade: Grade
    rank: Rank
    doubtful: Extent | None = None
    product: Product | None = None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries that stand or fall together, and the versions that fix any of them, in order."""

    entries: tuple[Entry, ...] = ()
    fixes: tuple[tuple[VersionKey, str], ...] = ()
    _clear: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)  # once each

    def smallest_clear(self, present: VersionKey | None) -> str:
        """Return the smallest fixing version above `present` that none of the entries affects.

        Empty where there is none. All fixing versions count where `present` is None.
        """
        for key, version in self.fixes:
            if (present is None or key > present) and self._is_clear(version):
                return version
        return ""

    def _is_clear(self, version: str) -> bool:
        known = self._clear.get(version)
        if known is None:
            answers = (entry.judge(version) for entry in self.entries)
            known = self._clear[version] = all(one is not Answer.AFFECTED for one in answers)
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What is known about one vulnerability of a package, by its canonical id and other names."""

    vulnerability: str
    aliases: tuple[str, ...]
    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPackage:
    """All that is known about one package, at every version."""

    clusters: tuple[Cluster, ...] = ()
    group: Group = Group()
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records about one package, and those about it as a product, by its CPE names."""

    own: tuple[Advisory, ...] = ()
    product: Product | None = None
    about_product: tuple[Advisory, ...] = ()


def prepare_package(package: Package, records: Records, *, at: datetime) -> PreparedPackage:
    """Work out `records` for `package`, whatever its version, as of the time `at`."""
    named = {(one.source, one.id) for one in records.own}
    others = tuple(r for r in records.about_product if (r.source, r.id) not in named)
    known = (*records.own, *others)
    if not known:
        return PreparedPackage()
    standing = [record for record in known if not record.is_withdrawn(at=at)]
    by_cpe = frozenset(map(id, others))
    entries = {
        id(record): _product_entry(record, records.product)
        if id(record) in by_cpe
        else _entry(package, record)
        for record in standing
    }
    return PreparedPackage(
        clusters=tuple(
            _cluster(vulnerability, tuple(entries[id(record)] for record in members))
            for vulnerability, members in cluster_advisories(standing).items()
        ),
        group=_group(tuple(entries.values())),
        withdrawn=tuple(sorted(r.id for r in known if r.is_withdrawn(at=at))),
    )


def _entry(package: Package, record: Advisory) -> Entry:
    ecosystem, name = package.ecosystem, package.name
    own: dict[Applies, list[Affected]] = {answer: [] for answer in Applies}
    for item in record.affected:
        if base_of(item.ecosystem) == ecosystem and normal_name(ecosystem, item.name) == name:
            own[applies(item.ecosystem, package.release)].append(item)
    sure, unsure = own[Applies.YES], own[Applies.UNSURE]
    released = any(item.ecosystem != ecosystem for item in sure)
    return Entry(
        advisory=record,
        extent=extent_of(ecosystem, sure),
        grade=grade_advisory(record, sure or unsure),
        rank=Rank.RELEASE if released else Rank.PACKAGE,
        doubtful=extent_of(ecosystem, unsure) if unsure else None,
    )


def _product_entry(record: Advisory, product: Product | None) -> Entry:
    return Entry(
        advisory=record,
        extent=_NOWHERE,
        grade=grade_advisory(record, ()),
        rank=Rank.PRODUCT,
        product=product,
    )


def _cluster(vulnerability: str, entries: tuple[Entry, ...]) -> Cluster:
    names = {name for entry in entries for name in _names(entry.advisory)}
    return Cluster(
        vulnerability=vulnerability,
        aliases=tuple(sorted(names - {vulnerability})),
        group=_group(entries),
    )


def _names(advisory: Advisory) -> tuple[str, ...]:
    """Return all names of what a record is about; its own alone where it covers several CVEs."""
    several = sum(1 for name in (advisory.id, *advisory.aliases) if is_cve(name)) > 1
    return (advisory.id,) if several else (advisory.id, *advisory.aliases)


def _group(entries: tuple[Entry, ...]) -> Group:
    fixes = {
        (interval.end, interval.fixed)
        for entry in entries
        for interval in entry.extent.intervals
        if interval.fixed and interval.end is not None
    }
    return Group(entries=entries, fixes=tuple(sorted(fixes)))
