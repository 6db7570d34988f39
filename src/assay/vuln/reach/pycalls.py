"""Calls of vulnerable symbols in a Python program, and the way there from where it begins."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from assay.findings.reach import Level, Scope, Sight
from assay.vuln.reach.found import scope_of, shown
from assay.vuln.reach.pyfacts import CALLED, PyModule, PyUse
from assay.vuln.reach.pynames import ImportNames
from assay.vuln.reach.pyprogram import Meaning, Name, Place, PyProgram, find_chain
from assay.vuln.reach.target import Symbol, Target

MAX_CALLS: Final = 10  # of one finding that are worked out; five are kept
Sought = Sequence[tuple[Target, ImportNames]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A use of a symbol: how sure it is that it is one."""

    target: Target
    module: PyModule
    use: PyUse
    level: Level
    what: str


def find_calls(
    program: PyProgram, sought: Sought, scripts: Iterable[str]
) -> Iterator[tuple[Target, Sight]]:
    """Yield a sight for each use of a symbol of `sought`; the product begins at `scripts` too."""
    calls = _strongest(_uses(program, sought)) if sought else []
    if not calls:
        return
    callers, entries = program.calls(), program.entries(scripts)
    for call in calls:
        place = (call.module.path, call.use.function)
        chain = find_chain(place, callers, entries)
        what = call.what if chain else f"{call.what}; what calls {place[1]} was not seen"
        yield (
            call.target,
            Sight(
                level=call.level,
                scope=_scope(call, chain),
                path=shown(call.module.path),
                line=call.use.line,
                what=what,
                chain=tuple(_step(program, one) for one in chain if one[1]),
            ),
        )


def find_computed(program: PyProgram, sought: Sought) -> Iterator[tuple[Target, str]]:
    """Yield where a name in a module of a target is computed: it may be any symbol there."""
    for module in program.modules.values() if sought else ():
        for use in module.computed:
            meanings = program.meanings(module, use)
            for target, names in sought:
                if any(names.cover(".".join(_plain(one.outside))) for one in meanings):
                    yield target, f"{shown(module.path)}:{use.line}"


def _strongest(calls: Iterable[_Call]) -> list[_Call]:
    """Return of each target the surest uses, those in tests last."""
    ordered = sorted(
        calls,
        key=lambda c: (-c.level, scope_of(c.module.path).value, c.module.path, c.use.line, c.what),
    )
    count: dict[str, int] = {}
    kept = []
    for call in ordered:
        number = count[call.target.finding] = count.get(call.target.finding, 0) + 1
        if number <= MAX_CALLS:
            kept.append(call)
    return kept


def _uses(program: PyProgram, sought: Sought) -> Iterator[_Call]:
    for module in program.modules.values():
        for use in module.uses:
            meanings = program.meanings(module, use)
            for target, names in sought:
                if (found := _judge(use, meanings, target, names)) is not None:
                    level, what = found
                    yield _Call(target=target, module=module, use=use, level=level, what=what)


def _judge(
    use: PyUse, meanings: frozenset[Meaning], target: Target, names: ImportNames
) -> tuple[Level, str] | None:
    """Return how sure a use is one of a symbol of `target`, None where it is none."""
    if not meanings:
        return _of_unknown(use, target)
    known = {m.outside for m in meanings if names.cover(".".join(_plain(m.outside)))}
    sure = [
        (level if use.called else Level.REFERENCED, symbol)
        for symbol in target.symbols
        for name in known
        if (level := _compare(name, symbol, names)) is not None
    ]
    if not sure:
        return None
    level, symbol = max(sure)
    return level, f"{_verb(level, called=use.called)} {symbol.name}"


def _of_unknown(use: PyUse, target: Target) -> tuple[Level, str] | None:
    """Take a call of a method of an object that may be anything for what it may be."""
    methods = {symbol.parts[-1] for symbol in target.symbols if symbol.is_method}
    name = use.parts[-1]
    if not use.called or len(use.parts) < 2 or name not in methods:
        return None
    return Level.REFERENCED, f"calls {name} of an object whose type is not known"


def _verb(level: Level, *, called: bool) -> str:
    if level is Level.CALLED:
        return "calls"
    return "calls what may be" if called else "names"


def _compare(name: Name, symbol: Symbol, names: ImportNames) -> Level | None:
    """Compare an absolute name with a symbol: CALLED if it is this, REFERENCED if it may be."""
    if not symbol.parts:
        return None
    made, name, whole = name, _plain(name), symbol.parts
    spellings = [whole] if names.cover(".".join(whole)) else []
    spellings += [(*one.split("."), *whole) for one in names.names]
    for spelling in spellings:
        if name == spelling or (name[: len(spelling)] == spelling and _is_class(spelling[-1])):
            return Level.CALLED
    # A package gives out its parts under shorter names, and what a call returns may be anything.
    unsure = any(part.endswith(CALLED) and not _is_class(part) for part in made[:-1])
    tail = 2 if symbol.is_method and not unsure else 1
    return Level.REFERENCED if name[-tail:] == whole[-tail:] else None


def _is_class(part: str) -> bool:
    return part[:1].isupper()


def _plain(name: Name) -> Name:
    return tuple(part.removesuffix(CALLED) for part in name)


def _scope(call: _Call, chain: tuple[Place, ...]) -> Scope:
    if call.use.scope is Scope.TYPES:
        return Scope.TYPES
    begins = chain[0][0] if chain else call.module.path
    return scope_of(begins)


def _step(program: PyProgram, place: Place) -> str:
    path, name = place
    line = program.modules[path].functions.get(name, 0)
    return f"{name} ({shown(path)}:{line})"
