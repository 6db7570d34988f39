"""CSAF advisories as records: what of a document is compared, how, and what is listed."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from assay.core.digest import sha256_of
from assay.vuln.advisory import Advisory, AdvisorySet, Feed, Unreadable
from assay.vuln.csaf.advisories import csaf_records
from assay.vuln.index import AdvisoryIndex
from assay.vuln.ranges import Answer
from tests.vuln.csaf.documents import branch, changed, csaf, encoded, product, vex
from tests.vuln.csaf.failing import relationship

AT = datetime(2026, 3, 1, tzinfo=UTC)
STATUS = "vulnerabilities.0.product_status"
TREE = "product_tree.branches.0.branches.0.branches"
PYPI = Feed(
    ecosystem="PyPI",
    digest=sha256_of(b""),
    advisories=1,
    unreadable=0,
    imported_at=AT,
    newest_modified=AT,
    source="here",
)


def records(
    changes: Mapping[str, object], document: dict[str, object] | None = None
) -> list[Advisory | Unreadable]:
    return list(csaf_records("a.json", encoded(changed(document or csaf(), changes))))


def one(changes: Mapping[str, object]) -> Advisory:
    found = [item for item in records(changes) if isinstance(item, Advisory)]
    assert len(found) == 1
    return found[0]


def answer(record: Advisory, purl: str, *, name: str = "shop", ecosystem: str = "PyPI") -> Answer:
    """Return what an index says in which the record is all that is known."""
    known = AdvisorySet(feeds={ecosystem: PYPI}, advisories={(ecosystem, name): (record,)})
    return AdvisoryIndex(advisories=known, at=AT).answer(purl).answer


def test_what_a_record_says() -> None:
    record = one({})
    assert (record.id, record.source) == (
        "Example-2026-001/CVE-2026-1000",
        "CSAF:psirt.example.com",
    )
    assert record.aliases == ("CVE-2026-1000",)
    assert record.summary == "The shop breaks"
    assert [rating.type for rating in record.ratings] == ["CVSS_V3"]
    assert record.modified == datetime(2026, 2, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.0", Answer.AFFECTED), ("2.0", Answer.NOT_AFFECTED), ("1.5", Answer.UNKNOWN)],
)
def test_exact_versions(version: str, expected: Answer) -> None:
    assert answer(one({}), f"pkg:pypi/shop@{version}") is expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.9", Answer.UNKNOWN),
        ("1.0", Answer.AFFECTED),
        ("1.9", Answer.AFFECTED),
        ("2.0", Answer.NOT_AFFECTED),
        ("9", Answer.NOT_AFFECTED),
    ],
)
def test_ranges(version: str, expected: Answer) -> None:
    bare = {"purl": "pkg:pypi/shop"}
    ranged = [
        branch("product_version_range", "vers:pypi/>=1.0|<2.0", product(1, **bare)),
        branch("product_version_range", "vers:pypi/>=2.0", product(2, **bare)),
    ]
    assert answer(one({TREE: ranged}), f"pkg:pypi/shop@{version}") is expected


def test_a_range_that_nobody_can_read_is_unknown() -> None:
    ranged = [branch("product_version_range", "before 2", product(1, purl="pkg:pypi/shop"))]
    record = one({TREE: ranged, STATUS: {"known_affected": ["P1"]}})
    assert answer(record, "pkg:pypi/shop@1.0") is Answer.UNKNOWN


def test_under_investigation_is_unknown() -> None:
    record = one({STATUS: {"under_investigation": ["P1"]}})
    assert answer(record, "pkg:pypi/shop@1.0") is Answer.UNKNOWN


def test_a_component_is_not_cleared_by_what_holds_inside_another_product() -> None:
    changes = {
        "product_tree.relationships": [relationship("R", "P1", "P2")],
        STATUS: {"known_not_affected": ["R"]},
    }
    assert answer(one(changes), "pkg:pypi/shop@1.0") is Answer.UNKNOWN


def test_what_is_said_of_a_package_of_a_distribution_holds_for_it() -> None:
    purl = "pkg:rpm/redhat/shop@1.0-1.el9?arch=x86_64"
    changes = {
        "product_tree": {
            "full_product_names": [
                product(1, purl=purl),
                product(2, cpe="cpe:/o:redhat:enterprise_linux:9"),
            ],
            "relationships": [relationship("R", "P1", "P2")],
        },
        STATUS: {"fixed": ["R"]},
    }
    record = one(changes)
    assert answer(record, purl, ecosystem="Red Hat") is Answer.NOT_AFFECTED
    older = purl.replace("1.0-1", "0.9-1")
    assert answer(record, older, ecosystem="Red Hat") is Answer.UNKNOWN


def test_the_release_that_a_package_names_stays_with_it() -> None:
    purl = "pkg:deb/debian/shop@1.0-1?distro=debian-12"
    record = one(
        {
            "product_tree": {"full_product_names": [product(1, purl=purl)]},
            STATUS: {"known_affected": ["P1"]},
        }
    )
    assert [item.ecosystem for item in record.affected] == ["Debian:12"]


def test_a_cpe_with_its_range_is_a_configuration() -> None:
    cpe = "cpe:2.3:a:example:shop:*:*:*:*:*:*:*:*"
    ranged = branch("product_version_range", "vers:generic/>=1|<2", product(1, cpe=cpe))
    (node,) = one({TREE: [ranged], STATUS: {"known_affected": ["P1"]}}).configurations
    (criterion,) = node.criteria()
    assert (str(criterion.name), criterion.start, criterion.end) == (cpe, "1", "2")
    assert criterion.vulnerable
    ranged = branch("product_version_range", "vers:generic/>1|<=2", product(1, cpe=cpe))
    (node,) = one({TREE: [ranged], STATUS: {"known_affected": ["P1"]}}).configurations
    (criterion,) = node.criteria()
    assert (criterion.above, criterion.last, criterion.start, criterion.end) == ("1", "2", "", "")


def test_a_product_by_cpe_that_is_fixed_adds_nothing() -> None:
    changes = {
        "product_tree": {"full_product_names": [product(1, cpe="cpe:/a:example:shop:1")]},
        STATUS: {"fixed": ["P1"]},
    }
    (record,) = records(changes)
    assert isinstance(record, Advisory)
    assert (record.affected, record.configurations) == ((), ())


def test_what_nothing_compares_with_is_listed() -> None:
    changes = {
        "product_tree.full_product_names": [{"name": "box", "product_id": "P3"}],
        f"{STATUS}.last_affected": ["P3", "P9"],
    }
    listed = records(changes)[-1]
    assert listed == Unreadable(
        ecosystem="CSAF:psirt.example.com",
        name="Example-2026-001 products",
        why="nothing here compares with 2 of its products, by package URL, version or CPE: box; P9",
    )


UNREADABLE: Mapping[str, tuple[bytes, str, str]] = {
    "no json": (b"{", "CSAF", "[malformed] not strict JSON: "),
    "no document": (b"{}", "CSAF", "[malformed] no document, at document"),
    "a vex document": (
        encoded(vex()),
        "CSAF:psirt.example.com",
        "[malformed] a VEX document (record it with `assay vex`)",
    ),
    "a draft": (
        encoded(changed(csaf(), {"document.tracking.status": "draft"})),
        "CSAF:psirt.example.com",
        "[malformed] a draft",
    ),
    "another version": (
        encoded(changed(csaf(), {"document.csaf_version": "2.1"})),
        "CSAF:psirt.example.com",
        "[malformed] '2.1' where 2.0 is needed, at document.csaf_version",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_listed(name: str) -> None:
    data, feed, why = UNREADABLE[name]
    (found,) = csaf_records("a.json", data)
    assert isinstance(found, Unreadable)
    assert (found.ecosystem, found.name) == (feed, "a.json")
    assert found.why.startswith(why)


def test_a_document_without_vulnerabilities_has_no_record() -> None:
    changes = {"document.category": "csaf_informational_advisory", "vulnerabilities": None}
    assert records(changes) == []


@pytest.mark.parametrize("namespace", ["urn:example", "https:///x"])
def test_a_publisher_without_a_host_is_in_the_feed_of_all_such(namespace: str) -> None:
    assert one({"document.publisher.namespace": namespace}).source == "CSAF"


def test_a_namespace_that_cannot_be_taken_apart_ends_nothing() -> None:
    assert one({"document.publisher.namespace": "https://[x"}).source == "CSAF"
