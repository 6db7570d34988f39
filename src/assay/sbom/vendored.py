"""Packages that lie unpacked in the repository, as `node_modules` does when it is committed."""

from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.lockfiles.npmsource import npm_package

MAX_MANIFEST_BYTES: Final = 8 * 2**20  # written by people; bounds memory


def parse_vendored(data: bytes, path: str) -> tuple[Component, ...]:
    """Read the package.json of an unpacked package; one without name and version is no package.

    Packages carry such files also to set options for a folder of their own.

    Raises:
        MalformedError: Not strict JSON, or a name or version that cannot be one.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    name, version = document.optional_text("name"), document.optional_text("version")
    package = npm_package(name, version) if name and version else None
    if package is None:
        return ()
    return (
        Component(purl=package.purl, name=package.name, version=package.version, found_in=(path,)),
    )
