"""Who asks for a package of one lock file, with what range, and what is asked for in turn."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.vuln.package import normal_name
from assay.vuln.remedy.changes import Draft
from assay.vuln.remedy.model import OPTIONAL, OWN, PYPI, Ask, Catalogue, Lock, Pin, Requirement
from assay.vuln.remedy.pythons import NEVER, marker_for

_EXTRA: Final = re.compile(r"""extra\s*==\s*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The wishes in one lock file: those that it tells, and those that a catalogue knows."""

    lock: Lock
    catalogue: Catalogue
    used: dict[str, frozenset[str]] = field(default_factory=dict)  # extras by key, once looked up

    def askers(self, key: str, draft: Draft) -> Iterator[tuple[str, Ask]]:
        """Yield who asks for the pin `key`, with what they ask for as `draft` has them."""
        for by, asks in self.lock.asks.items():
            if by not in draft.changes:
                yield from ((by, ask) for ask in asks if ask.target == key)
        for by, pin in self.lock.pins.items():
            change = draft.changes.get(by)
            if change is None and (by in self.lock.asks or not self._leads(by, key)):
                continue
            for one in self.needs(pin, change.to if change else pin.version) or ():
                if self.target(by, one) == key and self._counts(by, one):
                    yield by, Ask(name=one.name, range=one.range, target=key)

    def needs(self, pin: Pin, version: str) -> tuple[Requirement, ...] | None:
        """Return what a version of a pin's package asks for; None where that is not known."""
        if not pin.purl:
            return None
        return self.catalogue.requirements(self.lock.ecosystem, pin, version)

    def target(self, key: str, one: Requirement) -> str:
        """Return the key of the pin that the package at `key` gets for `one`, or nothing."""
        if self.lock.find is not None:
            return self.lock.find(key, one)
        wanted = normal_name(PYPI, one.name)
        return wanted if wanted in self.lock.pins else ""

    def is_needed(self, by: str, one: Requirement) -> bool:
        """Tell whether the package at `by` cannot do without `one` in this product."""
        if one.marker == OPTIONAL or (is_optional(one) and self.lock.edges is not None):
            return False
        return self._counts(by, one)

    def _counts(self, by: str, one: Requirement) -> bool:
        """Tell whether a wish is one for this product: by its Pythons, and the extras in use.

        Where the file tells edges, one that leads somewhere is in use.
        """
        if self.lock.ecosystem != PYPI:
            return True
        if marker_for(one.marker, self.lock.python) == NEVER:
            return False
        named = {normal_name(PYPI, extra) for extra in _EXTRA.findall(one.marker)}
        return not named or self.lock.edges is not None or bool(named & self._used(by))

    def _used(self, key: str) -> frozenset[str]:
        """Return the extras of the package at `key` that somebody asks for, by normal name."""
        if not self.used:
            told = [
                (self.target(by, one), one.extras)
                for by, pin in self.lock.pins.items()
                for one in self.needs(pin, pin.version) or ()
                if one.extras
            ]
            told += [(ask.target, ask.extras) for asks in self.lock.asks.values() for ask in asks]
            told += [(by, tuple(extras)) for by, extras in self.lock.extras.items()]
            self.used[OWN] = frozenset()
            for target, extras in told:
                names = frozenset(normal_name(PYPI, extra) for extra in extras)
                self.used[target] = self.used.get(target, frozenset()) | names
        return self.used.get(key, frozenset())

    def near(self, keys: set[str]) -> set[str]:
        """Return the keys of who may ask for the pins `keys` in words that the file has not."""
        lock = self.lock
        if lock.edges is None:
            return {*keys, *(key for key in lock.pins if key not in lock.asks)}
        return keys | {by for by, led in lock.edges.items() if led & keys}

    def has_twin(self, pin: Pin) -> bool:
        """Tell whether a Python package is there at other versions, for other environments."""
        return self.lock.ecosystem == PYPI and any(
            other is not pin and other.key != pin.key and _name(other) == _name(pin)
            for other in self.lock.pins.values()
        )

    def _leads(self, by: str, key: str) -> bool:
        return self.lock.edges is None or key in self.lock.edges.get(by, ())


def is_optional(requirement: Requirement) -> bool:
    """Tell whether a release does without it: npm's optional ones, and the extras of Python."""
    return requirement.marker == OPTIONAL or "extra" in requirement.marker


def _name(pin: Pin) -> str:
    return normal_name(PYPI, pin.name)
