"""verification-metadata.xml of Gradle: what it has fetched, with checksums.

It only grows: what stands there was fetched once, for a build or a plugin, and need not be in use.
That is noted; which of it is locked, gradle.lockfile says.
"""

from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictxml import XmlElement, parse_xml
from assay.sbom.component import Component
from assay.sbom.lockfiles.pypisource import is_hash
from assay.sbom.lockfiles.reading import Draft, Reading, clean, purl_of

MAX_FILE_BYTES: Final = 64 * 2**20
NAMESPACE: Final = "https://schema.gradle.org/dependency-verification"
_HASHES: Final = ("md5", "sha1", "sha256", "sha512")
_ARCHIVES: Final = (".jar", ".aar", ".klib", ".zip")


def parse_gradle_verification(data: bytes, path: str) -> Reading:
    """Read a verification-metadata.xml.

    Raises:
        MalformedError: Not strict XML, or no such document.
    """
    root = parse_xml(data, max_bytes=MAX_FILE_BYTES)
    if root.name != "verification-metadata" or root.namespace != NAMESPACE:
        raise MalformedError("no verification metadata of Gradle")
    draft = Draft(path=path)
    listed = [item for part in _children(root, "components") for item in part.children]
    for number, item in enumerate(listed):
        with draft.entry(f"components[{number}]"):
            draft.components.append(_component(item, path))
    if draft.components:
        why = "it lists what was fetched once, which need not be in use"
        draft.note("use", "", why, "lock the dependencies: gradle dependencies --write-locks")
    return draft.finish()


def _component(item: XmlElement, path: str) -> Component:
    said = item.attributes
    if item.name != "component" or not {"group", "name", "version"} <= said.keys():
        raise MalformedError("no component with group, name and version")
    name = f"{said['group']}/{said['name']}"
    return Component(
        purl=purl_of("maven", name, said["version"]),
        name=name,
        version=said["version"],
        found_in=(path,),
        hashes=tuple(sorted(set(_hashes(item)))),
    )


def _hashes(item: XmlElement) -> Iterator[str]:
    """Yield the hashes of the package's own archive; those of its POM are of something else."""
    start = f"{item.attributes['name']}-{item.attributes['version']}"
    own = {f"{start}{ending}" for ending in _ARCHIVES}
    for artifact in _children(item, "artifact"):
        sums = artifact.children if artifact.attributes.get("name") in own else ()
        for found in sums:
            text = f"{found.name}:{found.attributes.get('value', '').lower()}"
            if found.name in _HASHES and not is_hash(text):
                raise MalformedError(f"{clean(text)!r} is no hash")
            yield from (text,) if found.name in _HASHES else ()


def _children(element: XmlElement, name: str) -> list[XmlElement]:
    return [child for child in element.children if child.name == name]
