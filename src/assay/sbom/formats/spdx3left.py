"""What is read of the elements of an SPDX 3 document; all else is told as left out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.sbom.formats.annotations import COMMENT
from assay.sbom.formats.leftout import Members, ReadMembers, count_left_out
from assay.sbom.formats.reading import words

_ELEMENT: Final = words("type spdxId creationInfo @context")
_NAMED: Final = _ELEMENT | {"name"}
_COMPONENT: Final = _NAMED | words(
    "software_packageVersion software_packageUrl suppliedBy verifiedUsing externalIdentifier "
    "software_primaryPurpose"
)
_COLLECTION: Final = _NAMED | words("profileConformance rootElement element")
_BY_TYPE: Final[Mapping[str, frozenset[str]]] = {
    "software_Package": _COMPONENT,
    "software_File": _COMPONENT,
    "SpdxDocument": _COLLECTION,
    "software_Sbom": _COLLECTION | {"software_sbomType"},
    "Relationship": _ELEMENT | words("from to relationshipType completeness"),
    "Annotation": _ELEMENT | words("annotationType subject statement"),
    "CreationInfo": words("type @id spdxId specVersion created createdBy createdUsing"),
    "simplelicensing_LicenseExpression": _ELEMENT
    | words("simplelicensing_licenseExpression simplelicensing_customIdToUri"),
    "simplelicensing_SimpleLicensingText": _NAMED | {"simplelicensing_licenseText"},
    **dict.fromkeys(("Agent", "Organization", "Person", "SoftwareAgent", "Tool"), _NAMED),
}


def count_left_of_element(element: JsonValue) -> Counter[str]:
    """Return how often what is not read stands in an element of a class that is, by path."""
    type_ = element.field("type").text()
    return count_left_out({type_: element.value}, _READ) if type_ in _BY_TYPE else Counter()


def _of_annotation(value: Members) -> Iterator[str]:
    if not str(value.get("statement", "")).startswith(COMMENT):
        yield "Annotation (elements)"


_READ: Final = ReadMembers(
    known={"": frozenset(_BY_TYPE), **_BY_TYPE},
    in_part={"Annotation": _of_annotation},
    alike={},
    silent=frozenset(),
)
