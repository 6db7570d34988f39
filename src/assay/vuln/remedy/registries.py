"""From which index a lock file has its packages, where it says so.

A name means nothing without its index: a package of a company's own index may have a namesake on
the public one, put there by anybody. One host may have several indexes: the path counts as well.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

from assay.core.jsonvalue import JsonValue
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.reading import Reading
from assay.vuln.remedy.requirementslock import files_with

NPMRC: Final = ".npmrc"
FOLDER: Final = "a folder"  # which is no host, so that no index stands for it
_SAME: Final[Mapping[str, str]] = MappingProxyType(
    {"registry.yarnpkg.com": "registry.npmjs.org"}  # Yarn's own name for it
)
_INDEX: Final = re.compile(
    rb"^[ \t]*(?:-i|--index-url|--extra-index-url|--pypi-url|-f|--find-links)[ =]+(\S+)",
    re.MULTILINE,
)


def index_of(url: str) -> str:
    """Return the index at a URL, as host, port and path, without names and passwords; or nothing.

    The scheme does not count: what is asked is another matter than what is meant.
    """
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port is not None else ""
        host = parts.hostname or ""
    except ValueError:
        return ""
    whole = f"{host}{port}{parts.path}".rstrip("/") if host else ""
    return _SAME.get(whole, whole)


def registry_of(resolved: str, name: str) -> str:
    """Return the registry that an archive of npm is from, by its URL; empty where it is from none.

    One at a place of another form is a registry of its own, which is never asked.
    """
    whole = index_of(resolved.partition("#")[0])
    for written in (name, quote(name, safe="@"), quote(name, safe="@").lower()):
        base, between, _ = whole.partition(f"/{written}/-/")
        if between:
            return _SAME.get(base, base)
    return whole


def toml_registries(document: JsonValue) -> dict[str, str]:
    """Return the index that each package is from, by normal name, where a TOML lock file tells.

    Raises:
        MalformedError: Of another form.
    """
    found: dict[str, str] = {}
    for package in document.optional_items("package"):
        source = package.optional("source")
        if source is None or not isinstance(source.value, dict):
            continue
        name = normal_name(package.field("name").text())
        found[name] = _host(source) or found.get(name, "")
    return found


def _host(source: JsonValue) -> str:
    told = source.optional("registry") or source.optional("url")
    if told is None:
        return ""
    return index_of(told.text()) or FOLDER


def npm_registry(files: Mapping[str, bytes], folder: str, name: str) -> str:
    """Return the registry that an .npmrc of the commit has a package from; or nothing."""
    scope = f"{name.partition('/')[0]}:registry" if name.startswith("@") else ""
    found = ""
    for place in ("", folder):
        data = files.get(posixpath.join(place, NPMRC), b"").decode("utf-8", "replace")
        told = {key.strip(): value.strip() for key, _, value in _pairs(data)}
        found = index_of(told.get(scope) or told.get("registry", "")) or found
    return found


def _pairs(text: str) -> Iterator[tuple[str, str, str]]:
    return (line.partition("=") for line in text.splitlines() if line.strip()[:1] not in "#;")


def requirements_registry(
    files: Mapping[str, bytes], path: str, readings: Mapping[str, Reading]
) -> str:
    """Return the index that a requirements file names; several are joined to none that is asked.

    Options of the files that are read with it count as well, as they do for pip.
    """
    found = {
        index_of(url.decode("utf-8", "replace")) or FOLDER
        for beside in files_with(path, readings)
        for url in _INDEX.findall(files.get(beside, b""))
    }
    return " and ".join(sorted(found))


def pdm_registry(project: JsonValue) -> str:
    """Return the indexes of a pyproject.toml of PDM, whose lock file names none; empty for none."""
    tool = project.optional("tool")
    pdm = None if tool is None else tool.optional("pdm")
    sources = () if pdm is None else pdm.optional_items("source")
    return " and ".join(sorted({index_of(one.optional_text("url")) or FOLDER for one in sources}))


def pipfile_registries(document: JsonValue) -> dict[str, str]:
    """Return the index of each package of a Pipfile.lock by normal name."""
    sources = {
        one.optional_text("name"): index_of(one.optional_text("url")) or FOLDER
        for one in document.field("_meta").optional_items("sources")
    }
    every = " and ".join(sorted(set(sources.values())))
    return {
        normal_name(name): sources.get(entry.optional_text("index"), every)
        for group in ("default", "develop")
        for name, entry in members_of(document, group)
    }


def pylock_registries(document: JsonValue) -> dict[str, str]:
    """Return the index of each package of a pylock.toml by normal name, where it tells."""
    return {
        normal_name(one.field("name").text()): index_of(one.optional_text("index"))
        for one in document.optional_items("packages")
    }


def members_of(document: JsonValue, name: str) -> tuple[tuple[str, JsonValue], ...]:
    """Return the members of a table that may be absent."""
    table = document.optional(name)
    return () if table is None else table.members()
