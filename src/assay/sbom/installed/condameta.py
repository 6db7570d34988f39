"""Packages that conda, mamba or pixi installed: `conda-meta/NAME-VERSION-BUILD.json`.

A purl names channel, platform and build, without which a version is not one package. What such a
package holds may also have metadata of its own: a Python package from conda is one of both kinds.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.finds import Finds, place_of
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.condaurl import VIRTUAL, parse_conda_url
from assay.sbom.lockfiles.pypisource import is_hash
from assay.sbom.lockfiles.reading import clean
from assay.system.filetree import FileTree, TreeFile

NOUN: Final = "conda package"
MAX_RECORD_BYTES: Final = 64 * 2**20  # lists the files of the package, each with its sum
_PLACE: Final = re.compile(r"((?:.*/)?)conda-meta/[^/]+\.json\Z")
_NAME: Final = re.compile(r"[^\s=<>!~\[]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaRecord:
    """A package, the names that it needs, and the files that it brought."""

    component: Component
    needs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def is_conda_record(file: TreeFile) -> bool:
    """Tell whether a file is what conda wrote about a package that it installed."""
    return file.path.endswith(".json") and _PLACE.match(file.path) is not None


def find_conda_packages(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add each package, with edges to those of the same environment."""
    environments: dict[str, list[CondaRecord]] = defaultdict(list)
    for file in files:
        match = _PLACE.match(file.path)
        root = match[1].rstrip("/") if match else ""
        with finds.attempt(NOUN, file.path):
            record = parse_conda_record(tree.load(file.path, max_bytes=MAX_RECORD_BYTES))
            found = replace(record.component, found_in=(place_of(file),))
            environments[root].append(replace(record, component=found))
            finds.own(root, record.files)
            finds.examined[f"{NOUN}s"] += 1
    for records in environments.values():
        finds.components += _with_edges(records)


def parse_conda_record(data: bytes) -> CondaRecord:
    """Read the record of an installed package.

    Raises:
        MalformedError: Not strict JSON, or no name, version or URL, or those of another package.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_RECORD_BYTES))
    component = parse_conda_url(document.field("url").text())
    name, version = document.field("name").text(), document.field("version").text()
    if (component.name, component.version) != (name, version):
        raise MalformedError(f"{clean(name)} {clean(version)} from the URL of another package")
    licences, raw_licences = split_licences([clean(document.optional_text("license"))])
    return CondaRecord(
        component=replace(
            component,
            hashes=tuple(sorted({*component.hashes, *_hashes(document)})),
            direct=bool(document.optional_text("requested_spec")) or None,
            licences=licences,
            raw_licences=raw_licences,
            methods=("manifest-analysis",),
        ),
        needs=tuple(sorted({_needed(item) for item in document.optional_items("depends")})),
        files=tuple(item.text() for item in document.optional_items("files")),
    )


def _needed(item: JsonValue) -> str:
    match = _NAME.match(item.text())
    if match is None:
        raise MalformedError(f"{clean(item.text())!r} is no requirement", where=item.where)
    return match[0].rpartition("::")[2]


def _hashes(document: JsonValue) -> list[str]:
    said = {name: document.optional_text(name) for name in ("md5", "sha256")}
    found = [f"{name}:{text}" for name, text in said.items() if text]
    for text in found:
        if not is_hash(text):
            raise MalformedError(f"{clean(text)!r} is no hash")
    return found


def _with_edges(records: Sequence[CondaRecord]) -> list[Component]:
    """Return the components of one environment; what the machine itself has is no package."""
    named = {record.component.name: record.component.identity for record in records}
    found: list[Component] = []
    for record in records:
        wanted = {name for name in record.needs if not name.startswith(VIRTUAL)}
        edges = {named[name] for name in wanted if name in named} - {record.component.identity}
        known = wanted <= named.keys()
        found.append(replace(record.component, depends_on=tuple(sorted(edges)), edges_known=known))
    return found
