"""What a CycloneDX document names: components and services by bom-ref, and what is in which.

* A VEX entry points at a bom-ref. What it points at is a component of a product: the one that the
  document is about (`metadata.component`), else the outermost one that contains it.
* A BOM-Link (`urn:cdx:SERIAL/VERSION#REF`) points into another document: it stays a name until that
  document is given (`resolve_links`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import parse_purl
from assay.sbom.component import Sbom
from assay.sbom.formats.cyclonedxread import read_with_references
from assay.sbom.formats.properties import our_properties
from assay.vuln.vex.documentversion import version_number
from assay.vuln.vex.statement import VexProduct, VexTarget
from assay.vuln.vex.targets import BOM_LINK, component_target

PREFIX: Final = "vex:"  # of our properties, after `assay:`
_UUID: Final = "urn:uuid:"
_NAMELESS: Final = "(a component without a bom-ref)"  # which nothing can be found by


@dataclass(frozen=True, slots=True, kw_only=True)
class BomNames:
    """The things in a CycloneDX document by bom-ref.

    `product` is the ref of what the document is about, empty where it does not say. `inside` names,
    for each component inside another, the outermost one. `link` is how BOM-Links into the document
    begin, empty for one without a serial number.
    """

    sbom: Sbom
    targets: Mapping[str, VexTarget]
    inside: Mapping[str, str]
    product: str
    link: str

    def product_of(self, reference: str) -> VexProduct:
        """Return what `reference` means: a product, or a component inside one.

        Raises:
            MalformedError: Nothing in the document has this bom-ref, or it cannot be named.
        """
        target = self._named(reference)
        outer = self.product or self.inside.get(reference, "")
        if outer in {"", reference}:
            return VexProduct(target=target)
        return VexProduct(target=self._named(outer), subcomponents=(target,))

    def _named(self, reference: str) -> VexTarget:
        target = self.targets.get(reference)
        if target is None:
            raise MalformedError(f"{reference!r} is nothing in this document")
        if not target.purl and target.raw_purls:
            raise MalformedError(f"{target.raw_purls[0]!r} is no package URL")
        return target


def read_names(document: JsonValue) -> BomNames:
    """Read everything in a document that has a bom-ref.

    Raises:
        MalformedError: It is no CycloneDX document, or breaks a rule of its version.
    """
    sbom, components = read_with_references(document)
    link = _link(document)
    targets = {reference: component_target(one) for reference, one in components.items()}
    inside: dict[str, str] = {}
    for value in document.optional_items("components"):
        _read_inside(value, value.optional_text("bom-ref"), inside)
    for value in _all_components(document):
        _apply_properties(value, targets)
    for value in document.optional_items("services"):
        _read_service(value, targets)
    subject = _subject(document)
    product = "" if subject is None else _own_reference(subject, targets)
    return BomNames(sbom=sbom, targets=targets, inside=inside, product=product, link=link)


def _link(document: JsonValue) -> str:
    serial = document.optional_text("serialNumber")
    version = document.optional("version")
    if not serial.startswith(_UUID):
        return ""
    return f"{BOM_LINK}{serial.removeprefix(_UUID)}/{version_number(version)}#"


def _read_inside(value: JsonValue, outermost: str, inside: dict[str, str]) -> None:
    for inner in value.optional_items("components"):
        reference = inner.optional_text("bom-ref")
        if reference:
            inside[reference] = outermost or _NAMELESS
        _read_inside(inner, outermost, inside)


def _subject(document: JsonValue) -> JsonValue | None:
    metadata = document.optional("metadata")
    return metadata.optional("component") if metadata is not None else None


def _all_components(document: JsonValue) -> Iterator[JsonValue]:
    subject = _subject(document)
    waiting = [*document.optional_items("components"), *([subject] if subject else [])]
    while waiting:
        value = waiting.pop()
        yield value
        waiting.extend(value.optional_items("components"))


def _apply_properties(value: JsonValue, targets: dict[str, VexTarget]) -> None:
    """Read what only our own documents say of a component: see `cyclonedxwrite`."""
    reference = value.optional_text("bom-ref")
    ours = our_properties(value.optional_items("properties"))
    target = targets.get(reference)
    if target is None or not ours:
        return
    names = tuple(item.text() for item in ours.get(f"{PREFIX}name", ()))
    unnamed = f"{PREFIX}unnamed" in ours  # but for its purl, of which name and version are made
    made = parse_purl(target.purl).version if unnamed and target.purl else ""
    targets[reference] = replace(
        target,
        name="" if unnamed else target.name,
        version="" if made == target.version else target.version,
        ids=tuple(dict.fromkeys((*names, *target.ids))),
        all_versions=f"{PREFIX}allVersions" in ours,
    )


def _read_service(value: JsonValue, targets: dict[str, VexTarget]) -> None:
    reference = value.optional_text("bom-ref")
    if reference and reference not in targets:
        name, version = value.field("name").text(), value.optional_text("version")
        targets[reference] = VexTarget(name=name, version=version)
    for inner in value.optional_items("services"):
        _read_service(inner, targets)


def _own_reference(subject: JsonValue, targets: dict[str, VexTarget]) -> str:
    """Return the bom-ref of what the document is about, or the name that its reader gave it."""
    reference = subject.optional_text("bom-ref")
    return reference or next(name for name in targets if "\0" in name)
