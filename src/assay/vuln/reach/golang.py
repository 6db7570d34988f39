"""Go: which packages of a module are imported, and which of its vulnerable symbols are named.

Advisories name the vulnerable packages of a module and often their symbols. An import of another
package of the same module is told, and is no import of the vulnerable one. In programs, the
names of functions that the linker kept are read: linked is not called.
"""

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from assay.core.errors import MalformedError
from assay.findings.reach import Level, Scope, Sight
from assay.vuln.reach.found import (
    Found,
    PackageGraph,
    SourceFiles,
    Step,
    name_some,
    scope_of,
    shown,
)
from assay.vuln.reach.goprogram import read_functions, symbol_of
from assay.vuln.reach.gosource import GoFile, GoUse, names_of, read_go
from assay.vuln.reach.target import Symbol, Target

ECOSYSTEM: Final = "Go"
MAX_FILE_BYTES: Final = 8 * 2**20  # made files are large
_VENDOR: Final = re.compile(r"(?:^|.*/)vendor/(.+)/[^/]+\.go\Z")
MAX_PROGRAM_BYTES: Final = 256 * 2**20
BINARY: Final = "binary-analysis"
_STANDARD: Final = "stdlib"


@dataclass(frozen=True, slots=True)
class GoLanguage:
    """Reads Go sources, those in `vendor` folders included."""

    ecosystem: str = ECOSYSTEM

    def look(self, files: SourceFiles, targets: tuple[Target, ...]) -> Found:
        """Look for imports and calls of `targets`, all modules of Go."""
        search = _Search(files=files, targets=targets)
        search.read()
        search.judge()
        return search.found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """A file of the product, as far as it matters."""

    path: str
    file: GoFile
    scope: Scope


@dataclass(slots=True, kw_only=True)
class _Search:
    files: SourceFiles
    targets: tuple[Target, ...]
    found: Found = field(default_factory=Found)
    graph: PackageGraph = field(default_factory=PackageGraph)
    own: list[_Own] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    linked: dict[str, frozenset[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def read(self) -> None:
        """Read all files; of the product's own, the facts stay."""
        wanted = [path for path in self.files.paths if path.endswith(".go")]
        for path, data in self.files.load(wanted, max_bytes=MAX_FILE_BYTES):
            file = GoFile(whole=False) if data is None else read_go(data)
            if not file.whole:
                self.unread.add(shown(path))
            self.found.files += data is not None
            vendored = _VENDOR.match(path)
            unit = vendored[1] if vendored else ""
            scope = Scope.RUN if unit else scope_of(path)
            for one in file.imports:
                what = f"imports {shown(one.path)}"
                step = Step(unit=unit, path=shown(path), line=one.line, scope=scope, what=what)
                self.graph.add(unit, one.path, step)
            if not unit:
                self.own.append(_Own(path=path, file=file, scope=scope))

    def judge(self) -> None:
        """Say what was seen of each target, and what may be missing."""
        ways = self.graph.ways()
        if self.unread:
            self.found.general.add(name_some("Go files that were not read to the end", self.unread))
        for target in self.targets:
            imported = [path for path in ways if path and covers(target, path)]
            for path in imported:
                self.found.see_import(target, ways[path])
            if not imported and BINARY not in target.component.methods:
                self._not_imported(target, [path for path in ways if path and _in(target, path)])
            for own in self.own:
                self._see_uses(target, own)
            if BINARY in target.component.methods:
                for place in target.component.found_in:
                    self._see_linked(target, place)

    def _not_imported(self, target: Target, others: list[str]) -> None:
        wanted = ", ".join(sorted(target.packages)[:3]) or target.name
        number = self.found.files
        why = f"none of {number} Go files that were read imports {shown(wanted)}"
        self.found.limit(target, why)
        if others:
            what = "other packages of the module are imported"
            self.found.limit(target, name_some(what, map(shown, others)))
        unread = [name for name in target.parents if not self._was_read(name)]
        if unread:
            what = "what depends on it was not read"
            self.found.limit(target, name_some(what, map(shown, unread)))
        elif not any(self.graph.steps.keys() - {""}):
            self.found.limit(target, "the modules that the product imports were not read")

    def _was_read(self, module: str) -> bool:
        return any(unit == module or unit.startswith(f"{module}/") for unit in self.graph.steps)

    def _see_uses(self, target: Target, own: _Own) -> None:
        names: dict[str, str] = {}
        for one in own.file.imports:
            if covers(target, one.path):
                names.update(dict.fromkeys(names_of(one), one.path))
        methods = {s.parts[-1] for s in target.symbols if len(s.parts) > 1}
        if not names and not (methods and target.finding in self.found.sights):
            return
        for use in own.file.uses:
            sight = _named(target, use, names) or _method(target, use, names, methods)
            if sight is not None:
                self.found.see(target, replace(sight, path=shown(own.path), scope=own.scope))

    def _see_linked(self, target: Target, place: str) -> None:
        """See what of a module the linker kept in a program."""
        if place not in self.linked:
            self.linked[place] = self._read_program(place)
        functions = self.linked[place]
        kept = {name for name in functions if covers(target, name[0])}
        if not functions:
            self.found.limit(target, f"the functions of the program {shown(place)} were not read")
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


def _part(data: bytes, at: int, count: int) -> bytes:
    return data[at : at + count]


def covers(target: Target, path: str) -> bool:
    """Tell whether `path` is a vulnerable package of the target."""
    return path in target.packages if target.packages else _in(target, path)


def _in(target: Target, path: str) -> bool:
    """Tell whether a package is of the target's module."""
    if target.name == _STANDARD:
        return "." not in path.partition("/")[0]
    return path == target.name or path.startswith(f"{target.name}/")


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
