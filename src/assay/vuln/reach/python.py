"""Python: which files import a distribution, and which functions call its vulnerable symbols.

Files in an environment (`site-packages`) belong to its packages: what the product imports is
followed through them, package by package. Calls are looked for in the product's own files.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.stricttoml import parse_toml
from assay.findings.reach import Scope
from assay.vuln.package import normal_name
from assay.vuln.reach.found import (
    Found,
    PackageGraph,
    SourceFiles,
    Step,
    name_some,
    scope_of,
    shown,
)
from assay.vuln.reach.pycalls import find_calls
from assay.vuln.reach.pyfacts import PyModule
from assay.vuln.reach.pymodule import MAX_FILE_BYTES, parse_module
from assay.vuln.reach.pynames import ImportNames, import_names, read_record, read_top_level
from assay.vuln.reach.pyprogram import PyProgram
from assay.vuln.reach.target import Target

ECOSYSTEM: Final = "PyPI"
MAX_METADATA_BYTES: Final = 16 * 2**20
_SUFFIXES: Final = (".py", ".pyw", ".ipynb")
_COMPILED: Final = (".pyx", ".pxd", ".pxi")
_SITE: Final = re.compile(r"(?:^|.*/)(?:site|dist)-packages/([^/]+)")
_DIST_INFO: Final = re.compile(
    r"(?:.*/)?([^/-]+)-[^/]+\.(?:dist|egg)-info/(RECORD|top_level\.txt)\Z"
)


@dataclass(frozen=True, slots=True)
class PythonLanguage:
    """Reads Python sources and notebooks."""

    ecosystem: str = ECOSYSTEM

    def look(self, files: SourceFiles, targets: tuple[Target, ...]) -> Found:
        """Look for imports and calls of `targets`, all distributions of Python."""
        search = _Search(files=files, targets=targets)
        search.read()
        search.judge()
        return search.found


@dataclass(slots=True, kw_only=True)
class _Search:
    files: SourceFiles
    targets: tuple[Target, ...]
    found: Found = field(default_factory=Found)
    program: PyProgram = field(default_factory=PyProgram)
    graph: PackageGraph = field(default_factory=PackageGraph)
    names: dict[str, ImportNames] = field(default_factory=dict)
    own: dict[str, list[Step]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Read all files; of the product's own, the facts stay."""
        installed = self._installed()
        self.names = {one.finding: import_names(one.name, installed) for one in self.targets}
        wanted = [path for path in self.files.paths if path.endswith(_SUFFIXES)]
        for path, data in self.files.load(wanted, max_bytes=MAX_FILE_BYTES):
            self._read_module(path, data)
        project = [path for path in self.files.paths if path == "pyproject.toml"]
        for _, data in self.files.load(project, max_bytes=MAX_METADATA_BYTES):
            self.scripts += read_scripts(data or b"")

    def _installed(self) -> Mapping[str, tuple[str, ...]]:
        """Return the modules of each distribution that lies there."""
        found: dict[str, set[str]] = {}
        wanted = [path for path in self.files.paths if _DIST_INFO.match(path)]
        for path, data in self.files.load(wanted, max_bytes=MAX_METADATA_BYTES):
            match = _DIST_INFO.match(path)
            if match and data:
                read = read_record if match[2] == "RECORD" else read_top_level
                found.setdefault(normal_name(ECOSYSTEM, match[1]), set()).update(read(data))
        return {name: tuple(sorted(modules)) for name, modules in found.items()}

    def _read_module(self, path: str, data: bytes | None) -> None:
        module = None if data is None else _module(path, data)
        if module is None:
            self.unread.add(shown(path))
            return
        self.found.files += 1
        inside = _SITE.match(path)
        unit = inside[1].removesuffix(".py") if inside else ""
        if not unit:
            self.program.add(module)
        self._add_imports(unit, module)

    def _add_imports(self, unit: str, module: PyModule) -> None:
        tests = not unit and scope_of(module.path) is Scope.TESTS
        for one in module.imports:
            step = Step(
                unit=unit,
                path=shown(module.path),
                line=one.line,
                scope=Scope.TESTS if tests and one.scope is Scope.RUN else one.scope,
                what=f"imports {shown(one.module)}{', if it is there' if one.optional else ''}",
            )
            self.graph.add(unit, one.module.partition(".")[0], step)
            for target in self.targets:
                if self.names[target.finding].cover(one.module):
                    self.graph.add(unit, target.finding, step)
                    if not unit:
                        self.own.setdefault(target.finding, []).append(step)

    def judge(self) -> None:
        """Say what was seen of each target, and what may be missing."""
        ways = self.graph.ways()
        self._general_limits()
        sought = []
        for target in self.targets:
            shadowed = [n for n in self.names[target.finding].names if self.program.has_at_top(n)]
            if shadowed:
                self.found.limit(
                    target, f"the product has a module {shown(shadowed[0])} of its own"
                )
                continue
            self._judge_imports(target, ways.get(target.finding, ()))
            if target.symbols and target.finding in self.own:
                sought.append((target, self.names[target.finding]))
        for target, sight in find_calls(self.program, sought, self.scripts):
            self.found.see(target, sight)
        if self.program.tangled:
            places = map(shown, self.program.tangled)
            self.found.general.add(name_some("files whose names mean too many things", places))

    def _judge_imports(self, target: Target, way: tuple[Step, ...]) -> None:
        for step in self.own.get(target.finding, ()):
            self.found.see_import(target, (step,))
        if len(way) > 1:
            self.found.see_import(target, way)
        names = self.names[target.finding]
        if not way:
            spelt = " or ".join(dict.fromkeys(name.partition(".")[0] for name in names.names))
            number = self.found.files
            if target.finding not in self.own:  # for types at least
                why = f"none of {number} Python files that were read imports {shown(spelt)}"
                self.found.limit(target, why)
            self._through_others(target)
        if names.guessed:
            self.found.limit(target, "the name under which it is imported is guessed from its own")
        self._named_in_texts(target, names)

    def _through_others(self, target: Target) -> None:
        """Tell of the packages that need it and lie outside of what was read."""
        unread = [name for name in target.parents if not self._was_read(name)]
        if unread:
            what = "what depends on it was not read"
            self.found.limit(target, name_some(what, map(shown, unread)))

    def _was_read(self, distribution: str) -> bool:
        names = import_names(distribution, {}).names
        return any(name.partition(".")[0] in self.graph.steps for name in names)

    def _named_in_texts(self, target: Target, names: ImportNames) -> None:
        if target.finding in self.own:
            return
        places = {
            f"{shown(module.path)}:{line}"
            for module in self.program.modules.values()
            for text, line in module.texts.items()
            if names.cover(text)
        }
        if places:
            self.found.limit(
                target, name_some("a text names it, and may lead to an import", places)
            )

    def _general_limits(self) -> None:
        general, modules = self.found.general, self.program.modules.values()
        if self.unread:
            general.add(name_some("Python files that were not read", self.unread))
        kinds: dict[str, set[str]] = {}
        for module in modules:
            for line, kind in module.dynamic.items():
                kinds.setdefault(kind, set()).add(f"{shown(module.path)}:{line}")
        general.update(name_some(f"code that {kind}", places) for kind, places in kinds.items())
        compiled = {shown(path) for path in self.files.paths if path.endswith(_COMPILED)}
        if compiled:
            general.add(name_some("Cython sources are not read", compiled))


def read_scripts(data: bytes) -> tuple[str, ...]:
    """Return the functions (`module:function`) that a pyproject.toml makes scripts of.

    Nothing where it is no TOML, or of another form: its scripts then begin nowhere that is known.
    """
    try:
        document = parse_toml(data, max_bytes=MAX_METADATA_BYTES)
        project = document.optional("project")
        tables = [project.optional(name) for name in ("scripts", "gui-scripts")] if project else []
        groups = project.optional("entry-points") if project else None
        tables += [table for _, table in groups.members()] if groups else []
        return tuple(
            item.text() for table in tables if table is not None for _, item in table.members()
        )
    except MalformedError:
        return ()


def _module(path: str, data: bytes) -> PyModule | None:
    """Return the facts of a file, None for one that cannot be read; the caller tells of it."""
    try:
        return parse_module(path, data)
    except MalformedError:
        return None
