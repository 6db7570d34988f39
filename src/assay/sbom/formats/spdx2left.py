"""What is read of an SPDX 2 document; all else is told as left out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.sbom.formats.annotations import COMMENT
from assay.sbom.formats.leftout import Members, ReadMembers, count_left_out, objects
from assay.sbom.formats.reading import words

_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "": words(
        "$schema spdxVersion dataLicense SPDXID name documentNamespace creationInfo "
        "documentDescribes packages files relationships annotations hasExtractedLicensingInfos"
    ),
    "creationInfo": words("created creators"),
    "packages": words(
        "SPDXID name versionInfo supplier filesAnalyzed checksums licenseConcluded licenseDeclared "
        "externalRefs primaryPackagePurpose annotations"
    ),
    "packages.externalRefs": words("referenceCategory referenceType referenceLocator"),
    "files": words("SPDXID fileName checksums"),
    "relationships": words("spdxElementId relationshipType relatedSpdxElement"),
    "hasExtractedLicensingInfos": words("licenseId extractedText name"),
}


def count_left_of_spdx2(document: JsonValue) -> Counter[str]:
    """Return how often what is not read stands in a document that keeps the rules, by path."""
    return count_left_out(document.value, _READ)


def _of_document(value: Members) -> Iterator[str]:
    for note in objects(value.get("annotations")):
        if not str(note.get("comment", "")).startswith(COMMENT):
            yield "annotations"


def _of_package(value: Members) -> Iterator[str]:
    yield from (f"packages.{what}" for what in _of_document(value))
    if str(value.get("supplier", "")).startswith("Person:"):
        yield "packages.supplier (that it is a person)"


_READ: Final = ReadMembers(
    known=_KNOWN,
    in_part={"": _of_document, "packages": _of_package},
    alike={},
    silent=frozenset({"NONE", "NOASSERTION", ""}),
)
