"""pom.xml of Maven, model version 4.0.0: what it declares, which is not what Maven resolves.

* A version is that of the dependency itself, or of `dependencyManagement` in the same file; `${…}`
  stands for a property of the same file. What a parent or an imported list says is not known here.
* Nothing says which packages those need in turn. That is noted: declared, not locked.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictxml import XmlElement, parse_xml
from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Draft, Reading, clean, purl_of

MAX_POM_BYTES: Final = 8 * 2**20  # written by people; bounds memory
MODEL: Final = "4.0.0"
_PROPERTY: Final = re.compile(r"\$\{([^${}]{1,200})\}")
_RANGE: Final = re.compile(r"[\[\](),]|LATEST\Z|RELEASE\Z|.*-SNAPSHOT\Z")
MAX_NESTING: Final = 8  # a property that is made of others
MAX_VALUE_CHARACTERS: Final = 4096


def parse_pom(data: bytes, path: str) -> Reading:
    """Read a pom.xml: what it asks for itself, where it says which version.

    Raises:
        MalformedError: Not strict XML, or no project of model 4.0.0.
    """
    root = parse_xml(data, max_bytes=MAX_POM_BYTES)
    if root.name != "project" or _text(root, "modelVersion") != MODEL:
        raise MalformedError(f"no project of model {MODEL}")
    draft = Draft(path=path)
    said = dict(_properties(root))
    managed = {
        _key(item, said): _filled(_text(item, "version"), said)
        for holder in _children(root, "dependencyManagement")
        for item in _dependencies(holder)
    }
    found = list(_dependencies(root))
    for item in found:
        with draft.entry("/".join(_key(item, said))):
            _read(item, said, managed, draft)
    if found:
        draft.note(
            "indirect dependencies",
            "",
            "declared, not locked: a pom.xml does not name them",
            "list the components of what was built: assay sbom generate FILE.jar",
        )
    return draft.finish()


def _read(
    item: XmlElement,
    said: Mapping[str, str],
    managed: Mapping[tuple[str, str], str],
    draft: Draft,
) -> None:
    group, artifact = _key(item, said)
    version = _filled(_text(item, "version"), said) or managed.get((group, artifact), "")
    name = f"{group}/{artifact}"
    if not version or "$" in version or _RANGE.search(version):
        draft.unpinned(name, f"{name} {version or '(no version here)'}")
        return
    draft.components.append(
        Component(
            purl=purl_of("maven", name, version),
            name=name,
            version=version,
            found_in=(draft.path,),
            direct=True,
            development=_text(item, "scope") == "test",
        )
    )


def _properties(root: XmlElement) -> Iterator[tuple[str, str]]:
    for parent in _children(root, "parent"):
        for name in ("groupId", "version"):
            yield f"project.{name}", _text(parent, name)
            yield f"project.parent.{name}", _text(parent, name)
    for name in ("groupId", "artifactId", "version"):
        if own := _text(root, name):
            yield f"project.{name}", own
    for holder in _children(root, "properties"):
        for item in holder.children:
            yield item.name, item.text()


def _dependencies(holder: XmlElement) -> Iterator[XmlElement]:
    for listed in _children(holder, "dependencies"):
        yield from _children(listed, "dependency")


def _key(item: XmlElement, said: Mapping[str, str]) -> tuple[str, str]:
    return _filled(_text(item, "groupId"), said), _filled(_text(item, "artifactId"), said)


def _filled(text: str, said: Mapping[str, str]) -> str:
    """Return `text` with the properties that are known in their places.

    Raises:
        MalformedError: It grows beyond any value.
    """
    for _ in range(MAX_NESTING):
        filled = _PROPERTY.sub(lambda match: said.get(match[1], match[0]), text)
        if len(filled) > MAX_VALUE_CHARACTERS:
            raise MalformedError(f"{clean(text)[:80]!r} stands for too much")
        if filled == text:
            break
        text = filled
    return text


def _children(element: XmlElement, name: str) -> Iterator[XmlElement]:
    return (child for child in element.children if child.name == name)


def _text(element: XmlElement, name: str) -> str:
    return next((child.text() for child in _children(element, name)), "")
