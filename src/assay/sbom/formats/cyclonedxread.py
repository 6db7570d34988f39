"""CycloneDX documents, read into the one model.

* A document is first held against the rules of its version (`assay.sbom.schema`).
* What the rules allow and cannot be used (a purl that is none, an edge to nothing) is noted.
* What the model has no place for is counted by its path, so that a conversion can say what it lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.cyclonedxleft import count_left_of_cyclonedx
from assay.sbom.formats.properties import (
    apply_component_properties,
    our_properties,
    read_inventory_properties,
)
from assay.sbom.formats.reading import Draft, normal_time
from assay.sbom.hashes import parse_hash
from assay.sbom.licence import split_licences
from assay.sbom.merge import merge_components
from assay.sbom.schema import check_cyclonedx

_UNTOLD: Final = frozenset({"unknown", "not_specified"})  # how complete something is
_NOBODY: Final = JsonValue({})


def read_cyclonedx(document: JsonValue, *, encoding: str = "JSON") -> Sbom:
    """Read a CycloneDX document of any known version.

    Raises:
        MalformedError: It breaks a rule of its version, or names two elements alike.
    """
    version = check_cyclonedx(document)
    return _Reader().read(document, f"CycloneDX {version} {encoding}")


def read_with_references(document: JsonValue) -> tuple[Sbom, Mapping[str, Component]]:
    """Read a CycloneDX document, and its components by the bom-refs that others name them by.

    Raises:
        MalformedError: As `read_cyclonedx`.
    """
    version, reader = check_cyclonedx(document), _Reader()
    sbom = reader.read(document, f"CycloneDX {version} JSON")
    return sbom, MappingProxyType(reader.draft.components)


def read_inventory(document: JsonValue) -> Inventory:
    """Read the inventory out of a document of ours, which was signed: its rules are not held.

    Raises:
        MalformedError: A part that is always written is missing, or of another form.
    """
    return _Reader().read_bare(document)


class _Reader:
    def __init__(self) -> None:
        self.draft = Draft()
        self.unnamed = 0

    def read(self, document: JsonValue, format_: str) -> Sbom:
        draft = self.draft
        draft.left_out.update(count_left_of_cyclonedx(document))
        metadata = document.optional("metadata") or _NOBODY
        product = self._read_all(document, metadata)
        aggregate = self._read_compositions(document, product)
        inventory = self._inventory(metadata, product)
        others = _other_organisations(metadata)
        return Sbom(
            inventory=inventory,
            subject=draft.with_edges(product) if product else None,
            created_at=normal_time(metadata.optional("timestamp")),
            authors=tuple(name for name in _authors(metadata) if name not in others),
            organisations=(*_names(filter(None, [metadata.optional("manufacturer")])), *others),
            tools=_tools(metadata.optional("tools")),
            supplier=(metadata.optional("supplier") or _NOBODY).optional_text("name"),
            phases=self._phases(metadata),
            aggregate=aggregate,
            serial=document.optional_text("serialNumber"),
            format=format_,
            left_out=draft.finish_left_out(),
        )

    def read_bare(self, document: JsonValue) -> Inventory:
        """Read components, edges and notes of a document that is one of ours."""
        metadata = document.field("metadata")
        document.field("dependencies").items()
        document.field("components").items()
        product = self._read_all(document, metadata)
        self._read_compositions(document, product)
        return self._inventory(metadata, product)

    def _read_all(self, document: JsonValue, metadata: JsonValue) -> str:
        """Keep all components and edges; return the name of what the document is about."""
        about = metadata.optional("component")
        product = self._read_component(about) if about is not None else ""
        for item in document.optional_items("components"):
            self._read_component(item)
        self._read_edges(document)
        return product

    def _inventory(self, metadata: JsonValue, product: str) -> Inventory:
        items = metadata.optional_items("properties")
        components = merge_components(self.draft.joined(but=product))
        inventory = read_inventory_properties(components, our_properties(items))
        return replace(inventory, not_checked=self.draft.finish_notes(inventory.not_checked))

    def _read_component(self, value: JsonValue) -> str:
        """Keep a component, and those inside it, and return its name in the document."""
        reference = value.optional_text("bom-ref")
        if not reference:
            self.unnamed += 1
            reference = f"\0{self.unnamed}"  # no bom-ref can be that
        self.draft.add(reference, self._component(value), value.where)
        for inner in value.optional_items("components"):
            self._read_component(inner)
        return reference

    def _component(self, value: JsonValue) -> Component:
        name, group = value.field("name").text(), value.optional_text("group")
        texts = tuple(filter(None, [value.optional_text("purl")]))
        version = value.optional_text("version")
        purl, raw_purls = self.draft.name_purl(texts, f"{name} {version}".strip())
        licences, raw_licences = self._licences(value)
        evidence = value.optional("evidence") or _NOBODY
        properties = value.optional_items("properties")
        component = Component(
            purl=purl,
            name=_joined(group, name, purl),
            version=version,
            found_in=_places(evidence),
            hashes=self._hashes(value),
            development=True if value.optional_text("scope") == "excluded" else None,
            raw_purls=raw_purls,
            licences=licences,
            raw_licences=raw_licences,
            supplier=(value.optional("supplier") or _NOBODY).optional_text("name"),
            cpes=tuple(filter(None, [value.optional_text("cpe")])),
            kind=value.field("type").text(),
            methods=_methods(evidence),
        )
        self.draft.note_licences(component)
        return apply_component_properties(component, our_properties(properties))

    def _hashes(self, value: JsonValue) -> tuple[str, ...]:
        found = set[str]()
        for item in value.optional_items("hashes"):
            try:
                found.add(parse_hash(item))
            except MalformedError as error:
                self.draft.note("hash", item.where, error.what)
        return tuple(sorted(found))

    def _licences(self, value: JsonValue) -> tuple[tuple[str, ...], tuple[str, ...]]:
        texts = list[str]()
        for item in value.optional_items("licenses"):
            licence = item.optional("license")
            text = item.optional_text("expression")
            if licence is not None:
                text = licence.optional_text("id") or licence.optional_text("name")
            texts.append(text)
        return split_licences(texts)

    def _phases(self, metadata: JsonValue) -> tuple[str, ...]:
        """Return the phases; one that the document names itself is a phase by that name."""
        found = list[str]()
        for item in metadata.optional_items("lifecycles"):
            found.append(item.optional_text("phase") or item.field("name").text())
        return tuple(dict.fromkeys(found))

    def _read_edges(self, document: JsonValue) -> None:
        for item in document.optional_items("dependencies"):
            reference = item.field("ref").text()
            targets = [to.text() for to in item.optional_items("dependsOn")]
            self.draft.edges.setdefault(reference, []).extend(targets)
            if not self.draft.edges[reference]:
                self.draft.whole[reference] = True  # "must be declared as empty elements"
            elif targets:
                self.draft.whole.pop(reference, None)
        for reference in self.draft.edges.keys() - self.draft.components.keys():
            self.draft.note("dependency", reference, "it is no component of this document")

    def _read_compositions(self, document: JsonValue, product: str) -> str:
        """Return how complete the list is said to be, and keep what is said of single edges."""
        said = ""
        for item in document.optional_items("compositions"):
            aggregate = item.field("aggregate").text()
            assemblies = [part.text() for part in item.optional_items("assemblies")]
            edges = [part.text() for part in item.optional_items("dependencies")]
            if aggregate not in _UNTOLD:
                self.draft.whole |= dict.fromkeys(edges, aggregate == "complete")
            if product in assemblies or not (assemblies or edges):
                said = aggregate if said in {"", "complete"} else said
            elif assemblies:
                self.draft.left_out["compositions (of less than the whole)"] += 1
        return said


def _joined(group: str, name: str, purl: str) -> str:
    """Return the name as its ecosystem writes it: Maven with a colon, the others with a slash."""
    if not group:
        return name
    return f"{group}{':' if purl.startswith('pkg:maven/') else '/'}{name}"


def _places(evidence: JsonValue) -> tuple[str, ...]:
    found = evidence.optional_items("occurrences")
    return tuple(sorted({item.field("location").text() for item in found}))


def _methods(evidence: JsonValue) -> tuple[str, ...]:
    identity = evidence.optional("identity")
    if identity is None:
        return ()
    several = identity.items() if isinstance(identity.value, list) else (identity,)
    methods = (method for item in several for method in item.optional_items("methods"))
    return tuple(sorted({method.field("technique").text() for method in methods}))


def _authors(metadata: JsonValue) -> tuple[str, ...]:
    return _names(metadata.optional_items("authors"))


def _other_organisations(metadata: JsonValue) -> tuple[str, ...]:
    """Return the authors that a document of ours says are organisations."""
    said = our_properties(metadata.optional_items("properties"))["organisation"]
    return tuple(value.text() for value in said)


def _names(people: Iterable[JsonValue]) -> tuple[str, ...]:
    names = (one.optional_text("name") or one.optional_text("email") for one in people)
    return tuple(filter(None, names))


def _tools(value: JsonValue | None) -> tuple[str, ...]:
    """Return "name version" of each tool, in the old form (a list) or the new one."""
    if value is None:
        return ()
    if isinstance(value.value, list):
        tools = value.items()
    else:
        tools = (*value.optional_items("components"), *value.optional_items("services"))
    return tuple(f"{t.optional_text('name')} {t.optional_text('version')}".strip() for t in tools)
