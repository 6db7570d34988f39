"""From which index a lock file has its packages, where it says so.

A name means nothing without its index: a package of a company's own index may have a namesake on
the public one, put there by anybody.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.reading import Reading
from assay.vuln.remedy.requirementslock import files_with

TOML: Final = frozenset({"uv", "poetry", "pdm"})
NPMRC: Final = ".npmrc"
FOLDER: Final = "a folder"  # which is no host, so that no index stands for it
_INDEX: Final = re.compile(
    rb"^[ \t]*(?:-i|--index-url|--extra-index-url|--pypi-url|-f|--find-links)[ =]+(\S+)",
    re.MULTILINE,
)


def host_of(url: str) -> str:
    """Return the host of a URL; empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def toml_registries(data: bytes) -> dict[str, str]:
    """Return the host that each package is from, by normal name, where a TOML lock file tells.

    Raises:
        MalformedError: Not TOML, or of another form.
    """
    found: dict[str, str] = {}
    for package in parse_toml(data).optional_items("package"):
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
    return host_of(told.text()) or FOLDER


def npm_registry(files: Mapping[str, bytes], folder: str, name: str) -> str:
    """Return the host that an .npmrc of the commit has a package from; empty where none says."""
    scope = f"{name.partition('/')[0]}:registry" if name.startswith("@") else ""
    found = ""
    for place in ("", folder):
        data = files.get(posixpath.join(place, NPMRC), b"").decode("utf-8", "replace")
        told = {key.strip(): value.strip() for key, _, value in _pairs(data)}
        found = host_of(told.get(scope) or told.get("registry", "")) or found
    return found


def _pairs(text: str) -> Iterator[tuple[str, str, str]]:
    return (line.partition("=") for line in text.splitlines() if line.strip()[:1] not in "#;")


def requirements_registry(
    files: Mapping[str, bytes], path: str, readings: Mapping[str, Reading]
) -> str:
    """Return the host of the index that a requirements file names; several are joined to no host.

    Options of the files that are read with it count as well, as they do for pip.
    """
    hosts = {
        host_of(url.decode("utf-8", "replace")) or FOLDER
        for beside in files_with(path, readings)
        for url in _INDEX.findall(files.get(beside, b""))
    }
    return " and ".join(sorted(hosts))
