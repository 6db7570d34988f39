"""Who asks for a package of one lock file, with what range, and what is asked for in turn."""

from collections.abc import Iterator
from dataclasses import dataclass

from assay.vuln.package import normal_name
from assay.vuln.remedy.changes import Draft
from assay.vuln.remedy.model import OPTIONAL, PYPI, Ask, Catalogue, Lock, Pin, Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The wishes in one lock file: those that it tells, and those that a catalogue knows."""

    lock: Lock
    catalogue: Catalogue

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
                if self.target(by, one) == key:
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
