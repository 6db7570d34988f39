"""VEX in a BOM: what is there is meant, and nothing is said that was not said before."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.errors import MalformedError
from assay.core.strictjson import parse_json
from assay.vuln.vex.embedding import EmbeddedVex, embed_vex
from assay.vuln.vex.statement import Status, VexDocument, VexProduct, VexStatement
from assay.vuln.vex.targets import any_version, parse_target
from assay.vuln.vexformats import parse_vex, parse_vex_tree
from tests.vuln.vex.vexes import AFFECTED, AT, CALM, DOCUMENT, INSIDE, LIBRARY, OTHER, SHOP, target


def bom(**members: object) -> dict[str, object]:
    """Return the BOM of the shop: two of the library, one without a bom-ref, and something else."""
    library = {"type": "library", "name": "a", "version": "1.2.3", "purl": LIBRARY.purl}
    whole: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 1,
        "metadata": {
            "timestamp": "2026-07-01T00:00:00Z",
            "authors": [{"name": "Example Ltd"}],
            "component": {
                "type": "application", "name": "shop", "purl": SHOP.purl, "bom-ref": "s",
            },
        },
        "components": [
            library | {"bom-ref": "a1"},
            {"type": "library", "name": "web", "bom-ref": "w",
             "components": [library | {"bom-ref": "a2"}]},
            {"type": "library", "name": "b", "version": "2.0.0", "purl": OTHER.purl},
            {"type": "library", "name": "c", "version": "1", "purl": "pkg:npm/c@1", "bom-ref": "c"},
        ],
    }  # fmt: skip
    return {name: value for name, value in (whole | members).items() if value is not None}


def embedded(*statements: VexStatement, into: dict[str, object] | None = None) -> EmbeddedVex:
    return embedded_document(replace(DOCUMENT, id="", statements=statements), into=into)


def embedded_document(
    document: VexDocument, *, into: dict[str, object] | None = None
) -> EmbeddedVex:
    data = json.dumps(bom() if into is None else into).encode()
    return embed_vex(document, data=data, bom=parse_vex_tree(data))


def entries(done: EmbeddedVex) -> list[dict[str, object]]:
    read = parse_json(done.bom, max_bytes=100_000)
    assert isinstance(read, dict)
    return list(read["vulnerabilities"])


def pointed(done: EmbeddedVex) -> list[object]:
    return [one["affects"] for one in entries(done)]


def about(*products: VexProduct, said: VexStatement = CALM) -> VexStatement:
    return replace(said, products=products)


def test_it_points_at_what_the_bom_holds() -> None:
    done = embedded(CALM)
    assert pointed(done) == [[{"ref": "a1"}, {"ref": "a2"}]]
    assert (done.entries, done.losses, done.contradictions) == (1, (), ())
    read = parse_vex(done.bom)
    assert (read.author, read.unread) == ("Example Ltd", ())
    [said] = read.statements
    assert (said.status, said.justification, said.dated_at) == (CALM.status, CALM.justification, AT)
    assert said.products == (replace(INSIDE, target=said.products[0].target),) or (
        {part.purl for part in said.products[0].subcomponents} == {LIBRARY.purl}
    )


def test_nothing_else_changes() -> None:
    read = json.loads(embedded(CALM).bom)
    del read["vulnerabilities"]
    assert read == bom(version=2)


MEANT = {
    "a supplier of a component": (VexProduct(target=LIBRARY), ["a1", "a2"]),
    "every version of it": (VexProduct(target=any_version(parse_target("pkg:npm/a"))), ["a1", "a2"]),
    "a range that it is in": (
        VexProduct(target=target("pkg:npm/a", ranges=("vers:npm/<2",))), ["a1", "a2"],
    ),
    "the product": (VexProduct(target=SHOP), ["s"]),
}  # fmt: skip


@pytest.mark.parametrize(("product", "refs"), MEANT.values(), ids=MEANT)
def test_meant(product: VexProduct, refs: list[str]) -> None:
    """An entry speaks of this component, which is less than every version, and without a range."""
    assert pointed(embedded(about(product))) == [[{"ref": ref} for ref in refs]]


NOT_HELD = "the BOM holds no such thing that is clearly meant"
NOT_MEANT = {
    "another version": (VexProduct(target=parse_target("pkg:npm/a@1.2.4")), NOT_HELD),
    "a component in another product": (
        replace(INSIDE, target=parse_target("pkg:generic/till@1.0")), NOT_HELD,
    ),
    "a component in another version of the product": (
        replace(INSIDE, target=parse_target("pkg:generic/shop@2.0")), NOT_HELD,
    ),
    "a version that is left open": (
        VexProduct(target=target("pkg:npm/a")), NOT_HELD,
    ),
    "a component in a product whose version is left open": (
        replace(INSIDE, target=target("pkg:generic/shop")), NOT_HELD,
    ),
    "a range that it is not in": (
        VexProduct(target=target("pkg:npm/a", ranges=("vers:npm/<1",))), NOT_HELD,
    ),
    "the product as a component of itself": (
        VexProduct(target=SHOP, subcomponents=(SHOP,)), NOT_HELD,
    ),
    "nothing that can be pointed at": (
        VexProduct(target=OTHER),
        "it has no bom-ref in the BOM, so that nothing can point at it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("product", "why"), NOT_MEANT.values(), ids=NOT_MEANT)
def test_not_meant(product: VexProduct, why: str) -> None:
    done = embedded(about(product), AFFECTED)
    assert [one["analysis"]["state"] for one in entries(done)] == ["exploitable"]  # type: ignore[index]  # as written
    assert [(loss.why, loss.whole) for loss in done.losses] == [(why, True)]
    with pytest.raises(MalformedError) as caught:
        embedded(about(product))
    assert str(caught.value).startswith("[malformed] nothing in it is about what is in the BOM (")


def test_it_is_not_written_twice() -> None:
    once = embedded(CALM).bom
    again = embed_vex(
        replace(DOCUMENT, id="", statements=(CALM, AFFECTED)), data=once, bom=parse_vex_tree(once)
    )
    assert [one["analysis"]["state"] for one in entries(again)] == ["not_affected", "exploitable"]  # type: ignore[index]  # as written
    assert json.loads(again.bom)["version"] == 3
    same = embed_vex(
        replace(DOCUMENT, id="", statements=(CALM,)), data=again.bom, bom=parse_vex_tree(again.bom)
    )
    assert same.bom == again.bom


def test_contradictions_are_told() -> None:
    assert embedded(CALM, AFFECTED).contradictions == (
        "CVE-2026-1000 in pkg:generic/shop@1.0, pkg:npm/a@1.2.3: affected and not_affected",
    )
    later = replace(AFFECTED, issued_at=AT + timedelta(days=1))
    assert embedded(CALM, later).contradictions == ()


def test_it_keeps_its_own_time() -> None:
    """Else it would be as new as the BOM."""
    undated = replace(CALM, issued_at=None)
    done = embedded(undated)
    assert parse_vex(done.bom).statements[0].dated_at == AT
    with pytest.raises(MalformedError) as caught:
        embedded_document(replace(DOCUMENT, issued_at=None, statements=(undated,)))
    assert str(caught.value) == (
        "[malformed] no time, at statements[0] on CVE-2026-1000 (assay vex convert --issued)"
    )


def test_whose_word_it_was_is_told() -> None:
    other = replace(DOCUMENT, author="Acme", role="vendor", tooling="t 1")
    told = [str(loss) for loss in embedded_document(other).losses]
    assert told == [
        "its id, 'https://example.com/vex/1', document: a BOM has its own",
        "its role, 'vendor', document: a BOM has its own",
        "its tool, 't 1', document: a BOM has its own",
        "the author 'Acme', document: in the BOM it is the word of its author, 'Example Ltd'",
    ]


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "a signed BOM": (
        {"signature": {"algorithm": "ES256", "value": "x"}},
        (
            "[malformed] a signed BOM cannot be changed, at signature "
            "(put the VEX into it before it is signed)"
        ),
    ),
    "a version that does not say when": (
        {"specVersion": "1.4", "metadata": None},
        (
            "[malformed] CycloneDX 1.4 does not say when an analysis was made, at specVersion "
            "(assay sbom convert --to cyclonedx-1.6)"
        ),
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        embedded(CALM, into=bom(**change))
    assert str(caught.value) == message


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
@pytest.mark.parametrize("status", Status)
def test_every_version_holds_every_status(status: Status, version: str) -> None:
    reason = CALM.justification if status is Status.NOT_AFFECTED else None
    said = replace(CALM, status=status, justification=reason)
    done = embedded(said, into=bom(specVersion=version))
    assert [one.status for one in parse_vex(done.bom).statements] == [status]
