"""The one model, written as CycloneDX 1.5, 1.6 or 1.7.

The same model gives the same document: everything is sorted, and a serial number is derived from
all the rest. What CycloneDX has no place for goes into properties (`formats.properties`).
"""

from typing import Final

from assay import __version__
from assay.sbom.component import PHASES, Component, Sbom
from assay.sbom.formats.properties import (
    Property,
    component_properties,
    inventory_properties,
    organisation_properties,
)
from assay.sbom.formats.serial import derived_uuid
from assay.sbom.hashes import render_hash
from assay.sbom.schema import listed_licences

VERSIONS: Final = ("1.5", "1.6", "1.7")
PRODUCT: Final = "product"  # the product's bom-ref; every other one is an identity
_TOOL: Final = {"type": "application", "name": "assay", "version": __version__}
OURSELVES: Final = f"assay {__version__}"
_EDGES_SAID: Final = {True: "complete", False: "incomplete", None: "unknown"}
_SINCE_1_6: Final = frozenset({"cryptographic-asset"})


def write_cyclonedx(sbom: Sbom, *, version: str) -> dict[str, object]:
    """Return the CycloneDX object for `sbom`."""
    components = sbom.components
    document: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "version": 1,
        "metadata": _metadata(sbom, version),
        "components": [render_component(item, version=version) for item in components],
        "dependencies": _dependencies(sbom),
    }
    compositions = _compositions(sbom)
    if compositions:
        document["compositions"] = compositions
    return {"serialNumber": derived_uuid(document)} | document


def render_component(component: Component, *, version: str) -> dict[str, object]:
    """Return the CycloneDX object for one component."""
    rendered: dict[str, object] = {
        "type": _kind(component.kind, version),
        "bom-ref": component.identity,
        "name": component.name,
    }
    if component.supplier:
        rendered["supplier"] = {"name": component.supplier}
    if component.version:
        rendered["version"] = component.version
    return rendered | _details(component, version)


def _details(component: Component, version: str) -> dict[str, object]:
    """Return the members that most components lack, those that are needed."""
    rendered: dict[str, object] = {}
    hashes = {text: render_hash(text, version=version) for text in component.hashes}
    if component.development:
        rendered["scope"] = "excluded"  # used to make the product, not part of it
    if any(hashes.values()):
        rendered["hashes"] = [standard for standard in hashes.values() if standard]
    if component.licences or component.raw_licences:
        rendered["licenses"] = _licences(component)
    if component.cpes:
        rendered["cpe"] = component.cpes[0]
    if component.purl:
        rendered["purl"] = component.purl
    return rendered | _beside(component, [text for text in hashes if not hashes[text]], version)


def _beside(component: Component, hashes: list[str], version: str) -> dict[str, object]:
    """Return how the component was found, and what the format has no place for."""
    rendered: dict[str, object] = {}
    if component.methods:
        rendered["evidence"] = _evidence(component, version)
    properties = component_properties(component, hashes)
    if properties:
        rendered["properties"] = _properties(properties)
    return rendered


def _metadata(sbom: Sbom, version: str) -> dict[str, object]:
    metadata: dict[str, object] = {}
    if sbom.created_at:
        metadata["timestamp"] = sbom.created_at
    others = [{"type": "application", "name": name} for name in sbom.tools if name != OURSELVES]
    metadata["tools"] = {"components": [_TOOL, *others]}
    manufacturer, beside = _organisations(sbom, version)
    makers = [*sbom.authors, *beside]
    if makers:
        metadata["authors"] = [{"name": name} for name in makers]
    if manufacturer:
        metadata["manufacturer"] = {"name": manufacturer}
    if sbom.phases:
        metadata["lifecycles"] = [_phase(word) for word in sbom.phases]
    if sbom.subject is not None:
        subject = render_component(sbom.subject, version=version)
        metadata["component"] = subject | {"bom-ref": PRODUCT}
    if sbom.supplier:
        metadata["supplier"] = {"name": sbom.supplier}
    properties = [*inventory_properties(sbom.inventory), *organisation_properties(beside)]
    return metadata | ({"properties": _properties(properties)} if properties else {})


def _organisations(sbom: Sbom, version: str) -> tuple[str, tuple[str, ...]]:
    """Return the organisation that has a place of its own, since 1.6, and the others."""
    if version == "1.5" or not sbom.organisations:
        return "", sbom.organisations
    return sbom.organisations[0], sbom.organisations[1:]


def _phase(word: str) -> dict[str, str]:
    return {"phase": word} if word in PHASES else {"name": word}


def _dependencies(sbom: Sbom) -> list[dict[str, object]]:
    """Return the entries of the product and of each component whose edges are known.

    Of some files nobody can tell which dependencies are direct; the product's entry then names
    fewer than it has, and `compositions` makes no claim about the graph. An empty entry says that
    there are no dependencies, so that one whose edges are not known has none.
    """
    entries = list[dict[str, object]]()
    if sbom.subject is not None:
        direct = {item.identity for item in sbom.components if item.direct}
        targets = sorted({*direct, *sbom.subject.depends_on})
        if targets or sbom.subject.edges_known:
            entries.append({"ref": PRODUCT, "dependsOn": targets})
    for item in sbom.components:
        if item.depends_on or item.edges_known:
            entries.append({"ref": item.identity, "dependsOn": list(item.depends_on)})
    return entries


def _compositions(sbom: Sbom) -> list[dict[str, object]]:
    found = list[dict[str, object]]()
    if sbom.aggregate:
        whole = {"aggregate": sbom.aggregate}
        found.append(whole | ({"assemblies": [PRODUCT]} if sbom.subject is not None else {}))
    named = [(item.identity, item) for item in sbom.components]
    if sbom.subject is not None:
        named.insert(0, (PRODUCT, sbom.subject))
    for known, aggregate in _EDGES_SAID.items():
        edges = [
            name
            for name, item in named
            if item.edges_known is known and (item.depends_on or not known)
        ]
        if edges:
            found.append({"aggregate": aggregate, "dependencies": edges})
    return found


def _licences(component: Component) -> list[dict[str, object]]:
    """Return the licences; before 1.7 one expression may stand alone, and several only as names."""
    listed = listed_licences()
    if len(component.licences) == 1 and not component.raw_licences:
        (only,) = component.licences
        return [{"license": {"id": only}}] if only in listed else [{"expression": only}]
    return [
        {"license": {"id" if text in listed else "name": text}}
        for text in (*component.licences, *component.raw_licences)
    ]


def _evidence(component: Component, version: str) -> dict[str, object]:
    methods = [{"technique": name, "confidence": 1} for name in component.methods]
    identity = {"field": "purl" if component.purl else "name", "methods": methods}
    return {"identity": identity if version == "1.5" else [identity]}


def _kind(kind: str, version: str) -> str:
    return "data" if kind in _SINCE_1_6 and version == "1.5" else kind


def _properties(properties: list[Property]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in properties]
