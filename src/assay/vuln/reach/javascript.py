"""JavaScript and TypeScript: which files import a package, and call its vulnerable symbols.

What the product imports is followed through `node_modules`, package by package. Calls are looked
for in the product's own files, where an import binds their names; values are not typed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.findings.reach import Scope
from assay.vuln.reach.found import Step, name_some, scope_of, shown
from assay.vuln.reach.jsimports import is_alias, iterate_packages, read_imports
from assay.vuln.reach.jsprogram import JsProgram
from assay.vuln.reach.jsseen import find_hits, find_sights
from assay.vuln.reach.renamed import Renamed
from assay.vuln.reach.search import Search, Ways
from assay.vuln.reach.target import Target

ECOSYSTEM: Final = "npm"
MAX_FILE_BYTES: Final = 4 * 2**20  # bundles are larger, and have no imports
_SUFFIXES: Final = (
    ".js",
    ".mjs",
    ".cjs",
    ".jsx",
    ".es6",
    ".jsm",
    ".ts",
    ".tsx",
    ".mts",
    ".cts",
    ".vue",
    ".svelte",
)
_DIALECTS: Final = (".html", ".htm", ".astro", ".mdx", ".coffee", ".ejs", ".pug", ".hbs")
_TYPES: Final = (".d.ts", ".d.mts", ".d.cts")
_INSTALLED: Final = re.compile(r"(?:^|.*/)node_modules/((?:@[^/]+/)?[^/]+)/")
_MANIFEST: Final = re.compile(r"(?:.*/)?package\.json\Z")
_RENAME: Final = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "overrides",
    "resolutions",
)
_WORDS: Final = re.compile(r"[@\w./-]+")


@dataclass(slots=True, kw_only=True)
class JavaScriptSearch(Search):
    """Reads JavaScript, TypeScript, and the scripts of Vue and Svelte."""

    ecosystem: ClassVar[str] = ECOSYSTEM
    language: ClassVar[str] = "JavaScript"
    max_bytes: ClassVar[int] = MAX_FILE_BYTES

    renamed: Renamed = field(default_factory=Renamed)
    scripts: dict[str, str] = field(default_factory=dict)  # a word of a script: where
    dynamic: dict[str, set[str]] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)
    program: JsProgram = field(default_factory=JsProgram)

    def prepare(self) -> None:
        """Read the manifests of the product: what they rename, and the words of their scripts."""
        for path, data in self.load(_is_manifest, max_bytes=MAX_FILE_BYTES):
            try:
                document = JsonValue(parse_json(data, max_bytes=MAX_FILE_BYTES))
                self.renamed.add(path, dict(_renamed(document)))
                for _, script in _texts(document, "scripts"):
                    for word in _WORDS.findall(script):
                        self.scripts.setdefault(word, shown(path))
            except MalformedError as error:
                self.leave(path, error.what)

    def reads(self, path: str) -> bool:
        """Tell whether a file is one of the languages."""
        return path.endswith(_SUFFIXES)

    def unit_of(self, path: str) -> str:
        """Return the package in node_modules that a file is of."""
        inside = _INSTALLED.match(path)
        return inside[1].lower() if inside else ""

    def add(self, path: str, data: bytes) -> None:
        """Take in one file."""
        unit = self.unit_of(path)
        sought = not unit and any(target.symbols for target in self.targets)
        file = read_imports(path, data, with_calls=sought)
        if file.broken:
            self.leave(path, "a comment or a template in it has no end")
        if file.calls is not None:
            self.program.files[path] = file.calls
        if not unit:
            for line, kind in file.dynamic.items():
                self.dynamic.setdefault(kind, set()).add(f"{shown(path)}:{line}")
            self.aliases |= {shown(i.specifier) for i in file.imports if is_alias(i.specifier)}
        for name, one in iterate_packages(file):
            package = (not unit and self.renamed.find(path, name)) or name
            scope = Scope.TYPES if path.endswith(_TYPES) else one.scope
            if scope is Scope.RUN and not unit:
                scope = scope_of(path)
            what = f"imports {shown(one.specifier)}"
            step = Step(unit=unit, path=shown(path), line=one.line, scope=scope, what=what)
            self.add_import(package.lower(), step)

    def names(self, target: Target) -> Iterable[str]:
        """Return the name of the package."""
        return (target.name.lower(),)

    def was_read(self, package: str) -> bool:
        """Tell whether a package in node_modules was read."""
        return package.lower() in self.graph.steps

    def judge(self, target: Target, ways: Ways) -> None:
        """Say what was seen of one target, and which scripts name it."""
        Search.judge(self, target, ways)
        if target.symbols:
            self.found.limit(target, "values are not followed from where they are made")
        if target.name.lower() in ways:
            return
        short = target.name.rpartition("/")[2]
        if where := self.scripts.get(target.name) or self.scripts.get(short):
            self.found.hide(target, f"a script in {where} names it")

    def finish(self) -> None:
        """See the calls, for which names are followed through all files; say what hides more."""
        sought = [target for target in self.targets if target.symbols]
        hits = list(find_hits(self.program, sought, self.renamed))
        for target, sight in find_sights(self.program, hits):
            self.found.see(target, sight)
        for hit in hits:
            if hit.computed:
                self.found.hide(hit.target, f"a name in it is computed: {hit.place}")
        self._hidden_from_all()

    def _hidden_from_all(self) -> None:
        general = self.found.general
        if self.program.tangled:
            what = "files whose names mean too many things"
            general.add(name_some(what, self.program.tangled))
        if self.aliases:
            general.add(name_some("specifiers that a setting gives a meaning", self.aliases))
        if unread := [shown(path) for path in self.files.paths if _is_dialect(path)]:
            general.add(name_some("pages and dialects are not read", unread))
        for kind, places in self.dynamic.items():
            general.add(name_some(f"code that {kind}", places))


def _is_manifest(path: str) -> bool:
    return bool(_MANIFEST.match(path)) and not _INSTALLED.match(path)


def _renamed(document: JsonValue) -> Iterator[tuple[str, str]]:
    """Yield the names in code, and the packages that a manifest means by them (`npm:`)."""
    for member in _RENAME:
        for alias, value in _texts(document, member):
            if value.startswith("npm:"):
                yield alias, value[4:].rpartition("@")[0] or value[4:]


def _is_dialect(path: str) -> bool:
    return path.endswith(_DIALECTS) and not _INSTALLED.match(path)


def _texts(document: JsonValue, name: str) -> list[tuple[str, str]]:
    """Return the members of an object that are texts; of another shape, npm refuses it itself."""
    member = document.optional(name)
    if member is None:
        return []
    return [(key, item.value) for key, item in member.members() if isinstance(item.value, str)]
