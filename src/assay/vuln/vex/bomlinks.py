"""BOM-Links (`urn:cdx:SERIAL/VERSION#REF`): names of things in another CycloneDX document.

* A link is a name until the BOM that it points into is given (`resolve_links`).
* The other way (`link_document`), only what the BOM holds at the very version becomes a link.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, unquote

from assay.core.errors import MalformedError
from assay.vuln.vex.cyclonedxparts import BomNames
from assay.vuln.vex.matching import Coverage, target_covers
from assay.vuln.vex.statement import (
    UnreadStatement,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
)
from assay.vuln.vex.targets import join_products, own_version


def normal_link(text: str) -> str:
    """Return a BOM-Link with its bom-ref escaped in the one way that they are compared in."""
    link, mark, reference = text.partition("#")
    return f"{link}{mark}{quote(unquote(reference), safe='')}"


def resolve_links(document: VexDocument, boms: tuple[BomNames, ...]) -> VexDocument:
    """Return `document` with the BOM-Links into `boms` replaced by what they point at.

    A statement whose link points at nothing in its BOM becomes unread.
    """
    known = {bom.link: bom for bom in boms if bom.link}
    statements, unread = [], list(document.unread)
    for number, statement in enumerate(document.statements):
        try:
            products = tuple(_resolved(one, known) for one in statement.products)
            statements.append(replace(statement, products=join_products(products)))
        except MalformedError as error:
            names = tuple(sorted(statement.vulnerability.names))
            where = f"statements[{number}]"
            unread.append(UnreadStatement(where=where, why=error.what, names=names))
    return replace(document, statements=tuple(statements), unread=tuple(unread))


def _resolved(product: VexProduct, boms: Mapping[str, BomNames]) -> VexProduct:
    for name in product.target.ids:
        link, _, reference = name.partition("#")
        bom = boms.get(f"{link}#")
        if bom is None or product.subcomponents:
            continue
        found = bom.product_of(unquote(reference))
        limited = product.target
        if not found.subcomponents:
            return VexProduct(target=_limited(found.target, limited))
        parts = tuple(_limited(part, limited) for part in found.subcomponents)
        return VexProduct(target=found.target, subcomponents=parts)
    return product


def _limited(target: VexTarget, limit: VexTarget) -> VexTarget:
    return replace(target, versions=limit.versions, ranges=limit.ranges)


def link_document(document: VexDocument, bom: BomNames) -> VexDocument:
    """Return `document` with the products and components that `bom` holds as links into it.

    Raises:
        MalformedError: The BOM has no serial number, so that nothing can point into it.
    """
    if not bom.link:
        raise MalformedError("a BOM without a serial number cannot be pointed into")
    return replace(document, statements=tuple(_linked(one, bom) for one in document.statements))


def _linked(statement: VexStatement, bom: BomNames) -> VexStatement:
    products = [found for one in statement.products for found in _links_of(one, bom)]
    return replace(statement, products=join_products(tuple(products)))


def _links_of(product: VexProduct, bom: BomNames) -> Iterator[VexProduct]:
    subject = bom.targets.get(bom.product)
    if subject is None or not _is_same(product.target, subject):
        yield product
        return
    if not product.subcomponents:
        yield VexProduct(target=_link_to(bom.product, product.target, bom))
    for part in product.subcomponents:
        named = [ref for ref, one in bom.targets.items() if _is_same(part, one)]
        if not named:
            yield replace(product, subcomponents=(part,))
        for reference in named:
            yield VexProduct(target=_link_to(reference, part, bom))


def _is_same(said: VexTarget, held: VexTarget) -> bool:
    """Tell whether a BOM holds the very thing: one that means more would be narrowed by a link."""
    if said.all_versions or own_version(said) != own_version(held):
        return False
    whole = replace(said, versions=(), ranges=())
    alike = not (said.purl or held.purl) and said.name == held.name != ""
    return alike or target_covers(whole, held) is Coverage.COVERED


def _link_to(reference: str, limit: VexTarget, bom: BomNames) -> VexTarget:
    link = f"{bom.link}{quote(reference, safe='')}"
    return VexTarget(ids=(link,), versions=limit.versions, ranges=limit.ranges)
