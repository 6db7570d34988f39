"""From the pins that shall go up to a set of changes that fits together, or the reason why not.

* The smallest safe version that everybody who asks for the package lets in is taken.
* Where somebody forbids every one, that package is raised as well, by the smallest step that helps
  and is safe itself; what the product itself asks for is changed where it names one version.
* What the new version asks for has to be among the pins; what is out of its range is raised.
* Nothing goes down, and nothing is overridden: a plan that needs that says so instead.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Final

from assay.core.verdict import Verdict
from assay.sbom.lockfiles.packagelock import resolve_place
from assay.vuln.package import normal_name
from assay.vuln.remedy.candidates import Candidates, Choices
from assay.vuln.remedy.changes import Change, Draft, Rewrite, Way
from assay.vuln.remedy.manifestrange import rewritten_range
from assay.vuln.remedy.model import NPM, OPTIONAL, PYPI, Ask, Lock, Pin, Requirement
from assay.vuln.remedy.ranges import allows
from assay.vuln.remedy.steps import Step, step_between

MAX_TRIES: Final = 24  # versions of one package
FEW: Final = 8  # versions that are looked at one by one, or all along
MAX_DEPTH: Final = 12  # who asks for who asks
MAX_WORK: Final = 1000  # attempts for one pin that is to go up


@dataclass(slots=True, kw_only=True)
class Solver:
    """The changes to one lock file in the making."""

    lock: Lock
    candidates: Candidates
    max_step: Step
    draft: Draft = field(default_factory=Draft)
    gotten: dict[tuple[str, str], str] = field(default_factory=dict)  # by pin and range
    work: int = 0  # attempts for one pin

    def choices(self, pin: Pin) -> Choices:
        """Return the versions that `pin` may go to."""
        return self.candidates.choices(pin, ecosystem=self.lock.ecosystem, python=self.lock.python)

    def raise_pin(self, pin: Pin, versions: Sequence[str]) -> str:
        """Move `pin` to the first of `versions` that everything else goes along with.

        Returns why there is none; an empty text where the draft has the change now.
        """
        self.work = 0
        return self._settle(pin, versions, because="", trail=())

    def _settle(
        self, pin: Pin, versions: Sequence[str], *, because: str, trail: tuple[str, ...]
    ) -> str:
        """Try the versions, the smallest step first; return why the smallest one will not do."""
        why = "no version to go to"
        for version, way in self._attempts(pin, versions):
            before = self.draft.copy()
            told = self._try(Change(pin=pin, to=version, because=because), trail, way=way)
            if not told:
                return ""
            self.draft = before
            if version == versions[0] and not (way.unseen and self._is_told):
                why = told
        return why

    def _attempts(self, pin: Pin, versions: Sequence[str]) -> Iterator[tuple[str, Way]]:
        """Yield what to try: within a step alone first, and then with others raised beside it.

        A version of which nobody knows what it asks for comes after all others.
        """
        ecosystem, tried = self.lock.ecosystem, versions[:MAX_TRIES]
        for unseen in (False, True) if self._is_told else (True,):
            for step in Step:
                near = [v for v in tried if step_between(ecosystem, pin.version, v) is step]
                for with_others in (False, True):
                    way = Way(with_others=with_others, unseen=unseen)
                    yield from ((version, way) for version in near)

    @property
    def _is_told(self) -> bool:
        """Tell whether anybody is asked what releases ask for."""
        return self.candidates.catalogue.covers(self.lock.ecosystem)

    def _try(self, change: Change, trail: tuple[str, ...], *, way: Way) -> str:
        self.work += 1
        if self.work > MAX_WORK or len(trail) > MAX_DEPTH:
            return "too many packages hang together to find out by trying"
        pin, ecosystem = change.pin, self.lock.ecosystem
        step = step_between(ecosystem, pin.version, change.to)
        if step.size > self.max_step.size:
            return (
                f"{pin.name} {change.to} is a {step} step, and at most {self.max_step} is asked for"
            )
        planned = self.draft.changes.get(pin.key)
        if planned is not None:  # it goes farther than it had to for its own sake
            change = replace(change, because=planned.because)
        self.draft.changes[pin.key] = change
        trail = (*trail, pin.key)
        for by, ask in self.askers_of(pin.key):
            why = self._satisfy(by, ask, change, trail, way=way)
            if why:
                return why
        return self._bring_along(change, trail, way=way)

    def askers_of(self, key: str) -> Iterator[tuple[str, Ask]]:
        """Yield who asks for the pin `key`, with what they ask for as the draft has them."""
        for by, asks in self.lock.asks.items():
            if by not in self.draft.changes:
                yield from ((by, ask) for ask in asks if ask.target == key)
        for by, pin in self.lock.pins.items():
            change = self.draft.changes.get(by)
            if change is None and by in self.lock.asks:
                continue
            if self.lock.edges is not None and key not in self.lock.edges.get(by, ()):
                continue
            for one in self.needs(pin, change.to if change else pin.version) or ():
                if self.target(by, one.name) == key:
                    yield by, Ask(name=one.name, range=one.range, target=key)

    def _satisfy(
        self,
        by: str,
        ask: Ask,
        change: Change,
        trail: tuple[str, ...],
        *,
        way: Way,
    ) -> str:
        """Make who asks go along with `change`, or say why they do not."""
        verdict = allows(self.lock.ecosystem, ask.range, change.to)
        if verdict is Verdict.PASSED:
            return ""
        if by not in self.lock.pins:
            return self._rewrite(by, ask, change)
        asker = self.lock.pins[by]
        why = f"{asker.name} {asker.version} asks for {ask.name} {ask.range}"
        if verdict is Verdict.UNKNOWN or by in trail or not way.with_others:
            return why
        return self._raise_asker(asker, ask, change, trail) and why

    def _rewrite(self, by: str, ask: Ask, change: Change) -> str:
        new = rewritten_range(self.lock.ecosystem, ask.range, change.to)
        if not new:
            return f"{ask.manifest or 'the product'} asks for {ask.name} {ask.range}"
        self.draft.rewrites[ask] = Rewrite(by=by, ask=ask, range=new)
        return ""

    def _raise_asker(self, asker: Pin, ask: Ask, change: Change, trail: tuple[str, ...]) -> str:
        """Raise who asks to a version that lets the change in."""
        helping = self.helping(
            self.choices(asker).safe,
            lambda version: self._lets_in(asker, version, ask, change),
            like=change.to,
        )
        return self._settle(asker, helping, because=change.pin.key, trail=trail)

    def helping(
        self, versions: Sequence[str], helps: Callable[[str], bool], *, like: str
    ) -> list[str]:
        """Return the versions that help, from the first one on; `like` is one that likely does.

        For Python each is a question to the index: some are looked at all along, and the first is
        searched for by halves between two of them. What is then planned is checked in full.
        """
        if self.lock.ecosystem == NPM or len(versions) <= FEW:
            return [version for version in versions if helps(version)]
        if like in versions and helps(like):
            return [like]
        ends = {*range(0, len(versions), len(versions) // FEW), len(versions) - 1}
        for before, place in pairwise((-1, *sorted(ends))):
            if helps(versions[place]):
                told = partial(_as_number, helps)
                return list(versions[bisect_left(versions, 1, before + 1, place, key=told) :])
        return []

    def _lets_in(self, asker: Pin, version: str, ask: Ask, change: Change) -> bool:
        needs = self.needs(asker, version)
        return needs is not None and all(
            allows(self.lock.ecosystem, one.range, change.to) is Verdict.PASSED
            for one in needs
            if self.target(asker.key, one.name) == ask.target
        )

    def _bring_along(self, change: Change, trail: tuple[str, ...], *, way: Way) -> str:
        """See that what the new version asks for is there."""
        needs = self.needs(change.pin, change.to)
        if needs is None:
            unknown = f"what {change.pin.name} {change.to} asks for is not known"
            return "" if way.unseen else unknown
        had = {(one.name, one.marker) for one in self.needs(change.pin, change.pin.version) or ()}
        missing: list[str] = []
        for one in needs:
            target = self.target(change.pin.key, one.name)
            if not target:
                if (one.name, one.marker) not in had and not is_optional(one):
                    missing.append(f"{one.name} {one.range}".strip())
                continue
            why = self._raise_needed(target, one, change, trail, way=way)
            if why:
                return why
        self.draft.changes[change.pin.key] = replace(change, missing=tuple(missing))
        return ""

    def _raise_needed(
        self,
        target: str,
        one: Requirement,
        change: Change,
        trail: tuple[str, ...],
        *,
        way: Way,
    ) -> str:
        """See that the pin `target` is what the changed package asks for."""
        pin = self.lock.pins[target]
        planned = self.draft.changes.get(target)
        version = planned.to if planned is not None else pin.version
        verdict = allows(self.lock.ecosystem, one.range, version)
        if verdict is Verdict.PASSED or is_optional(one):
            return ""
        why = f"{change.pin.name} {change.to} asks for {one.name} {one.range}, not {version}"
        if verdict is Verdict.UNKNOWN or target in trail or not way.with_others:
            return why
        fitting = [
            version
            for version in self.choices(pin).safe
            if allows(self.lock.ecosystem, one.range, version) is Verdict.PASSED
        ]
        return self._settle(pin, fitting, because=change.pin.key, trail=trail) and why

    def needs(self, pin: Pin, version: str) -> tuple[Requirement, ...] | None:
        """Return what a version of a pin's package asks for; None where that is not known."""
        if not pin.purl:
            return None
        return self.candidates.catalogue.requirements(self.lock.ecosystem, pin, version)

    def target(self, key: str, name: str) -> str:
        """Return the key of the pin that `name` means for the package at `key`, or nothing."""
        if self.lock.ecosystem == NPM:
            return resolve_place(key, name, self.lock.pins)
        wanted = normal_name(PYPI, name)
        return wanted if wanted in self.lock.pins else ""


def _as_number(helps: Callable[[str], bool], version: str) -> int:
    return int(helps(version))


def is_optional(requirement: Requirement) -> bool:
    """Tell whether a release does without it: npm's optional ones, and the extras of Python."""
    return requirement.marker == OPTIONAL or "extra" in requirement.marker
