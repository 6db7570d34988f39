"""CycloneDX of others: what is read, noted, counted and refused."""

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component, Sbom
from assay.sbom.formats.cyclonedxread import read_cyclonedx

LIBRARY = {"type": "library", "name": "a", "version": "1", "bom-ref": "A"}


def read(**members: object) -> Sbom:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", **members}
    return read_cyclonedx(JsonValue(document))


def only(**members: object) -> Component:
    (found,) = read(components=[LIBRARY | members]).components
    return found


def notes(sbom: Sbom) -> list[tuple[str, str, str]]:
    return [(note.what, note.where, note.why) for note in sbom.inventory.not_checked]


NAMES = {
    "scope": ("@a", "b", "pkg:npm/%40a/b@1", "@a/b"),
    "maven": ("org.a", "b", "pkg:maven/org.a/b@1", "org.a:b"),
    "none": ("", "b", "", "b"),
}


@pytest.mark.parametrize(("group", "name", "purl", "wanted"), NAMES.values(), ids=NAMES)
def test_names_are_joined_as_the_ecosystem_does(
    group: str, name: str, purl: str, wanted: str
) -> None:
    assert only(group=group, name=name, purl=purl).name == wanted


def test_raw_spellings_are_kept() -> None:
    found = only(purl="pkg:PyPI/A_b@1")
    assert (found.purl, found.raw_purls) == ("pkg:pypi/a-b@1", ("pkg:PyPI/A_b@1",))


def test_members_of_a_component() -> None:
    found = only(
        hashes=[{"alg": "SHA-1", "content": "A" * 40}],
        scope="excluded",
        cpe="cpe:/a:a:a",
        supplier={"name": "S", "url": ["https://s.example"]},
        licenses=[{"license": {"id": "MIT"}}, {"license": {"name": "apache-2.0"}}],
        evidence={
            "identity": [{"field": "purl", "methods": [{"technique": "other", "confidence": 0}]}],
            "occurrences": [{"location": "lib/a"}],
        },
    )
    assert found == Component(
        purl="",
        name="a",
        version="1",
        found_in=("lib/a",),
        hashes=(f"sha1:{'a' * 40}",),
        development=True,
        licences=("Apache-2.0", "MIT"),
        supplier="S",
        cpes=("cpe:/a:a:a",),
        methods=("other",),
    )


NOTED = {
    "purl": ({"purl": "pkg:x"}, ("package URL", "a 1", "'pkg:x' has no name")),
    "hash": (
        {"hashes": [{"alg": "SHA-256", "content": "a" * 40}]},
        ("hash", "components[0].hashes[0]", f"'sha256:{'a' * 40}' is no hash that is known"),
    ),
    "licence": (
        {"licenses": [{"license": {"name": "Mine"}}]},
        ("licence", "urn:assay:component:a@1", "'Mine' is no SPDX expression"),
    ),
}


@pytest.mark.parametrize(("members", "note"), NOTED.values(), ids=NOTED)
def test_what_cannot_be_used_is_noted(
    members: dict[str, object], note: tuple[str, str, str]
) -> None:
    assert notes(read(components=[LIBRARY | members])) == [note]


def test_edges_to_nothing_are_noted() -> None:
    found = read(
        components=[LIBRARY],
        dependencies=[{"ref": "A", "dependsOn": ["gone"]}, {"ref": "never"}],
    )
    assert notes(found) == [
        ("dependency", "never", "it is no component of this document"),
        ("dependency", "urn:assay:component:a@1", "'gone' is no component of this document"),
    ]


@pytest.mark.parametrize(
    ("dependencies", "compositions", "known"),
    [
        ([], [], None),
        ([{"ref": "A"}], [], True),
        ([{"ref": "A", "dependsOn": ["B"]}], [], None),
        ([{"ref": "A"}, {"ref": "A", "dependsOn": ["B"]}], [], None),
        ([], [{"aggregate": "complete", "dependencies": ["A"]}], True),
        ([], [{"aggregate": "incomplete", "dependencies": ["A"]}], False),
        ([], [{"aggregate": "unknown", "dependencies": ["A"]}], None),
    ],
    ids=["silent", "empty", "some", "twice", "complete", "incomplete", "unknown"],
)
def test_whether_all_edges_are_known(
    dependencies: list[object], compositions: list[object], *, known: bool | None
) -> None:
    components = [LIBRARY, LIBRARY | {"name": "b", "bom-ref": "B"}]
    found = read(components=components, dependencies=dependencies, compositions=compositions)
    assert found.components[0].edges_known is known


@pytest.mark.parametrize(
    ("compositions", "aggregate"),
    [
        ([], ""),
        ([{"aggregate": "complete"}], "complete"),
        ([{"aggregate": "complete", "assemblies": ["P"]}], "complete"),
        ([{"aggregate": "complete", "assemblies": ["A"]}], ""),
        ([{"aggregate": "complete"}, {"aggregate": "unknown"}], "unknown"),
        ([{"aggregate": "unknown"}, {"aggregate": "complete"}], "unknown"),
    ],
    ids=["silent", "whole", "product", "part", "doubted", "doubted-before"],
)
def test_how_complete_it_is(compositions: list[object], aggregate: str) -> None:
    product = {"type": "application", "name": "p", "bom-ref": "P"}
    found = read(metadata={"component": product}, components=[LIBRARY], compositions=compositions)
    assert found.aggregate == aggregate


def test_what_has_no_place_is_counted() -> None:
    inner = {"type": "file", "name": "f", "description": "d"}
    found = read(
        components=[LIBRARY | {"description": "d", "components": [inner], "licenses": []}],
        services=[],
        metadata={"manufacture": {}, "properties": [{"name": "theirs", "value": "x"}]},
    )
    assert dict(found.left_out) == {
        "components.components (that one contains the other)": 1,
        "components.description": 2,
        "metadata.manufacture": 1,
        "metadata.properties": 1,
        "services": 1,
    }
    assert [item.name for item in found.components] == ["a", "f"]


def test_tools_of_old_and_new() -> None:
    old = [{"vendor": "v", "name": "one", "version": "1"}]
    new = {"components": [{"type": "application", "name": "two"}], "services": [{"name": "s"}]}
    assert read(metadata={"tools": old}).tools == ("one 1",)
    assert read(metadata={"tools": new}).tools == ("two", "s")


def test_who_made_it_and_when_in_the_life_of_the_software() -> None:
    lifecycles = [{"phase": "build"}, {"name": "on the line", "description": "d"}]
    found = read(metadata={"lifecycles": lifecycles, "manufacturer": {"name": "Shop Inc"}})
    assert (found.phases, found.organisations) == (("build", "on the line"), ("Shop Inc",))
    assert (found.authors, found.supplier) == ((), "")
    assert dict(found.left_out) == {"metadata.lifecycles.description": 1}


def test_times_are_those_of_one_zone() -> None:
    assert read(metadata={"timestamp": "2026-01-01T01:30:00.5+01:00"}).created_at == (
        "2026-01-01T00:30:00Z"
    )


def test_two_elements_of_one_name() -> None:
    with pytest.raises(MalformedError) as caught:
        read(components=[LIBRARY, LIBRARY | {"version": "2"}])
    assert str(caught.value) == "[malformed] 'A' names two elements, at components[1]"


def test_the_number_of_notes_is_bounded() -> None:
    components = [{"type": "library", "name": f"n{place}", "purl": "no"} for place in range(1005)]
    found = read(components=components).inventory.not_checked
    assert len(found) == 1001
    assert found[-1].why == "5 more, after the first 1000"
