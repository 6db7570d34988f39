"""CycloneDX in XML with the vulnerabilities in it, as the JSON form of the same version.

For who reads VEX: an SBOM is read without them. What stands in an analysis, or in what it affects,
and is not known is refused: it may limit what is said.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictxml import XmlElement
from assay.sbom.formats.cyclonedxxml import (
    BOM,
    METADATA,
    Conversion,
    Make,
    attributes_of,
    cyclonedx_from_xml,
    list_of,
    organisation_of,
    property_of,
    text_of,
)


def vex_from_xml(root: XmlElement) -> tuple[dict[str, object], Counter[str]]:
    """Return the JSON form of a document, and how often it holds what is not converted.

    Raises:
        MalformedError: Another version than are known, or an element that the version has not.
    """
    return cyclonedx_from_xml(root, parts=_PARTS)


def _only(
    conversion: Conversion, element: XmlElement, where: str, makers: Mapping[str, Make]
) -> dict[str, object]:
    """Return the members of an element that may have no others."""
    for child in element.children:
        if child.name not in makers or child.namespace != element.namespace:
            raise MalformedError("an element that is not known", where=f"{where}.{child.name}")
    return conversion.members(element, where, "", makers)


def _source(conversion: Conversion, element: XmlElement, where: str) -> object:
    return _only(conversion, element, where, {"name": text_of, "url": text_of})


def _reference(conversion: Conversion, element: XmlElement, where: str) -> object:
    return _only(conversion, element, where, {"id": text_of, "source": _source})


def _analysis(conversion: Conversion, element: XmlElement, where: str) -> object:
    found = _only(conversion, element, where, _ANALYSIS)
    answers = found.pop("responses", None)
    return found if answers is None else found | {"response": answers}


def _version(conversion: Conversion, element: XmlElement, where: str) -> object:
    return _only(
        conversion, element, where, {"version": text_of, "range": text_of, "status": text_of}
    )


def _target(conversion: Conversion, element: XmlElement, where: str) -> object:
    versions = list_of("version", _version)
    return _only(conversion, element, where, {"ref": text_of, "versions": versions})


def _vulnerability(conversion: Conversion, element: XmlElement, where: str) -> object:
    found = conversion.members(element, where, "vulnerability", _VULNERABILITY)
    return attributes_of(element, ("bom-ref",)) | found


def _service(conversion: Conversion, element: XmlElement, where: str) -> object:
    found = conversion.members(element, where, "service", _SERVICE)
    return attributes_of(element, ("bom-ref",)) | found


def _metadata(conversion: Conversion, element: XmlElement, where: str) -> object:
    makers = METADATA | {"manufacture": organisation_of, "manufacturer": organisation_of}
    return conversion.members(element, where, "metadata", makers)


_ANALYSIS: Final[dict[str, Make]] = {
    "state": text_of,
    "justification": text_of,
    "responses": list_of("response", text_of),
    "detail": text_of,
    "firstIssued": text_of,
    "lastUpdated": text_of,
}
_VULNERABILITY: Final[dict[str, Make]] = {
    "id": text_of,
    "source": _source,
    "references": list_of("reference", _reference),
    "description": text_of,
    "recommendation": text_of,
    "analysis": _analysis,
    "affects": list_of("target", _target),
    "properties": list_of("property", property_of),
}
_SERVICE: Final[dict[str, Make]] = {
    "group": text_of,
    "name": text_of,
    "version": text_of,
    "services": list_of("service", _service),
}
_PARTS: Final[dict[str, Make]] = BOM | {
    "metadata": _metadata,
    "services": list_of("service", _service),
    "vulnerabilities": list_of("vulnerability", _vulnerability),
}
