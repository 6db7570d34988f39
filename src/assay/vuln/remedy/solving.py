"""From the pins that shall go up to a set of changes that fits together, or the reason why not.

* The smallest safe version that everybody who asks for the package lets in is taken.
* Where somebody forbids every one, that package is raised as well, by the smallest step that helps
  and is safe itself; what the product itself asks for is changed where it names one version.
* What the new version asks for has to be among the pins; what is out of its range is raised.
* Nothing goes down, and nothing is overridden: a plan that needs that says so instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.verdict import Verdict
from assay.vuln.remedy.asking import Asking
from assay.vuln.remedy.candidates import Candidates, Choices
from assay.vuln.remedy.changes import Change, Draft, Rewrite, Way
from assay.vuln.remedy.helping import helping
from assay.vuln.remedy.manifestrange import rewritten_range
from assay.vuln.remedy.model import Ask, Lock, Pin, Requirement
from assay.vuln.remedy.ranges import allows
from assay.vuln.remedy.steps import Step, step_between

MAX_TRIES: Final = 24  # versions of one package
MAX_DEPTH: Final = 12  # who asks for who asks
MAX_WORK: Final = 1000  # attempts for one pin that is to go up


@dataclass(slots=True, kw_only=True)
class Solver:
    """The changes to one lock file in the making."""

    lock: Lock
    candidates: Candidates
    max_step: Step
    asking: Asking = field(init=False)
    draft: Draft = field(default_factory=Draft)
    gotten: dict[tuple[str, str], str] = field(default_factory=dict)  # by pin and range
    work: int = 0  # attempts for one pin

    def __post_init__(self) -> None:
        """Look up once who asks for what."""
        self.asking = Asking(lock=self.lock, catalogue=self.candidates.catalogue)

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
        if self.asking.has_twin(pin):
            return f"{pin.name} is there at several versions, for different environments"
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
        for by, ask in self.asking.askers(pin.key, self.draft):
            why = self._satisfy(by, ask, change, trail, way=way)
            if why:
                return why
        return self._bring_along(change, trail, way=way)

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
        found = helping(
            self.lock.ecosystem,
            self.choices(asker).safe,
            lambda version: self._lets_in(asker, version, ask, change),
            like=change.to,
        )
        return self._settle(asker, found, because=change.pin.key, trail=trail)

    def _lets_in(self, asker: Pin, version: str, ask: Ask, change: Change) -> bool:
        needs = self.asking.needs(asker, version)
        return needs is not None and all(
            allows(self.lock.ecosystem, one.range, change.to) is Verdict.PASSED
            for one in needs
            if self.asking.target(asker.key, one) == ask.target
        )

    def _bring_along(self, change: Change, trail: tuple[str, ...], *, way: Way) -> str:
        """See that what the new version asks for is there."""
        needs = self.asking.needs(change.pin, change.to)
        if needs is None:
            unknown = f"what {change.pin.name} {change.to} asks for is not known"
            return "" if way.unseen else unknown
        before = self.asking.needs(change.pin, change.pin.version) or ()
        had = {(one.name, one.marker) for one in before}
        missing: list[str] = []
        for one in needs:
            target = self.asking.target(change.pin.key, one)
            if not target:
                needed = self.asking.is_needed(change.pin.key, one)
                if needed and (one.name, one.marker) not in had:
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
        if verdict is Verdict.PASSED or not self.asking.is_needed(change.pin.key, one):
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
