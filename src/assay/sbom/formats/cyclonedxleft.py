"""What of a CycloneDX document has no place in the model, counted by path.

A table names what is read, member by member; all else is counted where it begins. So a member that
a later version adds is told as left out, and not passed over.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from assay.core.jsonvalue import JsonValue
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

Left = Counter[str]


def count_left_out(document: JsonValue) -> Left:
    """Return how often what is not read stands in a document that keeps the rules, by path."""
    left: Left = Counter()
    _count(document.value, "", left)
    return left


def _count(value: object, path: str, left: Left) -> None:
    if isinstance(value, list):
        for item in value:
            _count(item, path, left)
    elif isinstance(value, dict) and path in _KNOWN:
        known = _KNOWN[path]
        for name, inner in value.items():
            below = f"{path}.{name}" if path else str(name)
            if name not in known:
                left[below] += 1
            else:
                _look_below(inner, below, left)
        _count_more(value, path, left)


def _look_below(value: object, path: str, left: Left) -> None:
    if path == "components.components" and isinstance(value, list):
        left[f"{path} (that one contains the other)"] += len(value)
    if path in {"metadata.properties", "components.properties"}:
        _count_foreign(value, path, left)
    else:
        _count(value, _ALIKE.get(path, path), left)


def _count_foreign(value: object, path: str, left: Left) -> None:
    names = (str(item.get("name", "")) for item in value) if isinstance(value, list) else ()
    count = sum(not name.startswith(PREFIX) for name in names)
    if count:
        left[path] += count


def _count_more(value: Mapping[str, object], path: str, left: Left) -> None:
    """Count what is read only in part."""
    rule = _IN_PART.get(path)
    if rule is not None and (what := rule(value)):
        left[f"{path}{what}"] += 1


def _of_component(value: Mapping[str, object]) -> str:
    return ".scope (that it is optional)" if value.get("scope") == "optional" else ""


def _of_method(value: Mapping[str, object]) -> str:
    return ".confidence" if value.get("confidence") != 1 else ""


def _of_composition(value: Mapping[str, object]) -> str:
    partly = value.get("dependencies") and value.get("aggregate") not in _TOLD
    return " (in which way they are incomplete)" if partly else ""


_IN_PART: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = {
    "components": _of_component,
    "components.evidence.identity.methods": _of_method,
    "compositions": _of_composition,
}
