"""The one model, written as SPDX 3.0.1 (JSON-LD; profiles core, software, licensing)."""

import hashlib
from collections.abc import Iterator
from typing import Final

from assay.sbom.component import Component, Sbom
from assay.sbom.formats.annotations import render_comment
from assay.sbom.formats.properties import Property, document_properties, spdx_properties
from assay.sbom.formats.serial import derived_uuid
from assay.sbom.formats.spdx2write import TOOL
from assay.sbom.formats.spdxlicence import NO_ASSERTION, expression_of, reference_to
from assay.sbom.formats.spdxwords import (
    HASHES,
    NO_ASSERTION_ELEMENT,
    NONE,
    PURPOSES_3,
    SBOM_TYPES,
)
from assay.sbom.hashes import spdx_hash

CONTEXT: Final = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_CREATION: Final = "_:creation"
_COMPLETENESS: Final = {True: "complete", False: "incomplete", None: "noAssertion"}
_LISTED: Final = {"specVersion": "3.0.1", "type": "CreationInfo", "@id": _CREATION}

Element = dict[str, object]


def write_spdx3(sbom: Sbom) -> dict[str, object]:
    """Return the SPDX 3.0.1 object for `sbom`, which must say when it was made."""
    seed = [sbom.created_at, sbom.serial, [item.identity for item in sbom.components]]
    return {"@context": CONTEXT, "@graph": _Writer(sbom, derived_uuid(seed)).elements()}


class _Writer:
    def __init__(self, sbom: Sbom, namespace: str) -> None:
        self.sbom = sbom
        self.namespace = namespace
        self.agents: dict[str, Element] = {}
        self.licences: dict[str, Element] = {}

    def elements(self) -> list[Element]:
        """Return all elements: who made it, the document, then packages, licences and edges."""
        sbom = self.sbom
        subjects = [sbom.subject] if sbom.subject is not None else []
        packages = {item.identity: item for item in (*sbom.components, *subjects)}
        rendered = [self._package(item) for item in packages.values()]
        edges = [*self._edges(), *self._declared(list(packages.values()))]
        notes = [*self._notes(list(packages.values()))]
        authors = [
            *(self._agent("Person", name) for name in sbom.authors),
            *(self._agent("Organization", name) for name in sbom.organisations),
        ]
        tools = [self._agent("Tool", f"{name}") for name in dict.fromkeys((TOOL, *sbom.tools))]
        makers = authors or [self._agent("SoftwareAgent", TOOL)]
        content = [*rendered, *self.licences.values(), *edges, *notes]
        roots = [self._id("package", item.identity) for item in subjects]
        collections = self._collections(roots, [*self.agents.values(), *content])
        creation: Element = {
            **_LISTED,
            "created": sbom.created_at,
            "createdBy": makers,
            "createdUsing": tools,
        }
        return [creation, *collections, *self.agents.values(), *content]

    def _collections(self, roots: list[str], content: list[Element]) -> list[Element]:
        ids = [element["spdxId"] for element in content]
        sbom = self._element("software_Sbom", "sbom", "all", rootElement=roots, element=ids)
        types = [SBOM_TYPES[word] for word in self.sbom.phases if word in SBOM_TYPES]
        if types:
            sbom["software_sbomType"] = types
        name = self.sbom.subject.name if self.sbom.subject is not None else "components"
        document = self._element(
            "SpdxDocument",
            "document",
            "all",
            name=name,
            profileConformance=["core", "software", "simpleLicensing"],
            rootElement=[sbom["spdxId"]],
            element=[sbom["spdxId"], *ids],
        )
        return [document, sbom]

    def _package(self, item: Component) -> Element:
        package = self._element("software_Package", "package", item.identity, name=item.name)
        package["software_primaryPurpose"] = PURPOSES_3.get(item.kind, "other")
        if item.version:
            package["software_packageVersion"] = item.version
        if item.purl:
            package["software_packageUrl"] = item.purl
        if item.supplier:
            package["suppliedBy"] = self._agent("Organization", item.supplier)
        hashes = [found for text in item.hashes if (found := spdx_hash(text)) is not None]
        if hashes:
            package["verifiedUsing"] = [
                {"type": "Hash", "algorithm": HASHES[name], "hashValue": v} for name, v in hashes
            ]
        if item.cpes:
            package["externalIdentifier"] = [_cpe(text) for text in item.cpes]
        return package

    def _edges(self) -> Iterator[Element]:
        sbom = self.sbom
        if sbom.subject is not None:
            direct = {item.identity for item in sbom.components if item.direct}
            targets = sorted({*direct, *sbom.subject.depends_on})
            yield from self._edge(sbom.subject, targets)
        for item in sbom.components:
            yield from self._edge(item, list(item.depends_on))

    def _edge(self, item: Component, targets: list[str]) -> Iterator[Element]:
        nothing = NONE if item.edges_known else NO_ASSERTION_ELEMENT
        named = [self._id("package", to) for to in targets] or [nothing]
        relation = self._relation("dependsOn", item, named)
        yield relation | {"completeness": _COMPLETENESS[item.edges_known]}

    def _declared(self, items: list[Component]) -> Iterator[Element]:
        for item in items:
            expression = expression_of(item)
            if expression != NO_ASSERTION:
                self.licences.setdefault(expression, self._licence(expression, item))
                targets = [self._id("licence", expression)]
                yield self._relation("hasDeclaredLicense", item, targets)

    def _licence(self, expression: str, item: Component) -> Element:
        texts = [[reference_to(text), text] for text in item.raw_licences]
        element = self._element(
            "simplelicensing_LicenseExpression",
            "licence",
            expression,
            simplelicensing_licenseExpression=expression,
        )
        if texts:
            element["simplelicensing_customIdToUri"] = [
                {"type": "DictionaryEntry", "key": key, "value": self._id("text", text)}
                for key, text in texts
            ]
            for key, text in texts:
                self.licences[f"text {key}"] = self._element(
                    "simplelicensing_SimpleLicensingText",
                    "text",
                    text,
                    name=key,
                    simplelicensing_licenseText=text,
                )
        return element

    def _notes(self, items: list[Component]) -> Iterator[Element]:
        yield self._note(self._id("document", "all"), document_properties(self.sbom))
        for item in items:
            properties = spdx_properties(item)
            if properties:
                yield self._note(self._id("package", item.identity), properties)

    def _note(self, subject: str, properties: list[Property]) -> Element:
        return self._element(
            "Annotation",
            "annotation",
            subject,
            annotationType="other",
            subject=subject,
            statement=render_comment(properties),
        )

    def _relation(self, kind: str, item: Component, targets: list[str]) -> Element:
        return self._element(
            "Relationship",
            kind,
            item.identity,
            **{"from": self._id("package", item.identity)},
            relationshipType=kind,
            to=targets,
        )

    def _agent(self, kind: str, name: str) -> str:
        element = self._element(kind, kind.lower(), name, name=name)
        identifier = self._id(kind.lower(), name)
        self.agents.setdefault(identifier, element)
        return identifier

    def _element(self, type_: str, part: str, key: str, **members: object) -> Element:
        return {
            "type": type_,
            "spdxId": self._id(part, key),
            "creationInfo": _CREATION,
            **members,
        }

    def _id(self, part: str, key: str) -> str:
        return f"{self.namespace}#{part}-{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def _cpe(text: str) -> Element:
    kind = "cpe23" if text.startswith("cpe:2.3:") else "cpe22"
    return {"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": text}
