"""How near a product is known to come to a vulnerability: a level, what shows it, and its limits.

* A level is shown by evidence, and never lowered by the lack of it. There is no level that means
  "cannot be reached": nobody who reads sources can know that.
* `limits` say what a look of this kind cannot know that could raise the level; `hidden` what was
  there to be read, and was not seen through: a file of no known syntax, code made at run time.
* Whatever is hidden may hide a call: `may_be` says so, and is what a rule may rely on.
* Values join to the highest level, and it is no matter in which order.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

MAX_SIGHTS: Final = 5  # of one finding, the strongest; each next one tells a reader less
MAX_LIMITS: Final = 20
MAX_CHAIN: Final = 12  # calls or packages from the product to the symbol


class Level(enum.IntEnum):
    """How far the evidence goes; each includes those before it."""

    DECLARED = 1  # a lock file or a manifest names the component
    INSTALLED = 2  # it lies there: an environment, a program, an image
    IMPORTED = 3  # code that is run imports it, the vulnerable package of it where that is known
    REFERENCED = 4  # the vulnerable symbol is named, or linked in, and a call was not seen for sure
    CALLED = 5  # code calls the vulnerable symbol

    @property
    def word(self) -> str:
        """Return the word for it in documents and reports."""
        return self.name.lower()


class Scope(enum.StrEnum):
    """When the code that shows something is run."""

    RUN = "run"
    TESTS = "tests"  # in the tests of the product
    TYPES = "types"  # never: only for who checks types


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Sight:
    """One thing that was seen. `what` is a sentence, `chain` how the product comes there."""

    level: Level
    scope: Scope
    path: str
    line: int = 0
    what: str
    chain: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Return where it was seen, as `path:line`."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "level": self.level.word,
            "scope": self.scope.value,
            "path": self.path,
            "line": self.line,
            "what": self.what,
            "chain": list(self.chain),
        }


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reach:
    """The level, at least; the strongest sights, the first that of the level; and what is open."""

    level: Level
    sights: tuple[Sight, ...] = ()
    limits: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def may_be(self) -> Level:
        """Return the highest level that it can have as far as was read."""
        return Level.CALLED if self.hidden else self.level

    @property
    def only_in_tests(self) -> bool:
        """Tell whether nothing but tests shows the level."""
        top = [sight for sight in self.sights if sight.level is self.level]
        return bool(top) and all(sight.scope is Scope.TESTS for sight in top)

    @property
    def sentence(self) -> str:
        """Return the level in words for people, with the place where it shows."""
        where = f" ({self.sights[0].place})" if self.sights else ""
        tests = ", in tests only" if self.only_in_tests else ""
        return f"{_SENTENCES[self.level]}{tests}{where}"

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "level": self.level.word,
            "sights": [sight.as_json() for sight in self.sights],
            "limits": list(self.limits),
            "hidden": list(self.hidden),
        }


_SENTENCES: Final = {
    Level.DECLARED: "declared; no import of it was seen",
    Level.INSTALLED: "installed; no import of it was seen",
    Level.IMPORTED: "imported",
    Level.REFERENCED: "the vulnerable symbol is referenced",
    Level.CALLED: "the vulnerable symbol is called",
}


def make_reach(
    base: Level, sights: Iterable[Sight], limits: Iterable[str], hidden: Iterable[str]
) -> Reach:
    """Return what `sights` show, `base` at least. What types alone need raises nothing."""
    kept = sorted(set(sights), key=_strength)
    level = max((s.level for s in kept if s.scope is not Scope.TYPES), default=base)
    # A call that is run leaves nothing that anything could raise. One in tests does.
    over = any(s.level is Level.CALLED and s.scope is Scope.RUN for s in kept)
    return Reach(
        level=max(level, base),
        sights=tuple(kept[:MAX_SIGHTS]),
        limits=() if over else tuple(sorted(set(limits))[:MAX_LIMITS]),
        hidden=() if over else tuple(sorted(set(hidden))[:MAX_LIMITS]),
    )


def join_reach(known: Iterable[Reach]) -> Reach | None:
    """Return what several came to: the highest level. None where nobody looked."""
    every = tuple(known)
    if not every:
        return None
    return make_reach(
        max(one.level for one in every),
        (sight for one in every for sight in one.sights),
        (limit for one in every for limit in one.limits),
        (what for one in every for what in one.hidden),
    )


def _strength(sight: Sight) -> tuple[object, ...]:
    """Return the order of sights: what is run first, then the higher level, then the place."""
    return (
        sight.scope is Scope.TYPES,
        -sight.level,
        sight.scope is not Scope.RUN,
        sight.path,
        sight.line,
        sight.what,
        sight.chain,
    )


def parse_reach(value: JsonValue) -> Reach:
    """Read what `Reach.as_json` wrote.

    Raises:
        MalformedError: A field is missing, of another type, or outside its closed set.
    """
    return Reach(
        level=_level(value.field("level")),
        sights=tuple(_sight(item) for item in value.field("sights").items()),
        limits=tuple(item.text() for item in value.field("limits").items()),
        hidden=tuple(item.text() for item in value.field("hidden").items()),
    )


def _sight(value: JsonValue) -> Sight:
    scope = value.field("scope")
    if scope.text() not in set(Scope):
        raise MalformedError(f"scope {scope.text()!r}", where=scope.where)
    return Sight(
        level=_level(value.field("level")),
        scope=Scope(scope.text()),
        path=value.field("path").text(),
        line=value.field("line").integer(),
        what=value.field("what").text(),
        chain=tuple(item.text() for item in value.field("chain").items()),
    )


def _level(value: JsonValue) -> Level:
    for level in Level:
        if value.text() == level.word:
            return level
    raise MalformedError(f"level {value.text()!r}", where=value.where)
