"""Conda: conda-lock.yml (version 1), and explicit lists of URLs (`@EXPLICIT`).

A purl names channel, platform and build, without which a version is not one package. Packages that
conda-lock has pip install are of the type `pypi`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import build_purl
from assay.core.strictyaml import parse_yaml
from assay.sbom.component import Component
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.pypisource import is_hash, normal_name, pypi_purl
from assay.sbom.lockfiles.reading import Draft, Reading, clean, purl_of
from assay.sbom.lockfiles.textlines import text_lines

MAX_URL_CHARACTERS: Final = 2000  # above any that works everywhere; bounds the search in it
_URL: Final = re.compile(
    r"(?:https?|file)://(?P<place>[^#\s]*?)/(?P<subdir>[a-z0-9]+-[a-z0-9_]+|noarch)/"
    r"(?P<name>[^/#\s]+)-(?P<version>[^-/#\s]+)-(?P<build>[^-/#\s]+?)"
    r"(?P<type>\.conda|\.tar\.bz2)(?:#(?P<hash>\S+))?\Z"
)
_MARK: Final = "@EXPLICIT"
_BARE: Final = {32: "md5", 64: "sha256"}
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
                draft.components.append(replace(_from_url(line), found_in=(path,)))
    return draft.finish()


def _locked(item: JsonValue) -> NamedEntry:
    name, version = item.field("name").text(), item.field("version").text()
    manager = item.field("manager").text()
    if manager == "pip":
        component = Component(
            purl=pypi_purl(name, version), name=name, version=version, found_in=()
        )
    elif manager == "conda":
        component = _from_url(item.field("url").text())
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
        needs=tuple(normal_name(key) for key, _ in needed.members()) if needed else (),
    )


def _from_url(url: str) -> Component:
    match = _URL.match(url) if len(url) <= MAX_URL_CHARACTERS else None
    if match is None:
        raise MalformedError(f"{clean(url)!r} is no URL of a package of conda")
    name, version = unquote(match["name"]), unquote(match["version"])
    purl_of("conda", name, version)  # refuses what no name holds
    qualifiers = {
        "build": unquote(match["build"]),
        "channel": clean(f"https://{match['place']}").removeprefix("https://"),
        "subdir": match["subdir"],
        "type": match["type"].removeprefix("."),
    }
    return Component(
        purl=str(build_purl("conda", "", name, version, qualifiers)),
        name=name,
        version=version,
        found_in=(),
        hashes=tuple(_hashes(match["hash"] or "")),
    )


def _hashes(text: str) -> Iterator[str]:
    """Yield the hash behind `#`: MD5 or SHA-256, by its length, or with its name before it."""
    if not text:
        return
    named = text if ":" in text else f"{_BARE.get(len(text), '')}:{text}"
    if not is_hash(named):
        raise MalformedError(f"{clean(text)!r} is no hash")
    yield named
