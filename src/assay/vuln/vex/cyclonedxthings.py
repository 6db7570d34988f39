"""What a CycloneDX document that we write points at: products, and the components inside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import parse_purl
from assay.sbom.component import Component
from assay.sbom.formats.cyclonedxwrite import render_component
from assay.sbom.formats.properties import PREFIX as OURS
from assay.vuln.vex.cyclonedxparts import PREFIX
from assay.vuln.vex.statement import Loss, VexProduct, VexStatement, VexTarget
from assay.vuln.vex.targets import BOM_LINK, join_products, own_version, with_version

VERSION: Final = "1.6"


def sayable_statements(
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
        if own_version(target) not in {"", version}:
            continue  # limited to another version than its own: none
        try:
            purl = with_version(target.purl, version) if target.purl else ""
        except MalformedError as error:
            losses.append(
                Loss(where=f"{where}, {target.label}", what="product", why=error.what, whole=True)
            )
            continue
        one = replace(target, purl=purl, version=version, versions=(), ranges=())
        yield replace(product, target=one)


@dataclass(slots=True)
class _Thing:
    """A product with its components, as they will stand in the document."""

    reference: str
    target: VexTarget
    inside: dict[VexTarget, str] = field(default_factory=dict)  # components, and their bom-refs


class Things:
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
            *render_properties({"allVersions": target.all_versions * "yes"}),
            *(_property("name", text) for text in target.ids),
            *render_properties({"unnamed": "" if target.name else "yes"}),
        ]
        return rendered | ({"properties": properties} if properties else {})


def render_properties(members: dict[str, str]) -> list[dict[str, str]]:
    """Return properties of ours for the members that have a value, by name."""
    return [_property(name, text) for name, text in sorted(members.items()) if text]


def _property(name: str, text: str) -> dict[str, str]:
    return {"name": f"{OURS}{PREFIX}{name}", "value": text}


def _link_of(target: VexTarget) -> str:
    """Return the BOM-Link of a thing that has no other name."""
    if target.purl or target.name or target.cpes or target.hashes:
        return ""
    return next((name for name in target.ids if name.startswith(BOM_LINK)), "")


def _unlimited(target: VexTarget) -> VexTarget:
    return replace(target, versions=(), ranges=())
