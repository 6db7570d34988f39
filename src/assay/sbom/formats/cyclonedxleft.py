"""What is read of a CycloneDX document; all else is told as left out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.sbom.formats.leftout import Members, ReadMembers, count_left_out, objects
from assay.sbom.formats.properties import PREFIX
from assay.sbom.formats.reading import words

_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "": words(
        "$schema bomFormat specVersion serialNumber version metadata components dependencies "
        "compositions"
    ),
    "metadata": words(
        "timestamp lifecycles tools authors manufacturer component supplier properties"
    ),
    "metadata.lifecycles": words("phase name"),
    "metadata.tools": words("name version components services"),
    "metadata.tools.components": words("type bom-ref name version"),
    "metadata.tools.services": words("bom-ref name version"),
    "metadata.authors": words("bom-ref name"),
    "metadata.manufacturer": words("bom-ref name"),
    "metadata.supplier": words("bom-ref name"),
    "components": words(
        "type bom-ref name group version purl cpe hashes licenses supplier scope properties "
        "evidence components"
    ),
    "components.supplier": words("bom-ref name"),
    "components.licenses": words("bom-ref license expression"),
    "components.licenses.license": words("bom-ref id name"),
    "components.evidence": words("identity occurrences"),
    "components.evidence.identity": words("field methods"),
    "components.evidence.identity.methods": words("technique confidence"),
    "components.evidence.occurrences": words("bom-ref location"),
    "dependencies": words("ref dependsOn"),
    "compositions": words("bom-ref aggregate assemblies dependencies"),
}
_ALIKE: Final = {"metadata.component": "components", "components.components": "components"}
_TOLD: Final = frozenset({"complete", "incomplete", "unknown", "not_specified"})


def count_left_of_cyclonedx(document: JsonValue) -> Counter[str]:
    """Return how often what is not read stands in a document that keeps the rules, by path."""
    return count_left_out(document.value, _READ)


def _of_metadata(value: Members) -> Iterator[str]:
    yield from _foreign_properties(value, "metadata")


def _of_component(value: Members) -> Iterator[str]:
    if value.get("scope") == "optional":
        yield "components.scope (that it is optional)"
    for _ in objects(value.get("components")):
        yield "components.components (that one contains the other)"
    yield from _foreign_properties(value, "components")


def _foreign_properties(value: Members, path: str) -> Iterator[str]:
    for item in objects(value.get("properties")):
        if not str(item.get("name", "")).startswith(PREFIX):
            yield f"{path}.properties"


def _of_method(value: Members) -> Iterator[str]:
    if value.get("confidence") != 1:
        yield "components.evidence.identity.methods.confidence"


def _of_composition(value: Members) -> Iterator[str]:
    if value.get("dependencies") and value.get("aggregate") not in _TOLD:
        yield "compositions (in which way they are incomplete)"


_READ: Final = ReadMembers(
    known=_KNOWN,
    in_part={
        "metadata": _of_metadata,
        "components": _of_component,
        "components.evidence.identity.methods": _of_method,
        "compositions": _of_composition,
    },
    alike=_ALIKE,
    silent=frozenset(),
)
