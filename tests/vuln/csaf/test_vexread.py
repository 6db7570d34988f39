"""CSAF as VEX: what each list, flag, threat and remediation becomes, and what stays unread."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.vuln.csaf.vexread import is_csaf, read_csaf
from assay.vuln.vex.matching import Coverage, covers
from assay.vuln.vex.statement import Justification, Status, VexDocument, VexTarget
from assay.vuln.vex.targets import parse_target
from tests.vuln.csaf.documents import branch, changed, csaf, parsed, product, vex
from tests.vuln.csaf.failing import relationship

STATUS = "vulnerabilities.0.product_status"
RELEASED_AT = datetime(2026, 2, 1, 10, tzinfo=UTC)


def read(changes: Mapping[str, object], document: dict[str, object] | None = None) -> VexDocument:
    return read_csaf(parsed(changed(document or vex(), changes)))


def test_what_a_vex_document_says() -> None:
    found = read({})
    (said,) = found.statements
    assert (found.id, found.author, found.role) == ("Example-2026-001", "Example Ltd", "vendor")
    assert (found.version, found.format, found.unread) == (1, "CSAF 2.0", ())
    assert said.vulnerability.name == "CVE-2026-1000"
    assert said.vulnerability.description == "It breaks."
    assert said.status is Status.NOT_AFFECTED
    assert said.justification is Justification.VULNERABLE_CODE_NOT_PRESENT
    assert said.products[0].target == VexTarget(purl="pkg:pypi/shop@1.0")
    assert said.dated_at == RELEASED_AT


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("first_affected", Status.AFFECTED),
        ("known_affected", Status.AFFECTED),
        ("last_affected", Status.AFFECTED),
        ("first_fixed", Status.FIXED),
        ("fixed", Status.FIXED),
        ("recommended", Status.FIXED),
        ("under_investigation", Status.UNDER_INVESTIGATION),
    ],
)
def test_each_list_has_a_status(name: str, status: Status) -> None:
    (said,) = read({STATUS: {name: ["P1"]}}).statements
    assert said.status is status


def test_an_advisory_says_what_to_do() -> None:
    affected, fixed = read({}, csaf()).statements
    assert (affected.status, fixed.status) == (Status.AFFECTED, Status.FIXED)
    assert affected.action_statement == "Update to 2.0."
    assert affected.responses == ("update",)
    assert fixed.action_statement == ""


def test_a_threat_of_the_category_impact_is_an_impact_statement_for_its_group() -> None:
    changes = {
        "vulnerabilities.0.flags": None,
        "product_tree.product_groups": [{"group_id": "G", "product_ids": ["P1", "P2"]}],
        "vulnerabilities.0.threats": [
            {"category": "impact", "details": "No such code.", "group_ids": ["G"]},
            {"category": "exploit_status", "details": "Nobody.", "group_ids": ["G"]},
        ],
    }
    (said,) = read(changes).statements
    assert (said.justification, said.impact_statement) == (None, "No such code.")


def test_a_relationship_is_a_component_inside_a_product() -> None:
    changes = {
        "product_tree.relationships": [relationship("R", "P1", "P2")],
        STATUS: {"under_investigation": ["R"]},
    }
    (said,) = read(changes).statements
    (one,) = said.products
    assert one.target.purl == "pkg:pypi/shop@2.0"
    assert [part.purl for part in one.subcomponents] == ["pkg:pypi/shop@1.0"]


def test_versions_and_ranges_of_branches_limit_a_product() -> None:
    bare = {"purl": "pkg:pypi/shop"}
    changes = {
        "product_tree.branches.0.branches.0.branches": [
            branch("product_version", "1.0", product(1, **bare)),
            branch("product_version_range", "vers:pypi/>=2|<3", product(2, **bare)),
            branch("product_version_range", "<= 4", product(3, **bare)),
            branch("product_version_range", "vers:pypi/*", product(4, **bare)),
        ],
        STATUS: {"under_investigation": ["P1", "P2", "P3", "P4"]},
    }
    (said,) = read(changes).statements

    def coverage(place: int, version: str) -> Coverage:
        asked = parse_target(f"pkg:pypi/shop@{version}")
        return covers(said.products[place : place + 1], product=VexTarget(), component=asked)

    assert (coverage(0, "1.0"), coverage(0, "2.5")) == (Coverage.COVERED, Coverage.NOT_COVERED)
    assert (coverage(1, "2.5"), coverage(1, "3.0")) == (Coverage.COVERED, Coverage.NOT_COVERED)
    assert coverage(2, "1.0") is Coverage.UNKNOWN  # no range that machines read
    assert coverage(3, "7") is Coverage.COVERED


def test_a_product_without_any_version_is_not_every_version() -> None:
    named = {"product_tree": {"full_product_names": [product(1, purl="pkg:pypi/shop")]}}
    (said,) = read(named).statements
    asked = parse_target("pkg:pypi/shop@1.0")
    assert covers(said.products, product=VexTarget(), component=asked) is Coverage.UNKNOWN


UNREAD: Mapping[str, tuple[dict[str, object], str]] = {
    "a product that is not defined": (
        {STATUS: {"known_not_affected": ["P9"]}},
        "the product 'P9': it is not in the product tree",
    ),
    "a product that is defined twice": (
        {"product_tree.full_product_names": [product(1, purl="pkg:npm/other@1")]},
        "the product 'P1': it is defined twice",
    ),
    "no reason": (
        {"vulnerabilities.0.flags": None},
        "not_affected with neither a justification nor an impact statement",
    ),
    "two reasons": (
        {
            "vulnerabilities.0.flags.1": {
                "label": "component_not_present",
                "product_ids": ["P1"],
            }
        },
        "2 justifications for one product",
    ),
    "a draft": ({"document.tracking.status": "draft"}, "the document is a draft"),
    "some devices": (
        {
            "product_tree": {
                "full_product_names": [
                    product(1, purl="pkg:generic/box@1", serial_numbers=["1", "2"])
                ]
            }
        },
        "the product 'P1': only some devices are meant, by serial_numbers",
    ),
    "a purl that is none": (
        {"product_tree": {"full_product_names": [product(1, purl="https://example.com")]}},
        "the product 'P1': 'https://example.com' is no package URL",
    ),
    "a product of products of products": (
        {
            "product_tree.relationships": [
                relationship("R", "P1", "P2"),
                relationship("Q", "R", "P2"),
            ],
            STATUS: {"known_not_affected": ["Q"]},
        },
        "the product 'Q': it is made of products that are not understood",
    ),
    "no name": ({"vulnerabilities.0.cve": None}, "a statement about no vulnerability"),
    "an end that cannot be read": (
        {
            "vulnerabilities.0.threats": [
                {
                    "category": "impact",
                    "details": "x\n[assay:expires=soon]",
                    "product_ids": ["P1"],
                }
            ]
        },
        "'soon' is no RFC 3339 time",
    ),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_breaks_a_rule_is_unread(name: str) -> None:
    changes, why = UNREAD[name]
    found = read(changes)
    assert found.statements == ()
    assert [one.why for one in found.unread] == [why]


def test_what_is_unread_keeps_what_it_may_be_about() -> None:
    (unread,) = read({"vulnerabilities.0.flags": None}).unread
    assert unread.names == ("CVE-2026-1000",)
    assert [one.target.purl for one in unread.products] == ["pkg:pypi/shop@1.0"]


def test_a_reason_is_no_younger_for_a_new_release() -> None:
    (said,) = read({"vulnerabilities.0.flags.0.date": "2020-01-01T00:00:00Z"}).statements
    assert said.dated_at == datetime(2020, 1, 1, tzinfo=UTC)


def test_a_remedy_makes_nothing_older() -> None:
    changes = {"vulnerabilities.0.remediations.0.date": "2020-01-01T00:00:00Z"}
    assert {one.dated_at for one in read(changes, csaf()).statements} == {RELEASED_AT}


def test_a_number_alone_is_no_name() -> None:
    changes = {
        "vulnerabilities.0.cve": None,
        "vulnerabilities.0.ids": [
            {"system_name": "Bug", "text": "7"},
            {"system_name": "GHSA", "text": "GHSA-aaaa-bbbb-cccc"},
        ],
    }
    (said,) = read(changes).statements
    assert (said.vulnerability.name, said.vulnerability.aliases) == (
        "Bug 7",
        ("GHSA-aaaa-bbbb-cccc",),
    )


def test_a_later_version_has_a_larger_number() -> None:
    entries = [
        {"date": "2026-02-01T10:00:00Z", "number": n, "summary": "…"} for n in ("1.0.0", "1.1.0")
    ]
    changes = {"document.tracking.revision_history": entries, "document.tracking.version": "1.1.0"}
    assert read(changes).version == 2


def test_another_shape_is_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        read({"document.csaf_version": "2.1"})
    assert str(caught.value) == ("[malformed] '2.1' where 2.0 is needed, at document.csaf_version")


def test_a_document_says_that_it_is_csaf() -> None:
    assert is_csaf(parsed(vex()))
    assert not is_csaf(parsed({"document": {}}))
    assert not is_csaf(parsed({"document": "csaf_version"}))
