"""yarn.lock: the format of Yarn 1, and the YAML of Yarn 2 to 4 (`__metadata.version` 4 to 10).

Yarn's own checksums are of the archives that it repacks, not of the packages; they are kept as
`yarn:…`, which no other tool can be led to compare.
"""

import re
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictyaml import parse_yaml
from assay.sbom.component import Component
from assay.sbom.lockfiles.npmsource import NpmPackage, npm_package, split_descriptor
from assay.sbom.lockfiles.reading import Draft, Reading
from assay.sbom.lockfiles.yarnclassic import parse_yarn_classic

KNOWN_VERSIONS: Final = frozenset({"4", "5", "6", "7", "8", "9", "10"})
_BERRY: Final = re.compile(rb"^__metadata:", re.MULTILINE)
_PATCH: Final = re.compile(r"(?:npm%3A|npm:)([^#:]+)")


def parse_yarn_lock(data: bytes, path: str) -> Reading:
    """Read a yarn.lock of any version up to 4.

    Raises:
        MalformedError: Neither of the two formats, or of a version that is not known.
    """
    if not _BERRY.search(data):
        return parse_yarn_classic(data, path)
    document = parse_yaml(data)
    version = document.field("__metadata").field("version").text()
    if version not in KNOWN_VERSIONS:
        raise MalformedError(f"version {version!r} is not known", where="__metadata.version")
    return _read_berry(document, Draft(path=path))


def _read_berry(document: JsonValue, draft: Draft) -> Reading:
    packages: list[tuple[NpmPackage, JsonValue]] = []
    known: dict[str, str] = {}
    direct: set[str] = set()
    own: set[str] = set()
    names: set[str] = set()
    for key, entry in document.members():
        if key == "__metadata":
            continue
        with draft.entry(entry.where):
            descriptors = [descriptor.strip() for descriptor in key.split(",")]
            names.update(split_descriptor(descriptor)[0] for descriptor in descriptors)
            package = _resolution(entry)
            if package is None:
                direct.update(_dependencies(entry))
                _, workspace, folder = entry.field("resolution").text().partition("@workspace:")
                own.update((folder,) if workspace else ())
                continue
            packages.append((package, entry))
            known.update((descriptor, package.purl) for descriptor in descriptors)
    asked = {_find(descriptor, known) for descriptor in direct}
    for package, entry in packages:
        with draft.entry(entry.where):
            edges = {_find(descriptor, known) for descriptor in _dependencies(entry)} - {""}
            checksum = entry.optional_text("checksum")
            draft.components.append(
                Component(
                    purl=package.purl,
                    name=package.name,
                    version=package.version,
                    found_in=(draft.path,),
                    hashes=(f"yarn:{checksum}",) if checksum else (),
                    depends_on=tuple(sorted(edges)),
                    direct=package.purl in asked,
                )
            )
    covers = frozenset("" if folder == "." else folder for folder in own)
    return replace(draft.finish(), covers=covers, names=frozenset(names))


def _resolution(entry: JsonValue) -> NpmPackage | None:
    name, reference = split_descriptor(entry.field("resolution").text())
    version = entry.field("version").text()
    if reference.startswith("npm:"):
        return npm_package(name, version)
    if reference.startswith("patch:"):  # the package, changed by a patch that is in the repository
        return npm_package(split_descriptor(reference.removeprefix("patch:"))[0], version)
    if reference.startswith(("workspace:", "link:", "portal:", "file:")):
        return None
    return npm_package(name, version, reference)


def _dependencies(entry: JsonValue) -> list[str]:
    member = entry.optional("dependencies")
    return [f"{n}@{v.text()}" for n, v in member.members()] if member is not None else []


def _find(descriptor: str, known: dict[str, str]) -> str:
    """Return the purl for `name@range`; Yarn 2 and 3 leave `npm:` out in dependencies."""
    name, _, wanted = descriptor.rpartition("@")
    return known.get(descriptor) or known.get(f"{name}@npm:{wanted}", "")
