"""Which direct dependencies have to go up so that a fixed version gets in, whatever else follows.

For a plan that cannot be made by changing pins alone: a new version of who asks may bring packages
that the file has not, or that have to be there twice. The user's own tool works that out; here is
found what it has to be told. A tool takes the highest version that a range lets in, so that one
has to be good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assay.core.verdict import Verdict
from assay.vuln.remedy.helping import helping
from assay.vuln.remedy.manifestrange import rewritten_range
from assay.vuln.remedy.model import NPM, Ask, Pin, Requirement
from assay.vuln.remedy.ranges import allows
from assay.vuln.remedy.solving import MAX_WORK, Solver
from assay.vuln.remedy.steps import step_between

MAX_DEPTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A direct dependency that lets the fixed version in from the version `to` on."""

    pin: Pin
    to: str


def find_leads(solver: Solver, pin: Pin, good: Sequence[str]) -> tuple[Lead, ...]:
    """Return the direct dependencies to raise so that `pin` gets one of the versions `good`.

    Nothing where no known release of who asks lets one in, or the step is larger than asked for.
    """
    solver.work = 0
    return _leads(solver, pin, good, ()) or ()


def _leads(
    solver: Solver, pin: Pin, good: Sequence[str], trail: tuple[str, ...]
) -> tuple[Lead, ...] | None:
    """Return what to raise; None where there is no way."""
    solver.work += 1
    if pin.key in trail or len(trail) > MAX_DEPTH or solver.work > MAX_WORK or not good:
        return None
    found: dict[str, Lead] = {}
    for by, ask in solver.asking.askers(pin.key, solver.draft):
        if by not in solver.lock.pins:
            more = _own(solver, ask, pin, good)
        elif _gets(solver, pin, Requirement(name=ask.name, range=ask.range)) in good:
            continue
        else:
            asker = solver.lock.pins[by]
            more = _leads(solver, asker, _helping(solver, asker, pin, good), (*trail, pin.key))
        if more is None:
            return None
        found |= {one.pin.key: one for one in more}
    return tuple(found.values())


def _own(solver: Solver, ask: Ask, pin: Pin, good: Sequence[str]) -> tuple[Lead, ...] | None:
    """Return what the product asks for itself; npm's command writes the range anew."""
    ecosystem = solver.lock.ecosystem
    for to in good:
        fits = allows(ecosystem, ask.range, to) is Verdict.PASSED
        if fits or (ecosystem == NPM and rewritten_range(ecosystem, ask.range, to)):
            step = step_between(ecosystem, pin.version, to)
            return (Lead(pin=pin, to=to),) if step.size <= solver.max_step.size else None
    return None


def _helping(solver: Solver, asker: Pin, pin: Pin, good: Sequence[str]) -> list[str]:
    """Return the versions of who asks that let a good one in, or do without the package."""

    def helps(version: str) -> bool:
        needs = solver.asking.needs(asker, version)
        return needs is not None and all(
            _gets(solver, pin, one) in good
            for one in needs
            if solver.asking.target(asker.key, one) == pin.key
        )

    versions = solver.choices(asker).safe
    return helping(solver.lock.ecosystem, versions, helps, like=good[0])


def _gets(solver: Solver, pin: Pin, wanted: Requirement) -> str:
    """Return the highest release that a range lets in: what a tool takes."""
    known = solver.gotten.get((pin.key, wanted.range))
    if known is None:
        ecosystem = solver.lock.ecosystem
        fitting = (
            version
            for version in solver.candidates.newest_first(pin, ecosystem=ecosystem)
            if allows(ecosystem, wanted.range, version) is Verdict.PASSED
        )
        known = solver.gotten[pin.key, wanted.range] = next(fitting, "")
    return known
