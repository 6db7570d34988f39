"""The advisories of an `AdvisorySet`, prepared for questions about packages.

Each package is worked out at its first question, and each question is answered once: the same
package at the same version occurs thousands of times in a portfolio.
"""

from dataclasses import dataclass, field
from datetime import datetime

from assay.vuln.advisory import AdvisorySet
from assay.vuln.package import Package, parse_package
from assay.vuln.prepared import Cluster, Entry, PreparedPackage, prepare_package
from assay.vuln.ranges import Answer
from assay.vuln.releases import Applies, applies
from assay.vuln.severity import Grade, worst_of
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


@dataclass(slots=True, kw_only=True)
class AdvisoryIndex:
    """Answers for packages, as of one moment."""

    advisories: AdvisorySet
    at: datetime
    _prepared: dict[tuple[str, str, str], PreparedPackage] = field(default_factory=dict)
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
        gap = self._gap(package)
        if gap:
            return PackageAnswer(package=package, answer=Answer.UNKNOWN, problems=(("", gap),))
        prepared = self._prepare(package)
        judged = [(e, e.judge(package.version)) for e in prepared.group.entries]
        problems = self._problems(package, judged)
        affecting = {entry for entry, answer in judged if answer is Answer.AFFECTED}
        present = version_key(package.ecosystem, package.version)
        matches = tuple(
            _match(cluster, affecting, present)
            for cluster in prepared.clusters
            if not affecting.isdisjoint(cluster.group.entries)
        )
        unknown = Answer.UNKNOWN if problems else Answer.NOT_AFFECTED
        return PackageAnswer(
            package=package,
            answer=Answer.AFFECTED if matches else unknown,
            matches=matches,
            problems=problems,
            withdrawn=prepared.withdrawn,
            clear=prepared.group.smallest_clear(present) if matches else "",
        )

    def _gap(self, package: Package) -> str:
        """Return why nothing can be told about the package, or an empty text."""
        if not package.version:
            return "no version"
        known = self.advisories.feeds[package.ecosystem].releases
        if known and all(applies(one, package.release) is Applies.NO for one in known):
            return f"no advisories of the release {package.release!r} here"
        return ""

    def _problems(
        self, package: Package, judged: list[tuple[Entry, Answer]]
    ) -> tuple[tuple[str, str], ...]:
        unknown = [entry for entry, answer in judged if answer is Answer.UNKNOWN]
        problems = [(entry.advisory.id, entry.problem) for entry in unknown]
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

    def _prepare(self, package: Package) -> PreparedPackage:
        key = (package.ecosystem, package.name, package.release)
        known = self._prepared.get(key)
        if known is None:
            records = self.advisories.advisories.get(key[:2], ())
            known = self._prepared[key] = prepare_package(
                package.ecosystem, package.name, records, release=package.release, at=self.at
            )
        return known


def _match(cluster: Cluster, affecting: set[Entry], present: VersionKey | None) -> Match:
    entries = cluster.group.entries
    said = [entry for entry in entries if entry in affecting]
    return Match(
        vulnerability=cluster.vulnerability,
        advisories=tuple(sorted(entry.advisory.id for entry in said)),
        aliases=cluster.aliases,
        summary=next((e.advisory.summary for e in (*said, *entries) if e.advisory.summary), ""),
        grade=worst_of(entry.grade for entry in said),
        fixed=cluster.group.smallest_clear(present),
    )
