"""Go: which packages of a module are imported, and which of its vulnerable symbols are named.

Advisories name the vulnerable packages of a module and often their symbols. An import of another
package of the same module is told, and is no import of the vulnerable one. In programs, the
names of functions that the linker kept are read: linked is not called.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Final

from assay.core.errors import MalformedError
from assay.findings.reach import Level, Scope, Sight
from assay.vuln.reach.found import Step, name_some, shown
from assay.vuln.reach.goprogram import read_functions, symbol_of
from assay.vuln.reach.gosource import GoFile, GoUse, names_of, read_go
from assay.vuln.reach.search import Search, Ways
from assay.vuln.reach.target import Symbol, Target

ECOSYSTEM: Final = "Go"
MAX_FILE_BYTES: Final = 8 * 2**20  # made files are large
_CACHE: Final = re.compile(r"(?:^|.*/)pkg/mod/([^@]+)@[^/]+((?:/[^/]+)*)/[^/]+\.go\Z")
_UPPER: Final = re.compile(r"!([a-z])")
_MAJOR: Final = re.compile(r"v[0-9]+\Z")  # a module of its own: its next major version
_VENDOR: Final = re.compile(r"(?:^|.*/)vendor/(.+)/[^/]+\.go\Z")
MAX_PROGRAM_BYTES: Final = 256 * 2**20
BINARY: Final = "binary-analysis"
_STANDARD: Final = "stdlib"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """A file of the product, as far as it matters."""

    path: str
    file: GoFile
    scope: Scope


@dataclass(slots=True, kw_only=True)
class GoSearch(Search):
    """Reads Go sources, those in `vendor` and in a module cache included, and Go programs."""

    ecosystem: ClassVar[str] = ECOSYSTEM
    language: ClassVar[str] = "Go"
    max_bytes: ClassVar[int] = MAX_FILE_BYTES

    files_own: list[_Own] = field(default_factory=list)
    dynamic: dict[str, set[str]] = field(default_factory=dict)
    linked: dict[str, frozenset[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def reads(self, path: str) -> bool:
        """Tell whether a file is Go."""
        return path.endswith(".go")

    def add(self, path: str, data: bytes) -> None:
        """Take in one file; of the product's own, the facts stay."""
        file = read_go(data)
        if not file.whole:
            self.leave(path, "a comment or a text in it has no end")
        unit = _unit_of(path)
        scope = Scope.RUN if unit else _scope_of(path)
        for one in file.imports:
            what = f"imports {shown(one.path)}{_only_where(file.built)}"
            step = Step(unit=unit, path=shown(path), line=one.line, scope=scope, what=what)
            self.add_import(one.path, step)
        if not unit:
            self.files_own.append(_Own(path=path, file=file, scope=scope))
            for kind, line in file.dynamic.items():
                self.dynamic.setdefault(kind, set()).add(f"{shown(path)}:{line}")

    def names(self, target: Target) -> Iterable[str]:
        """Return the vulnerable packages that anything imports."""
        imported = {name for steps in self.graph.steps.values() for name in steps}
        return sorted(name for name in imported if covers(target, name))

    def units(self, target: Target) -> Iterable[str]:
        """Return all packages of the module."""
        return [unit for unit in self.graph.steps if unit and _in(target, unit)]

    def spelt(self, target: Target) -> str:
        """Return the vulnerable packages, or the module."""
        return ", ".join(sorted(target.packages)[:3]) or target.name

    def was_read(self, package: str) -> bool:
        """Tell whether a package of a module was read."""
        return any(unit == package or unit.startswith(f"{package}/") for unit in self.graph.steps)

    def judge(self, target: Target, ways: Ways) -> None:
        """Say what was seen of a target in sources, or in the program that it was found in."""
        if BINARY in target.component.methods:
            for place in target.component.found_in:
                self._see_linked(target, place)
            if not any(name in self.own for name in self.names(target)):
                return
        Search.judge(self, target, ways)
        for own in self.files_own if target.symbols else ():
            self._see_uses(target, own)
        others = [path for path in ways if path and _in(target, path) and not covers(target, path)]
        if others and target.finding not in self.found.sights:
            what = "other packages of the module are imported"
            self.found.limit(target, name_some(what, map(shown, others)))

    def finish(self) -> None:
        """Say what is hidden from all targets."""
        general = self.found.general
        for kind, places in self.dynamic.items():
            general.add(name_some(f"code that {kind}", places))
        assembly = {
            shown(p) for p in self.files.paths if p.endswith(".s") and not _unit_of(f"{p[:-2]}.go")
        }
        if assembly and self.files_own:
            general.add(name_some("assembly is not read", assembly))

    def _see_uses(self, target: Target, own: _Own) -> None:
        names: dict[str, str] = {}
        for one in own.file.imports:
            if covers(target, one.path):
                given = names_of(one)
                names.update(dict.fromkeys(given, one.path))
                if given and not own.file.names & given and "." not in given:
                    where = f"{shown(own.path)}:{one.line}"
                    why = f"under which name {shown(one.path)} is used is not known"
                    self.found.hide(target, f"{why}: {where}")
        methods = {s.parts[-1] for s in target.symbols if len(s.parts) > 1}
        if not names and not (methods and target.finding in self.found.sights):
            return
        doubtful = own.file.bare & names.keys()  # a name of a package never stands alone
        for use in own.file.uses:
            sight = _named(target, use, names) or _method(target, use, names, methods)
            if sight is not None:
                if sight.level is Level.CALLED and use.first in doubtful:
                    why = f"{sight.what}, or of what else is called {use.first} there"
                    sight = replace(sight, level=Level.REFERENCED, what=why)
                self.found.see(target, replace(sight, path=shown(own.path), scope=own.scope))

    def _see_linked(self, target: Target, place: str) -> None:
        """See what of a module the linker kept in a program."""
        if place not in self.linked:
            self.linked[place] = self._read_program(place)
        functions = self.linked[place]
        kept = {name for name in functions if covers(target, name[0])}
        if not functions:
            self.found.hide(target, f"the functions of the program {shown(place)} were not read")
        elif not kept:
            what = ", ".join(sorted(target.packages)[:3]) or target.name
            why = f"no function of {shown(what)} was seen in {shown(place)}"
            self.found.limit(target, why)
        else:
            package = min(kept)[0]
            sight = Sight(
                level=Level.IMPORTED,
                scope=Scope.RUN,
                path=shown(place),
                what=f"functions of {shown(package)} are linked in",
            )
            self.found.see(target, sight)
        for symbol in target.symbols:
            if symbol.parts and (symbol.package, symbol.parts) in kept:
                what = f"{symbol.name} is linked in; whether it is called, a program does not say"
                self.found.see(
                    target,
                    Sight(
                        level=Level.REFERENCED,
                        scope=Scope.RUN,
                        path=shown(place),
                        what=what + _only_on(symbol),
                    ),
                )

    def _read_program(self, place: str) -> frozenset[tuple[str, tuple[str, ...]]]:
        """Return the functions of a program; none where it cannot be read, which is told."""
        wanted = [place] if place in self.files.paths else []
        read = list(self.files.load(wanted, max_bytes=MAX_PROGRAM_BYTES))
        data = read[0][1] if read else None
        if data is None:
            return frozenset()
        try:
            names = read_functions(partial(_part, data))
        except MalformedError:
            return frozenset()
        return frozenset(symbol_of(name) for name in names)


def _unit_of(path: str) -> str:
    """Return the package that a vendored or cached file is of, empty for the product's own."""
    if vendored := _VENDOR.match(path):
        return vendored[1]
    if cached := _CACHE.match(path):
        module = _UPPER.sub(lambda match: match[1].upper(), cached[1])
        return f"{module}{cached[2]}"
    return ""


def _scope_of(path: str) -> Scope:
    """Return whether a file is a test: in Go the name says so, and the folder does not."""
    return Scope.TESTS if path.endswith("_test.go") or "testdata/" in path else Scope.RUN


def _only_where(built: str) -> str:
    return f", where it is built for {shown(built)}" if built else ""


def _part(data: bytes, at: int, count: int) -> bytes:
    return data[at : at + count]


def covers(target: Target, path: str) -> bool:
    """Tell whether `path` is a vulnerable package of the target."""
    return _in(target, path) and (not target.packages or path in target.packages)


def _in(target: Target, path: str) -> bool:
    """Tell whether a package is of the target's module, and of no other below its name."""
    if target.name == _STANDARD:
        return "." not in path.partition("/")[0]
    if path != target.name and not path.startswith(f"{target.name}/"):
        return False
    rest = path[len(target.name) + 1 :].partition("/")[0]
    return not _MAJOR.match(rest) and not any(
        path == other or path.startswith(f"{other}/") for other in target.nested
    )


def _named(target: Target, use: GoUse, names: dict[str, str]) -> Sight | None:
    """Return what `package.Symbol` shows, or `Symbol` where the package's names are the file's."""
    package = names.get(use.first)
    if package is None:
        return None
    for symbol in target.symbols:
        if symbol.package == package and symbol.parts in {(), (use.second,)}:
            level = Level.CALLED if use.called else Level.REFERENCED
            verb = "calls" if use.called else "names"
            return _sight(level, use, f"{verb} {package}.{use.second}{_only_on(symbol)}")
    return None


def _method(target: Target, use: GoUse, names: dict[str, str], methods: set[str]) -> Sight | None:
    """Return what a call of a method shows, of a value whose type is not known."""
    if not use.called or use.second not in methods or use.first == "." or use.first in names:
        return None
    symbol = next(s for s in target.symbols if len(s.parts) > 1 and s.parts[-1] == use.second)
    what = f"calls {use.second} of a value whose type is not known; vulnerable is {symbol.name}"
    return _sight(Level.REFERENCED, use, what + _only_on(symbol))


def _sight(level: Level, use: GoUse, what: str) -> Sight:
    return Sight(level=level, scope=Scope.RUN, path="", line=use.line, what=what)


def _only_on(symbol: Symbol) -> str:
    return f" (vulnerable on {', '.join(symbol.only_on)} only)" if symbol.only_on else ""
