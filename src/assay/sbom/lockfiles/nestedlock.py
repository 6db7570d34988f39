"""The nested `dependencies` of package-lock.json, lockfileVersion 1.

How deep they nest needs no bound here: strict JSON has one.
"""

from dataclasses import dataclass, replace

from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component
from assay.sbom.lockfiles.npmsource import NpmPackage, npm_package
from assay.sbom.lockfiles.reading import Draft, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """What one package sees in its own node_modules, and the level above it."""

    packages: dict[str, NpmPackage | None]
    above: "_Level | None"

    def find(self, name: str) -> str:
        """Return the purl that `name` means here: the nearest one on the way up."""
        level: _Level | None = self
        while level is not None:
            if name in level.packages:
                found = level.packages[name]
                return found.purl if found is not None else ""
            level = level.above
        return ""


def read_nested_lock(document: JsonValue, draft: Draft) -> Reading:
    """Read the whole tree; the file does not say which dependencies are direct.

    Raises:
        MalformedError: `dependencies` is no object.
    """
    root = document.optional("dependencies")
    if root is None:
        return replace(draft.finish(), names=frozenset())
    _read_level(root, _level(root, None, draft), draft)
    return replace(draft.finish(), names=frozenset(name for name, _ in root.members()))


def _level(dependencies: JsonValue, above: _Level | None, draft: Draft) -> _Level:
    packages: dict[str, NpmPackage | None] = {}
    for name, entry in dependencies.members():
        with draft.entry(entry.where):
            version = entry.field("version").text()
            packages[name] = npm_package(name, version, entry.optional_text("resolved"))
    return _Level(packages=packages, above=above)


def _read_level(dependencies: JsonValue, level: _Level, draft: Draft) -> None:
    for name, entry in dependencies.members():
        if not isinstance(entry.value, dict):
            continue  # noted by _level
        with draft.entry(entry.where):
            inner = entry.optional("dependencies")
            inside = level if inner is None else _level(inner, level, draft)
            package = level.packages.get(name)
            if package is not None:
                draft.components.append(_component(package, entry, inside, draft))
            if inner is not None:
                _read_level(inner, inside, draft)


def _component(package: NpmPackage, entry: JsonValue, inside: _Level, draft: Draft) -> Component:
    requires = entry.optional("requires")
    asked = requires.members() if requires is not None else ()
    development = entry.optional("dev")
    return Component(
        purl=package.purl,
        name=package.name,
        version=package.version,
        found_in=(draft.path,),
        hashes=tuple(entry.optional_text("integrity").split()),
        depends_on=tuple(sorted({inside.find(name) for name, _ in asked} - {""})),
        development=development is not None and development.boolean(),
    )
