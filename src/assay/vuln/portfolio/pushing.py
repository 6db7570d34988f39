"""What a change of advisories means for the products: who is newly affected, in doubt, or clear.

Each version of a changed package that anybody holds is judged by the advisories before and after;
where the two answers differ, its holders are told. What did not change costs nothing.

* A vulnerability that got another name is not a new one.
* An advisory that vanished, and was not withdrawn, clears nobody: that is for people to look at.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.vuln.advisory import AdvisorySet
from assay.vuln.foreign.joining import wanted_products
from assay.vuln.index import AdvisoryIndex, Match, PackageAnswer
from assay.vuln.portfolio.asking import names_of
from assay.vuln.portfolio.changes import Changes
from assay.vuln.portfolio.held import Held, found_by
from assay.vuln.portfolio.store import Portfolio


class State(enum.StrEnum):
    """What became of a vulnerability in a release, the most urgent first."""

    EXPLOITED = "exploited"  # affected, and by now known to be exploited
    AFFECTED = "affected"
    LAPSED = "lapsed"  # affected, and VEX that said otherwise does not hold any more
    LIKELY = "likely"  # affected, and by now likely to be exploited, by EPSS
    DOUBTFUL = "doubtful"  # nobody can tell, and before there was nothing to tell
    VANISHED = "vanished"  # affected, by an advisory that is not there any more
    CLEARED = "cleared"  # not affected any more: withdrawn, or the range is another one


# States of what affects a release, and is no alarm where VEX says that it does not.
AFFECTING: Final = frozenset({State.EXPLOITED, State.AFFECTED, State.LAPSED, State.LIKELY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A state that a vulnerability newly has for one package at one version."""

    state: State
    vulnerability: str
    aliases: tuple[str, ...]
    purl: str
    package: int
    reason: str
    fixed: str = ""
    severity: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """By which advisories to judge before and after, as of when, and what is exploited since."""

    old: AdvisorySet
    new: AdvisorySet
    changes: Changes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """What somebody holds that a change may be about; `package` is its name in the advisories."""

    number: int
    held: Held
    package: tuple[str, str]


def find_concerned(
    portfolio: Portfolio, packages: Iterable[tuple[str, str]], products: Iterable[str]
) -> tuple[Concerned, ...]:
    """Return what is held of `packages`, and with CPE names of `products`, each once."""
    found = {
        number: Concerned(number=number, held=held, package=key)
        for key in sorted(packages)
        for number, held in portfolio.versions_of(*key).items()
    }
    for product in sorted(products):
        for number, held in portfolio.of_product(product).items():
            found.setdefault(number, Concerned(number=number, held=held, package=found_by(held)))
    return tuple(found.values())


def find_events(judging: Judging, concerned: Iterable[Concerned]) -> tuple[Event, ...]:
    """Return what is new about each of `concerned`.

    The advisory sets of `judging` must hold all about these packages.
    """
    before = AdvisoryIndex(advisories=judging.old, at=judging.at)
    after = AdvisoryIndex(advisories=judging.new, at=judging.at)
    return tuple(
        event
        for one in concerned
        for event in _Version(
            number=one.number,
            purl=one.held.purl,
            old=one.held.judged_by(before),
            new=one.held.judged_by(after),
            added=_added(judging, one),
        ).events(judging.changes)
    )


def event_of(state: State, match: Match, number: int, purl: str, *, reason: str = "") -> Event:
    """Return the event that a match has newly this state."""
    return Event(
        state=state,
        vulnerability=match.vulnerability,
        aliases=match.aliases,
        purl=purl,
        package=number,
        reason=reason or match.summary or "no summary",
        fixed=match.fixed,
        severity=match.grade.severity.value,
    )


def holders_by_release(
    portfolio: Portfolio, events: Iterable[Event]
) -> Mapping[int, tuple[Event, ...]]:
    """Return the events of each current release that is concerned, by its number."""
    found: dict[int, list[Event]] = {}
    holders: dict[int, tuple[int, ...]] = {}
    for event in events:
        if event.package not in holders:
            holders[event.package] = tuple(portfolio.numbers_of(event.package))
        for release in holders[event.package]:
            found.setdefault(release, []).append(event)
    return {release: tuple(told) for release, told in found.items()}


def _added(judging: Judging, one: Concerned) -> tuple[str, ...]:
    """Return the ids of the records about a package that were not there before."""
    known = frozenset(_ids(judging.old, one))
    return tuple(sorted({name for name in _ids(judging.new, one) if name not in known}))


def _ids(advisories: AdvisorySet, one: Concerned) -> Iterator[str]:
    yield from (record.id for record in advisories.advisories.get(one.package, ()))
    for product in wanted_products((one.held.component,)):
        yield from (record.id for record in advisories.products.get(product, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of a package, and what is known about it before and after."""

    number: int
    purl: str
    old: PackageAnswer
    new: PackageAnswer
    added: tuple[str, ...]

    def events(self, changes: Changes) -> Iterator[Event]:
        """Yield what is new."""
        for match in self.new.matches:
            if not changes.exploited.isdisjoint(names_of(match)):
                yield self._event(State.EXPLOITED, match)
            elif not _is_among(match, self.old.matches):
                yield self._event(State.AFFECTED, match)
            elif not changes.likely.isdisjoint(names_of(match)):
                yield self._event(State.LIKELY, match)
        for match in self.old.matches:
            if not _is_among(match, self.new.matches):
                yield from self._gone(match, changes)
        yield from self._doubts()

    def _gone(self, match: Match, changes: Changes) -> Iterator[Event]:
        """Say why a version is not affected any more; a doubt about it is told as one."""
        if names_of(match) & changes.vanished:
            yield self._event(
                State.VANISHED, match, "its advisory is gone from the feed, and was not withdrawn"
            )
        elif not self.new.problems:
            yield self._event(State.CLEARED, match, "withdrawn, or not about this version any more")

    def _event(self, state: State, match: Match, reason: str = "") -> Event:
        return event_of(state, match, self.number, self.purl, reason=reason)

    def _doubts(self) -> Iterator[Event]:
        """Yield what nobody can tell now, for each record; all new ones where it is the version."""
        known = frozenset(self.old.problems)
        for record, reason in self.new.problems:
            named = (record,) if record else self.added
            if record and (record, reason) in known:
                continue
            for name in named:
                yield Event(
                    state=State.DOUBTFUL,
                    vulnerability=name,
                    aliases=(),
                    purl=self.purl,
                    package=self.number,
                    reason=reason,
                )


def _is_among(match: Match, others: Iterable[Match]) -> bool:
    return any(names_of(match) & names_of(other) for other in others)
