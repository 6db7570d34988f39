"""Silence: what an SBOM of others does not say, or says unreadably, must not look like an answer."""

import json

import pytest

from assay.core.verdict import Verdict
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.difference import compare_sboms
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.minimum import check_minimum
from assay.vuln.versions import scheme_key

LIBRARY = {"type": "library", "name": "a", "version": "1", "bom-ref": "A"}
UNREADABLE = {
    "package-url": ({"components": [LIBRARY | {"purl": "pkg:nothing"}]}, "package URL"),
    "licence": (
        {"components": [LIBRARY | {"licenses": [{"license": {"name": "as is"}}]}]},
        "licence",
    ),
    "hash": (
        {"components": [LIBRARY | {"hashes": [{"alg": "MD5", "content": "a" * 64}]}]},
        "hash",
    ),
    "edge": (
        {"components": [LIBRARY], "dependencies": [{"ref": "A", "dependsOn": ["gone"]}]},
        "dependency",
    ),
}


def read(members: dict[str, object]) -> Sbom:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", **members}
    return parse_sbom(json.dumps(document).encode())


@pytest.mark.parametrize(("members", "what"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_used_is_named(members: dict[str, object], what: str) -> None:
    found = read(members).inventory
    assert [item.name for item in found.components] == ["a"]
    assert [note.what for note in found.not_checked] == [what]


def test_an_empty_list_meets_no_minimum() -> None:
    whole = Sbom(inventory=Inventory(), created_at="2026-01-01T00:00:00Z", authors=("A",))
    assert check_minimum(whole, profile="ntia").verdict is Verdict.UNKNOWN


def test_a_dependency_that_nobody_states_is_not_taken_for_none() -> None:
    silent, empty = (
        read({"components": [LIBRARY]}),
        read({"components": [LIBRARY], "dependencies": [{"ref": "A"}]}),
    )
    assert [sbom.components[0].edges_known for sbom in (silent, empty)] == [None, True]


def test_content_that_could_not_be_compared_is_not_called_the_same() -> None:
    item = Component(purl="pkg:npm/a@1", name="a", version="1", found_in=())
    bare = Sbom(inventory=Inventory(components=(item,)))
    (note,) = compare_sboms(bare, bare, order=scheme_key).not_checked
    assert note.what == "content"


def test_no_completeness_is_claimed_that_nobody_claimed() -> None:
    assert read({"components": [LIBRARY]}).aggregate == ""
