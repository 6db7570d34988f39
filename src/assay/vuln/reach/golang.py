"""Go: which packages of a module are imported, and which of its vulnerable symbols are named.

Advisories name the vulnerable packages of a module and often their symbols. An import of another
package of the same module is told, and is no import of the vulnerable one. In programs, the
names of functions that the linker kept are read: linked is not called.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, Final

from assay.core.errors import MalformedError
from assay.findings.reach import Level, Scope, Sight
from assay.vuln.reach.found import Step, name_some, shown
from assay.vuln.reach.goprogram import read_functions, symbol_of
from assay.vuln.reach.goseen import (
    GoSource,
    covers,
    in_module,
    inside,
    names_in,
    only_on,
    uses_in,
)
from assay.vuln.reach.gosource import read_go
from assay.vuln.reach.search import Search, Ways
from assay.vuln.reach.target import Target

ECOSYSTEM: Final = "Go"
MAX_FILE_BYTES: Final = 8 * 2**20  # made files are large
_CACHE: Final = re.compile(r"(?:^|.*/)pkg/mod/([^@]+)@[^/]+((?:/[^/]+)*)/[^/]+\.go\Z")
_UPPER: Final = re.compile(r"!([a-z])")
_VENDOR: Final = re.compile(r"(?:^|.*/)vendor/(.+)/[^/]+\.go\Z")
MAX_PROGRAM_BYTES: Final = 256 * 2**20
BINARY: Final = "binary-analysis"


@dataclass(slots=True, kw_only=True)
class GoSearch(Search):
    """Reads Go sources, those in `vendor` and in a module cache included, and Go programs."""

    ecosystem: ClassVar[str] = ECOSYSTEM
    language: ClassVar[str] = "Go"
    max_bytes: ClassVar[int] = MAX_FILE_BYTES

    sources: list[GoSource] = field(default_factory=list)
    sought: list[Target] = field(default_factory=list)
    dynamic: dict[str, set[str]] = field(default_factory=dict)
    linked: dict[str, frozenset[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Find out of which targets symbols are known."""
        self.sought = [target for target in self.targets if target.symbols]

    def reads(self, path: str) -> bool:
        """Tell whether a file is Go."""
        return path.endswith(".go")

    def unit_of(self, path: str) -> str:
        """Return the package that a vendored or cached file is of."""
        return _unit_of(path)

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
        source = GoSource(path=path, file=file, scope=scope, unit=unit)
        if not unit or any(covers(t, one.path) for t in self.sought for one in file.imports):
            self.sources.append(source)
        if not unit:
            for kind, line in file.dynamic.items():
                self.dynamic.setdefault(kind, set()).add(f"{shown(path)}:{line}")

    def names(self, target: Target) -> Iterable[str]:
        """Return the vulnerable packages that anything imports."""
        imported = {name for steps in self.graph.steps.values() for name in steps}
        return sorted(name for name in imported if covers(target, name))

    def units(self, target: Target) -> Iterable[str]:
        """Return all packages of the module."""
        return [unit for unit in self.graph.steps if unit and in_module(target, unit)]

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
        for file in self.sources if target.symbols else ():
            self._see_uses(target, file, ways)
        others = [
            path for path in ways if path and in_module(target, path) and not covers(target, path)
        ]
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
        if assembly and self.sources:
            general.add(name_some("assembly is not read", assembly))

    def _see_uses(self, target: Target, file: GoSource, ways: Ways) -> None:
        """See the uses in a file of the product, or of a package that it leads to."""
        if file.unit and not ways.get(file.unit):
            return
        names, unknown = names_in(target, file)
        for where in unknown:
            why = "under which name a package of it is used is not known"
            self.found.hide(target, f"{why}: {where}")
        by_method = not file.unit and target.finding in self.found.sights
        for sight in uses_in(target, file, names, by_method=by_method):
            self.found.see(target, inside(sight, ways[file.unit]) if file.unit else sight)

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
                        what=what + only_on(symbol),
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
