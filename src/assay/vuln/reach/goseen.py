"""Uses of vulnerable symbols in a Go file, each with how sure it is one.

What a name stands for is not known as a compiler knows it: a name that a file gives to something
else too is no call for sure, and neither is a method of a value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from assay.findings.reach import Level, Scope, Sight
from assay.vuln.reach.found import Step, shown
from assay.vuln.reach.gosource import GoFile, GoUse, names_of
from assay.vuln.reach.target import Symbol, Target

Named = tuple[str, tuple[str, ...]]
_STANDARD: Final = "stdlib"
_MAJOR: Final = re.compile(r"v[0-9]+\Z")  # a module of its own: its next major version


@dataclass(frozen=True, slots=True, kw_only=True)
class GoSource:
    """A file of the product, or of the package `unit`, as far as it matters."""

    path: str
    file: GoFile
    scope: Scope
    unit: str


def names_in(target: Target, source: GoSource) -> tuple[dict[str, str], list[str]]:
    """Return the names of vulnerable packages in a file, and places of those without a known one.

    A package's own name is a guess by its path: where nothing in the file has it, the guess failed.
    """
    names: dict[str, str] = {}
    unknown = []
    for one in source.file.imports:
        if covers(target, one.path):
            given = names_of(one)
            names.update(dict.fromkeys(given, one.path))
            if given and "." not in given and not source.file.names & given:
                unknown.append(f"{shown(source.path)}:{one.line}")
    return names, unknown


def uses_in(
    target: Target, source: GoSource, names: dict[str, str], *, by_method: bool
) -> Iterator[Sight]:
    """Yield what the uses in a file show, of names of packages, and of methods if asked for."""
    methods = {s.parts[-1] for s in target.symbols if by_method and len(s.parts) > 1}
    if not names and not methods:
        return
    symbols: dict[Named, Symbol] = {(s.package, s.parts): s for s in reversed(target.symbols)}
    doubtful = source.file.bare & names.keys()  # a name of a package never stands alone
    for use in source.file.uses:
        sight = _named(symbols, use, names) or _method(target, use, names, methods)
        if sight is None:
            continue
        if sight.level is Level.CALLED and use.first in doubtful:
            what = f"{sight.what}, or of what else is called {use.first} there"
            sight = replace(sight, level=Level.REFERENCED, what=what)
        yield replace(sight, path=shown(source.path), scope=source.scope)


def inside(sight: Sight, way: tuple[Step, ...]) -> Sight:
    """Return what a use in a package shows that the product leads to: not that it is run."""
    chain = tuple(f"{one.what} ({one.path}:{one.line})" for one in way)
    level = min(sight.level, Level.REFERENCED)
    what = f"a package that is imported {sight.what}"
    return replace(sight, level=level, scope=way[0].scope, what=what, chain=chain)


def covers(target: Target, path: str) -> bool:
    """Tell whether `path` is a vulnerable package of the target."""
    return in_module(target, path) and (not target.packages or path in target.packages)


def in_module(target: Target, path: str) -> bool:
    """Tell whether a package is of the target's module, and of no other below its name."""
    if target.name == _STANDARD:
        return "." not in path.partition("/")[0]
    if path != target.name and not path.startswith(f"{target.name}/"):
        return False
    rest = path[len(target.name) + 1 :].partition("/")[0]
    return not _MAJOR.match(rest) and not any(
        path == other or path.startswith(f"{other}/") for other in target.nested
    )


def _named(symbols: Mapping[Named, Symbol], use: GoUse, names: dict[str, str]) -> Sight | None:
    """Return what `package.Symbol` shows, or `Symbol` where the package's names are the file's."""
    package = names.get(use.first)
    if package is None:
        return None
    symbol = symbols.get((package, (use.second,))) or symbols.get((package, ()))
    if symbol is None:
        return None
    level = Level.CALLED if use.called else Level.REFERENCED
    verb = "calls" if use.called else "names"
    return _sight(level, use, f"{verb} {package}.{use.second}{only_on(symbol)}")


def _method(target: Target, use: GoUse, names: dict[str, str], methods: set[str]) -> Sight | None:
    """Return what a call of a method shows, of a value whose type is not known."""
    if not use.called or use.second not in methods or use.first == "." or use.first in names:
        return None
    symbol = next(s for s in target.symbols if len(s.parts) > 1 and s.parts[-1] == use.second)
    what = f"calls {use.second} of a value whose type is not known; vulnerable is {symbol.name}"
    return _sight(Level.REFERENCED, use, what + only_on(symbol))


def _sight(level: Level, use: GoUse, what: str) -> Sight:
    return Sight(level=level, scope=Scope.RUN, path="", line=use.line, what=what)


def only_on(symbol: Symbol) -> str:
    """Return on which systems a symbol is vulnerable, in words; empty for all."""
    return f" (vulnerable on {', '.join(symbol.only_on)} only)" if symbol.only_on else ""
