"""How much it matters that a vulnerability goes away: KEV first, then SSVC, then the severity."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assay.vuln.advisory import AdvisorySet, Rating
from assay.vuln.clusters import is_cve
from assay.vuln.context import ProductContext
from assay.vuln.index import Match, PackageAnswer
from assay.vuln.priority import decide_priority
from assay.vuln.remedy.candidates import MALICIOUS
from assay.vuln.remedy.plan import Mended
from assay.vuln.signals.store import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What urgency is judged by."""

    advisories: AdvisorySet
    signals: Signals
    context: ProductContext

    def of(self, answer: PackageAnswer) -> tuple[Mended, ...]:
        """Return what a package has, the most urgent first."""
        found = (self._mended(answer, match) for match in answer.matches)
        return tuple(sorted(found, key=lambda one: (*_down(one), one.vulnerability)))

    def _mended(self, answer: PackageAnswer, match: Match) -> Mended:
        names = (match.vulnerability, *match.aliases)
        cve = next((name for name in names if is_cve(name)), "")
        if not cve:
            return Mended(
                vulnerability=match.vulnerability,
                aliases=match.aliases,
                severity=match.grade.severity,
                exploited=match.vulnerability.startswith(MALICIOUS),
            )
        ratings = self._ratings(answer, match)
        priority = decide_priority(cve, ratings, self.signals, self.context)
        return Mended(
            vulnerability=match.vulnerability,
            aliases=match.aliases,
            severity=match.grade.severity,
            priority=priority.decided.decision.value,
            urgency=priority.urgency,
            exploited=cve in self.signals.exploited,
        )

    def _ratings(self, answer: PackageAnswer, match: Match) -> Iterator[Rating]:
        package = answer.package
        records = self.advisories.advisories.get((package.ecosystem, package.name), ())
        for record in records:
            if record.id in match.advisories:
                yield from record.ratings
                for item in record.affected:
                    yield from item.ratings


def cves_of(answers: Iterable[PackageAnswer]) -> frozenset[str]:
    """Return every name that the vulnerabilities of some packages have."""
    return frozenset(
        name
        for answer in answers
        for match in answer.matches
        for name in (match.vulnerability, *match.aliases)
    )


def _down(one: Mended) -> tuple[bool, int, int]:
    exploited, urgency, severity = one.rank
    return (not exploited, -urgency, -severity)


def total_rank(mends: Iterable[Mended]) -> tuple[tuple[bool, int, int], int]:
    """Return a sort key, the most urgent first: the worst that goes away, then how many do."""
    listed = tuple(mends)
    worst = max((one.rank for one in listed), default=(False, -2, -9))
    return ((not worst[0], -worst[1], -worst[2]), -len(listed))
