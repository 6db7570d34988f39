"""pdm.lock, lock_version 4.x."""

import re
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.sbom.lockfiles.pypisource import (
    Locked,
    finish_locked,
    parse_hashes,
    pypi_from_git,
    pypi_purl,
)
from assay.sbom.lockfiles.reading import Draft, Reading

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


def parse_pdm_lock(data: bytes, path: str) -> Reading:
    """Read a pdm.lock.

    Raises:
        MalformedError: Not TOML, or of a version that is not known.
    """
    document = parse_toml(data)
    version = document.field("metadata").field("lock_version").text()
    if version.partition(".")[0] != "4":
        raise MalformedError(f"version {version!r} is not known", where="metadata.lock_version")
    draft = Draft(path=path)
    locked: list[Locked] = []
    edges: dict[int, list[str]] = {}
    for entry in document.optional_items("package"):
        with draft.entry(entry.where):
            item = _locked(entry)
            edges[len(locked)] = [
                match[0]
                for needed in entry.optional_items("dependencies")
                if (match := _NAME.match(needed.text()))
            ]
            locked.append(item)
    finish_locked(locked, edges, draft, tells_edges=True)
    return replace(draft.finish(), covers=frozenset({""}))  # no workspaces


def _locked(entry: JsonValue) -> Locked:
    name, version = entry.field("name").text(), entry.optional_text("version")
    git = entry.optional("git")
    if git is not None:
        revision = entry.field("revision").text()
        purl, version = pypi_from_git(name, version, git.text(), revision)
    elif entry.optional("path") is not None:
        purl = ""
    else:
        purl = pypi_purl(name, version)
    groups = [group.text() for group in entry.optional_items("groups")]
    return Locked(
        purl=purl,
        name=name,
        version=version,
        entry=entry,
        hashes=parse_hashes(file.field("hash") for file in entry.optional_items("files")),
        development="default" not in groups if groups else None,
    )
