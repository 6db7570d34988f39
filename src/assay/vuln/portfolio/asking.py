"""Who is affected by a vulnerability, or holds a package: the tables and the advisories, joined.

Each version that anybody holds is judged once, and only then its holders are looked up: as many as
are asked for, while all are counted. What cannot be told about a version is an answer too: its
holders are listed, as UNKNOWN.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assay.core.errors import MalformedError
from assay.core.purl import canonical_purl
from assay.vuln.advisory import Advisory, AdvisorySet
from assay.vuln.clusters import cluster_advisories
from assay.vuln.index import AdvisoryIndex, Match, PackageAnswer
from assay.vuln.package import Package, parse_package
from assay.vuln.portfolio.held import Held
from assay.vuln.portfolio.release import Holding, Release
from assay.vuln.portfolio.said import finding_of
from assay.vuln.portfolio.store import ALL, Portfolio
from assay.vuln.ranges import Answer
from assay.vuln.versions import version_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A release that holds a package, and what is known about that version.

    `answer` is AFFECTED or UNKNOWN; where a package was asked for, also NOT_AFFECTED, and wherever
    VEX says so: `set_aside` are its words then. `fixed` is the smallest version without the
    vulnerability, empty where none is known.
    """

    release: Release
    holding: Holding
    purl: str
    answer: Answer
    reason: str
    fixed: str = ""
    vulnerabilities: tuple[str, ...] = ()
    set_aside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What was found: the first `Question.most` holders of what is alike, and how many there are.

    `counts` are of all releases that were asked for, by answer; `replaced` counts those that were
    affected, or may have been, and that a newer release replaced: they were not asked for.
    """

    found: tuple[Found, ...]
    counts: Mapping[Answer, int]
    replaced: int

    @property
    def total(self) -> int:
        """Return how many releases, with one package each, there are in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of which portfolio, by which advisories, as of when.

    `current` leaves out all that newer releases replaced. `most` is how many holders are read of
    versions of which the same is known. VEX of the logs in `unread` takes nothing away.
    """

    portfolio: Portfolio
    advisories: AdvisorySet
    at: datetime
    current: bool
    most: int = ALL
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    number: int
    held: Held
    answer: Answer
    reason: str
    fixed: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """What is asked for: by one of its names, and all that are known to mean the same."""

    identifier: str
    names: frozenset[str]

    def is_meant(self, name: str, others: frozenset[str]) -> bool:
        """Tell whether the vulnerability `name`, with all `others`, is the one asked for.

        What leads to two CVEs joins neither: another CVE is meant only where its record says so.
        """
        if self.identifier in others or name == self.identifier:
            return True
        return not name.startswith("CVE-") and not self.names.isdisjoint({name, *others})


def find_affected(question: Question, asked: Vulnerability) -> Lookup:
    """Return who is affected, or may be, by a vulnerability.

    `question.advisories` must hold all about the packages it is about.
    """
    index = AdvisoryIndex(advisories=question.advisories, at=question.at)
    judged: dict[int, _Judged] = {}
    for records, found in _named(question):
        naming = _about_it(records, asked)
        for number, held in found.items():
            answer = held.judged_by(index)
            one = _about(answer, asked, number, held) or _doubt(answer, naming, number, held)
            if one is not None:
                judged[number] = one
    return _lookup(question, judged)


def _named(question: Question) -> Iterator[tuple[tuple[Advisory, ...], Mapping[int, Held]]]:
    """Yield the records about each package, or product, and what is held of it."""
    advisories, portfolio = question.advisories, question.portfolio
    for (ecosystem, name), records in advisories.advisories.items():
        yield records, portfolio.versions_of(ecosystem, name)
    for product, records in advisories.products.items():
        yield records, portfolio.of_product(product)


def find_holders(question: Question, purl: str) -> Lookup:
    """Return who holds the package that `purl` names, at its version or, without one, at any.

    Raises:
        MalformedError: `purl` is no package URL.
    """
    index = AdvisoryIndex(advisories=question.advisories, at=question.at)
    judged: dict[int, _Judged] = {}
    for number, held in holdings_named(question.portfolio, purl).items():
        answer = held.judged_by(index)
        known = tuple(match.vulnerability for match in answer.matches)
        why = ", ".join(known) or "; ".join(reason for _, reason in answer.problems)
        judged[number] = _Judged(
            number=number,
            held=held,
            answer=answer.answer,
            reason=why,
            fixed=answer.clear,
            names=known,
        )
    return _lookup(question, judged)


def holdings_named(portfolio: Portfolio, purl: str) -> Mapping[int, Held]:
    """Return what is held in the portfolio and is meant by `purl`, by number.

    A package of a distribution is meant by its own name, and by that of its source.

    Raises:
        MalformedError: `purl` is no package URL.
    """
    wanted, plain = parse_package(purl), _without_version(purl)
    held = {**portfolio.spelled(plain), **portfolio.versions_of(wanted.ecosystem, wanted.name)}
    return {
        number: one
        for number, one in sorted(held.items(), key=lambda item: item[1])
        if not wanted.version or _is_same(wanted, one.purl, plain)
    }


def _without_version(purl: str) -> str:
    """Return the canonical purl without version and qualifiers; as it is where it has none."""
    try:
        canonical = canonical_purl(purl)
    except MalformedError:
        canonical = purl
    path = canonical.partition("#")[0].partition("?")[0]
    before, at, version = path.rpartition("@")
    return before if at and "/" not in version else path


def _lookup(question: Question, judged: Mapping[int, _Judged]) -> Lookup:
    """Count the holders of what was judged, and read as many as are asked for."""
    holders = question.portfolio.count_holders(tuple(judged))
    aside = _set_aside(question, judged.values())
    counts = dict.fromkeys(Answer, 0)
    alike: dict[tuple[Answer, tuple[str, ...]], list[int]] = {}
    replaced = 0
    for number, one in judged.items():
        there = holders[number]
        counts[one.answer] += there.current if question.current else there.current + there.replaced
        replaced += there.replaced if question.current else 0
        if there.current or not question.current:
            alike.setdefault((one.answer, one.names), []).append(number)
    counts[Answer.AFFECTED] -= len(aside)
    counts[Answer.NOT_AFFECTED] += len(aside)
    found = tuple(
        one for numbers in alike.values() for one in _holders(question, numbers, judged, aside)
    )
    return Lookup(found=found, counts=counts, replaced=replaced)


def _set_aside(
    question: Question, judged: Iterable[_Judged]
) -> Mapping[tuple[int, int], tuple[str, ...]]:
    """Return, by package and release, the words of VEX that take all of it away."""
    affected = [one for one in judged if one.answer is Answer.AFFECTED and one.names]
    asked: dict[str, list[int]] = {}
    for one in affected:
        for name in one.names:
            asked.setdefault(finding_of(one.held.purl, name), []).append(one.number)
    said = question.portfolio.said.set_aside(asked, at=question.at, current=question.current)
    if not said:
        return {}
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for one in affected:
        told = [said.get((finding_of(one.held.purl, name), one.number), ()) for name in one.names]
        words = [{s.release: s.words for s in t if s.log not in question.unread} for t in told]
        for release in set(words[0]).intersection(*words[1:]):
            found[one.number, release] = tuple(dict.fromkeys(by[release] for by in words))
    return found


def _about_it(records: tuple[Advisory, ...], asked: Vulnerability) -> frozenset[str]:
    """Return the ids of all records that count as being about this vulnerability."""
    clusters = cluster_advisories(records)
    own = clusters.get(asked.identifier)
    meant = {
        name: members
        for name, members in clusters.items()
        if asked.is_meant(name, frozenset(n for one in members for n in (one.id, *one.aliases)))
        and (own is None or not name.startswith("CVE-") or members is own)
    }
    return frozenset(record.id for members in meant.values() for record in members)


def _about(answer: PackageAnswer, asked: Vulnerability, number: int, held: Held) -> _Judged | None:
    """Return what the advisories say about this one vulnerability, if it affects the version."""
    matches = [
        match for match in answer.matches if asked.is_meant(match.vulnerability, names_of(match))
    ]
    if not matches:
        return None
    first = matches[0]
    return _Judged(
        number=number,
        held=held,
        answer=Answer.AFFECTED,
        reason=f"{first.summary or 'no summary'} [{first.grade.reason}]",
        fixed=first.fixed,
        names=tuple(match.vulnerability for match in matches),
    )


def names_of(match: Match) -> frozenset[str]:
    """Return all names of the vulnerability of a match."""
    return frozenset((match.vulnerability, *match.aliases, *match.advisories))


def _doubt(
    answer: PackageAnswer, naming: frozenset[str], number: int, held: Held
) -> _Judged | None:
    """Return why nobody can tell, if that concerns the advisories in `naming`."""
    why = [reason for advisory, reason in answer.problems if not advisory or advisory in naming]
    if not why:
        return None
    return _Judged(number=number, held=held, answer=Answer.UNKNOWN, reason="; ".join(why))


def _is_same(wanted: Package, held: str, plain: str) -> bool:
    """Tell whether `held` is at the version wanted, by its own one or that of its source."""
    package = parse_package(held)
    own = parse_package(held.partition("?")[0]) if held.startswith(f"{plain}@") else package
    if wanted.version in {package.version, own.version}:
        return True
    key = version_key(wanted.ecosystem, wanted.version)
    versions = (package.version, own.version)
    return key is not None and any(key == version_key(package.ecosystem, v) for v in versions)


def _holders(
    question: Question,
    numbers: Sequence[int],
    judged: Mapping[int, _Judged],
    aside: Mapping[tuple[int, int], tuple[str, ...]],
) -> Iterator[Found]:
    """Yield the holders of versions of which the same is known: the first ones of all together.

    What VEX sets aside is there besides, and takes nobody's place.
    """
    beside = sum(package in numbers for package, _ in aside) if aside else 0
    for holding, release in question.portfolio.holders_of(
        numbers, current=question.current, most=min(ALL, question.most + beside)
    ):
        one = judged[holding.package]
        words = "; ".join(aside.get((holding.package, holding.release), ()))
        yield Found(
            release=release,
            holding=holding,
            purl=one.held.purl,
            answer=Answer.NOT_AFFECTED if words else one.answer,
            reason=words or one.reason,
            fixed=one.fixed,
            vulnerabilities=one.names,
            set_aside=words,
        )
