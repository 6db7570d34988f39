"""SPDX 3.0 documents (JSON-LD in its compact form), read into the one model.

* Each element is held against the rules of its class, where that is one which is read
  (`schemas/spdx-3.0.json`); elements of other classes are counted as left out.
* Names are compared as they stand: a document with a context of its own, which may shorten them, is
  refused.
"""

from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.annotations import parse_comments
from assay.sbom.formats.properties import (
    apply_component_properties,
    listed_licences,
    read_document_properties,
)
from assay.sbom.formats.reading import Draft, normal_time, words
from assay.sbom.formats.spdx3graph import COLLECTIONS, COMPONENTS, LICENSING, Graph
from assay.sbom.formats.spdxlicence import licences_of
from assay.sbom.formats.spdxwords import HASHES_BACK, KINDS_3, NO_ASSERTIONS, NONES, PHASES_3
from assay.sbom.hashes import parse_spdx_hash
from assay.sbom.merge import merge_components

_CONTEXTS: Final = frozenset(
    f"https://spdx.org/rdf/{version}/spdx-context.jsonld" for version in ("3.0.0", "3.0.1")
)
_PEOPLE: Final = frozenset({"Agent", "Person"})
_ORGANISATIONS: Final = frozenset({"Organization"})
_TOOLS: Final = frozenset({"SoftwareAgent", "Tool"})
_BACKWARD: Final = words("prerequisiteFor")  # the other way round: what it needs stands first
_FORWARD: Final = words("dependsOn hasPrerequisite hasDynamicLink hasStaticLink")


def read_spdx3(document: JsonValue) -> Sbom:
    """Read an SPDX 3.0 document.

    Raises:
        MalformedError: It breaks a rule of the format, or names two elements alike.
    """
    context = document.field("@context")
    if not isinstance(context.value, str) or context.value not in _CONTEXTS:
        raise MalformedError("not the context of SPDX 3.0 alone", where="@context")
    graph = document.optional("@graph")
    return _Reader((document,) if graph is None else graph.items()).read()


class _Reader:
    def __init__(self, elements: tuple[JsonValue, ...]) -> None:
        self.draft = Draft()
        self.graph = Graph(elements, self.draft.left_out)
        self.comments = self.graph.comments()
        self.licences = self.graph.licences()
        self.texts = self.graph.licence_texts()

    def read(self) -> Sbom:
        draft = self.draft
        for type_ in sorted(COMPONENTS):
            for value in self.graph.of_type(type_):
                draft.add(value.field("spdxId").text(), self._component(value), value.where)
        self._read_edges()
        product = self._product()
        info = self.graph.creation_info()
        sbom = Sbom(
            inventory=Inventory(components=merge_components(draft.joined(but=product))),
            subject=draft.with_edges(product) if product else None,
            created_at=normal_time(info.field("created")),
            authors=self.graph.names(info, "createdBy", of=_PEOPLE),
            organisations=self.graph.names(info, "createdBy", of=_ORGANISATIONS),
            tools=self._tools(info),
            phases=self._phases(),
            serial=self.graph.document_id(),
            format=f"SPDX {info.field('specVersion').text()} JSON-LD",
            left_out=draft.finish_left_out(),
            unruled=MappingProxyType(dict(sorted(self.graph.unruled.items()))),
        )
        properties = self.comments.get(self.graph.document_id()) or parse_comments(())
        return read_document_properties(sbom, properties, draft.finish_notes)

    def _component(self, value: JsonValue) -> Component:
        name, version = value.field("name").text(), value.optional_text("software_packageVersion")
        purls, cpes = self._identifiers(value)
        purl, raw_purls = self.draft.name_purl(purls, f"{name} {version}".strip())
        identifier = value.field("spdxId").text()
        properties = self.comments.get(identifier) or parse_comments(())
        licences, raw_licences = licences_of(
            self.licences.get(identifier, []), self.texts, listed_licences(properties)
        )
        is_file = value.field("type").text() == "software_File"
        purpose = value.optional_text("software_primaryPurpose", "file" if is_file else "library")
        component = Component(
            purl=purl,
            name=name,
            version=version,
            found_in=(name,) if is_file else (),
            hashes=self._hashes(value),
            raw_purls=raw_purls,
            licences=licences,
            raw_licences=raw_licences,
            supplier=self._supplier(value),
            cpes=cpes,
            kind=KINDS_3.get(purpose, "library"),
        )
        self.draft.note_licences(component)
        return apply_component_properties(component, properties)

    def _supplier(self, value: JsonValue) -> str:
        name = value.optional_text("suppliedBy")
        if self.graph.is_a(name, frozenset({"Person"})):
            self.draft.left_out["suppliedBy (that it is a person)"] += 1
        return self.graph.name_of(name)

    def _identifiers(self, value: JsonValue) -> tuple[tuple[str, ...], tuple[str, ...]]:
        purls = list(filter(None, [value.optional_text("software_packageUrl")]))
        cpes = list[str]()
        for item in map(self.graph.resolved, value.optional_items("externalIdentifier")):
            kind, text = (
                item.field("externalIdentifierType").text(),
                item.field("identifier").text(),
            )
            if kind == "packageUrl":
                purls.append(text)
            elif kind in {"cpe22", "cpe23"}:
                cpes.append(text)
            else:
                self.draft.left_out[f"externalIdentifier ({kind})"] += 1
        return tuple(dict.fromkeys(purls)), tuple(dict.fromkeys(cpes))

    def _hashes(self, value: JsonValue) -> tuple[str, ...]:
        found = set[str]()
        for item in map(self.graph.resolved, value.optional_items("verifiedUsing")):
            if item.optional("hashValue") is None:
                self.draft.left_out["verifiedUsing (no hash)"] += 1
                continue
            algorithm = item.field("algorithm").text()
            name = HASHES_BACK.get(algorithm, algorithm)
            try:
                found.add(parse_spdx_hash(name, item.field("hashValue").text()))
            except MalformedError as error:
                self.draft.note("hash", item.where, error.what)
        return tuple(sorted(found))

    def _read_edges(self) -> None:
        for item in self.graph.of_type("Relationship"):
            kind, source = item.field("relationshipType").text(), item.field("from").text()
            targets = [to.text() for to in item.field("to").items()]
            if kind in _FORWARD:
                self._depend(source, targets, item.optional_text("completeness"))
            elif kind in _BACKWARD:
                for target in targets:
                    self._depend(target, [source], "")
            elif kind not in LICENSING:
                self.draft.left_out[f"Relationship ({kind[:60]})"] += 1

    def _depend(self, source: str, targets: list[str], completeness: str) -> None:
        named = [to for to in targets if to not in NONES | NO_ASSERTIONS]
        self.draft.edges.setdefault(source, []).extend(named)
        if completeness in {"complete", "incomplete"}:
            self.draft.whole[source] = completeness == "complete"
        elif NONES.intersection(targets):
            self.draft.whole[source] = True

    def _tools(self, info: JsonValue) -> tuple[str, ...]:
        used = self.graph.names(info, "createdUsing", of=_TOOLS)
        return tuple(dict.fromkeys((*used, *self.graph.names(info, "createdBy", of=_TOOLS))))

    def _phases(self) -> tuple[str, ...]:
        types = [
            item.text()
            for sbom in self.graph.of_type("software_Sbom")
            for item in sbom.optional_items("software_sbomType")
        ]
        if "runtime" in types:
            self.draft.left_out["software_sbomType (that it was made while it ran)"] += 1
        return tuple(dict.fromkeys(PHASES_3[name] for name in types))

    def _product(self) -> str:
        """Return the one component that the document, or the SBOM in it, is about."""
        roots = {
            root.text()
            for type_ in sorted(COLLECTIONS)
            for item in self.graph.of_type(type_)
            for root in item.optional_items("rootElement")
        }
        found = sorted(roots & self.draft.components.keys())
        if len(found) > 1:
            self.draft.left_out["rootElement (of several elements)"] += 1
        return found[0] if len(found) == 1 else ""
