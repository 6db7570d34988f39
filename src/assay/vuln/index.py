"""The advisories of an `AdvisorySet`, prepared for questions about packages.

Each package is worked out at its first question, and each question is answered once: the same
package at the same version occurs thousands of times in a portfolio.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay.findings.finding import Severity
from assay.vuln.advisory import AdvisorySet
from assay.vuln.package import Package, parse_package
from assay.vuln.precedence import Standing, decide_standing, standing_of
from assay.vuln.prepared import Cluster, Entry, PreparedPackage, Records, prepare_package
from assay.vuln.products import NO_ECOSYSTEM, Around, Product, usable_names
from assay.vuln.ranges import Answer
from assay.vuln.releases import Applies, applies
from assay.vuln.severity import Grade, grade_ratings, worst_of
from assay.vuln.versions import VersionKey, version_key


@dataclass(slots=True, kw_only=True)  # not frozen, as those of `prepared`, and not changed either
class Match:
    """A vulnerability that affects a package.

    `fixed` is the smallest version above that does not have it, or empty; `advisories` are the
    ids of the records that say so, `aliases` the other names of the same vulnerability. `against`
    are the records that say the opposite, and do not outrank them.
    """

    vulnerability: str
    advisories: tuple[str, ...]
    aliases: tuple[str, ...]
    summary: str
    grade: Grade
    fixed: str
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Overruled:
    """What `record` says about a vulnerability does not count for this package, because of `by`."""

    vulnerability: str
    record: str
    by: str


@dataclass(slots=True, kw_only=True)
class PackageAnswer:
    """What is known about one package: AFFECTED where anything matches, whatever else is unknown.

    `problems` are (advisory id or '', reason) of what could not be told. `clear` is the smallest
    known version above that no readable advisory affects, or empty. `overruled` are the records
    that say otherwise, and do not count; `unusable` tells which of its CPE names say nothing.
    """

    package: Package
    answer: Answer
    matches: tuple[Match, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    withdrawn: tuple[str, ...] = ()
    clear: str = ""
    overruled: tuple[Overruled, ...] = ()
    unusable: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class AdvisoryIndex:
    """Answers for packages, as of one moment; `around` are the CPE names of all components."""

    advisories: AdvisorySet
    at: datetime
    around: Around = field(default_factory=lambda: MappingProxyType({}))
    _prepared: dict[tuple[str, str, str], PreparedPackage] = field(default_factory=dict)
    _answers: dict[tuple[str, tuple[str, ...]], PackageAnswer] = field(default_factory=dict)
    _unreadable: dict[tuple[str, str], dict[tuple[str, str], None]] | None = None

    def answer(self, purl: str, cpes: tuple[str, ...] = ()) -> PackageAnswer:
        """Return what is known about the package that `purl` names.

        Its CPE names count where no advisories of its ecosystem are here, and nowhere else:
        whoever reads an ecosystem's packages names them better.

        Raises:
            MalformedError: `purl` is no package URL.
        """
        known = self._answers.get((purl, cpes))
        if known is None:
            known = self._answers[purl, cpes] = self._judge(parse_package(purl), cpes)
        return known

    def answer_product(self, cpes: tuple[str, ...], version: str) -> PackageAnswer:
        """Return what is known about a component that has CPE names, and no package URL."""
        package = Package(ecosystem=NO_ECOSYSTEM, name=cpes[0], version=version)
        return self._judge_uncovered(package, cpes)

    def _judge(self, package: Package, cpes: tuple[str, ...]) -> PackageAnswer:
        if package.ecosystem not in self.advisories.feeds:
            return self._judge_uncovered(package, cpes)
        gap = self._gap(package)
        if gap:
            return PackageAnswer(package=package, answer=Answer.UNKNOWN, problems=(("", gap),))
        return self._settle(package, self._prepare(package), self._unreadable_about(package))

    def _judge_uncovered(self, package: Package, cpes: tuple[str, ...]) -> PackageAnswer:
        """Answer AFFECTED or UNKNOWN: what foreign feeds are silent about, nobody looked at."""
        names, unusable = usable_names(cpes)
        product = Product(names=names, around=self.around)
        records = Records(
            own=self.advisories.advisories.get((package.ecosystem, package.name), ()),
            product=product,
            about_product=product.records(self.advisories.products),
        )
        answer = self._settle(package, prepare_package(package, records, at=self.at), ())
        told = Answer.AFFECTED if answer.matches else Answer.UNKNOWN
        return replace(answer, answer=told, unusable=unusable)

    def _settle(
        self,
        package: Package,
        prepared: PreparedPackage,
        beside: tuple[tuple[str, str], ...],
    ) -> PackageAnswer:
        """Answer from what the records say; `beside` is what could not be told of any of them."""
        if not prepared.clusters:  # most packages: nothing has to be asked of the version
            answer = Answer.UNKNOWN if beside else Answer.NOT_AFFECTED
            gone = prepared.withdrawn
            return PackageAnswer(package=package, answer=answer, problems=beside, withdrawn=gone)
        standing = _standing(prepared, package.version)
        present = version_key(package.ecosystem, package.version)
        matches = tuple(
            [self._match(cluster, t, package, present) for cluster, t in standing if t.affecting]
        )
        problems = (*_problems(package, standing, present), *beside)
        unknown = Answer.UNKNOWN if problems else Answer.NOT_AFFECTED
        return PackageAnswer(
            package=package,
            answer=Answer.AFFECTED if matches else unknown,
            matches=matches,
            problems=problems,
            withdrawn=prepared.withdrawn,
            clear=prepared.group.smallest_clear(present) if matches else "",
            overruled=() if prepared.is_plain else tuple(sorted(_overruled(standing))),
        )

    def _gap(self, package: Package) -> str:
        """Return why nothing can be told about the package, or an empty text."""
        if not package.version:
            return "no version"
        known = self.advisories.feeds[package.ecosystem].releases
        if known and all(applies(one, package.release) is Applies.NO for one in known):
            return f"no advisories of the release {package.release!r} here"
        return ""

    def _unreadable_about(self, package: Package) -> tuple[tuple[str, str], ...]:
        if self._unreadable is None:
            self._unreadable = {}
            for item in self.advisories.unreadable:
                for name in item.packages or (_ANY,):
                    of_package = self._unreadable.setdefault((item.ecosystem, name), {})
                    of_package[item.name, item.why] = None
        any_package = self._unreadable.get((package.ecosystem, _ANY), {})
        return (*self._unreadable.get((package.ecosystem, package.name), ()), *any_package)

    def _prepare(self, package: Package) -> PreparedPackage:
        key = (package.ecosystem, package.name, package.release)
        known = self._prepared.get(key)
        if known is None:
            own = self.advisories.advisories.get(key[:2])
            if not own:  # most packages
                return _NOTHING
            known = self._prepared[key] = prepare_package(package, Records(own=own), at=self.at)
        return known

    def _match(
        self, cluster: Cluster, told: Standing[Entry], package: Package, present: VersionKey | None
    ) -> Match:
        said = told.affecting
        named = (*said, *cluster.group.entries)
        return Match(
            vulnerability=cluster.vulnerability,
            advisories=_ids(said),
            aliases=cluster.aliases,
            summary=next((e.advisory.summary for e in named if e.advisory.summary), ""),
            grade=self._grade(cluster.vulnerability, said),
            fixed=cluster.group.smallest_clear(present) or _fixed_by_product(said, package.version),
            against=_ids(told.against),
        )

    def _grade(self, vulnerability: str, said: tuple[Entry, ...]) -> Grade:
        """Return the worst that the records say; where none of them does, what others say."""
        grade = worst_of([entry.grade for entry in said])
        if grade.severity is not Severity.UNKNOWN:
            return grade
        return grade_ratings(self.advisories.ratings.get(vulnerability, ())) or grade


Told = list[tuple[Cluster, Standing[Entry]]]
_NOTHING: Final = PreparedPackage()
_ANY: Final = ""  # in the place of a package's name, which is never empty


def _standing(prepared: PreparedPackage, version: str) -> Told:
    """Return each vulnerability of which any record says other than "not affected"."""
    judged: dict[Entry, Answer] = {}
    for entry in prepared.group.entries:
        answer = entry.judge(version)
        if answer is not Answer.NOT_AFFECTED:
            judged[entry] = answer
    told: Told = []
    for cluster in prepared.clusters if judged else ():
        entries = cluster.group.entries
        said = [(entry, judged[entry]) for entry in entries if entry in judged]
        if said and not prepared.is_plain:
            every = [(entry, judged.get(entry, Answer.NOT_AFFECTED)) for entry in entries]
            told.append((cluster, decide_standing(every, version)))
        elif said:
            told.append((cluster, standing_of(said)))
    return told


def _problems(
    package: Package, standing: Told, present: VersionKey | None
) -> tuple[tuple[str, str], ...]:
    unknown = list(dict.fromkeys(entry for _, told in standing for entry in told.unknown))
    if any(entry.product is None for entry in unknown) and present is None:
        # One reason for the package, in place of the same one for each of its advisories.
        return (("", f"{package.version!r} is no version of {package.ecosystem}"),)
    return tuple((entry.advisory.id, entry.problem) for entry in unknown)


def _overruled(standing: Told) -> Iterator[Overruled]:
    for cluster, told in standing:
        for entry, by in told.overruled.items():
            yield Overruled(
                vulnerability=cluster.vulnerability, record=entry.advisory.id, by=by.advisory.id
            )


def _ids(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    return tuple(sorted({entry.advisory.id for entry in entries})) if entries else ()


def _fixed_by_product(entries: Iterable[Entry], version: str) -> str:
    """Return the one version that products' records name as fixing, if there is one."""
    found = {
        entry.product.fixed(entry.advisory, version)
        for entry in entries
        if entry.product is not None
    }
    return found.pop() if len(found) == 1 else ""
