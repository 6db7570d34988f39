"""Packages that a Python installer put somewhere: `*.dist-info`, `*.egg-info`, also in a wheel.

* Beside METADATA lie direct_url.json (PEP 610: where the package came from, if not from an index)
  and REQUESTED (PEP 376: somebody asked for it by name).
* A folder that was installed (`pip install .`) is somebody's own source, not the package of that
  name in the index: its purl is of the type `generic`, so that no advisory is matched with it.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.finds import Finds, place_of
from assay.sbom.installed.metadata import PythonMetadata, parse_metadata
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.pypisource import is_hash, normal_name, pypi_from_git, pypi_purl
from assay.sbom.lockfiles.reading import purl_of
from assay.sbom.lockfiles.textlines import text_lines
from assay.system.filetree import FileTree, TreeFile

MAX_METADATA_BYTES: Final = 16 * 2**20  # a long description and a licence; bounds memory
NOUN: Final = "installed Python package"
_METADATA: Final = re.compile(r"(?:.*/)?[^/]+(?:\.dist-info/METADATA|\.egg-info(?:/PKG-INFO)?)\Z")
_INFO_FILE: Final = re.compile(r"(?:.*/)?[^/]+\.dist-info/(?:RECORD|WHEEL|INSTALLER)\Z")
_DIRECT: Final = "direct_url.json"
_REQUESTED: Final = "REQUESTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a package came from, as PEP 610 says it."""

    purl: str
    version: str
    hashes: tuple[str, ...] = ()


def is_python_dist(file: TreeFile) -> bool:
    """Tell whether a file is one of those that an installer leaves beside a Python package."""
    path = file.path
    return path.endswith(("-info/METADATA", "-info/PKG-INFO", ".egg-info")) or (
        _INFO_FILE.match(path) is not None
    )


def find_python_dists(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add each installed package, with edges to those that lie in the same folder."""
    taken = [file for file in files if _METADATA.match(file.path)]
    described = {posixpath.dirname(file.path) for file in taken}
    for folder in sorted({posixpath.dirname(file.path) for file in files} - described):
        if folder.endswith(".dist-info"):
            finds.note(NOUN, folder, "it has no METADATA, which would say what it is")
    present = {file.path for file in tree.files}
    found: dict[str, list[tuple[PythonMetadata, Component]]] = defaultdict(list)
    for file in taken:
        with finds.attempt(NOUN, file.path):
            metadata = parse_metadata(tree.load(file.path, max_bytes=MAX_METADATA_BYTES))
            component = _component(tree, file, metadata, present)
            found[_place(file.path)].append((metadata, component))
            finds.examined[f"{NOUN}s"] += 1
            _own_files(tree, posixpath.dirname(file.path), present, finds)
    for group in found.values():
        finds.components += _with_edges(group)


def parse_direct_url(data: bytes, name: str, version: str) -> Origin:
    """Read direct_url.json (PEP 610) of the package `name` at `version`.

    Raises:
        MalformedError: Not strict JSON, or it names neither repository, archive nor folder.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_METADATA_BYTES))
    url = document.field("url").text()
    vcs = document.optional("vcs_info")
    if vcs is not None:
        purl, version = pypi_from_git(name, version, url, vcs.field("commit_id").text())
        return Origin(purl=purl, version=version)
    archive = document.optional("archive_info")
    if archive is None:
        document.field("dir_info")
        return Origin(purl=purl_of("generic", normal_name(name), version), version=version)
    hashes = archive.optional("hashes")
    pairs = ((key, value.text()) for key, value in (hashes.members() if hashes else ()))
    texts = {f"{key}:{value}" for key, value in pairs}
    texts |= {archive.optional_text("hash").replace("=", ":")}
    return Origin(
        purl=purl_of("generic", normal_name(name), version),
        version=version,
        hashes=tuple(sorted(text for text in texts if is_hash(text))),
    )


def _own_files(tree: FileTree, folder: str, present: set[str], finds: Finds) -> None:
    """Note which files the package brought, as RECORD lists them (PEP 376)."""
    record = f"{folder}/RECORD"
    if record not in present:
        return
    with finds.attempt(NOUN, record):
        lines = text_lines(tree.load(record, max_bytes=MAX_METADATA_BYTES))
        site = posixpath.dirname(folder)
        names = (line.rsplit(",", 2)[0].strip('"') for line in lines if line)
        finds.own("", (posixpath.normpath(posixpath.join(site, name)) for name in names))


def _place(path: str) -> str:
    """Return the folder in which the package was installed."""
    folder, name = posixpath.split(path)
    return posixpath.dirname(folder) if name in {"METADATA", "PKG-INFO"} else folder


def _component(
    tree: FileTree, file: TreeFile, metadata: PythonMetadata, present: set[str]
) -> Component:
    folder = posixpath.dirname(file.path)
    direct_url = f"{folder}/{_DIRECT}"
    is_dist = folder.endswith(".dist-info")
    if is_dist and direct_url in present:
        data = tree.load(direct_url, max_bytes=MAX_METADATA_BYTES)
        with inside(_DIRECT):
            origin = parse_direct_url(data, metadata.name, metadata.version)
    else:
        purl = pypi_purl(metadata.name, metadata.version)
        origin = Origin(purl=purl, version=metadata.version)
    licences, raw_licences = split_licences([metadata.licence])
    return Component(
        purl=origin.purl,
        name=metadata.name,
        version=origin.version,
        found_in=(place_of(file),),
        hashes=origin.hashes,
        direct=f"{folder}/{_REQUESTED}" in present if _is_told(folder, present) else None,
        licences=licences,
        raw_licences=raw_licences,
        supplier=metadata.supplier,
        methods=("manifest-analysis",),
    )


def _is_told(folder: str, present: set[str]) -> bool:
    """Tell whether the installer was one that says which packages were asked for."""
    return f"{folder}/INSTALLER" in present


def _with_edges(group: Sequence[tuple[PythonMetadata, Component]]) -> list[Component]:
    """Return the components of one folder, with edges to those that each needs and that are there.

    A name that is not there was left out by a marker, or is missing from the environment.
    """
    named = {normal_name(metadata.name): component.identity for metadata, component in group}
    found: list[Component] = []
    for metadata, component in group:
        wanted = set(map(normal_name, metadata.requires))
        edges = {named[name] for name in wanted if name in named} - {component.identity}
        known = True if wanted <= named.keys() else None
        found.append(replace(component, depends_on=tuple(sorted(edges)), edges_known=known))
    return found
