"""Python: which files import a distribution, and which functions call its vulnerable symbols.

Files in an environment (`site-packages`) belong to its packages: what the product imports is
followed through them, package by package. Calls are looked for in the product's own files.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from assay.core.errors import MalformedError
from assay.core.stricttoml import parse_toml
from assay.findings.reach import Scope
from assay.vuln.package import normal_name
from assay.vuln.reach.found import Step, name_some, scope_of, shown
from assay.vuln.reach.pycalls import find_calls, find_computed
from assay.vuln.reach.pymodule import parse_module
from assay.vuln.reach.pynames import ImportNames, import_names, read_record, read_top_level
from assay.vuln.reach.pyprogram import PyProgram
from assay.vuln.reach.pysource import MAX_FILE_BYTES
from assay.vuln.reach.search import Search, Ways
from assay.vuln.reach.target import Target

ECOSYSTEM: Final = "PyPI"
MAX_METADATA_BYTES: Final = 16 * 2**20
_SUFFIXES: Final = (".py", ".pyw", ".ipynb")
_COMPILED: Final = (".pyx", ".pxd", ".pxi", ".so", ".pyd", ".pyz", ".pth")
_SHEBANG: Final = re.compile(rb"#![^\n]{0,200}python")
MAX_SCRIPT_BYTES: Final = 2**20  # of a file without a suffix: larger ones are programs
_SITE: Final = re.compile(r"(?:^|.*/)(?:site|dist)-packages/([^/]+)")
_DIST_INFO: Final = re.compile(
    r"(?:.*/)?([^/-]+)(?:-[^/]+)?\.(?:dist|egg)-info/(RECORD|top_level\.txt)\Z"
)


@dataclass(slots=True, kw_only=True)
class PythonSearch(Search):
    """Reads Python sources, notebooks, and scripts that name Python in their first line."""

    ecosystem: ClassVar[str] = ECOSYSTEM
    language: ClassVar[str] = "Python"
    max_bytes: ClassVar[int] = MAX_FILE_BYTES

    program: PyProgram = field(default_factory=PyProgram)
    installed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known: dict[str, ImportNames] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()
    scripts: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        """Find out under which names the targets are imported, and which scripts there are."""
        self.paths = frozenset(self.files.paths)
        self.installed = self._modules_there()
        self.known = {one.finding: import_names(one.name, self.installed) for one in self.targets}
        for _, data in self.load(lambda p: p == "pyproject.toml", max_bytes=MAX_METADATA_BYTES):
            self.scripts += read_scripts(data)
        small = [path for path in self.files.paths if _may_be_script(path)]
        for path, script in self.files.load(small, max_bytes=MAX_SCRIPT_BYTES):
            if script is not None and _SHEBANG.match(script):
                self.found.files += 1
                self.add(path, script)

    def _modules_there(self) -> Mapping[str, tuple[str, ...]]:
        """Return the modules of each distribution that lies there, by its RECORD if it has one."""
        found: dict[str, dict[str, set[str]]] = {}
        for path, data in self.load(
            lambda p: bool(_DIST_INFO.match(p)), max_bytes=MAX_METADATA_BYTES
        ):
            match = _DIST_INFO.match(path)
            if match is not None:
                read = read_record if match[2] == "RECORD" else read_top_level
                name = normal_name(ECOSYSTEM, match[1])
                found.setdefault(name, {}).setdefault(match[2], set()).update(read(data))
        return {
            name: tuple(sorted(by.get("RECORD") or by.get("top_level.txt") or ()))
            for name, by in found.items()
        }

    def reads(self, path: str) -> bool:
        """Tell whether a file is Python, or a notebook."""
        return path.endswith(_SUFFIXES)

    def unit_of(self, path: str) -> str:
        """Return what stands at the top of the environment that a file is in."""
        inside = _SITE.match(path)
        return inside[1].removesuffix(".py") if inside else ""

    def add(self, path: str, data: bytes) -> None:
        """Take in one file; of the product's own, the facts stay."""
        try:
            module = parse_module(path, data)
        except MalformedError as error:
            self.leave(path, error.what)
            return
        unit = self.unit_of(path)
        if not unit:
            self.program.add(module)
        tests = not unit and scope_of(path) is Scope.TESTS
        for one in module.imports:
            scope = Scope.TESTS if tests and one.scope is Scope.RUN else one.scope
            what = f"imports {shown(one.module)}{', if it is there' if one.optional else ''}"
            step = Step(unit=unit, path=shown(path), line=one.line, scope=scope, what=what)
            self.graph.add(unit, one.module.partition(".")[0], step)
            self._add_targets(path, one.module, step)

    def _add_targets(self, path: str, module: str, step: Step) -> None:
        """Add the import to those of each target that it is one of."""
        for target in self.targets:
            if not self.known[target.finding].cover(module):
                continue
            if not step.unit and self._stands_beside(path, module):
                self.found.hide(target, f"a module {shown(module)} of the product stands beside it")
            else:
                self.add_import(target.finding, step)

    def _stands_beside(self, path: str, module: str) -> bool:
        """Tell whether a script at `path` would import a module from its own folder."""
        folder = path.rpartition("/")[0]
        place = f"{folder}/{module.partition('.')[0]}".removeprefix("/")
        return f"{place}.py" in self.paths or f"{place}/__init__.py" in self.paths

    def names(self, target: Target) -> Iterable[str]:
        """Return the finding: a distribution can have several names in code."""
        return (target.finding,)

    def units(self, target: Target) -> Iterable[str]:
        """Return the packages at the top of an environment that are the target's."""
        return {name.partition(".")[0] for name in self.known[target.finding].names}

    def spelt(self, target: Target) -> str:
        """Return the names at the top, as an import has them."""
        return " or ".join(dict.fromkeys(self.units(target)))

    def was_read(self, package: str) -> bool:
        """Tell whether an environment with the package is among the files."""
        names = import_names(package, self.installed).names
        return any(name.partition(".")[0] in self.graph.steps for name in names)

    def judge(self, target: Target, ways: Ways) -> None:
        """Say what was seen of a target, unless the product's own module has its name."""
        names = self.known[target.finding]
        shadowed = [name for name in names.names if self.program.has_at_top(name)]
        if shadowed:
            self.found.hide(target, f"the product has a module {shown(shadowed[0])} of its own")
            return
        Search.judge(self, target, ways)
        if names.guessed:
            tell = self.found.limit if target.finding in self.own else self.found.hide
            tell(target, "the name under which it is imported is guessed from its own")
        if target.finding not in self.own and (places := self._in_texts(names)):
            what = "a text names it, and may lead to an import"
            self.found.hide(target, name_some(what, places))

    def _in_texts(self, names: ImportNames) -> set[str]:
        return {
            f"{shown(module.path)}:{line}"
            for module in self.program.modules.values()
            for text, line in module.texts.items()
            if names.cover(text)
        }

    def finish(self) -> None:
        """See the calls, for which names are followed through all files; say what hides more."""
        sought = [
            (target, self.known[target.finding])
            for target in self.targets
            if target.symbols and target.finding in self.found.sights
        ]
        for target, sight in find_calls(self.program, sought, self.scripts):
            self.found.see(target, sight)
        for target, place in find_computed(self.program, sought):
            self.found.hide(target, f"a name in it is computed: {place}")
        general, modules = self.found.general, self.program.modules.values()
        if self.program.tangled:
            places = map(shown, self.program.tangled)
            general.add(name_some("files whose names mean too many things", places))
        kinds: dict[str, set[str]] = {}
        for module in modules:
            for line, kind in module.dynamic.items():
                kinds.setdefault(kind, set()).add(f"{shown(module.path)}:{line}")
        general.update(name_some(f"code that {kind}", places) for kind, places in kinds.items())
        compiled = {shown(path) for path in self.files.paths if _is_compiled(path)}
        if compiled:
            general.add(name_some("compiled Python and Cython are not read", compiled))


def _may_be_script(path: str) -> bool:
    return "." not in path.rpartition("/")[2] and not _SITE.match(path)


def _is_compiled(path: str) -> bool:
    """Tell whether a file of the product can import, and is no source of Python."""
    if path.endswith(".pyc"):
        return "__pycache__/" not in path and not _SITE.match(path)
    return path.endswith(_COMPILED) and not _SITE.match(path)


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
