"""What reading the sources of one language came to, and what is the same in all languages."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from assay.core.printable import printable
from assay.findings.reach import Level, Scope, Sight
from assay.vuln.reach.target import Target

MAX_NAMED: Final = 3  # places that a limit names one by one
_TESTS: Final = re.compile(
    r"(?:^|/)(?:tests?|__tests__|testdata|benches)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|[^/]*\.(?:test|spec))\.[a-z]+\Z"
)
NO_SYMBOLS: Final = "the advisories name no symbols: whether what is vulnerable is called, not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One package of a language that imports another: how, and where that stands."""

    unit: str
    path: str
    line: int
    scope: Scope
    what: str


@dataclass(slots=True, kw_only=True)
class Found:
    """Sights, limits and what is hidden, by the finding that they are about.

    What is hidden from all of them is in `general`; `unread` says why of each file that was not
    read to its end.
    """

    sights: dict[str, list[Sight]] = field(default_factory=dict)
    limits: dict[str, set[str]] = field(default_factory=dict)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    general: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)
    files: int = 0

    def see(self, target: Target, sight: Sight) -> None:
        """Add a sight of what `target` is about."""
        self.sights.setdefault(target.finding, []).append(sight)

    def see_import(self, target: Target, way: Sequence[Step]) -> None:
        """Add the import of `target` at the end of a way; one step is the product's own import."""
        last = way[-1]
        chain = tuple(f"{one.what} ({one.path}:{one.line})" for one in way)
        sight = Sight(
            level=Level.IMPORTED,
            scope=way[0].scope,
            path=last.path,
            line=last.line,
            what=last.what,
            chain=chain if len(way) > 1 else (),
        )
        self.see(target, sight)

    def limit(self, target: Target, why: str) -> None:
        """Add what no look of this kind knows that could raise the level of `target`."""
        self.limits.setdefault(target.finding, set()).add(why)

    def hide(self, target: Target, why: str) -> None:
        """Add what was there and was not seen through, and may hide more about `target`."""
        self.hidden.setdefault(target.finding, set()).add(why)


class SourceFiles(Protocol):
    """Files to read, by path; what cannot be read is None."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths, in their order."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """What there is besides, and is not read."""

    def load(self, paths: Sequence[str], *, max_bytes: int) -> Iterator[tuple[str, bytes | None]]:
        """Yield each path with its content, None where that is larger or cannot be read."""


def scope_of(path: str) -> Scope:
    """Return whether a file is one of the product's tests, by where it lies."""
    return Scope.TESTS if _TESTS.search(path) else Scope.RUN


def name_some(what: str, places: Iterable[str]) -> str:
    """Return `what` with the first of the places, and how many more there are."""
    every = sorted(places)
    more = f" and {len(every) - MAX_NAMED} more" if len(every) > MAX_NAMED else ""
    return f"{what}: {', '.join(every[:MAX_NAMED])}{more}"


@dataclass(slots=True, kw_only=True)
class PackageGraph:
    """Which package imports which, as far as sources were read; '' is the product itself."""

    steps: dict[str, dict[str, Step]] = field(default_factory=dict)

    def add(self, unit: str, imported: str, step: Step) -> None:
        """Add an import; of several of one package by another the first that is run counts."""
        known = self.steps.setdefault(unit, {})
        if imported not in known or (known[imported].scope, known[imported].path) > (
            step.scope,
            step.path,
        ):
            known[imported] = step

    def importers(self, names: Iterable[str]) -> frozenset[str]:
        """Return the packages, not the product, that import any of `names` not only for types."""
        wanted = frozenset(names)
        return frozenset(
            unit
            for unit, steps in self.steps.items()
            if unit and any(n in steps and steps[n].scope is not Scope.TYPES for n in wanted)
        )

    def ways(self) -> Mapping[str, tuple[Step, ...]]:
        """Return for each package that the product leads to a shortest way of imports to it.

        A way of what is run is taken before any that begins in a test.
        """
        ways: dict[str, tuple[Step, ...]] = {"": ()}
        for scopes in ({Scope.RUN}, {Scope.RUN, Scope.TESTS}):
            waiting = list(ways)
            for unit in waiting:  # grows as it goes
                for imported, step in sorted(self.steps.get(unit, {}).items()):
                    if imported not in ways and step.scope in scopes:
                        ways[imported] = (*ways[unit], step)
                        waiting.append(imported)
        return ways


def shown(path: str) -> str:
    """Return a path as it may be printed."""
    return printable(path)
