"""Rust: which crates are used, and which functions that advisories name are called.

A crate is known in code by its name with `_` for `-`, or by the name that Cargo.toml gives it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
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
from assay.vuln.reach.rustsource import Path, RustFile, RustUse, read_rust
from assay.vuln.reach.target import Symbol, Target

ECOSYSTEM: Final = "crates.io"
MAX_FILE_BYTES: Final = 4 * 2**20
_VENDOR: Final = re.compile(r"(?:^|.*/)vendor/([^/]+)/")
_RELEASE: Final = re.compile(r"-[0-9][^/]*\Z")
_TABLES: Final = ("dependencies", "dev-dependencies", "build-dependencies")


@dataclass(frozen=True, slots=True)
class RustLanguage:
    """Reads Rust sources, those in `vendor` folders included."""

    ecosystem: str = ECOSYSTEM

    def look(self, files: SourceFiles, targets: tuple[Target, ...]) -> Found:
        """Look for uses and calls of `targets`, all crates."""
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
    renamed: dict[str, str] = field(default_factory=dict)  # the name in code: the crate's
    uses: dict[str, list[Sight]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Read the manifests, then all files."""
        manifests = [p for p in self.files.paths if p.rpartition("/")[2] == "Cargo.toml"]
        for path, data in self.files.load(manifests, max_bytes=MAX_FILE_BYTES):
            if not _VENDOR.match(path):
                self._read_manifest(path, data or b"")
        wanted = [path for path in self.files.paths if path.endswith(".rs")]
        for path, data in self.files.load(wanted, max_bytes=MAX_FILE_BYTES):
            file = RustFile(whole=False) if data is None else read_rust(data)
            if not file.whole:
                self.unread.add(shown(path))
            self.found.files += data is not None
            self._add(path, file)

    def _read_manifest(self, path: str, data: bytes) -> None:
        try:
            self.renamed.update(read_renamed(parse_toml(data, max_bytes=MAX_FILE_BYTES)))
        except MalformedError:
            self.unread.add(shown(path))

    def _add(self, path: str, file: RustFile) -> None:
        vendored = _VENDOR.match(path)
        unit = _name(_RELEASE.sub("", vendored[1])) if vendored else ""
        scope = Scope.RUN if unit else scope_of(path)
        for use in _whole(file):
            if len(use.path) > 1 or use.imported:
                what = f"uses {shown('::'.join(use.path))}"
                step = Step(unit=unit, path=shown(path), line=use.line, scope=scope, what=what)
                self.graph.add(unit, self._crate(use.path), step)
            if not unit:
                self._see_use(path, use)

    def _crate(self, path: Path) -> str:
        return self.renamed.get(path[0], _name(path[0]))

    def _see_use(self, path: str, use: RustUse) -> None:
        for target in self.targets:
            own = self._crate(use.path) == _name(target.name)
            for symbol in target.symbols:
                level = _compare(use, symbol, own=own)
                if level is not None:
                    sight = Sight(
                        level=level,
                        scope=scope_of(path),
                        path=shown(path),
                        line=use.line,
                        what=_told(use, symbol, level),
                    )
                    self.uses.setdefault(target.finding, []).append(sight)

    def judge(self) -> None:
        """Say what was seen of each target, and what may be missing."""
        ways = self.graph.ways()
        if self.unread:
            what = "Rust files that were not read to the end"
            self.found.general.add(name_some(what, self.unread))
        for target in self.targets:
            way = ways.get(_name(target.name), ())
            if way:
                self.found.see_import(target, way)
            else:
                self._not_used(target)
            if way and way[-1].unit == "":
                for sight in self.uses.get(target.finding, ()):
                    self.found.see(target, sight)

    def _not_used(self, target: Target) -> None:
        number, name = self.found.files, shown(_name(target.name))
        self.found.limit(target, f"none of {number} Rust files that were read uses {name}")
        unread = [name for name in target.parents if _name(name) not in self.graph.steps]
        if unread:
            what = "what depends on it was not read"
            self.found.limit(target, name_some(what, map(shown, unread)))


def read_renamed(manifest: JsonValue) -> dict[str, str]:
    """Return the crates that a Cargo.toml gives another name, by that name.

    Raises:
        MalformedError: A table is none.
    """
    renamed = {}
    targets = manifest.optional("target")
    tables = [manifest, *(table for _, table in (targets.members() if targets else ()))]
    workspace = manifest.optional("workspace")
    for table in (*tables, *([workspace] if workspace else [])):
        for kind in _TABLES:
            listed = table.optional(kind)
            for name, value in listed.members() if listed else ():
                package = value.optional("package") if isinstance(value.value, dict) else None
                if package is not None:
                    renamed[_name(name)] = _name(package.text())
    return renamed


def _whole(file: RustFile) -> Iterator[RustUse]:
    """Yield the uses; one word that is called may be of any path that is brought in by `*`."""
    for use in file.uses:
        yield use
        if len(use.path) == 1 and use.called:
            for glob in file.globs:
                yield replace(use, path=(*glob, *use.path))


def _compare(use: RustUse, symbol: Symbol, *, own: bool) -> Level | None:
    """Return how sure a use is one of a symbol, None where it is none."""
    rest = symbol.parts[1:] or symbol.parts  # the first part is the crate
    if not use.path[0]:
        return Level.REFERENCED if len(rest) > 1 and use.path[-1] == rest[-1] else None
    if not own:
        return None
    if use.path[1:] == rest:
        return Level.CALLED if use.called else Level.REFERENCED
    tail = 2 if symbol.is_method else 1  # crates give out their parts under shorter paths
    return Level.REFERENCED if use.path[1:][-tail:] == rest[-tail:] else None


def _told(use: RustUse, symbol: Symbol, level: Level) -> str:
    name = "::".join(symbol.parts)
    if not use.path[0]:
        what = f"calls {use.path[-1]} of a value whose type is not known"
        return f"{what}; vulnerable is {name}"
    if level is Level.CALLED:
        return f"calls {name}"
    return f"calls what may be {name}" if use.called else f"names {name}"


def _name(crate: str) -> str:
    return crate.replace("-", "_").lower()
