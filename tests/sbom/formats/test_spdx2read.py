"""SPDX 2.3 of others: what is read, noted, counted and refused."""

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component, Sbom
from assay.sbom.formats.spdx2read import read_spdx2

DOCUMENT: dict[str, object] = {
    "spdxVersion": "SPDX-2.3",
    "dataLicense": "CC0-1.0",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "shop",
    "documentNamespace": "https://shop.example/1",
    "creationInfo": {
        "created": "2026-01-01T00:00:00Z",
        "creators": ["Tool: t-1", "Organization: O", "Person: P (p@x.example)"],
    },
}
CREATION: dict[str, object] = {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: t-1"]}
NOTE: dict[str, object] = {
    "annotationDate": "2026-01-01T00:00:00Z",
    "annotationType": "OTHER",
    "annotator": "Tool: t",
    "comment": "seen",
}
PACKAGE: dict[str, object] = {"SPDXID": "SPDXRef-A", "name": "a", "downloadLocation": "NONE"}
OTHER = PACKAGE | {"SPDXID": "SPDXRef-B", "name": "b"}


def read(**members: object) -> Sbom:
    return read_spdx2(JsonValue(DOCUMENT | members))


def related(source: str, kind: str, target: str) -> dict[str, object]:
    return {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target}


def test_the_document() -> None:
    found = read()
    assert (found.format, found.serial) == ("SPDX 2.3 JSON", "https://shop.example/1")
    assert (found.authors, found.organisations) == (("P (p@x.example)",), ("O",))
    assert found.tools == ("t-1",)


def test_members_of_a_package() -> None:
    members = {
        "versionInfo": "1",
        "supplier": "Organization: S",
        "checksums": [{"algorithm": "SHA1", "checksumValue": "A" * 40}],
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "mit",
        "primaryPackagePurpose": "OPERATING_SYSTEM",
        "externalRefs": [
            _reference("PACKAGE_MANAGER", "purl", "pkg:PyPI/A@1"),
            _reference("SECURITY", "cpe23Type", "cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"),
            _reference("OTHER", "x", "y"),
        ],
    }
    found = read(packages=[PACKAGE | members])
    assert found.components == (
        Component(
            purl="pkg:pypi/a@1",
            name="a",
            version="1",
            found_in=(),
            hashes=(f"sha1:{'a' * 40}",),
            raw_purls=("pkg:PyPI/A@1",),
            licences=("MIT",),
            supplier="S",
            cpes=("cpe:2.3:a:a:a:1:*:*:*:*:*:*:*",),
            kind="operating-system",
        ),
    )
    assert dict(found.left_out) == {
        "packages.externalRefs (x)": 1,
        "packages.licenseConcluded (another than declared)": 1,
    }


def _reference(category: str, kind: str, locator: str) -> dict[str, str]:
    return {
        "referenceCategory": category,
        "referenceType": kind,
        "referenceLocator": locator,
    }


def test_two_purls_of_different_packages() -> None:
    references = [_reference("PACKAGE-MANAGER", "purl", f"pkg:npm/{name}@1") for name in "ab"]
    found = read(packages=[PACKAGE | {"externalRefs": references}])
    assert found.components[0].purl == "pkg:npm/a@1"
    (note,) = found.inventory.not_checked
    assert note.why == "'pkg:npm/b@1' names another package than pkg:npm/a@1"


def test_files_are_components() -> None:
    checksum = {"algorithm": "MD5", "checksumValue": "0" * 32}
    file = {"SPDXID": "SPDXRef-F", "fileName": "./x", "checksums": [checksum]}
    (found,) = read(files=[file]).components
    assert (found.kind, found.name, found.found_in) == ("file", "./x", ("./x",))


@pytest.mark.parametrize(
    ("relation", "edges", "known"),
    [
        (related("SPDXRef-A", "DEPENDS_ON", "SPDXRef-B"), ("urn:assay:component:b@",), None),
        (related("SPDXRef-B", "DEPENDENCY_OF", "SPDXRef-A"), ("urn:assay:component:b@",), None),
        (related("SPDXRef-A", "DEPENDS_ON", "NONE"), (), True),
        (related("SPDXRef-A", "DEPENDS_ON", "NOASSERTION"), (), None),
        (related("SPDXRef-A", "CONTAINS", "SPDXRef-B"), (), None),
    ],
    ids=["forward", "backward", "none", "no-assertion", "another-kind"],
)
def test_edges(relation: dict[str, object], edges: tuple[str, ...], *, known: bool | None) -> None:
    found = read(packages=[PACKAGE, OTHER], relationships=[relation]).components[0]
    assert (found.depends_on, found.edges_known) == (edges, known)


DESCRIBED = {
    "member": ({"documentDescribes": ["SPDXRef-A"]}, "a"),
    "relation": ({"relationships": [related("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-A")]}, "a"),
    "back": ({"relationships": [related("SPDXRef-A", "DESCRIBED_BY", "SPDXRef-DOCUMENT")]}, "a"),
    "several": ({"documentDescribes": ["SPDXRef-A", "SPDXRef-B"]}, ""),
    "none": ({}, ""),
}


@pytest.mark.parametrize(("members", "name"), DESCRIBED.values(), ids=DESCRIBED)
def test_what_it_is_about(members: dict[str, object], name: str) -> None:
    found = read(packages=[PACKAGE, OTHER], **members)
    assert (found.subject.name if found.subject is not None else "") == name
    assert len(found.components) == (1 if name else 2)


def test_a_subject_that_is_not_there_is_noted() -> None:
    (note,) = read(documentDescribes=["SPDXRef-X"]).inventory.not_checked
    assert note.why == "'SPDXRef-X' is no element of this document"


REFUSED = {
    "version": ({"spdxVersion": "SPDX-1.2"}, "SPDX-2.2, SPDX-2.3 is needed, at spdxVersion"),
    "unknown": ({"x": 1}, "a member that is not known, at x"),
    "no-download": (
        {"packages": [{"SPDXID": "SPDXRef-A", "name": "a"}]},
        "no downloadLocation, at packages[0].downloadLocation",
    ),
    "relation": (
        {"relationships": [related("SPDXRef-A", "LIKES", "SPDXRef-B")]},
        "'LIKES' where one of 45 words is needed, at relationships[0].relationshipType",
    ),
    "twice": ({"packages": [PACKAGE, PACKAGE]}, "'SPDXRef-A' names two elements, at packages[1]"),
    "namespace": ({"documentNamespace": "shop"}, "'shop' is no uri, at documentNamespace"),
    "time": (
        {"creationInfo": {"created": "2026", "creators": ["Tool: t"]}},
        "'2026' is no date-time, at creationInfo.created",
    ),
    "properties": (
        {
            "annotations": [
                {
                    "annotationDate": "2026-01-01T00:00:00Z",
                    "annotationType": "OTHER",
                    "annotator": "Tool: x",
                    "comment": 'assay properties: [["a"]]',
                }
            ]
        },
        "not a name and a value, at annotations[0].comment[0]",
    ),
}


@pytest.mark.parametrize(("members", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(members: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read(**members)
    assert str(caught.value).endswith(message)


def test_a_list_of_licences_that_says_another_thing_does_not_count() -> None:
    """Who reads the expression alone must not see another licence than we do."""
    comment = 'assay properties: [["assay:licence","MIT"],["assay:licence","Zlib"]]'
    note = {
        "annotationDate": "2026-01-01T00:00:00Z",
        "annotationType": "OTHER",
        "annotator": "Tool: x",
        "comment": comment,
    }
    for declared, licences in (
        ("MIT AND Zlib", ("MIT", "Zlib")),
        ("GPL-3.0-only", ("GPL-3.0-only",)),
    ):
        package = PACKAGE | {"licenseDeclared": declared, "annotations": [note]}
        assert read(packages=[package]).components[0].licences == licences


WORDS = {
    "kind": ("packages", "assay:kind", "at packages[0].annotations[0].comment[0][1]"),
    "method": ("packages", "assay:method", "at packages[0].annotations[0].comment[0][1]"),
    "aggregate": ("document", "assay:aggregate", "at annotations[0].comment[0][1]"),
}


@pytest.mark.parametrize(("place", "name", "where"), WORDS.values(), ids=WORDS)
def test_a_word_that_cyclonedx_has_not_is_refused(place: str, name: str, where: str) -> None:
    """It would be written as it is, and make the document invalid that we write."""
    note = {
        "annotationDate": "2026-01-01T00:00:00Z",
        "annotationType": "OTHER",
        "annotator": "Tool: x",
        "comment": f'assay properties: [["{name}","x"]]',
    }
    members: dict[str, object] = {"annotations": [note]}
    with pytest.raises(MalformedError) as caught:
        read(**(members if place == "document" else {"packages": [PACKAGE | members]}))
    assert str(caught.value) == f"[malformed] 'x' is no word that is known, {where}"


def test_a_listed_licence_that_is_no_expression_is_none() -> None:
    note = {
        "annotationDate": "2026-01-01T00:00:00Z",
        "annotationType": "OTHER",
        "annotator": "Tool: x",
        "comment": 'assay properties: [["assay:licence","mine"]]',
    }
    package = PACKAGE | {"licenseDeclared": "mine", "annotations": [note]}
    found = read(packages=[package])
    assert (found.components[0].licences, found.components[0].raw_licences) == ((), ("mine",))


LEFT: dict[str, tuple[dict[str, object], dict[str, int]]] = {
    "a word on the whole": ({"comment": "c"}, {"comment": 1}),
    "which list of licences": (
        {"creationInfo": CREATION | {"licenseListVersion": "3.20"}},
        {"creationInfo.licenseListVersion": 1},
    ),
    "where it is from, and whose it is": (
        {"packages": [PACKAGE | {"downloadLocation": "https://a.example", "copyrightText": "Jo"}]},
        {"packages.copyrightText": 1, "packages.downloadLocation": 1},
    ),
    "nothing": (
        {"packages": [PACKAGE | {"downloadLocation": "NOASSERTION", "copyrightText": "NONE"}]},
        {},
    ),
    "that a supplier is a person": (
        {"packages": [PACKAGE | {"supplier": "Person: Jo"}]},
        {"packages.supplier (that it is a person)": 1},
    ),
    "notes of others": (
        {"annotations": [NOTE], "packages": [PACKAGE | {"annotations": [NOTE, NOTE]}]},
        {"annotations": 1, "packages.annotations": 2},
    ),
    "which kind of dependency": (
        {
            "packages": [PACKAGE, OTHER],
            "relationships": [
                related("SPDXRef-A", "DEPENDS_ON", "SPDXRef-B"),
                related("SPDXRef-A", "DEV_DEPENDENCY_OF", "SPDXRef-B"),
            ],
        },
        {"relationships (DEV_DEPENDENCY_OF: of which kind it is)": 1},
    ),
}


@pytest.mark.parametrize(("members", "left"), LEFT.values(), ids=LEFT)
def test_left_out(members: dict[str, object], left: dict[str, int]) -> None:
    assert dict(read(**members).left_out) == left
