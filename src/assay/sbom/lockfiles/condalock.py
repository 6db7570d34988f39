"""Conda: conda-lock.yml (version 1), and explicit lists of URLs (`@EXPLICIT`).

Packages that conda-lock has pip install are of the type `pypi`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictyaml import parse_yaml
from assay.sbom.component import Component
from assay.sbom.lockfiles.condaurl import VIRTUAL, parse_conda_url
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.pypisource import is_hash, normal_name, pypi_purl
from assay.sbom.lockfiles.reading import Draft, Reading, clean
from assay.sbom.lockfiles.textlines import text_lines

_MARK: Final = "@EXPLICIT"
_DEVELOPMENT: Final = "main"  # the category of what a product runs with


def parse_conda_lock(data: bytes, path: str) -> Reading:
    """Read a conda-lock.yml: the packages for each platform.

    Raises:
        MalformedError: Not YAML of the strict kind, or of a version that is not known.
    """
    document = parse_yaml(data)
    version = document.field("version").text()
    if version != "1":
        raise MalformedError(f"version {version!r} is not known", where="version")
    draft = Draft(path=path, tells_edges=True)
    by_platform: dict[str, list[NamedEntry]] = {}
    for item in document.field("package").items():
        with draft.entry(item.where):
            entry = _locked(item)
            by_platform.setdefault(item.field("platform").text(), []).append(entry)
    for entries in by_platform.values():
        add_named(entries, draft)
    return draft.finish()


def parse_conda_explicit(data: bytes, path: str) -> Reading:
    """Read an explicit list: one URL on each line, with a hash behind `#` or without.

    Raises:
        MalformedError: Not text, or no such list.
    """
    draft = Draft(path=path)
    lines = [line.strip() for line in text_lines(data)]
    if _MARK not in lines:
        raise MalformedError(f"no line {_MARK}")
    for number, line in enumerate(lines, 1):
        if line and line != _MARK and not line.startswith("#"):
            with draft.entry(f"line {number}"):
                draft.components.append(replace(parse_conda_url(line), found_in=(path,)))
    return draft.finish()


def _locked(item: JsonValue) -> NamedEntry:
    name, version = item.field("name").text(), item.field("version").text()
    manager = item.field("manager").text()
    if manager == "pip":
        component = Component(
            purl=pypi_purl(name, version), name=name, version=version, found_in=()
        )
    elif manager == "conda":
        component = parse_conda_url(item.field("url").text())
    else:
        raise MalformedError(f"the manager {clean(manager)!r} is not known")
    if component.version != version or normal_name(component.name) != normal_name(name):
        raise MalformedError(f"{clean(name)} {clean(version)} from the URL of another package")
    hashes = item.optional("hash")
    said = sorted(f"{key}:{value.text()}" for key, value in (hashes.members() if hashes else ()))
    for text in said:
        if not is_hash(text):
            raise MalformedError(f"{clean(text)!r} is no hash", where=item.where)
    needed = item.optional("dependencies")
    category = item.optional_text("category", _DEVELOPMENT)
    return NamedEntry(
        key=normal_name(name),
        component=replace(component, hashes=tuple(said), development=category != _DEVELOPMENT),
        needs=tuple(_packages(needed)) if needed is not None else (),
    )


def _packages(needed: JsonValue) -> Iterator[str]:
    """Yield the packages that are needed; what the machine itself has begins with two lines."""
    names = (key for key, _ in needed.members())
    return (normal_name(name) for name in names if not name.startswith(VIRTUAL))
