"""Core metadata of Python packages: METADATA and PKG-INFO, versions 1.0 to 2.x.

The format is that of e-mail headers (PEP 241 to PEP 639); what follows the first empty line is the
description, which is not read.
"""

import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.reading import clean
from assay.sbom.lockfiles.textlines import text_lines

_HEADER: Final = re.compile(r"([!-9;-~]+):[ \t]*(.*)")
_REQUIRED: Final = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_EXTRA: Final = re.compile(r"\bextra\s*(?:==|!=|in|not)")
_SILENT: Final = frozenset({"", "UNKNOWN"})  # what setuptools wrote where nothing was said

# Classifiers that mean one licence in one version (PEP 639); most, `BSD License` say, mean several.
_CLEAR: Final = {
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "zlib/libpng License": "Zlib",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonMetadata:
    """What a package says about itself. `licence` is as written, an SPDX expression or not.

    `requires` are the names that it needs always or on some platform; those that only an extra
    asks for are left out.
    """

    name: str
    version: str
    licence: str = ""
    supplier: str = ""
    requires: tuple[str, ...] = ()


def parse_metadata(data: bytes) -> PythonMetadata:
    """Read METADATA or PKG-INFO.

    Raises:
        MalformedError: Not text, of a major version that is not known, a line that is no header,
            or no one name and version.
    """
    headers = _headers(data)
    version = _one(headers, "metadata-version")
    if version.partition(".")[0] not in {"1", "2"}:
        raise MalformedError(f"version {clean(version)!r} is not known", where="Metadata-Version")
    said = (_first(headers, "license-expression"), _first(headers, "license"), _classified(headers))
    licence = next((text for text in said if text not in _SILENT), "")
    return PythonMetadata(
        name=_one(headers, "name"),
        version=_one(headers, "version"),
        licence=clean(licence),
        supplier=clean(_supplier(headers)),
        requires=tuple(sorted(set(_required(headers.get("requires-dist", []))))),
    )


def _headers(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    last: list[str] = []
    for number, line in enumerate(text_lines(data), 1):
        if not line:
            break
        match = _HEADER.match(line)
        if match is not None:
            last = found.setdefault(match[1].lower(), [])
            last.append(match[2].strip())
        elif line[0] in " \t" and last:
            last[-1] += "\n" + line.strip()
        elif last is not found.get("license"):  # old tools wrote whole texts there, unfolded
            raise MalformedError("no header of metadata", where=f"line {number}")
    return found


def _one(headers: dict[str, list[str]], name: str) -> str:
    values = set(headers.get(name, ()))
    if len(values) != 1:
        raise MalformedError(f"{len(values)} values of {name.title()}, where one is needed")
    return values.pop()


def _first(headers: dict[str, list[str]], name: str) -> str:
    """Return the first line of the first header `name`."""
    values = headers.get(name, [""])
    return values[0].partition("\n")[0]


def _classified(headers: dict[str, list[str]]) -> str:
    """Return the first classifier about licences: as SPDX calls it where it can mean only that."""
    found = (text for text in headers.get("classifier", ()) if text.startswith("License :: "))
    last = next(found, "").rpartition(" :: ")[2]
    return _CLEAR.get(last, last)


def _supplier(headers: dict[str, list[str]]) -> str:
    """Return the author, or who maintains the package; the name goes before the address."""
    names = ("author", "author-email", "maintainer", "maintainer-email")
    said = (_first(headers, name) for name in names)
    return next((text for text in said if text not in _SILENT), "")


def _required(lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        requirement, _, marker = line.partition(";")
        match = _REQUIRED.match(requirement)
        if match is None:
            raise MalformedError(f"{clean(line)!r} is no requirement", where="Requires-Dist")
        if not _EXTRA.search(marker):
            found.append(match[1])
    return found
