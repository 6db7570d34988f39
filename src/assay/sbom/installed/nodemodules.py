"""npm packages that lie unpacked in `node_modules`, nested ones included.

* Only the package.json at the top of a package counts: below it, packages carry such files to set
  options for a folder of their own.
* A dependency is the package that Node would load: the nearest one of that name, folder by folder
  upwards. One that is not there is optional, or missing from the installation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.finds import Finds, place_of
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.npmsource import npm_package
from assay.sbom.lockfiles.reading import clean
from assay.system.filetree import FileTree, TreeFile

NOUN: Final = "installed npm package"
MAX_MANIFEST_BYTES: Final = 8 * 2**20  # written by people; bounds memory
_PACKAGE: Final = re.compile(r"(?:.*/)?node_modules/(?:@[^/]+/)?[^/@.][^/]*/package\.json\Z")
_FOLDER: Final = "node_modules/"
_WISHES: Final = ("optionalDependencies", "peerDependencies")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeManifest:
    """What a package says about itself; `needs` are names."""

    purl: str
    name: str
    version: str
    licences: tuple[str, ...] = ()
    supplier: str = ""
    needs: tuple[str, ...] = ()
    may_lack: frozenset[str] = frozenset()  # those of them that may be missing


def is_node_package(file: TreeFile) -> bool:
    """Tell whether a file is the package.json of an unpacked package."""
    return file.path.endswith("/package.json") and _PACKAGE.match(file.path) is not None


def find_node_packages(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add each package; one without name and version is named in the notes."""
    found: dict[str, tuple[TreeFile, NodeManifest]] = {}
    for file in files:
        with finds.attempt(NOUN, file.path):
            data = tree.load(file.path, max_bytes=MAX_MANIFEST_BYTES)
            found[file.path.removesuffix("/package.json")] = (file, parse_node_manifest(data))
    purls = {place: manifest.purl for place, (_, manifest) in found.items()}
    for place, (file, manifest) in found.items():
        finds.components.append(_component(place, file, manifest, purls))
    finds.examined[f"{NOUN}s"] += len(found)


def _component(
    place: str, file: TreeFile, manifest: NodeManifest, purls: Mapping[str, str]
) -> Component:
    licences, raw_licences = split_licences(list(manifest.licences))
    targets = {name: _resolve(place, name, purls) for name in manifest.needs}
    edges = {purls[at] for at in targets.values() if at}
    return Component(
        purl=manifest.purl,
        name=manifest.name,
        version=manifest.version,
        found_in=(place_of(file),),
        depends_on=tuple(sorted(edges - {manifest.purl})),
        edges_known=all(at or name in manifest.may_lack for name, at in targets.items()),
        licences=licences,
        raw_licences=raw_licences,
        supplier=manifest.supplier,
        methods=("manifest-analysis",),
    )


def parse_node_manifest(data: bytes) -> NodeManifest:
    """Read the package.json of an installed package.

    Raises:
        MalformedError: Not strict JSON, no name or version, or one of another form.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    name, version = document.field("name").text(), document.field("version").text()
    package = npm_package(name, version)
    if package is None:
        raise MalformedError("a folder, not a version", where="version")
    needs = set(_names(document.optional("dependencies")))
    wishes = {name for key in _WISHES for name in _names(document.optional(key))}
    return NodeManifest(
        purl=package.purl,
        name=name,
        version=version,
        licences=tuple(_licences(document)),
        supplier=_text(document.optional("author"), "name"),
        needs=tuple(sorted(needs | wishes)),
        may_lack=frozenset(wishes),  # npm repeats optional ones among the others
    )


def _names(value: JsonValue | None) -> Iterable[str]:
    """Return the keys; old packages have a list where an object belongs, and npm reads none."""
    return value.value if value is not None and isinstance(value.value, dict) else ()


def _licences(document: JsonValue) -> Iterable[str]:
    """Yield `license`, and the members of the `licenses` that it took the place of."""
    several = document.optional("licenses")
    listed = several.items() if several is not None and isinstance(several.value, list) else ()
    found = (_text(value, "type") for value in (document.optional("license"), *listed))
    return filter(None, found)


def _text(value: JsonValue | None, name: str) -> str:
    """Return a text, or the member `name` of an object that stands in its place."""
    inner = value.value if value is not None else None
    if isinstance(inner, dict):
        inner = inner.get(name)
    return clean(inner) if isinstance(inner, str) else ""


def _resolve(place: str, name: str, purls: Mapping[str, str]) -> str:
    """Return the place that `name` means for the package at `place`."""
    folder = place
    while True:
        at = f"{folder}/{_FOLDER}{name}" if folder else f"{_FOLDER}{name}"
        if at in purls:
            return at
        above, found, _ = folder.rpartition(f"/{_FOLDER}")
        if not found:
            return f"{_FOLDER}{name}" if f"{_FOLDER}{name}" in purls else ""
        folder = above
