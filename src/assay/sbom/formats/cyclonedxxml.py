"""CycloneDX in XML: turned into the JSON form of the same version, and back.

The two forms say the same in other shapes, so that one set of rules and one reader serve both. What
the model has no place for is counted, not converted; an element that the version does not know is
refused, as is one that stands in another order (`formats.cyclonedxorder`).
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictxml import XmlElement
from assay.sbom.formats.cyclonedxorder import check_order
from assay.sbom.schema import VERSIONS, member_names

NAMESPACE: Final = "http://cyclonedx.org/schema/bom/"
_PLACES: Final = re.compile(r"\[[0-9]+\]")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?\Z")
_DIGITS: Final = re.compile(r"[0-9]{1,15}\Z")
# Names that only the XML form has, beside those of the JSON form.
_XML_ONLY: Final = frozenset({"reference", "modified", "manufacture", "properties", "tag"})

_Make = Callable[["_Conversion", XmlElement, str], object]


def is_cyclonedx(root: XmlElement) -> bool:
    """Tell whether an XML document says that it is CycloneDX."""
    return root.name == "bom" and root.namespace.startswith(NAMESPACE)


def cyclonedx_from_xml(root: XmlElement) -> tuple[dict[str, object], Counter[str]]:
    """Return the JSON form of a document, and how often it holds what is not converted.

    Raises:
        MalformedError: Another version than are known, or an element that the version has not.
    """
    version = root.namespace.removeprefix(NAMESPACE)
    if not is_cyclonedx(root) or version not in VERSIONS:
        known = ", ".join(VERSIONS)
        raise MalformedError(
            f"the namespace {root.namespace!r} is of no CycloneDX version that is known",
            where=root.name,
            hint=f"known are {known}",
        )
    conversion = _Conversion(version)
    document: dict[str, object] = {"bomFormat": "CycloneDX", "specVersion": version}
    if "serialNumber" in root.attributes:
        document["serialNumber"] = root.attributes["serialNumber"]
    document["version"] = _whole(root.attributes.get("version", "1"))
    return document | conversion.members(root, "bom", "bom", _BOM), conversion.left_out


class _Conversion:
    def __init__(self, version: str) -> None:
        self.version = version
        self.left_out: Counter[str] = Counter()

    def leave(self, where: str) -> None:
        """Count what is not converted by its path, without the places in lists."""
        self.left_out[_PLACES.sub("", where).removeprefix("bom.")] += 1

    def members(
        self, element: XmlElement, where: str, definition: str, makers: Mapping[str, _Make]
    ) -> dict[str, object]:
        """Return the members of `element` that are converted; the others are counted or refused."""
        check_order(element, where, definition)
        known = member_names(self.version, definition)
        found: dict[str, object] = {}
        for child in element.children:
            place = f"{where}.{child.name}"
            make = makers.get(child.name)
            if child.namespace != element.namespace:
                self.leave(f"{place} (of another namespace)")
            elif make is None:
                if known and child.name not in known | _XML_ONLY:
                    raise MalformedError("an element that is not known", where=place)
                self.leave(place)
            elif child.name in found:
                raise MalformedError("an element that may stand once stands twice", where=place)
            else:
                found[child.name] = make(self, child, place)
        return found

    def each(self, element: XmlElement, where: str, name: str, make: _Make) -> list[object]:
        """Return the children of `element`, all of which must be called `name`."""
        for child in element.children:
            if child.name != name:
                raise MalformedError("an element that is not known", where=f"{where}.{child.name}")
        return [
            make(self, child, f"{where}[{place}]") for place, child in enumerate(element.children)
        ]


def _text(_: _Conversion, element: XmlElement, where: str) -> object:
    if element.children:
        raise MalformedError("elements where text is needed", where=where)
    return element.text()


def _list_of(name: str, make: _Make) -> _Make:
    return lambda conversion, element, where: conversion.each(element, where, name, make)


def _attributes(element: XmlElement, names: tuple[str, ...]) -> dict[str, object]:
    return {name: element.attributes[name] for name in names if name in element.attributes}


def _hash(_: _Conversion, element: XmlElement, __: str) -> object:
    return _attributes(element, ("alg",)) | {"content": element.text()}


def _property(_: _Conversion, element: XmlElement, __: str) -> object:
    return _attributes(element, ("name",)) | {"value": element.text()}


def _organisation(conversion: _Conversion, element: XmlElement, where: str) -> object:
    names = [child for child in element.children if child.name == "name"]
    rest = len(element.children) - len(names)
    if rest:
        conversion.leave(f"{where} (all but the name)")
    return {"name": names[0].text()} if names else {}


def _person(conversion: _Conversion, element: XmlElement, where: str) -> object:
    members = {"name": _text, "email": _text, "phone": _text}
    return conversion.members(element, where, "organizationalContact", members)


def _tool(conversion: _Conversion, element: XmlElement, where: str) -> object:
    members = {"vendor": _text, "name": _text, "version": _text}
    return conversion.members(element, where, "tool", members)


def _tools(conversion: _Conversion, element: XmlElement, where: str) -> object:
    if any(child.name in {"components", "services"} for child in element.children):
        members = {"components": _list_of("component", _component)}
        return conversion.members(element, where, "", members)
    return conversion.each(element, where, "tool", _tool)


def _licence(conversion: _Conversion, element: XmlElement, where: str) -> object:
    if element.name == "expression":
        return {"expression": element.text()}
    if element.name != "license":
        raise MalformedError("an element that is not known", where=where)
    return {"license": conversion.members(element, where, "license", {"id": _text, "name": _text})}


def _licences(conversion: _Conversion, element: XmlElement, where: str) -> object:
    return [
        _licence(conversion, child, f"{where}[{place}]")
        for place, child in enumerate(element.children)
    ]


def _occurrence(conversion: _Conversion, element: XmlElement, where: str) -> object:
    return conversion.members(element, where, "", {"location": _text})


def _confidence(_: _Conversion, element: XmlElement, where: str) -> object:
    if not _NUMBER.match(element.text()):
        raise MalformedError(f"{element.text()!r} is no number", where=where)
    return float(element.text())


def _method(conversion: _Conversion, element: XmlElement, where: str) -> object:
    members = {"technique": _text, "confidence": _confidence, "value": _text}
    return conversion.members(element, where, "", members)


def _identity(conversion: _Conversion, element: XmlElement, where: str) -> object:
    members: dict[str, _Make] = {
        "field": _text,
        "confidence": _confidence,
        "methods": _list_of("method", _method),
    }
    return conversion.members(element, where, "", members)


def _evidence(conversion: _Conversion, element: XmlElement, where: str) -> object:
    """Return the evidence; `identity` stands as often as there are identities."""
    check_order(element, where, "componentEvidence")
    identities = [child for child in element.children if child.name == "identity"]
    others = [child for child in element.children if child.name != "identity"]
    rest = XmlElement(element.namespace, element.name, element.attributes, others)
    members = {"occurrences": _list_of("occurrence", _occurrence)}
    found = conversion.members(rest, where, "componentEvidence", members)
    if identities:
        made = [_identity(conversion, child, f"{where}.identity") for child in identities]
        found["identity"] = made[0] if conversion.version == "1.5" else made
    return found


def _component(conversion: _Conversion, element: XmlElement, where: str) -> object:
    found = conversion.members(element, where, "component", _COMPONENT)
    return _attributes(element, ("type", "bom-ref", "mime-type")) | found


def _metadata(conversion: _Conversion, element: XmlElement, where: str) -> object:
    return conversion.members(element, where, "metadata", _METADATA)


def _reference(_: _Conversion, element: XmlElement, where: str) -> object:
    if "ref" not in element.attributes:
        raise MalformedError("no ref", where=f"{where}.ref")
    return element.attributes["ref"]


def _dependency(conversion: _Conversion, element: XmlElement, where: str) -> object:
    inner = [child for child in element.children if child.name == "dependency"]
    others = len(element.children) - len(inner)
    if others:
        conversion.leave("dependencies (provides)")
    targets = [_reference(conversion, child, where) for child in inner]
    return _attributes(element, ("ref",)) | ({"dependsOn": targets} if targets else {})


def _composition(conversion: _Conversion, element: XmlElement, where: str) -> object:
    members: dict[str, _Make] = {
        "aggregate": _text,
        "assemblies": _list_of("assembly", _reference),
        "dependencies": _list_of("dependency", _reference),
    }
    return conversion.members(element, where, "compositions", members)


def _whole(text: str) -> int:
    if not _DIGITS.match(text):
        raise MalformedError(f"{text!r} is no whole number", where="bom.version")
    return int(text)


_COMPONENT: Final[dict[str, _Make]] = {
    "supplier": _organisation,
    "group": _text,
    "name": _text,
    "version": _text,
    "scope": _text,
    "hashes": _list_of("hash", _hash),
    "licenses": _licences,
    "cpe": _text,
    "purl": _text,
    "properties": _list_of("property", _property),
    "components": _list_of("component", _component),
    "evidence": _evidence,
}
_METADATA: Final[dict[str, _Make]] = {
    "timestamp": _text,
    "tools": _tools,
    "authors": _list_of("author", _person),
    "component": _component,
    "supplier": _organisation,
    "properties": _list_of("property", _property),
}
_BOM: Final[dict[str, _Make]] = {
    "metadata": _metadata,
    "components": _list_of("component", _component),
    "dependencies": _list_of("dependency", _dependency),
    "compositions": _list_of("composition", _composition),
}
