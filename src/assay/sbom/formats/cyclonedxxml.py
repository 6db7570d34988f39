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

Make = Callable[["Conversion", XmlElement, str], object]


def is_cyclonedx(root: XmlElement) -> bool:
    """Tell whether an XML document says that it is CycloneDX."""
    return root.name == "bom" and root.namespace.startswith(NAMESPACE)


def cyclonedx_from_xml(
    root: XmlElement, *, parts: Mapping[str, "Make"] | None = None
) -> tuple[dict[str, object], Counter[str]]:
    """Return the JSON form of a document, and how often it holds what is not converted.

    `parts` are the members of the document that are converted, if others than those of an SBOM.

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
    conversion = Conversion(version)
    document: dict[str, object] = {"bomFormat": "CycloneDX", "specVersion": version}
    if "serialNumber" in root.attributes:
        document["serialNumber"] = root.attributes["serialNumber"]
    document["version"] = _whole(root.attributes.get("version", "1"))
    made = conversion.members(root, "bom", "bom", BOM if parts is None else parts)
    return document | made, conversion.left_out


class Conversion:
    """A document on its way, and what of it was left out."""

    def __init__(self, version: str) -> None:
        """Begin with nothing left out."""
        self.version = version
        self.left_out: Counter[str] = Counter()

    def leave(self, where: str) -> None:
        """Count what is not converted by its path, without the places in lists."""
        self.left_out[_PLACES.sub("", where).removeprefix("bom.")] += 1

    def members(
        self, element: XmlElement, where: str, definition: str, makers: Mapping[str, Make]
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

    def each(self, element: XmlElement, where: str, name: str, make: Make) -> list[object]:
        """Return the children of `element`, all of which must be called `name`."""
        for child in element.children:
            if child.name != name:
                raise MalformedError("an element that is not known", where=f"{where}.{child.name}")
        return [
            make(self, child, f"{where}[{place}]") for place, child in enumerate(element.children)
        ]


def text_of(_: Conversion, element: XmlElement, where: str) -> object:
    """Return the text of an element that holds nothing else."""
    if element.children:
        raise MalformedError("elements where text is needed", where=where)
    return element.text()


def list_of(name: str, make: Make) -> Make:
    """Return what makes a list of the children, all of which are called `name`."""
    return lambda conversion, element, where: conversion.each(element, where, name, make)


def attributes_of(element: XmlElement, names: tuple[str, ...]) -> dict[str, object]:
    """Return those of the attributes that the element has."""
    return {name: element.attributes[name] for name in names if name in element.attributes}


def _hash(_: Conversion, element: XmlElement, __: str) -> object:
    return attributes_of(element, ("alg",)) | {"content": element.text()}


def property_of(_: Conversion, element: XmlElement, __: str) -> object:
    """Return a property."""
    return attributes_of(element, ("name",)) | {"value": element.text()}


def organisation_of(conversion: Conversion, element: XmlElement, where: str) -> object:
    """Return an organisation by its name."""
    names = [child for child in element.children if child.name == "name"]
    rest = len(element.children) - len(names)
    if rest:
        conversion.leave(f"{where} (all but the name)")
    return {"name": names[0].text()} if names else {}


def _person(conversion: Conversion, element: XmlElement, where: str) -> object:
    members = {"name": text_of, "email": text_of, "phone": text_of}
    return conversion.members(element, where, "organizationalContact", members)


def _tool(conversion: Conversion, element: XmlElement, where: str) -> object:
    members = {"vendor": text_of, "name": text_of, "version": text_of}
    return conversion.members(element, where, "tool", members)


def _tools(conversion: Conversion, element: XmlElement, where: str) -> object:
    if any(child.name in {"components", "services"} for child in element.children):
        members = {"components": list_of("component", _component)}
        return conversion.members(element, where, "", members)
    return conversion.each(element, where, "tool", _tool)


def _licence(conversion: Conversion, element: XmlElement, where: str) -> object:
    if element.name == "expression":
        return {"expression": element.text()}
    if element.name != "license":
        raise MalformedError("an element that is not known", where=where)
    members = {"id": text_of, "name": text_of}
    return {"license": conversion.members(element, where, "license", members)}


def _licences(conversion: Conversion, element: XmlElement, where: str) -> object:
    return [
        _licence(conversion, child, f"{where}[{place}]")
        for place, child in enumerate(element.children)
    ]


def _occurrence(conversion: Conversion, element: XmlElement, where: str) -> object:
    return conversion.members(element, where, "", {"location": text_of})


def _confidence(_: Conversion, element: XmlElement, where: str) -> object:
    if not _NUMBER.match(element.text()):
        raise MalformedError(f"{element.text()!r} is no number", where=where)
    return float(element.text())


def _method(conversion: Conversion, element: XmlElement, where: str) -> object:
    members = {"technique": text_of, "confidence": _confidence, "value": text_of}
    return conversion.members(element, where, "", members)


def _identity(conversion: Conversion, element: XmlElement, where: str) -> object:
    members: dict[str, Make] = {
        "field": text_of,
        "confidence": _confidence,
        "methods": list_of("method", _method),
    }
    return conversion.members(element, where, "", members)


def _evidence(conversion: Conversion, element: XmlElement, where: str) -> object:
    """Return the evidence; `identity` stands as often as there are identities."""
    check_order(element, where, "componentEvidence")
    identities = [child for child in element.children if child.name == "identity"]
    others = [child for child in element.children if child.name != "identity"]
    rest = XmlElement(element.namespace, element.name, element.attributes, others)
    members = {"occurrences": list_of("occurrence", _occurrence)}
    found = conversion.members(rest, where, "componentEvidence", members)
    if identities:
        made = [_identity(conversion, child, f"{where}.identity") for child in identities]
        found["identity"] = made[0] if conversion.version == "1.5" else made
    return found


def _component(conversion: Conversion, element: XmlElement, where: str) -> object:
    found = conversion.members(element, where, "component", _COMPONENT)
    return attributes_of(element, ("type", "bom-ref", "mime-type")) | found


def _lifecycle(conversion: Conversion, element: XmlElement, where: str) -> object:
    members: dict[str, Make] = {"phase": text_of, "name": text_of, "description": text_of}
    return conversion.members(element, where, "", members)


def _metadata(conversion: Conversion, element: XmlElement, where: str) -> object:
    return conversion.members(element, where, "metadata", METADATA)


def _reference(_: Conversion, element: XmlElement, where: str) -> object:
    if "ref" not in element.attributes:
        raise MalformedError("no ref", where=f"{where}.ref")
    return element.attributes["ref"]


def _dependency(conversion: Conversion, element: XmlElement, where: str) -> object:
    inner = [child for child in element.children if child.name == "dependency"]
    others = len(element.children) - len(inner)
    if others:
        conversion.leave("dependencies (provides)")
    targets = [_reference(conversion, child, where) for child in inner]
    return attributes_of(element, ("ref",)) | ({"dependsOn": targets} if targets else {})


def _composition(conversion: Conversion, element: XmlElement, where: str) -> object:
    members: dict[str, Make] = {
        "aggregate": text_of,
        "assemblies": list_of("assembly", _reference),
        "dependencies": list_of("dependency", _reference),
    }
    return conversion.members(element, where, "compositions", members)


def _whole(text: str) -> int:
    if not _DIGITS.match(text):
        raise MalformedError(f"{text!r} is no whole number", where="bom.version")
    return int(text)


_COMPONENT: Final[dict[str, Make]] = {
    "supplier": organisation_of,
    "group": text_of,
    "name": text_of,
    "version": text_of,
    "scope": text_of,
    "hashes": list_of("hash", _hash),
    "licenses": _licences,
    "cpe": text_of,
    "purl": text_of,
    "properties": list_of("property", property_of),
    "components": list_of("component", _component),
    "evidence": _evidence,
}
METADATA: Final[dict[str, Make]] = {
    "timestamp": text_of,
    "lifecycles": list_of("lifecycle", _lifecycle),
    "tools": _tools,
    "authors": list_of("author", _person),
    "component": _component,
    "manufacturer": organisation_of,
    "supplier": organisation_of,
    "properties": list_of("property", property_of),
}
BOM: Final[dict[str, Make]] = {
    "metadata": _metadata,
    "components": list_of("component", _component),
    "dependencies": list_of("dependency", _dependency),
    "compositions": list_of("composition", _composition),
}
