"""JavaScript and TypeScript: which files import a package, also by way of what is in node_modules.

Calls are not followed: hardly any advisory about npm names symbols, and names are not typed.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.findings.reach import Scope
from assay.vuln.reach.found import (
    Found,
    PackageGraph,
    SourceFiles,
    Step,
    name_some,
    scope_of,
    shown,
)
from assay.vuln.reach.jsimports import JsFile, is_alias, iterate_packages, read_imports
from assay.vuln.reach.target import Target

ECOSYSTEM: Final = "npm"
MAX_FILE_BYTES: Final = 4 * 2**20  # bundles are larger, and have no imports
_SUFFIXES: Final = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_DIALECTS: Final = (".html", ".htm", ".astro", ".mdx", ".coffee")
_TYPES: Final = (".d.ts", ".d.mts", ".d.cts")
_INSTALLED: Final = re.compile(r"(?:^|.*/)node_modules/((?:@[^/]+/)?[^/]+)/")
_MANIFEST: Final = re.compile(r"(?:.*/)?package\.json\Z")
_WORDS: Final = re.compile(r"[@\w./-]+")


@dataclass(frozen=True, slots=True)
class JavaScriptLanguage:
    """Reads JavaScript, TypeScript, and the scripts of Vue and Svelte."""

    ecosystem: str = ECOSYSTEM

    def look(self, files: SourceFiles, targets: tuple[Target, ...]) -> Found:
        """Look for imports of `targets`, all packages of npm."""
        search = _Search(files=files, targets=targets)
        search.read()
        search.judge()
        return search.found


@dataclass(slots=True, kw_only=True)
class _Search:
    files: SourceFiles
    targets: tuple[Target, ...]
    found: Found = field(default_factory=Found)
    graph: PackageGraph = field(default_factory=PackageGraph)
    own: dict[str, list[Step]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)  # the name in the code: the package's
    scripts: dict[str, str] = field(default_factory=dict)  # a word of a script: where
    unread: set[str] = field(default_factory=set)
    dynamic: dict[str, set[str]] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Read the manifests of the product, then all files."""
        manifests = [p for p in self.files.paths if _MANIFEST.match(p) and not _INSTALLED.match(p)]
        for path, data in self.files.load(manifests, max_bytes=MAX_FILE_BYTES):
            self._read_manifest(path, data)
        wanted = [p for p in self.files.paths if p.endswith(_SUFFIXES)]
        for path, data in self.files.load(wanted, max_bytes=MAX_FILE_BYTES):
            if data is None:
                self.unread.add(shown(path))
            else:
                self._add(path, read_imports(path, data))

    def _read_manifest(self, path: str, data: bytes | None) -> None:
        """Take what package.json renames (`npm:`), and the words of its scripts."""
        try:
            document = JsonValue(parse_json(data or b"", max_bytes=MAX_FILE_BYTES))
            for name in ("dependencies", "devDependencies", "optionalDependencies"):
                for alias, value in _texts(document, name):
                    if value.startswith("npm:"):
                        self.renamed[alias] = value[4:].rpartition("@")[0] or value[4:]
            for _, script in _texts(document, "scripts"):
                for word in _WORDS.findall(script):
                    self.scripts.setdefault(word, shown(path))
        except MalformedError:
            self.unread.add(shown(path))

    def _add(self, path: str, file: JsFile) -> None:
        self.found.files += 1
        inside = _INSTALLED.match(path)
        unit = inside[1] if inside else ""
        if not unit:
            for line, kind in file.dynamic.items():
                self.dynamic.setdefault(kind, set()).add(f"{shown(path)}:{line}")
            self.aliases |= {shown(i.specifier) for i in file.imports if is_alias(i.specifier)}
        for name, one in iterate_packages(file):
            package = self.renamed.get(name, name) if not unit else name
            scope = Scope.TYPES if path.endswith(_TYPES) else one.scope
            if scope is Scope.RUN and not unit:
                scope = scope_of(path)
            what = f"imports {shown(one.specifier)}"
            step = Step(unit=unit, path=shown(path), line=one.line, scope=scope, what=what)
            self.graph.add(unit, package.lower(), step)
            if not unit:
                self.own.setdefault(package.lower(), []).append(step)

    def judge(self) -> None:
        """Say what was seen of each target, and what may be missing."""
        ways = self.graph.ways()
        self._general_limits()
        for target in self.targets:
            name = target.name.lower()
            for step in self.own.get(name, ()):
                self.found.see_import(target, (step,))
            way = ways.get(name, ())
            if len(way) > 1:
                self.found.see_import(target, way)
            self._limits(target, seen=bool(way))

    def _limits(self, target: Target, *, seen: bool) -> None:
        if target.symbols:
            self.found.limit(target, "calls are not followed in JavaScript")
        if seen:
            return
        number = self.found.files
        if target.name.lower() not in self.own:  # for types at least
            why = f"none of {number} JavaScript files that were read imports it"
            self.found.limit(target, why)
        unread = [name for name in target.parents if name.lower() not in self.graph.steps]
        if unread:
            what = "what depends on it was not read"
            self.found.limit(target, name_some(what, map(shown, unread)))
        short = target.name.rpartition("/")[2]
        if where := self.scripts.get(target.name) or self.scripts.get(short):
            self.found.limit(target, f"a script in {where} names it")

    def _general_limits(self) -> None:
        general = self.found.general
        if self.unread:
            general.add(name_some("files that were not read", self.unread))
        if self.aliases:
            general.add(name_some("specifiers that a setting gives a meaning", self.aliases))
        if unread := [shown(path) for path in self.files.paths if _is_dialect(path)]:
            general.add(name_some("pages and dialects are not read", unread))
        for kind, places in self.dynamic.items():
            general.add(name_some(f"code that {kind}", places))


def _is_dialect(path: str) -> bool:
    return path.endswith(_DIALECTS) and not _INSTALLED.match(path)


def _texts(document: JsonValue, name: str) -> list[tuple[str, str]]:
    """Return the members of an object that are texts; of another shape, npm refuses it itself."""
    member = document.optional(name)
    if member is None:
        return []
    return [(key, item.value) for key, item in member.members() if isinstance(item.value, str)]
