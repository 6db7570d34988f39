"""CycloneDX written from the one model, and read again."""

import json
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.vuln.vex.cyclonedxread import read_cyclonedx_vex
from assay.vuln.vex.cyclonedxwrite import write_cyclonedx_vex
from assay.vuln.vex.statement import (
    Justification,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
)
from tests.vuln.vex.test_bomlinks import SERIAL, linked
from tests.vuln.vex.test_openvexwrite import WHOLE
from tests.vuln.vex.vexes import AFFECTED, AT, CALM, CVE, DOCUMENT, LIBRARY, OTHER, SHOP, target


def again(document: VexDocument) -> VexDocument:
    result = write_cyclonedx_vex(document)
    assert result.losses == ()
    return read_cyclonedx_vex(JsonValue(result.document))


def about(*products: VexProduct) -> VexStatement:
    return replace(CALM, products=products)


ODD = VexTarget(
    purl="pkg:pypi/a-b@1",
    raw_purls=("pkg:PyPI/A_b@1",),
    ids=("https://a.example", "urn:x"),
    cpes=("cpe:2.3:a:x:y:1:*:*:*:*:*:*:*", "cpe:/a:x"),
    hashes=(f"blake2s-256:{'b' * 64}", f"sha256:{'a' * 64}"),
)
ROUND = {
    "plain": CALM,
    "whole": replace(WHOLE, raw_status=""),
    "affected": AFFECTED,
    "false positive": replace(CALM, justification=None, raw_status="false_positive",
                              impact_statement="The vulnerability does not belong to this component."),
    "no word for it": replace(
        CALM, justification=Justification.VULNERABLE_CODE_CANNOT_BE_CONTROLLED_BY_ADVERSARY
    ),
    "a wider word": replace(CALM, justification=Justification.COMPONENT_NOT_PRESENT),
    "mitigated": replace(CALM, justification=Justification.INLINE_MITIGATIONS_ALREADY_EXIST),
    "raw reason": replace(CALM, justification=None, raw_justification="requires_environment"),
    "notes beside a reason": replace(CALM, notes="seen", impact_statement="none"),
    "impact of what is fixed": replace(
        CALM, status=Status.FIXED, justification=None, impact_statement="none", notes="seen"
    ),
    "two products": about(
        VexProduct(target=SHOP, subcomponents=(LIBRARY, OTHER)),
        VexProduct(target=OTHER, subcomponents=(LIBRARY,)),
    ),
    "whole product": about(VexProduct(target=SHOP)),
    "several names": about(VexProduct(target=ODD, subcomponents=(replace(ODD, ids=()),))),
    "names only": about(VexProduct(target=VexTarget(name="shop"))),
    "nothing but an IRI": about(VexProduct(target=VexTarget(ids=("urn:x",)))),
    "all versions": about(VexProduct(target=target("pkg:npm/a", all_versions=True))),
    "all versions of a component": about(
        VexProduct(target=SHOP, subcomponents=(target("pkg:npm/a", all_versions=True),))
    ),
    "versions": about(
        VexProduct(target=target("pkg:npm/a", versions=("1",), ranges=("vers:npm/>=2",)))
    ),
    "versions of a component": about(
        VexProduct(target=SHOP, subcomponents=(target("pkg:npm/a", versions=("1",)),))
    ),
}  # fmt: skip


@pytest.mark.parametrize("statement", ROUND.values(), ids=ROUND)
def test_there_and_back(statement: VexStatement) -> None:
    document = replace(DOCUMENT, statements=(statement,), role="maker", tooling="t", updated_at=AT)
    assert again(document) == replace(document, format="CycloneDX 1.6 JSON")


def test_several_statements_and_products() -> None:
    document = replace(DOCUMENT, statements=tuple(ROUND.values()))
    assert again(document).statements == document.statements


def test_a_component_alone_is_not_pointed_at_in_place_of_its_product() -> None:
    """Its product contains it: whoever reads it without products sees another statement."""
    two = about(*(VexProduct(target=one, subcomponents=(LIBRARY,)) for one in (SHOP, OTHER)))
    written = write_cyclonedx_vex(replace(DOCUMENT, statements=(two,))).document
    components = written["components"]
    assert isinstance(components, list)
    assert [len(one["components"]) for one in components] == [1, 1]
    assert "component" not in str(written["metadata"])


def test_links_stay_links() -> None:
    document = replace(linked("a"), issued_at=AT)
    written = write_cyclonedx_vex(document)
    assert "components" not in written.document
    back = read_cyclonedx_vex(JsonValue(written.document))
    assert back.statements[0].products == document.statements[0].products


def test_versions_of_a_product_with_components_become_products() -> None:
    limited = about(
        VexProduct(target=target("pkg:npm/s", versions=("1", "2")), subcomponents=(LIBRARY,))
    )
    found = again(replace(DOCUMENT, statements=(limited,))).statements[0]
    assert [one.target.purl for one in found.products] == ["pkg:npm/s@1", "pkg:npm/s@2"]


def test_a_product_limited_to_another_version_than_its_own_is_nothing() -> None:
    never = VexProduct(target=replace(SHOP, versions=("9",)), subcomponents=(LIBRARY,))
    found = again(replace(DOCUMENT, statements=(CALM, about(never)))).statements
    assert found == (CALM,)
    with pytest.raises(MalformedError) as refusal:
        write_cyclonedx_vex(replace(DOCUMENT, statements=(about(never),)))
    assert str(refusal.value) == "[malformed] no statement that CycloneDX can say"


def test_a_range_of_a_product_with_components_is_left_out() -> None:
    wide = about(
        VexProduct(target=target("pkg:npm/s", ranges=("vers:npm/<2",)), subcomponents=(LIBRARY,))
    )
    result = write_cyclonedx_vex(replace(DOCUMENT, statements=(CALM, wide)))
    (loss,) = result.losses
    assert loss.whole
    assert str(loss) == (
        f"product, statements[1] on {CVE}, pkg:npm/s: "
        "CycloneDX cannot say vers:npm/<2 of a product and point at a component in it"
    )
    assert len(read_cyclonedx_vex(JsonValue(result.document)).statements) == 1
    with pytest.raises(MalformedError) as refusal:
        write_cyclonedx_vex(replace(DOCUMENT, statements=(wide,)))
    assert refusal.value.what == "no statement that CycloneDX can say"


def test_words_of_other_formats_are_told() -> None:
    odd = replace(
        CALM, raw_status="known_not_affected", raw_justification="x", responses=("vendor_fix",)
    )
    result = write_cyclonedx_vex(replace(DOCUMENT, statements=(odd,)))
    assert [(loss.what, loss.whole) for loss in result.losses] == [
        ("the justification x", False),
        ("the response vendor_fix", False),
        ("the status known_not_affected", False),
    ]
    found = read_cyclonedx_vex(JsonValue(result.document)).statements
    assert found == (CALM,)


def test_what_is_said_twice_is_written_once() -> None:
    twice = replace(CALM, vulnerability=replace(CALM.vulnerability, aliases=("GHSA-a", "GHSA-a")))
    found = again(replace(DOCUMENT, statements=(twice, twice)))
    assert [one.vulnerability.aliases for one in found.statements] == [("GHSA-a",)]


def test_no_statement() -> None:
    with pytest.raises(MalformedError) as refusal:
        write_cyclonedx_vex(replace(DOCUMENT, statements=()))
    assert refusal.value.what == "no statement to write"


@pytest.mark.parametrize("id_", ["urn:uuid:1", f"urn:uuid:{SERIAL.upper()}", "x"])
def test_an_id_that_is_no_serial_number_is_kept_beside_one(id_: str) -> None:
    written = write_cyclonedx_vex(replace(DOCUMENT, id=id_)).document
    assert written["serialNumber"] != id_
    assert read_cyclonedx_vex(JsonValue(written)).id == id_


def test_the_same_document_has_the_same_serial_number() -> None:
    one, other = (write_cyclonedx_vex(DOCUMENT).document for _ in range(2))
    assert render_canonical_json(one) == render_canonical_json(other)
    assert (
        write_cyclonedx_vex(replace(DOCUMENT, author="B")).document["serialNumber"]
        != one["serialNumber"]
    )
    named = replace(DOCUMENT, id=f"urn:uuid:{SERIAL}")
    assert write_cyclonedx_vex(named).document["serialNumber"] == f"urn:uuid:{SERIAL}"


def _examples(shared_data: Path) -> dict[str, dict[str, object]]:
    with zipfile.ZipFile(shared_data / "sbom" / "cyclonedx-bom-examples.zip") as archive:
        names = [n for n in archive.namelist() if n.startswith("VEX/") and n.endswith(".json")]
        found = {name: json.loads(archive.read(name)) for name in sorted(names)}
    assert found
    return found


def test_every_public_example_is_read(shared_data: Path) -> None:
    """All analyses become statements, but for those that name no product."""
    for name, raw in _examples(shared_data).items():
        document = read_cyclonedx_vex(JsonValue(raw))
        entries = raw.get("vulnerabilities", [])
        assert isinstance(entries, list)
        named = Counter(
            e["analysis"]["state"] for e in entries if "analysis" in e and "affects" in e
        )
        assert sum(named.values()) == len(document.statements), name
        assert len(document.unread) == sum("affects" not in entry for entry in entries), name


def test_every_public_example_comes_back(shared_data: Path) -> None:
    for name, raw in _examples(shared_data).items():
        document = read_cyclonedx_vex(JsonValue(raw))
        if document.statements:
            result = write_cyclonedx_vex(document)
            data = render_canonical_json(result.document)
            back = read_cyclonedx_vex(JsonValue(parse_json(data, max_bytes=len(data))))
            assert back.statements == document.statements, name
            assert result.losses == (), name
