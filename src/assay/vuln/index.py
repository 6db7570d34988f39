"""The advisories of an `AdvisorySet`, prepared for questions about packages.

Each package is worked out at its first question, and each question is answered once: the same
package at the same version occurs thousands of times in a portfolio.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assay.vuln.advisory import Advisory, AdvisorySet
from assay.vuln.clusters import cluster_advisories, is_cve
from assay.vuln.package import Package, normal_name, parse_package
from assay.vuln.ranges import Answer, Extent, extent_of
from assay.vuln.severity import Grade, grade_advisory, worst_of
from assay.vuln.versions import VersionKey, version_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A vulnerability that affects a package.

    `fixed` is the smallest version above that does not have it, or empty; `advisories` are the
    ids of the records that say so, `aliases` the other names of the same vulnerability.
    """

    vulnerability: str
    advisories: tuple[str, ...]
    aliases: tuple[str, ...]
    summary: str
    grade: Grade
    fixed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageAnswer:
    """What is known about one package: AFFECTED where anything matches, whatever else is unknown.

    `problems` are (advisory id or '', reason) of what could not be told. `clear` is the smallest
    known version above that no readable advisory affects, or empty.
    """

    package: Package
    answer: Answer
    matches: tuple[Match, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    withdrawn: tuple[str, ...] = ()
    clear: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One advisory, worked out for one package."""

    advisory: Advisory
    extent: Extent
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """All that is known about one package, at every version."""

    clusters: Mapping[str, tuple[_Entry, ...]] = field(default_factory=dict)
    entries: tuple[_Entry, ...] = ()
    withdrawn: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class AdvisoryIndex:
    """Answers for packages, as of one moment."""

    advisories: AdvisorySet
    at: datetime
    _prepared: dict[tuple[str, str], _Prepared] = field(default_factory=dict)
    _answers: dict[str, PackageAnswer] = field(default_factory=dict)
    _unreadable: dict[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def answer(self, purl: str) -> PackageAnswer:
        """Return what is known about the package that `purl` names.

        Raises:
            MalformedError: `purl` is no package URL.
        """
        known = self._answers.get(purl)
        if known is None:
            known = self._answers[purl] = self._judge(parse_package(purl))
        return known

    def _judge(self, package: Package) -> PackageAnswer:
        if package.ecosystem not in self.advisories.feeds:
            return PackageAnswer(package=package, answer=Answer.UNKNOWN)
        if not package.version:
            problem = ("", "no version")
            return PackageAnswer(package=package, answer=Answer.UNKNOWN, problems=(problem,))
        prepared = self._prepare(package.ecosystem, package.name)
        judged = [(e, e.extent.judge(package.version)) for e in prepared.entries]
        problems = self._problems(package, judged)
        affecting = {id(entry) for entry, answer in judged if answer is Answer.AFFECTED}
        matches = tuple(
            _match(name, entries, affecting, package)
            for name, entries in prepared.clusters.items()
            if any(id(entry) in affecting for entry in entries)
        )
        unknown = Answer.UNKNOWN if problems else Answer.NOT_AFFECTED
        return PackageAnswer(
            package=package,
            answer=Answer.AFFECTED if matches else unknown,
            matches=matches,
            problems=problems,
            withdrawn=prepared.withdrawn,
            clear=_smallest_clear(prepared.entries, package) if matches else "",
        )

    def _problems(
        self, package: Package, judged: list[tuple[_Entry, Answer]]
    ) -> tuple[tuple[str, str], ...]:
        unknown = [entry for entry, answer in judged if answer is Answer.UNKNOWN]
        problems = [(entry.advisory.id, entry.extent.problem) for entry in unknown]
        if unknown and version_key(package.ecosystem, package.version) is None:
            # One reason for the package, in place of the same one for each of its advisories.
            problems = [("", f"{package.version!r} is no version of {package.ecosystem}")]
        return (*problems, *self._unreadable_about(package))

    def _unreadable_about(self, package: Package) -> tuple[tuple[str, str], ...]:
        key = (package.ecosystem, package.name)
        if key not in self._unreadable:
            self._unreadable[key] = tuple(
                (item.name, item.why)
                for item in self.advisories.unreadable
                if item.ecosystem == package.ecosystem
                and (not item.packages or package.name in item.packages)
            )
        return self._unreadable[key]

    def _prepare(self, ecosystem: str, name: str) -> _Prepared:
        key = (ecosystem, name)
        known = self._prepared.get(key)
        if known is None:
            records = self.advisories.advisories.get(key, ())
            known = self._prepared[key] = _prepare(key, records, at=self.at)
        return known


def _prepare(key: tuple[str, str], records: Iterable[Advisory], *, at: datetime) -> _Prepared:
    ecosystem, name = key
    entries: dict[int, _Entry] = {}
    withdrawn: list[str] = []
    standing: list[Advisory] = []
    for record in records:
        if record.is_withdrawn(at=at):
            withdrawn.append(record.id)
            continue
        own = tuple(
            item
            for item in record.affected
            if item.ecosystem == ecosystem and normal_name(ecosystem, item.name) == name
        )
        extent, grade = extent_of(ecosystem, own), grade_advisory(record, own)
        entries[id(record)] = _Entry(advisory=record, extent=extent, grade=grade)
        standing.append(record)
    return _Prepared(
        clusters={
            cluster: tuple(entries[id(record)] for record in members)
            for cluster, members in cluster_advisories(standing).items()
        },
        entries=tuple(entries.values()),
        withdrawn=tuple(sorted(withdrawn)),
    )


def _match(name: str, entries: tuple[_Entry, ...], affecting: set[int], package: Package) -> Match:
    said = [entry for entry in entries if id(entry) in affecting]
    ids = {alias for entry in entries for alias in _names(entry.advisory)}
    return Match(
        vulnerability=name,
        advisories=tuple(sorted(entry.advisory.id for entry in said)),
        aliases=tuple(sorted(ids - {name})),
        summary=next((e.advisory.summary for e in (*said, *entries) if e.advisory.summary), ""),
        grade=worst_of(entry.grade for entry in said),
        fixed=_smallest_clear(entries, package),
    )


def _names(advisory: Advisory) -> tuple[str, ...]:
    """Return all names of what a record is about; its own alone where it covers several CVEs."""
    several = sum(1 for name in (advisory.id, *advisory.aliases) if is_cve(name)) > 1
    return (advisory.id,) if several else (advisory.id, *advisory.aliases)


def _smallest_clear(entries: Iterable[_Entry], package: Package) -> str:
    """Return the smallest fixing version above `package` that none of `entries` affects."""
    present = version_key(package.ecosystem, package.version)
    candidates: dict[str, VersionKey] = {}
    for entry in entries:
        for interval in entry.extent.intervals:
            end = interval.end
            if interval.fixed and end is not None and (present is None or end > present):
                candidates[interval.fixed] = end
    for version, _ in sorted(candidates.items(), key=lambda item: (item[1], item[0])):
        if all(entry.extent.judge(version) is not Answer.AFFECTED for entry in entries):
            return version
    return ""
