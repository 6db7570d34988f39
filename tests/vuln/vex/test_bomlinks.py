"""BOM-Links: names until their BOM is given, and written where a BOM holds the very thing."""

from dataclasses import replace

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.vex.bomlinks import link_document, resolve_links
from assay.vuln.vex.cyclonedxparts import BomNames, read_names
from assay.vuln.vex.statement import VexDocument, VexProduct, VexTarget
from tests.vuln.vex.test_cyclonedx import A_READ, PART, PRODUCT, SHOP_READ, analysed, only, read
from tests.vuln.vex.vexes import CALM, CVE, DOCUMENT, OTHER, target

SERIAL = "3e671687-395b-41f5-a30f-a58921a69b79"

LINK = f"urn:cdx:{SERIAL}/1#"


def bom(**members: object) -> BomNames:
    document: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{SERIAL}",
        "version": 1,
        "metadata": {"component": PRODUCT},
        "components": [PART],
    }
    whole = {name: value for name, value in (document | members).items() if value is not None}
    return read_names(JsonValue(whole))


def linked(*references: str, **members: object) -> VexDocument:
    affects = [{"ref": f"{LINK}{reference}"} | members for reference in references]
    return read(analysed(affects=affects), metadata={}, components=[])


def test_a_link_stays_a_name_until_its_bom_is_given() -> None:
    document = linked("a%20b")
    assert document.statements[0].products == (VexProduct(target=VexTarget(ids=(f"{LINK}a%20b",))),)
    assert resolve_links(document, ()) == document


def test_a_link_into_a_bom() -> None:
    (statement,) = resolve_links(linked("a", "shop"), (bom(),)).statements
    shop, part = (one.target for one in statement.products), statement.products[1].subcomponents
    assert {one.name for one in shop} == {"shop"}
    assert part == (A_READ,)


def test_the_versions_of_a_link_are_kept() -> None:
    limits = [{"version": "3", "status": "unaffected"}]
    (statement,) = resolve_links(linked("shop", versions=limits), (bom(),)).statements
    assert statement.products[0].target.versions == ("3",)


def test_a_link_to_nothing_in_its_bom_is_unread() -> None:
    document = resolve_links(linked("zz"), (bom(),))
    assert document.statements == ()
    (found,) = document.unread
    assert (found.why, found.names) == ("'zz' is nothing in this document", (CVE,))


@pytest.mark.parametrize("members", [{"version": 2}, {"serialNumber": f"urn:uuid:{SERIAL[::-1]}"}])
def test_a_link_into_another_bom_stays(members: dict[str, object]) -> None:
    if "serialNumber" in members:
        members = {"serialNumber": "urn:uuid:11111111-395b-41f5-a30f-a58921a69b79"}
    document = linked("a")
    assert resolve_links(document, (bom(**members),)) == document


def test_a_link_into_the_same_document() -> None:
    entry = analysed(affects=[{"ref": f"{LINK}a"}])
    (product,) = only(entry, serialNumber=f"urn:uuid:{SERIAL}", version=1).products
    assert product.subcomponents == (A_READ,)


# Linking


def linked_to(*products: VexProduct, **members: object) -> tuple[VexProduct, ...]:
    document = replace(DOCUMENT, statements=(replace(CALM, products=products),))
    (statement,) = link_document(document, bom(**members)).statements
    return statement.products


def link(reference: str) -> VexProduct:
    return VexProduct(target=VexTarget(ids=(f"{LINK}{reference}",)))


def test_what_the_bom_holds_becomes_a_link() -> None:
    shop = VexProduct(target=SHOP_READ, subcomponents=(A_READ, OTHER))
    assert linked_to(shop, VexProduct(target=SHOP_READ)) == (
        link("a"),
        link("shop"),
        VexProduct(target=SHOP_READ, subcomponents=(OTHER,)),
    )


def test_and_means_the_same_when_it_is_resolved() -> None:
    shop = VexProduct(target=SHOP_READ, subcomponents=(A_READ,))
    document = replace(DOCUMENT, statements=(replace(CALM, products=(shop,)),))
    assert resolve_links(link_document(document, bom()), (bom(),)) == document


WIDER = {
    "every version": target("pkg:npm/a", all_versions=True),
    "no version": target("pkg:npm/a"),
    "another version": target("pkg:npm/a@2"),
}


@pytest.mark.parametrize("part", WIDER.values(), ids=WIDER)
def test_what_means_more_than_the_bom_holds_stays(part: VexTarget) -> None:
    shop = VexProduct(target=SHOP_READ, subcomponents=(part,))
    assert linked_to(shop) == (shop,)


def test_a_component_of_another_product_stays() -> None:
    till = VexProduct(target=VexTarget(name="till"), subcomponents=(A_READ,))
    assert linked_to(till) == (till,)
    shop = VexProduct(target=SHOP_READ, subcomponents=(A_READ,))
    assert linked_to(shop, metadata={}) == (shop,)


def test_nothing_points_into_a_bom_without_a_serial_number() -> None:
    with pytest.raises(MalformedError) as refusal:
        link_document(DOCUMENT, bom(serialNumber=None))
    assert refusal.value.what == "a BOM without a serial number cannot be pointed into"
