"""SPDX 3.0 of others: what is read, counted and refused."""

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Sbom
from assay.sbom.formats.spdx3read import read_spdx3

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
NONE = "https://spdx.org/rdf/3.0.1/terms/Core/NoneElement"
INFO: dict[str, object] = {
    "type": "CreationInfo",
    "@id": "_:c",
    "specVersion": "3.0.1",
    "created": "2026-01-01T00:00:00Z",
    "createdBy": ["urn:p"],
    "createdUsing": ["urn:t"],
}


def element(type_: str, spdx_id: str, **members: object) -> dict[str, object]:
    return {"type": type_, "spdxId": spdx_id, "creationInfo": "_:c", **members}


def package(name: str, **members: object) -> dict[str, object]:
    return element("software_Package", f"urn:{name}", name=name, **members)


def relation(kind: str, source: str, *targets: str, **members: object) -> dict[str, object]:
    return element(
        "Relationship",
        f"urn:r:{kind}:{source}",
        **{"from": source, "to": list(targets)},
        relationshipType=kind,
        **members,
    )


def read(*elements: dict[str, object]) -> Sbom:
    people = [element("Person", "urn:p", name="P"), element("Tool", "urn:t", name="T")]
    return read_spdx3(JsonValue({"@context": CONTEXT, "@graph": [INFO, *people, *elements]}))


def test_the_document_and_its_subject() -> None:
    found = read(
        element("SpdxDocument", "urn:d", rootElement=["urn:s"]),
        element("software_Sbom", "urn:s", rootElement=["urn:a"]),
        package("a"),
        package("b"),
    )
    assert (found.format, found.serial) == ("SPDX 3.0.1 JSON-LD", "urn:d")
    assert (found.authors, found.tools) == (("P",), ("T",))
    assert found.subject is not None
    assert found.subject.name == "a"
    assert [item.name for item in found.components] == ["b"]


def test_members_of_a_package() -> None:
    found = read(
        element("Organization", "urn:o", name="O"),
        package(
            "a",
            software_packageVersion="1",
            software_packageUrl="pkg:npm/a@1",
            suppliedBy="urn:o",
            software_primaryPurpose="deviceDriver",
            verifiedUsing=[{"type": "Hash", "algorithm": "sha3_256", "hashValue": "a" * 64}],
            externalIdentifier=[
                {"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": text}
                for kind, text in (("cpe22", "cpe:/a:a:a"), ("swhid", "x"))
            ],
        ),
        element("software_File", "urn:f", name="f"),
        element("simplelicensing_LicenseExpression", "urn:l", **_expression("MIT")),
        relation("hasConcludedLicense", "urn:a", "urn:l"),
        element("ai_AIPackage", "urn:ai"),
    )
    first, second = found.components
    assert (first.purl, first.supplier, first.kind) == ("pkg:npm/a@1", "O", "device-driver")
    assert (first.hashes, first.cpes) == ((f"sha3-256:{'a' * 64}",), ("cpe:/a:a:a",))
    assert first.licences == ("MIT",)
    assert (second.kind, second.found_in) == ("file", ("f",))
    assert dict(found.left_out) == {
        "ai_AIPackage (elements)": 1,
        "externalIdentifier (swhid)": 1,
    }


def _expression(text: str) -> dict[str, str]:
    return {"simplelicensing_licenseExpression": text}


@pytest.mark.parametrize(
    ("found", "edges", "known"),
    [
        (relation("dependsOn", "urn:a", "urn:b"), ("urn:assay:component:b@",), None),
        (
            relation("dependsOn", "urn:a", "urn:b", completeness="complete"),
            ("urn:assay:component:b@",),
            True,
        ),
        (relation("dependsOn", "urn:a", NONE), (), True),
        (relation("dependsOn", "urn:a", "NoneElement"), (), True),
        (relation("dependsOn", "urn:a", "NoAssertionElement"), (), None),
        (relation("dependsOn", "urn:a", NONE, completeness="incomplete"), (), False),
        (relation("contains", "urn:a", "urn:b"), (), None),
    ],
    ids=["some", "all", "none", "none-in-short", "no-assertion", "incomplete", "another-kind"],
)
def test_edges(found: dict[str, object], edges: tuple[str, ...], *, known: bool | None) -> None:
    component = read(package("a"), package("b"), found).components[0]
    assert (component.depends_on, component.edges_known) == (edges, known)


REFUSED = {
    "name": (
        [{"type": "software_Package", "creationInfo": "_:c", "name": "a"}],
        "no spdxId, at @graph[3].spdxId",
    ),
    "hash": (
        [package("a", verifiedUsing=[{"type": "Hash", "algorithm": "crc", "hashValue": "0"}])],
        "'crc' where one of 22 words is needed, at @graph[3].verifiedUsing[0].algorithm",
    ),
    "relation": (
        [relation("dependsOn", "urn:a")],
        "a length of 0 where at least 1 is needed, at @graph[3].to",
    ),
    "twice": ([package("a"), package("a")], "'urn:a' names two elements, at @graph[4]"),
    "twice-a-person": (
        [element("Person", "urn:p", name="Q")],
        "'urn:p' names two elements, at @graph[3]",
    ),
    "nowhere": (
        [package("a", verifiedUsing=["urn:x"])],
        "'urn:x' is no element, at @graph[3].verifiedUsing[0]",
    ),
    "no-info": (
        [element("SpdxDocument", "urn:d") | {"creationInfo": "_:x"}],
        "'_:x' is no element, at @graph[3].creationInfo",
    ),
    "untyped": ([{"spdxId": "urn:a"}], "no type, at @graph[3].type"),
}


@pytest.mark.parametrize(("elements", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(elements: list[dict[str, object]], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read(*elements)
    assert str(caught.value) == f"[malformed] {message}"


def test_a_context_of_its_own_is_refused() -> None:
    context = [CONTEXT, {"x": "urn:x"}]
    with pytest.raises(MalformedError) as caught:
        read_spdx3(JsonValue({"@context": context, "@graph": []}))
    assert str(caught.value) == "[malformed] not the context of SPDX 3.0 alone, at @context"


def test_a_graph_without_a_creation_is_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        read_spdx3(JsonValue({"@context": CONTEXT, "@graph": []}))
    assert str(caught.value) == "[malformed] no CreationInfo, at @graph"


def test_an_element_may_be_written_inside_another() -> None:
    """Schema of SPDX 3.0.1: where an element is named, it may also stand itself."""
    inner = element("Organization", "urn:o", name="Acme")
    apart = read(package("a", suppliedBy="urn:o"), inner)
    within = read(package("a", suppliedBy=inner))
    assert within.components == apart.components
    assert within.components[0].supplier == "Acme"


def test_an_element_inside_another_is_held_to_the_rules_too() -> None:
    with pytest.raises(MalformedError) as caught:
        read(package("a", suppliedBy={"type": "Organization", "spdxId": "urn:o", "name": 1}))
    assert caught.value.where.startswith("@graph[3].suppliedBy")


def test_classes_whose_rules_are_not_known_are_told() -> None:
    found = read(package("a"), element("ai_AIPackage", "urn:x", name=1))
    assert found.unruled == {"ai_AIPackage (elements)": 1}
    assert found.left_out["ai_AIPackage (elements)"] == 1


PERSON = element("Person", "urn:jo", name="Jo")
LEFT: dict[str, tuple[tuple[dict[str, object], ...], dict[str, int]]] = {
    "nothing": ((package("a"), PERSON), {}),
    "more of a person": (
        (element("Person", "urn:jo", name="Jo", comment="c"),),
        {"Person.comment": 1},
    ),
    "that a supplier is a person": (
        (package("a", suppliedBy="urn:jo"), PERSON),
        {"suppliedBy (that it is a person)": 1},
    ),
    "more of a relation": (
        (package("a"), relation("dependsOn", "urn:a", NONE, comment="c")),
        {"Relationship.comment": 1},
    ),
    "notes of others": (
        (element("Annotation", "urn:n", annotationType="other", subject="urn:a", statement="s"),),
        {"Annotation (elements)": 1},
    ),
    "that it was made while it ran": (
        (element("software_Sbom", "urn:s", software_sbomType=["runtime", "build"]),),
        {"software_sbomType (that it was made while it ran)": 1},
    ),
}


@pytest.mark.parametrize(("elements", "left"), LEFT.values(), ids=LEFT)
def test_left_out(elements: tuple[dict[str, object], ...], left: dict[str, int]) -> None:
    assert dict(read(*elements).left_out) == left


def test_who_made_it_and_when_in_the_life_of_the_software() -> None:
    info = INFO | {"createdBy": ["urn:o"]}
    graph = [
        info,
        element("Organization", "urn:o", name="Shop Inc"),
        element("Tool", "urn:t", name="maker"),
        element("software_Sbom", "urn:s", software_sbomType=["runtime", "build", "source"]),
        package("a"),
    ]
    found = read_spdx3(JsonValue({"@context": CONTEXT, "@graph": graph}))
    assert (found.authors, found.organisations, found.tools) == ((), ("Shop Inc",), ("maker",))
    assert found.phases == ("operations", "build", "pre-build")
