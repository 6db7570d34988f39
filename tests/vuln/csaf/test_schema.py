"""The shape of a document: each kind of rule has a value that only it refuses."""

import pytest

from assay.core.schemachecks import Fault
from assay.vuln.csaf.schema import find_schema_faults, unknown_members
from tests.vuln.csaf.documents import branch, changed, csaf, parsed, product, vex

BRANCH = "product_tree.branches.0"
FAULTS: dict[str, tuple[dict[str, object], str, str]] = {
    "no document": ({"document": None}, "document", "no document"),
    "a document of another type": (
        {"document": []},
        "document",
        "an array where an object is needed",
    ),
    "an empty list": (
        {"vulnerabilities": []},
        "vulnerabilities",
        "a length of 0 where at least 1 is needed",
    ),
    "a branch of both kinds": (
        {f"{BRANCH}.product": product(9)},
        BRANCH.replace(".0", "[0]"),
        "4 members where at most 3 are allowed",
    ),
    "a branch of no kind": (
        {f"{BRANCH}.branches": None},
        "product_tree.branches[0]",
        "2 members where at least 3 are needed",
    ),
    "a group of one": (
        {"product_tree.product_groups": [{"group_id": "G", "product_ids": ["P1"]}]},
        "product_tree.product_groups[0].product_ids",
        "a length of 1 where at least 2 is needed",
    ),
    "a product twice in a list": (
        {"vulnerabilities.0.product_status.fixed": ["P2", "P2"]},
        "vulnerabilities[0].product_status.fixed[1]",
        "the same again",
    ),
    "no score in a score": (
        {"vulnerabilities.0.scores": [{"products": ["P1"]}]},
        "vulnerabilities[0].scores[0]",
        "1 members where at least 2 are needed",
    ),
    "a version with a leading zero": (
        {"document.tracking.version": "01"},
        "document.tracking.version",
        "",
    ),
    "a version of two numbers": (
        {"document.tracking.version": "1.0"},
        "document.tracking.version",
        "",
    ),
    "an id that ends in a line feed": ({"document.tracking.id": "a\n"}, "document.tracking.id", ""),
    "a category that begins with a dash": ({"document.category": "-a"}, "document.category", ""),
    "a time without a zone": (
        {"document.tracking.current_release_date": "2026-01-01T00:00:00"},
        "document.tracking.current_release_date",
        "'2026-01-01T00:00:00' is no date-time",
    ),
    "a language of one letter": ({"document.lang": "e"}, "document.lang", ""),
    "a weakness of no number": (
        {"vulnerabilities.0.cwe.id": "CWE-0"},
        "vulnerabilities[0].cwe.id",
        "",
    ),
    "an empty text": (
        {"document.title": ""},
        "document.title",
        "a length of 0 where at least 1 is needed",
    ),
}


def faults(changes: dict[str, object]) -> tuple[Fault, ...]:
    return find_schema_faults(parsed(changed(csaf(), changes)).value)


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    changes, where, what = FAULTS[name]
    (fault,) = faults(changes)
    assert fault.where() == where
    assert fault.what == what or (not what and "is not of the form" in fault.what)


@pytest.mark.parametrize("document", [csaf(), vex()], ids=["advisory", "vex"])
def test_sound_documents_have_no_fault(document: dict[str, object]) -> None:
    assert find_schema_faults(parsed(document).value) == ()


@pytest.mark.parametrize("version", ["0", "7", "1.0.0", "1.0.0-rc.1+b.7"])
def test_versions(version: str) -> None:
    assert faults({"document.tracking.version": version}) == ()


@pytest.mark.parametrize(
    ("cpe", "count"),
    [
        ("cpe:/a:example:shop:1.0", 0),
        ("cpe:2.3:a:example:shop:1.0:*:*:*:*:*:*:*", 0),
        (r"cpe:2.3:a:example:shop\!:1.0:-:*:en-us:*:*:*:*", 0),
        ("cpe:2.3:a:example:shop:1.0", 1),
        ("cpe:2.3:x:example:shop:1.0:*:*:*:*:*:*:*", 1),
    ],
)
def test_cpe(cpe: str, count: int) -> None:
    changes: dict[str, object] = {"product_tree.full_product_names": [product(3, cpe=cpe)]}
    assert len(faults(changes)) == count


def test_members_that_are_not_known_are_found_wherever_they_are() -> None:
    document = changed(
        csaf(),
        {
            "x": 1,
            "document.tracking.y": 1,
            f"{BRANCH}.branches.0.branches.0.product.z": 1,
            "vulnerabilities.0.remediations.0.v": 1,
            "vulnerabilities.0.scores.0.cvss_v3.own": 1,  # FIRST's schema is open
        },
    )
    assert [item.where for item in unknown_members(parsed(document))] == [
        "document.tracking.y",
        "product_tree.branches[0].branches[0].branches[0].product.z",
        "vulnerabilities[0].remediations[0].v",
        "x",
    ]


def test_branches_deep_inside_each_other_are_judged() -> None:
    deep = branch("product_version", "1", product(3))
    for _ in range(20):
        deep = branch("product_family", "f", [deep])
    assert faults({"product_tree.branches.1": deep}) == ()
    wrong = branch("product_family", "f", [deep | {"category": "shop"}])
    assert len(faults({"product_tree.branches.1": wrong})) == 1
