"""pnpm-lock.yaml, lockfileVersion 5.x, 6.x and 9.x.

`packages` is keyed `/name/1.0.0_peers` (5), `/name@1.0.0(peers)` (6) or `name@1.0.0` (9, where the
peers and the edges are in `snapshots`). What comes from elsewhere than the registry carries its
own `name` and `version`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictyaml import parse_yaml
from assay.sbom.component import Component
from assay.sbom.lockfiles.edges import reachable
from assay.sbom.lockfiles.npmsource import NpmPackage, npm_package, split_descriptor
from assay.sbom.lockfiles.reading import Draft, Reading, clean

_KNOWN: Final = re.compile(r"(5)\.[1-4]|(6)\.[01]|(9)\.0")
_PEERS: Final = re.compile(r"\(.*")
_OLD_KEY: Final = re.compile(r"/((?:@[^/]+/)?[^/]+)/([^/_]+)(?:_.*)?\Z")
_USED: Final = ("dependencies", "optionalDependencies")


def parse_pnpm_lock(data: bytes, path: str) -> Reading:
    """Read a pnpm-lock.yaml.

    Raises:
        MalformedError: Not the YAML that we read, or of a version that is not known.
    """
    document = parse_yaml(data)
    version = document.field("lockfileVersion").text()
    known = _KNOWN.fullmatch(version)
    if known is None:
        raise MalformedError(f"version {version!r} is not known", where="lockfileVersion")
    return _read(
        document, Draft(path=path, tells_edges=True), major=int(known[known.lastindex or 0])
    )


def _read(document: JsonValue, draft: Draft, *, major: int) -> Reading:
    packages: dict[str, tuple[NpmPackage, JsonValue]] = {}
    for key, entry in _members(document, "packages"):
        with draft.entry(entry.where):
            package = _package(key, entry, major)
            if package is not None:
                packages[key] = (package, entry)
    edges: dict[str, set[str]] = {key: set() for key in packages}
    graph = "snapshots" if major == 9 else "packages"
    for key, entry in _members(document, graph):
        with draft.entry(entry.where):
            owner = _key_of(key, "", major, packages)
            targets = _targets(entry, _USED, major, packages)
            edges.setdefault(owner, set()).update(targets)
    return _finish(draft, packages, edges, _importers(document, draft), major)


def _finish(
    draft: Draft,
    packages: Mapping[str, tuple[NpmPackage, JsonValue]],
    edges: Mapping[str, set[str]],
    importers: Mapping[str, JsonValue],
    major: int,
) -> Reading:
    used: set[str] = set()
    development: set[str] = set()
    names: set[str] = set()
    for importer in importers.values():
        with draft.entry(importer.where or "importers"):
            used |= _targets(importer, _USED, major, packages)
            development |= _targets(importer, ("devDependencies",), major, packages)
            lists = (_members(importer, part) for part in (*_USED, "devDependencies"))
            names.update(name for members in lists for name, _ in members)
    needed = reachable(used, edges)
    for key, (package, entry) in packages.items():
        with draft.entry(entry.where):
            targets = {packages[target][0].purl for target in edges[key]}
            draft.components.append(
                Component(
                    purl=package.purl,
                    name=package.name,
                    version=package.version,
                    found_in=(draft.path,),
                    hashes=_hashes(entry),
                    depends_on=tuple(sorted(targets)),
                    direct=key in used or key in development,
                    development=key not in needed,
                )
            )
    covers = frozenset("" if name == "." else name for name in importers)
    return replace(draft.finish(), covers=covers, names=frozenset(names))


def _importers(document: JsonValue, draft: Draft) -> dict[str, JsonValue]:
    """Return our own packages by folder; a file for one package has its lists at the top."""
    found = document.optional("importers")
    if found is None:
        return {".": document}
    importers: dict[str, JsonValue] = {}
    with draft.entry("importers"):
        importers.update(found.members())
    return importers


def _package(key: str, entry: JsonValue, major: int) -> NpmPackage | None:
    resolution = entry.field("resolution")
    if resolution.optional_text("type") == "directory":
        return None
    name, version = entry.optional_text("name"), entry.optional_text("version")
    if not name or not version:
        keyed_name, keyed_version = _split_key(key, major)
        name, version = name or keyed_name, version or keyed_version
    repository = resolution.optional_text("repo")
    source = f"git+{repository}#{resolution.optional_text('commit')}" if repository else ""
    return npm_package(name, version, source)


def _split_key(key: str, major: int) -> tuple[str, str]:
    if major == 5:
        match = _OLD_KEY.match(key)
        if match is None:
            raise MalformedError(f"{clean(key)!r} is no key of a package")
        return match[1], match[2]
    return split_descriptor(_PEERS.sub("", key.removeprefix("/")))


def _targets(
    entry: JsonValue, lists: tuple[str, ...], major: int, packages: Mapping[str, object]
) -> set[str]:
    found: set[str] = set()
    for field in lists:
        for name, value in _members(entry, field):
            wanted = value if isinstance(value.value, str) else value.field("version")
            found.add(_key_of(wanted.text(), name, major, packages))
    return found & packages.keys()


def _key_of(reference: str, name: str, major: int, packages: Mapping[str, object]) -> str:
    """Return the key in `packages` for a reference: a version, or a key with or without peers."""
    bare = _PEERS.sub("", reference)
    slash = "" if major == 9 else "/"
    joint = "/" if major == 5 else "@"
    candidates = (
        reference,
        bare,
        f"{slash}{name}{joint}{reference}",
        f"{slash}{name}{joint}{bare}",
    )
    return next((key for key in candidates if key in packages), "")


def _hashes(entry: JsonValue) -> tuple[str, ...]:
    return tuple(entry.field("resolution").optional_text("integrity").split())


def _members(value: JsonValue, name: str) -> tuple[tuple[str, JsonValue], ...]:
    member = value.optional(name)
    return member.members() if member is not None else ()
