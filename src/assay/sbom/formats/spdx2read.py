"""SPDX 2.2 and 2.3 JSON documents, read into the one model.

* A document is first held against the rules of its format (`schemas/spdx-2.3.json`), then every
  relationship against the elements that there are.
* Packages and files are components; what only describes them is counted as left out.
"""

from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.annotations import parse_comments
from assay.sbom.formats.properties import (
    PURPOSES,
    apply_component_properties,
    listed_licences,
    read_document_properties,
)
from assay.sbom.formats.reading import Draft, normal_time, words
from assay.sbom.formats.spdx2left import count_left_of_spdx2
from assay.sbom.formats.spdx2write import DOCUMENT
from assay.sbom.formats.spdxlicence import Licences, licences_of
from assay.sbom.hashes import parse_spdx_hash
from assay.sbom.merge import merge_components
from assay.sbom.schema import check_schema

_SILENT: Final = frozenset({"NONE", "NOASSERTION", ""})
_KINDS: Final = {purpose: kind for kind, purpose in PURPOSES.items()} | {
    "OPERATING_SYSTEM": "operating-system"
}
# Relationships between one that depends (first or last) and what it depends on.
_FORWARD: Final = frozenset({"DEPENDS_ON", "HAS_PREREQUISITE", "DYNAMIC_LINK", "STATIC_LINK"})
_BACKWARD: Final = words(
    "DEPENDENCY_OF BUILD_DEPENDENCY_OF DEV_DEPENDENCY_OF OPTIONAL_DEPENDENCY_OF "
    "PROVIDED_DEPENDENCY_OF RUNTIME_DEPENDENCY_OF TEST_DEPENDENCY_OF PREREQUISITE_FOR"
)


def read_spdx2(document: JsonValue) -> Sbom:
    """Read an SPDX 2.2 or 2.3 JSON document.

    Raises:
        MalformedError: It breaks a rule of the format, or names two elements alike.
    """
    check_schema("spdx-2.3", document)
    return _Reader(document).read()


class _Reader:
    def __init__(self, document: JsonValue) -> None:
        self.document = document
        self.draft = Draft()
        self.described: list[str] = []
        self.texts = {
            item.field("licenseId").text(): item.field("extractedText").text()
            for item in document.optional_items("hasExtractedLicensingInfos")
        }

    def read(self) -> Sbom:
        document, draft = self.document, self.draft
        draft.left_out.update(count_left_of_spdx2(document))
        self._read_elements()
        self._read_relationships()
        product = self.described[0] if len(self.described) == 1 else ""
        if len(self.described) > 1:
            draft.left_out["documentDescribes (of several elements)"] += 1
        info = document.field("creationInfo")
        creators = [item.text() for item in info.field("creators").items()]
        sbom = Sbom(
            inventory=Inventory(components=merge_components(draft.joined(but=product))),
            subject=draft.with_edges(product) if product else None,
            created_at=normal_time(info.field("created")),
            authors=_creators(creators, "Person:"),
            organisations=_creators(creators, "Organization:"),
            tools=_creators(creators, "Tool:"),
            serial=document.field("documentNamespace").text(),
            format=f"{document.field('spdxVersion').text().replace('-', ' ')} JSON",
            left_out=draft.finish_left_out(),
        )
        return read_document_properties(
            sbom, parse_comments(_comments(document)), draft.finish_notes
        )

    def _read_elements(self) -> None:
        for item in self.document.optional_items("packages"):
            self.draft.add(item.field("SPDXID").text(), self._package(item), item.where)
        for item in self.document.optional_items("files"):
            self.draft.add(item.field("SPDXID").text(), self._file(item), item.where)

    def _package(self, value: JsonValue) -> Component:
        name, version = value.field("name").text(), value.optional_text("versionInfo")
        purls, cpes = self._references(value)
        purl, raw_purls = self.draft.name_purl(purls, f"{name} {version}".strip())
        properties = parse_comments(_comments(value))
        licences, raw_licences = self._licences(value, listed_licences(properties))
        component = Component(
            purl=purl,
            name=name,
            version=version,
            found_in=(),
            hashes=self._hashes(value),
            raw_purls=raw_purls,
            licences=licences,
            raw_licences=raw_licences,
            supplier=_agent(value.optional_text("supplier")),
            cpes=cpes,
            kind=_KINDS.get(value.optional_text("primaryPackagePurpose"), "library"),
        )
        self.draft.note_licences(component)
        return apply_component_properties(component, properties)

    def _file(self, value: JsonValue) -> Component:
        name = value.field("fileName").text()
        return Component(
            purl="",
            name=name,
            version="",
            found_in=(name,),
            hashes=self._hashes(value),
            kind="file",
        )

    def _references(self, value: JsonValue) -> tuple[tuple[str, ...], tuple[str, ...]]:
        purls, cpes = list[str](), list[str]()
        for item in value.optional_items("externalRefs"):
            kind = item.field("referenceType").text()
            text = item.field("referenceLocator").text()
            if kind == "purl":
                purls.append(text)
            elif kind in {"cpe22Type", "cpe23Type"}:
                cpes.append(text)
            else:
                self.draft.left_out[f"packages.externalRefs ({kind[:40]})"] += 1
        return tuple(purls), tuple(dict.fromkeys(cpes))

    def _hashes(self, value: JsonValue) -> tuple[str, ...]:
        found = set[str]()
        for item in value.optional_items("checksums"):
            algorithm = item.field("algorithm").text()
            try:
                found.add(parse_spdx_hash(algorithm, item.field("checksumValue").text()))
            except MalformedError as error:
                self.draft.note("hash", item.where, error.what)
        return tuple(sorted(found))

    def _licences(self, value: JsonValue, listed: Licences) -> Licences:
        """Return the licences that are declared; where nobody declares any, those concluded."""
        declared = value.optional_text("licenseDeclared")
        concluded = value.optional_text("licenseConcluded")
        said = concluded if declared in _SILENT else declared
        if concluded not in {said, *_SILENT}:
            self.draft.left_out["packages.licenseConcluded (another than declared)"] += 1
        return licences_of([said], self.texts, listed)

    def _read_relationships(self) -> None:
        for item in self.document.optional_items("documentDescribes"):
            self._describe(item.text(), item.where)
        for item in self.document.optional_items("relationships"):
            self._read_relationship(item)

    def _read_relationship(self, item: JsonValue) -> None:
        source, target = item.field("spdxElementId").text(), item.field("relatedSpdxElement").text()
        kind = item.field("relationshipType").text()
        if kind in _BACKWARD or kind == "DESCRIBED_BY":
            source, target = target, source
        if kind in {"DESCRIBES", "DESCRIBED_BY"} and source == DOCUMENT:
            self._describe(target, item.where)
        elif kind in _FORWARD | _BACKWARD:
            self._depend(source, target)
            if kind not in {"DEPENDS_ON", "DEPENDENCY_OF"}:
                self.draft.left_out[f"relationships ({kind}: of which kind it is)"] += 1
        else:
            self.draft.left_out[f"relationships ({kind})"] += 1

    def _describe(self, name: str, where: str) -> None:
        if name not in self.draft.components:
            self.draft.note("subject", where, f"{name!r} is no element of this document")
        elif name not in self.described:
            self.described.append(name)

    def _depend(self, source: str, target: str) -> None:
        if target == "NONE":
            self.draft.whole[source] = True
        elif target != "NOASSERTION":
            self.draft.edges.setdefault(source, []).append(target)


def _comments(value: JsonValue) -> list[JsonValue]:
    return [note.field("comment") for note in value.optional_items("annotations")]


def _creators(creators: list[str], kind: str) -> tuple[str, ...]:
    found = (text.removeprefix(kind).strip() for text in creators if text.startswith(kind))
    return tuple(found)


def _agent(text: str) -> str:
    return "" if text in _SILENT else text.partition(":")[2].strip()
