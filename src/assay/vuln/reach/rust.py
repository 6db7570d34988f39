"""Rust: which crates are used, and which functions that advisories name are called.

A crate is known in code by its name with `_` for `-`, or by the name that Cargo.toml gives it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.findings.reach import Level, Scope, Sight
from assay.vuln.reach.found import Step, name_some, shown
from assay.vuln.reach.renamed import Renamed
from assay.vuln.reach.rustsource import Path, RustFile, RustUse, read_rust
from assay.vuln.reach.search import Search, Ways
from assay.vuln.reach.target import Symbol, Target

ECOSYSTEM: Final = "crates.io"
MAX_FILE_BYTES: Final = 4 * 2**20
_VENDOR: Final = re.compile(r"(?:^|.*/)(?:vendor|registry/src/[^/]+)/([^/]+)/")
_TESTS: Final = re.compile(r"(?:^|/)(?:tests|benches)/")
# Crates whose library has another name, as their Cargo.toml says.
_LIBRARIES: Final = {
    "md_5": "md5",
    "sha_1": "sha1",
    "rust_crypto": "crypto",
    "rust_ini": "ini",
    "rust_argon2": "argon2",
    "rustls_webpki": "webpki",
    "xml_rs": "xml",
}
_RELEASE: Final = re.compile(r"-[0-9][^/]*\Z")
_TABLES: Final = ("dependencies", "dev-dependencies", "build-dependencies")


@dataclass(slots=True, kw_only=True)
class RustSearch(Search):
    """Reads Rust sources, those in `vendor` and in Cargo's own folder included."""

    ecosystem: ClassVar[str] = ECOSYSTEM
    language: ClassVar[str] = "Rust"
    max_bytes: ClassVar[int] = MAX_FILE_BYTES
    verb: ClassVar[str] = "uses"

    renamed: Renamed = field(default_factory=Renamed)
    sought: list[tuple[Target, tuple[str, ...]]] = field(default_factory=list)
    by_last: dict[str, dict[str, list[Symbol]]] = field(default_factory=dict)
    uses: dict[str, list[Sight]] = field(default_factory=dict)
    included: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """Read the manifests of the product, for the names that they give to crates."""
        self.sought = [(one, tuple(self.names(one))) for one in self.targets if one.symbols]
        for target, _ in self.sought:
            last = self.by_last.setdefault(target.finding, {})
            for symbol in target.symbols:
                last.setdefault(symbol.parts[-1] if symbol.parts else "", []).append(symbol)
        for path, data in self.load(_is_manifest, max_bytes=MAX_FILE_BYTES):
            try:
                names = read_renamed(parse_toml(data, max_bytes=MAX_FILE_BYTES))
                self.renamed.add(path, names)
            except MalformedError as error:
                self.leave(path, error.what)

    def reads(self, path: str) -> bool:
        """Tell whether a file is Rust."""
        return path.endswith(".rs")

    def unit_of(self, path: str) -> str:
        """Return the crate that a vendored or cached file is of."""
        return _unit_of(path)

    def add(self, path: str, data: bytes) -> None:
        """Take in one file: which crates it uses, and the uses of symbols."""
        file = read_rust(data)
        if not file.whole:
            self.leave(path, "a comment or a text in it has no end, or it brings in too much")
        unit = _unit_of(path)
        scope = Scope.RUN if unit else _scope_of(path)
        for use in _whole(file):
            crate = self._crate(path, use.path)
            if len(use.path) > 1 or use.imported:
                what = f"uses {shown('::'.join(use.path))}"
                step = Step(unit=unit, path=shown(path), line=use.line, scope=scope, what=what)
                self.add_import(crate, step)
            if not unit:
                self._see_use(path, use, crate)
                if use.called and use.path == ("include",):
                    self.included.add(f"{shown(path)}:{use.line}")

    def _crate(self, path: str, used: Path) -> str:
        return self.renamed.find(path, _name(used[0])) or _name(used[0])

    def _see_use(self, path: str, use: RustUse, crate: str) -> None:
        for target, names in self.sought:
            own = crate in names
            for symbol in self.by_last[target.finding].get(use.path[-1], ()):
                level = _compare(use, symbol, own=own)
                if level is Level.CALLED and not use.sure:
                    level = Level.REFERENCED
                if level is not None:
                    sight = Sight(
                        level=level,
                        scope=_scope_of(path),
                        path=shown(path),
                        line=use.line,
                        what=_told(use, symbol, level),
                    )
                    self.uses.setdefault(target.finding, []).append(sight)

    def names(self, target: Target) -> Iterable[str]:
        """Return under which names code knows a crate."""
        name = _name(target.name)
        return (_LIBRARIES.get(name, name),)

    def was_read(self, package: str) -> bool:
        """Tell whether sources of a crate were read."""
        return _name(package) in self.graph.steps

    def judge(self, target: Target, ways: Ways) -> None:
        """Say what was seen of a target; some crates have another name in code than their own."""
        Search.judge(self, target, ways)
        if any(name in self.own for name in self.names(target)):
            for sight in self.uses.get(target.finding, ()):
                self.found.see(target, sight)
        name = _name(target.name)
        odd = name.startswith(("rust_", "rs_")) or name.endswith(("_rs", "_rust"))
        if odd and name not in _LIBRARIES:
            self.found.hide(target, "the name under which it is used is guessed from its own")

    def finish(self) -> None:
        """Say what is hidden from all targets."""
        if self.included:
            self.found.general.add(name_some("code that includes other files", self.included))


def _is_manifest(path: str) -> bool:
    return path.rpartition("/")[2] == "Cargo.toml" and not _unit_of(path)


def _unit_of(path: str) -> str:
    """Return the crate that a vendored or cached file is of, empty for the product's own."""
    vendored = _VENDOR.match(path)
    return _name(_RELEASE.sub("", vendored[1])) if vendored else ""


def _scope_of(path: str) -> Scope:
    """Return whether a file is a test: those beside `src`, never below it."""
    return Scope.TESTS if _TESTS.search(path) and "src/" not in path else Scope.RUN


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
                sure = len(file.globs) == 1 and use.path[0] not in file.functions
                yield replace(use, path=(*glob, *use.path), by_name=True, sure=sure)


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
