"""A project's page of the Python index (PEP 503, 691, 700), and a release's metadata (PEP 658).

What is about another project, or cannot be read, is no release: an index does not get to slip one
package under another's name.
"""

import re
from collections.abc import Iterator
from typing import Final

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Specified
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.lockfiles.pypisource import normal_name
from assay.vuln.nativeranges import MAX_RANGE
from assay.vuln.remedy.indexes.simplehtml import parse_simple_html
from assay.vuln.remedy.model import PYPI, Release, ReleaseFile, Requirement
from assay.vuln.versions import version_key

MAX_PAGE_BYTES: Final = 64 * 2**20
MAX_METADATA_BYTES: Final = 8 * 2**20
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
_FILE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+!-]{0,254}\Z")


def parse_project_page(data: bytes, name: str) -> dict[str, Release]:
    """Return the releases of the project `name` by version, as the page `data` tells them.

    Raises:
        MalformedError: Not such a page, or one about another project.
    """
    page = _page(data)
    told = page.optional_text("name", name)  # pages in HTML do not say, but their files do
    if normal_name(told) != normal_name(name):
        raise MalformedError(f"a page about another project, and not {name!r}", where="name")
    found: dict[Version, list[tuple[ReleaseFile, str, bool]]] = {}
    for item in page.field("files").items():
        version = _version_of(item.field("filename").text(), name)
        if version is not None:
            found.setdefault(version, []).append(
                (_file(item), item.optional_text("requires-python"), _is_yanked(item))
            )
    return {str(version): _release(str(version), files) for version, files in found.items()}


def _release(version: str, files: list[tuple[ReleaseFile, str, bool]]) -> Release:
    """Return a release without the files that were taken back, unless all were."""
    yanked = all(gone for _, _, gone in files)
    return Release(
        version=version,
        files=tuple(file for file, _, gone in files if yanked or not gone),
        yanked=yanked,
        python=next((python for _, python, gone in files if python and (yanked or not gone)), ""),
    )


def parse_requirements_of(data: bytes, *, name: str, version: str) -> tuple[Requirement, ...]:
    """Return what a release asks for by its metadata, extras among it with their marker.

    Raises:
        MalformedError: Not metadata, or those of another release.
    """
    if len(data) > MAX_METADATA_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_METADATA_BYTES} are read")
    try:
        told, _ = parse_email(data)
    except (ValueError, RecursionError) as error:
        raise MalformedError("no metadata of a Python package") from error
    same = _is_version(told.get("version", ""), version)
    if normal_name(told.get("name", "")) != normal_name(name) or not same:
        raise MalformedError(f"metadata of another release, and not of {name!r} {version}")
    return tuple(_requirements(told.get("requires_dist", [])))


def _page(data: bytes) -> JsonValue:
    """Return the page as JSON, whichever of the two forms it has."""
    if data.lstrip()[:1] != b"<":
        return JsonValue(parse_json(data, max_bytes=MAX_PAGE_BYTES))
    if len(data) > MAX_PAGE_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_PAGE_BYTES} are read")
    return JsonValue({"files": parse_simple_html(data.decode("utf-8", "replace"))})


def _is_version(told: str, version: str) -> bool:
    key = version_key(PYPI, told)
    return key is not None and key == version_key(PYPI, version)


def _requirements(texts: list[str]) -> Iterator[Requirement]:
    for text in texts:
        if len(text) > MAX_RANGE:
            raise MalformedError(f"a requirement of {len(text)} characters")
        try:
            one = Specified(text)
        except InvalidRequirement as error:
            raise MalformedError(f"{text[:80]!r} is no requirement") from error
        yield Requirement(
            name=normal_name(one.name),
            range=str(one.specifier),
            marker="" if one.marker is None else str(one.marker),
            extras=tuple(sorted(one.extras)),
        )


def _version_of(filename: str, name: str) -> Version | None:
    """Return the version that a file is of by its name; None where it is of none."""
    if not _FILE.match(filename):
        return None
    try:
        if filename.endswith(".whl"):
            found, version, _, _ = parse_wheel_filename(filename)
        else:
            found, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return version if found == normal_name(name) else None


def _file(item: JsonValue) -> ReleaseFile:
    told = item.field("hashes").optional_text("sha256")
    size = item.optional("size")
    metadata = item.optional("core-metadata") or item.optional("data-dist-info-metadata")
    return ReleaseFile(
        name=item.field("filename").text(),
        url=item.field("url").text(),
        digest=f"sha256:{told}" if _SHA256.match(told) else "",
        size=None if size is None else size.integer(),
        uploaded=item.optional_text("upload-time"),
        has_metadata=None if metadata is None else metadata.value is not False,
        metadata_digest=_metadata_digest(metadata),
    )


def _metadata_digest(metadata: JsonValue | None) -> str:
    if metadata is None or not isinstance(metadata.value, dict):
        return ""
    told = metadata.optional_text("sha256")
    return f"sha256:{told}" if _SHA256.match(told) else ""


def _is_yanked(item: JsonValue) -> bool:
    """Tell whether a file was taken back; the reason may be an empty text."""
    yanked = item.optional("yanked")
    return yanked is not None and yanked.value is not False
