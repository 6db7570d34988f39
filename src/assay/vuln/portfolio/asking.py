"""Who is affected by a vulnerability, or holds a package: the tables and the advisories, joined.

Each version that anybody holds is judged once, and only then its holders are looked up. What
cannot be told about a version is an answer too: its holders are listed, as UNKNOWN.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assay.vuln.advisory import Advisory, AdvisorySet
from assay.vuln.clusters import cluster_advisories
from assay.vuln.index import AdvisoryIndex, Match, PackageAnswer
from assay.vuln.package import Package, parse_package
from assay.vuln.portfolio.release import Holding, Release
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.ranges import Answer
from assay.vuln.versions import version_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A release that holds a package, and what is known about that version.

    `answer` is AFFECTED or UNKNOWN; where a package was asked for, also NOT_AFFECTED. `fixed` is
    the smallest version without the vulnerability, empty where none is known.
    """

    release: Release
    holding: Holding
    purl: str
    answer: Answer
    reason: str
    fixed: str = ""
    vulnerabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of which portfolio, by which advisories, as of when.

    `current` leaves out all but the newest release of each product.
    """

    portfolio: Portfolio
    advisories: AdvisorySet
    at: datetime
    current: bool


def find_affected(question: Question, identifier: str) -> tuple[Found, ...]:
    """Return who is affected, or may be, by the vulnerability with this id (any that it has).

    `question.advisories` must hold all about the packages it is about.
    """
    index = AdvisoryIndex(advisories=question.advisories, at=question.at)
    found: list[Found] = []
    for (ecosystem, name), records in question.advisories.advisories.items():
        naming = _about_it(records, identifier)
        for number, purl in question.portfolio.versions_of(ecosystem, name).items():
            answer = index.answer(purl)
            judged = _about(answer, identifier) or _doubt(answer, naming)
            if judged is not None:
                found += _holders(question, number, purl, judged)
    return tuple(found)


def find_holders(question: Question, purl: str) -> tuple[Found, ...]:
    """Return who holds the package that `purl` names, at its version or, without one, at any.

    Raises:
        MalformedError: `purl` is no package URL.
    """
    index = AdvisoryIndex(advisories=question.advisories, at=question.at)
    wanted = parse_package(purl)
    found: list[Found] = []
    versions = question.portfolio.versions_of(wanted.ecosystem, wanted.name)
    for number, held in versions.items():
        if wanted.version and not _is_same(wanted, parse_package(held)):
            continue
        answer = index.answer(held)
        known = tuple(match.vulnerability for match in answer.matches)
        why = ", ".join(known) or "; ".join(reason for _, reason in answer.problems)
        judged = _Judged(answer=answer.answer, reason=why, fixed=answer.clear, names=known)
        found += _holders(question, number, held, judged)
    return tuple(found)


def _about_it(records: tuple[Advisory, ...], identifier: str) -> frozenset[str]:
    """Return the ids of all records that count as being about this vulnerability."""
    clusters = cluster_advisories(records)
    meant = clusters.get(identifier) or tuple(
        record
        for members in clusters.values()
        if any(identifier in (one.id, *one.aliases) for one in members)
        for record in members
    )
    return frozenset(record.id for record in meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    answer: Answer
    reason: str
    fixed: str = ""
    names: tuple[str, ...] = ()


def _about(answer: PackageAnswer, identifier: str) -> _Judged | None:
    """Return what the advisories say about this one vulnerability, if it affects the version."""
    matches = [match for match in answer.matches if _is_named(match, identifier)]
    if not matches:
        return None
    first = matches[0]
    return _Judged(
        answer=Answer.AFFECTED,
        reason=f"{first.summary or 'no summary'} [{first.grade.reason}]",
        fixed=first.fixed,
        names=tuple(match.vulnerability for match in matches),
    )


def _is_named(match: Match, identifier: str) -> bool:
    return identifier in (match.vulnerability, *match.aliases, *match.advisories)


def _doubt(answer: PackageAnswer, naming: frozenset[str]) -> _Judged | None:
    """Return why nobody can tell, if that concerns the advisories in `naming`."""
    why = [reason for advisory, reason in answer.problems if not advisory or advisory in naming]
    return _Judged(answer=Answer.UNKNOWN, reason="; ".join(why)) if why else None


def _is_same(wanted: Package, held: Package) -> bool:
    if wanted.version == held.version:
        return True
    key = version_key(wanted.ecosystem, wanted.version)
    return key is not None and key == version_key(held.ecosystem, held.version)


def _holders(question: Question, number: int, purl: str, judged: _Judged) -> Iterator[Found]:
    for holding, release in question.portfolio.holders_of(number, current=question.current):
        yield Found(
            release=release,
            holding=holding,
            purl=purl,
            answer=judged.answer,
            reason=judged.reason,
            fixed=judged.fixed,
            vulnerabilities=judged.names,
        )
