"""What VEX kept quiet when it was last looked at, and what of it VEX does not hold back any more.

A word of VEX ends by itself, is withdrawn, falls with a key, or is not said of a newer release: in
none of these cases does an advisory change. So what it held back is noted at each push, and is
compared at the next one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assay.vuln.portfolio.held import Held
from assay.vuln.portfolio.outbox import Quiet
from assay.vuln.portfolio.store import Portfolio


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """A vulnerability that VEX does not take away any more, from a package in a release."""

    release: int
    package: int
    held: Held
    vulnerability: str


def find_quiet(portfolio: Portfolio, *, at: datetime) -> frozenset[Quiet]:
    """Return what VEX takes away at the time `at`, from current releases."""
    said = portfolio.said.all_aside(at=at)
    releases = portfolio.releases({release for release, _, _ in said})
    return frozenset(
        Quiet(
            log=releases[number].log,
            subject=str(releases[number].subject),
            vulnerability=vulnerability,
            component=component,
        )
        for number, vulnerability, component in said
    )


def find_lapsed(portfolio: Portfolio, *, at: datetime) -> tuple[Lapsed, ...]:
    """Return what VEX took away at the last push, is still held, and is not taken away now.

    What was said of a release that is not current any more is looked for in those of its log that
    are: a newer one has to be spoken of as well.
    """
    now = find_quiet(portfolio, at=at)
    found = {
        lapsed
        for before in portfolio.outbox.quiet() - now
        for lapsed in _heirs(portfolio, before, now)
    }
    return tuple(sorted(found, key=lambda one: (one.release, one.package, one.vulnerability)))


def _heirs(portfolio: Portfolio, before: Quiet, now: frozenset[Quiet]) -> Iterator[Lapsed]:
    holders = portfolio.holders_in(before.log, before.component)
    own = [one for one in holders if one.subject == before.subject]
    for one in own or holders:
        here = Quiet(
            log=before.log,
            subject=one.subject,
            vulnerability=before.vulnerability,
            component=before.component,
        )
        if here not in now:
            yield Lapsed(
                release=one.release,
                package=one.package,
                held=one.held,
                vulnerability=before.vulnerability,
            )
