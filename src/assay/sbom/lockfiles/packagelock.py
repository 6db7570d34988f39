"""package-lock.json and npm-shrinkwrap.json, lockfileVersion 1, 2 and 3.

Versions 2 and 3 have `packages`, keyed by the place in `node_modules`; version 1 has only nested
`dependencies` (`nestedlock`). A file of version 2 carries both, and npm reads `packages`; so do we.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.lockfiles.nestedlock import read_nested_lock
from assay.sbom.lockfiles.npmsource import NpmPackage, npm_package
from assay.sbom.lockfiles.reading import Draft, Reading

MAX_LOCK_BYTES: Final = 64 * 2**20  # above any lock file that we have seen; bounds memory
_FOLDER: Final = "node_modules/"
_NEEDED: Final = ("dependencies",)
_WISHED: Final = ("optionalDependencies", "peerDependencies")  # which may be missing
_EDGES: Final = (*_NEEDED, *_WISHED)


def parse_package_lock(data: bytes, path: str) -> Reading:
    """Read a package-lock.json or npm-shrinkwrap.json; `path` is only for the answer.

    Raises:
        MalformedError: Not strict JSON, or of a version or shape that is not known.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    version = document.field("lockfileVersion").integer()
    if version == 1:
        return read_nested_lock(document, Draft(path=path, tells_edges=True))
    if version in {2, 3}:
        return _read_packages(document.field("packages"), Draft(path=path))
    raise MalformedError(f"version {version} is not known", where="lockfileVersion")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One entry of `packages`; `package` is None for our own packages and for links."""

    package: NpmPackage | None
    entry: JsonValue


def _read_packages(packages: JsonValue, draft: Draft) -> Reading:
    places: dict[str, _Place] = {}
    own: list[str] = []
    for key, entry in packages.members():
        with draft.entry(entry.where):
            places[key] = _read_place(key, entry)
            if _is_own(key, entry):
                own.append(key)
    asked: set[str] = set()
    for key in own:
        with draft.entry(places[key].entry.where):
            names = _names(places[key].entry, (*_EDGES, "devDependencies"))
            asked.update(resolve_place(key, name, places) for name in names)
    for key, place in places.items():
        with draft.entry(place.entry.where):
            if place.package is not None:
                direct = key in asked
                found = _component(key, place.package, places, path=draft.path, direct=direct)
                draft.components.append(found)
    installed = frozenset(key.rpartition(_FOLDER)[2] for key, _ in packages.members())
    return replace(draft.finish(), covers=frozenset(own), names=installed)


def _component(
    key: str, package: NpmPackage, places: Mapping[str, _Place], *, path: str, direct: bool
) -> Component:
    entry = places[key].entry
    needed = {resolve_place(key, name, places) for name in _names(entry, _NEEDED)}
    others = {resolve_place(key, name, places) for name in _names(entry, _WISHED)}
    targets = {places[at].package for at in (needed | others) - {""}}
    return Component(
        purl=package.purl,
        name=package.name,
        version=package.version,
        found_in=(path,),
        hashes=tuple(entry.optional_text("integrity").split()),
        depends_on=tuple(sorted(target.purl for target in targets if target is not None)),
        development=has_flag(entry, "dev") or has_flag(entry, "devOptional"),
        edges_known="" not in needed,
        direct=direct,
    )


def has_flag(entry: JsonValue, name: str) -> bool:
    """Tell whether the member `name` is there and true."""
    member = entry.optional(name)
    return member is not None and member.boolean()


def _is_own(key: str, entry: JsonValue) -> bool:
    """Tell whether `key` is the product itself or one of its workspaces, not a dependency."""
    return not key or (_FOLDER not in f"/{key}" and not has_flag(entry, "link"))


def _read_place(key: str, entry: JsonValue) -> _Place:
    if _is_own(key, entry) or has_flag(entry, "link"):
        return _Place(package=None, entry=entry)
    name = entry.optional_text("name") or key.rpartition(_FOLDER)[2]
    version = entry.field("version").text()
    return _Place(package=npm_package(name, version, entry.optional_text("resolved")), entry=entry)


def _names(entry: JsonValue, fields: tuple[str, ...]) -> list[str]:
    members = (entry.optional(field) for field in fields)
    return [name for member in members if member is not None for name, _ in member.members()]


def resolve_place(key: str, name: str, places: Container[str]) -> str:
    """Return the place that `name` means for the package at `key`: the nearest node_modules."""
    folder = key
    while True:
        place = f"{folder}/{_FOLDER}{name}" if folder else f"{_FOLDER}{name}"
        if place in places:
            return place
        if not folder:
            return ""
        folder = folder.rpartition(f"/{_FOLDER}")[0]
