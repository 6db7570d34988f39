"""One package's advisories, worked out once: extents, grades, clusters, and fixing versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.vuln.advisory import Advisory, Affected
from assay.vuln.clusters import cluster_advisories, is_cve
from assay.vuln.ecosystems import base_of
from assay.vuln.package import normal_name
from assay.vuln.ranges import Answer, Extent, extent_of
from assay.vuln.releases import Applies, applies
from assay.vuln.severity import Grade, grade_advisory
from assay.vuln.versions import VersionKey

_DOUBT: Final = "it is about a release that may be another one"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """One advisory, worked out for one package; equal to itself alone.

    `doubtful` is what it says about releases of a distribution that may be the package's.
    """

    advisory: Advisory
    extent: Extent
    grade: Grade
    doubtful: Extent | None = None

    def judge(self, version: str) -> Answer:
        """Answer for one version; UNKNOWN where only what is doubtful speaks against it."""
        answer = self.extent.judge(version)
        if answer is not Answer.NOT_AFFECTED or self.doubtful is None:
            return answer
        doubt = self.doubtful.judge(version)
        return Answer.NOT_AFFECTED if doubt is Answer.NOT_AFFECTED else Answer.UNKNOWN

    @property
    def problem(self) -> str:
        """Return why it may say nothing about a version."""
        return self.extent.problem or _DOUBT


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries that stand or fall together, and the versions that fix any of them, in order."""

    entries: tuple[Entry, ...] = ()
    fixes: tuple[tuple[VersionKey, str], ...] = ()

    def smallest_clear(self, present: VersionKey | None) -> str:
        """Return the smallest fixing version above `present` that none of the entries affects.

        Empty where there is none. All fixing versions count where `present` is None.
        """
        for key, version in self.fixes:
            if present is not None and key <= present:
                continue
            if all(entry.judge(version) is not Answer.AFFECTED for entry in self.entries):
                return version
        return ""


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


def prepare_package(
    ecosystem: str, name: str, records: Iterable[Advisory], *, release: str, at: datetime
) -> PreparedPackage:
    """Work out `records` for the package with the normal name `name`, as of the time `at`.

    `release` is that of the distribution, as a package URL says it; empty where there is none.
    """
    known = tuple(records)
    if not known:
        return PreparedPackage()
    standing = [record for record in known if not record.is_withdrawn(at=at)]
    entries = {id(record): _entry(ecosystem, name, record, release) for record in standing}
    return PreparedPackage(
        clusters=tuple(
            _cluster(vulnerability, tuple(entries[id(record)] for record in members))
            for vulnerability, members in cluster_advisories(standing).items()
        ),
        group=_group(tuple(entries.values())),
        withdrawn=tuple(sorted(r.id for r in known if r.is_withdrawn(at=at))),
    )


def _entry(ecosystem: str, name: str, record: Advisory, release: str) -> Entry:
    own: dict[Applies, list[Affected]] = {answer: [] for answer in Applies}
    for item in record.affected:
        if base_of(item.ecosystem) == ecosystem and normal_name(ecosystem, item.name) == name:
            own[applies(item.ecosystem, release)].append(item)
    sure, unsure = own[Applies.YES], own[Applies.UNSURE]
    return Entry(
        advisory=record,
        extent=extent_of(ecosystem, sure),
        grade=grade_advisory(record, sure or unsure),
        doubtful=extent_of(ecosystem, unsure) if unsure else None,
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
