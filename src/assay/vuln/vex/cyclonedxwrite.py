"""The one model, written as a CycloneDX 1.6 document of its own.

* A document about one product has it as its subject, and the components that are spoken of beside
  it. Of several products, each contains its components, so that no entry loses its product.
* What CycloneDX has no member for stands in properties `assay:vex:…`, so that it is found again.
* What points into another BOM stays a BOM-Link.
* The same model gives the same document.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import parse_purl
from assay.sbom.component import Component
from assay.sbom.formats.cyclonedxwrite import render_component
from assay.sbom.formats.properties import PREFIX as OURS
from assay.sbom.formats.serial import derived_uuid
from assay.vuln.vex.cyclonedxparts import PREFIX
from assay.vuln.vex.statement import (
    Loss,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    WrittenVex,
)
from assay.vuln.vex.targets import BOM_LINK, exact_time, join_products, own_version, with_version
from assay.vuln.vex.words import (
    CYCLONEDX_RESPONSES,
    FALSE_POSITIVE,
    FROM_CYCLONEDX,
    STATUS_TO_CYCLONEDX,
    TO_CYCLONEDX,
)

VERSION: Final = "1.6"
_UUID: Final = "urn:uuid:"
_VERSION_STATUS: Final = {
    Status.NOT_AFFECTED: "unaffected",
    Status.FIXED: "unaffected",
    Status.AFFECTED: "affected",
    Status.UNDER_INVESTIGATION: "unknown",
}


def write_cyclonedx_vex(document: VexDocument) -> WrittenVex:
    """Return the CycloneDX object for `document`, and what it does not hold.

    Raises:
        MalformedError: Nothing that could be written.
    """
    if not document.statements:
        raise MalformedError("no statement to write")
    losses = list[Loss]()
    statements = tuple(_sayable(document.statements, losses))
    if not statements:
        raise MalformedError("no statement that CycloneDX can say", hint=str(losses[0]))
    things = _Things(statements)
    written: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": VERSION,
        "version": max(document.version, 1),
        "metadata": _metadata(document, things),
        "vulnerabilities": [
            _Entry(statement, things, where, losses).write() for where, statement in statements
        ],
    }
    if things.components():
        written["components"] = things.components()
    serial = document.id if document.id.startswith(_UUID) else derived_uuid(written)
    return WrittenVex(document={"serialNumber": serial} | written, losses=tuple(sorted(losses)))


def _sayable(
    statements: tuple[VexStatement, ...], losses: list[Loss]
) -> Iterator[tuple[str, VexStatement]]:
    """Yield the statements with the products that can be pointed at, and where they stand.

    A product that is limited to versions cannot be, where a component in it is pointed at: single
    versions become a product each, and for a range nothing true can be written.
    """
    for number, statement in enumerate(statements):
        where = f"statements[{number}] on {statement.vulnerability.name}"
        products = tuple(
            found for one in statement.products for found in _at_versions(one, where, losses)
        )
        if products:
            yield where, replace(statement, products=join_products(products))


def _at_versions(product: VexProduct, where: str, losses: list[Loss]) -> Iterator[VexProduct]:
    target = product.target
    if not product.subcomponents or not (target.versions or target.ranges):
        yield product
        return
    for text in target.ranges:
        why = f"CycloneDX cannot say {text} of a product and point at a component in it"
        losses.append(Loss(where=f"{where}, {target.label}", what="product", why=why, whole=True))
    for version in target.versions:
        if own_version(target) in {"", version}:
            purl = with_version(target.purl, version) if target.purl else ""
            one = replace(target, purl=purl, version=version, versions=(), ranges=())
            yield replace(product, target=one)


def _metadata(document: VexDocument, things: "_Things") -> dict[str, object]:
    metadata: dict[str, object] = {}
    if document.issued_at is not None:
        metadata["timestamp"] = exact_time(document.issued_at)
    if document.author:
        metadata["authors"] = [{"name": document.author}]
    if things.subject is not None:
        metadata["component"] = things.subject
    properties = _properties(
        {
            "id": "" if document.id.startswith(_UUID) else document.id,
            "role": document.role,
            "tooling": document.tooling,
            "updatedAt": _time(document.updated_at),
        }
    )
    return metadata | ({"properties": properties} if properties else {})


@dataclass(slots=True)
class _Thing:
    """A product with its components, as they will stand in the document."""

    reference: str
    target: VexTarget
    inside: dict[VexTarget, str] = field(default_factory=dict)  # components, and their bom-refs


class _Things:
    """What the statements are about, each under a bom-ref of its own."""

    def __init__(self, statements: Iterable[tuple[str, VexStatement]]) -> None:
        self.products: dict[VexTarget, _Thing] = {}
        for _, statement in statements:
            for product in statement.products:
                self._add(product.target, product.subcomponents)
        self._alone = next(iter(self.products.values())) if len(self.products) == 1 else None
        self.subject = self._render(self._alone) if self._alone else None

    def _add(self, target: VexTarget, parts: tuple[VexTarget, ...]) -> None:
        if _link_of(target) and not parts:
            return  # it stands in another BOM, and is not written here
        place = _unlimited(target)
        reference = f"product-{len(self.products) + 1}"
        product = self.products.setdefault(place, _Thing(reference=reference, target=place))
        for part in map(_unlimited, parts):
            number = len(product.inside) + 1
            product.inside.setdefault(part, f"{product.reference}/component-{number}")

    def reference(self, target: VexTarget, inside: VexTarget | None) -> str:
        """Return what points at a product, or at a component inside it."""
        if inside is None and _link_of(target):
            return _link_of(target)
        product = self.products[_unlimited(target)]
        return product.reference if inside is None else product.inside[_unlimited(inside)]

    def components(self) -> list[dict[str, object]]:
        """Return all but the subject: beside it, or inside their products where there are more."""
        if self._alone is not None:
            return self._inside(self._alone)
        rendered = list[dict[str, object]]()
        for product in self.products.values():
            parts = self._inside(product)
            rendered.append(self._render(product) | ({"components": parts} if parts else {}))
        return rendered

    def _inside(self, product: _Thing) -> list[dict[str, object]]:
        return [self._component(part, ref, "library") for part, ref in product.inside.items()]

    def _render(self, product: _Thing) -> dict[str, object]:
        return self._component(product.target, product.reference, "application")

    def _component(self, target: VexTarget, reference: str, kind: str) -> dict[str, object]:
        named = parse_purl(target.purl) if target.purl else None
        component = Component(
            purl=target.purl,
            name=target.name or (named.name if named else target.label),
            version=target.version or (named.version if named and not target.name else ""),
            found_in=(),
            hashes=target.hashes,
            raw_purls=target.raw_purls,
            cpes=target.cpes,
            kind=kind,
        )
        rendered = render_component(component, version=VERSION) | {"bom-ref": reference}
        ours = rendered.get("properties")
        properties = [
            *(ours if isinstance(ours, list) else []),
            *_properties({"allVersions": target.all_versions * "yes"}),
            *(_property("name", text) for text in target.ids),
            *_properties({"unnamed": "" if target.name else "yes"}),
        ]
        return rendered | ({"properties": properties} if properties else {})


class _Entry:
    def __init__(
        self, statement: VexStatement, things: _Things, where: str, losses: list[Loss]
    ) -> None:
        self.statement = statement
        self.things = things
        self.where = where
        self.losses = losses

    def write(self) -> dict[str, object]:
        said = self.statement.vulnerability
        written: dict[str, object] = {"id": said.name}
        if said.iri:
            written["source"] = {"url": said.iri}
        if said.aliases:
            written["references"] = [{"id": name, "source": {}} for name in said.aliases]
        if said.description:
            written["description"] = said.description
        if self.statement.action_statement:
            written["recommendation"] = self.statement.action_statement
        written["analysis"] = self._analysis()
        written["affects"] = self._affects()
        properties = self._properties()
        return written | ({"properties": properties} if properties else {})

    def _analysis(self) -> dict[str, object]:
        statement = self.statement
        state = statement.raw_status or STATUS_TO_CYCLONEDX[statement.status]
        reason = statement.raw_justification
        if statement.justification and not reason:
            reason = TO_CYCLONEDX.get(statement.justification, "")
        detail = statement.notes
        if statement.status is Status.NOT_AFFECTED:
            made_up = statement.impact_statement == FALSE_POSITIVE and state == "false_positive"
            detail = "" if made_up else statement.impact_statement
        known = [one for one in statement.responses if one in CYCLONEDX_RESPONSES]
        self._lose(
            [one for one in statement.responses if one not in CYCLONEDX_RESPONSES], "the response"
        )
        analysis: dict[str, object] = {"state": state}
        analysis |= {"justification": reason} if reason else {}
        analysis |= {"response": known} if known else {}
        analysis |= {"detail": detail} if detail else {}
        return analysis | _texts(
            {
                "firstIssued": _time(statement.issued_at),
                "lastUpdated": _time(statement.updated_at),
            }
        )

    def _affects(self) -> list[dict[str, object]]:
        """Return one entry for each thing that is pointed at."""
        found = list[dict[str, object]]()
        for product in self.statement.products:
            for part in product.subcomponents or (None,):
                reference = self.things.reference(product.target, part)
                found.append({"ref": reference} | self._versions(part or product.target))
        return [one for number, one in enumerate(found) if one not in found[:number]]

    def _versions(self, target: VexTarget) -> dict[str, object]:
        status = _VERSION_STATUS[self.statement.status]
        limits = [{"version": text, "status": status} for text in target.versions]
        limits += [{"range": text, "status": status} for text in target.ranges]
        if target.all_versions and not limits:
            limits = [{"range": f"vers:{_scheme(target)}/*", "status": status}]
        return {"versions": limits} if limits else {}

    def _properties(self) -> list[dict[str, str]]:
        statement = self.statement
        calm = statement.status is Status.NOT_AFFECTED
        ours = statement.justification
        exact = (
            ours is None
            or FROM_CYCLONEDX.get(statement.raw_justification or TO_CYCLONEDX.get(ours, "")) is ours
        )
        return _properties(
            {
                "id": statement.id,
                "version": "" if statement.version is None else str(statement.version),
                "supplier": statement.supplier,
                "justification": "" if exact else str(ours),
                "impact": "" if calm else statement.impact_statement,
                "notes": statement.notes if calm else "",
                "actionAt": _time(statement.action_at),
                "expires": _time(statement.expires_at),
            }
        )

    def _lose(self, texts: list[str], what: str) -> None:
        why = "CycloneDX has no word for it"
        self.losses.extend(Loss(where=self.where, what=f"{what} {text}", why=why) for text in texts)


def _link_of(target: VexTarget) -> str:
    """Return the BOM-Link of a thing that has no other name."""
    if target.purl or target.name or target.cpes or target.hashes:
        return ""
    return next((name for name in target.ids if name.startswith(BOM_LINK)), "")


def _unlimited(target: VexTarget) -> VexTarget:
    return replace(target, versions=(), ranges=())


def _scheme(target: VexTarget) -> str:
    return parse_purl(target.purl).type if target.purl else "generic"


def _property(name: str, text: str) -> dict[str, str]:
    return {"name": f"{OURS}{PREFIX}{name}", "value": text}


def _properties(members: dict[str, str]) -> list[dict[str, str]]:
    return [_property(name, text) for name, text in sorted(members.items()) if text]


def _texts(members: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in members.items() if text}


def _time(at: datetime | None) -> str:
    return "" if at is None else exact_time(at)
