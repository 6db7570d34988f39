from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from assay.core.errors import AssayError
from assay.vuln.advisory import Advisory, Otherwise, Rating, Unreadable
from assay.vuln.foreign.cve import cve_records, parse_cve
from assay.vuln.osv import MAX_SUMMARY
from assay.vuln.ranges import Answer, extent_of
from tests.vuln.foreign.records import (
    BELOW_2,
    VECTOR,
    criterion,
    cve_affected,
    cve_record,
    encoded,
    node,
)


def judge(version: str, *versions: Mapping[str, object], **members: object) -> Answer:
    record = parse_cve(cve_record(cve_affected(*versions, **members)))
    return extent_of("PyPI", record.affected).judge(version)


def test_a_record() -> None:
    cve = parse_cve(cve_record(cve_affected(BELOW_2)))
    assert (cve.id, cve.source, cve.summary, cve.withdrawn) == (
        "CVE-2023-1000",
        "CVE",
        "it breaks",
        None,
    )
    assert cve.modified == datetime(2023, 5, 1, 10, 15, 9, 143000, tzinfo=UTC)
    assert cve.ratings == (Rating(type="CVSS_V3", score=VECTOR),)
    (entry,) = cve.affected
    assert (entry.ecosystem, entry.name, entry.otherwise) == ("PyPI", "Shop", Otherwise.UNAFFECTED)


def test_a_rejected_record_is_withdrawn() -> None:
    cve = parse_cve(cve_record(state="REJECTED", affected=None, title=None))
    assert cve.withdrawn == cve.modified


def test_who_adds_to_a_record_is_heard() -> None:
    adp = {
        "affected": [cve_affected(BELOW_2)],
        "cpeApplicability": [{"nodes": [node(criterion())]}],
    }
    cve = parse_cve(cve_record(adp=[adp]))
    assert [entry.name for entry in cve.affected] == ["Shop"]
    assert [one.name.key for tree in cve.configurations for one in tree.criteria()] == ["shop:shop"]


PACKAGES = {
    "purl": ({"packageURL": "pkg:npm/%40shop/cart"}, ("npm", "@shop/cart")),
    "purl-of-none": ({"packageURL": "pkg:generic/shop"}, None),
    "maven": (
        {"collectionURL": "https://repo.maven.apache.org/maven2", "packageName": "org.shop/cart"},
        ("Maven", "org.shop:cart"),
    ),
    "npm": (
        {"collectionURL": "https://www.npmjs.com/package/shop", "packageName": "shop"},
        ("npm", "shop"),
    ),
    "other-letters": (
        {"collectionURL": "https://PyPI.org/project", "packageName": "s"},
        ("PyPI", "s"),
    ),
    "no-registry": ({"collectionURL": "https://github.com/shop/shop", "packageName": "s"}, None),
    "another-host": ({"collectionURL": "https://pypi.org.evil.example", "packageName": "s"}, None),
    "prose": ({"vendor": "Shop", "product": "Shop"}, None),
}


@pytest.mark.parametrize(("members", "package"), PACKAGES.values(), ids=PACKAGES)
def test_which_package_is_meant(
    members: Mapping[str, object], package: tuple[str, str] | None
) -> None:
    cve = parse_cve(cve_record({"versions": [BELOW_2], "defaultStatus": "unaffected", **members}))
    found = [(entry.ecosystem, entry.name) for entry in cve.affected]
    assert found == ([] if package is None else [package])


def said(status: str, version: str, **more: object) -> dict[str, object]:
    return {"version": version, "status": status, "versionType": "python", **more}


BETWEEN = said("affected", "1.0", lessThan="2.0")
CHANGED = said(
    "affected",
    "1.0",
    lessThan="4.0",
    changes=[{"at": "2.0", "status": "unaffected"}, {"at": "3.0", "status": "affected"}],
)
UP_TO = said("affected", "1.0", lessThanOrEqual="2.0")
ENDLESS = said("affected", "2.0", lessThan="*")
GIT = said("affected", "0", lessThan="abc") | {"versionType": "git"}
DOWN = said("unaffected", "5.0", lessThan="3.0")
TWO_ENDS = said("unaffected", "0", lessThan="9.0", lessThanOrEqual="2.0")
ONE_CHANGE = said("affected", "1.0", changes=[{"at": "2.0", "status": "unaffected"}])
BACKWARDS = said(
    "unaffected",
    "0",
    lessThan="5.0",
    changes=[{"at": "3.0", "status": "affected"}, {"at": "2.0", "status": "unaffected"}],
)
YES, NO, OPEN = Answer.AFFECTED, Answer.NOT_AFFECTED, Answer.UNKNOWN

JUDGED = {
    "inside": ("1.5", [BETWEEN], "unaffected", YES),
    "below": ("0.9", [BETWEEN], "unaffected", NO),
    "the-end": ("2.0", [BETWEEN], "unaffected", NO),
    "the-last": ("2.0", [UP_TO], "unaffected", YES),
    "after-the-last": ("2.0.1", [UP_TO], "unaffected", NO),
    "no-end": ("9.0", [ENDLESS], "unaffected", YES),
    "before-the-change": ("1.9", [CHANGED], "unaffected", YES),
    "changed": ("2.5", [CHANGED], "affected", NO),
    "changed-back": ("3.0", [CHANGED], "unaffected", YES),
    "after-all-changes": ("4.0", [CHANGED], "unknown", OPEN),
    "one-version": ("1.0.0", [said("affected", "1.0")], "unaffected", YES),
    "other-letters": ("1.0", [said("Affected", "1.0")], "Unaffected", YES),
    "below-the-one": ("0.9", [said("affected", "1.0")], "unaffected", NO),
    "above-the-one": ("1.0.1", [said("affected", "1.0")], "unaffected", NO),
    "one-that-is-not": ("1.0", [said("unaffected", "1.0")], "affected", NO),
    "all-others": ("1.1", [said("unaffected", "1.0")], "affected", YES),
    "unknown-version": ("1.0", [said("unknown", "1.0")], "unaffected", OPEN),
    "not-said": ("9.0", [BETWEEN], None, OPEN),
    "all-versions": ("9.0", [said("affected", "*")], "unaffected", YES),
    "none-named": ("9.0", [], "affected", YES),
    "nothing-named": ("9.0", [], "unaffected", NO),
    "unspecified": ("1.0", [said("affected", "unspecified", lessThan="2.0")], "unaffected", YES),
    "two-words": ("1.5", [said("unaffected", "1.5"), BETWEEN], "unaffected", YES),
    "comparison": ("1.5", [said("affected", ">= 1.0, < 2.0")], "unaffected", YES),
    "prose": ("1.5", [said("affected", "<2.0 on Tuesdays")], "unaffected", OPEN),
    "no-version": ("1.5", [said("affected", "all versions")], "unaffected", OPEN),
    "a-wildcard": ("1.5", [said("affected", "1.0", lessThan="2.*")], "unaffected", OPEN),
    "commits-alone": ("1.5", [GIT], "unaffected", OPEN),
    "commits-too": ("1.5", [GIT, BETWEEN], "unaffected", YES),
    "another-order": ("3.0", [BETWEEN | {"versionType": "rpm"}], "unaffected", OPEN),
    "no-order": ("3.0", [BETWEEN | {"versionType": "Tuesday"}], "unaffected", OPEN),
    "any-order": ("3.0", [BETWEEN | {"versionType": "custom"}], "unaffected", NO),
    "its-own-order": ("3.0", [BETWEEN | {"versionType": "PyPI"}], "unaffected", NO),
    "ends-before-it-begins": ("6.0", [DOWN], "affected", OPEN),
    "two-ends": ("1.0", [TWO_ENDS], "affected", OPEN),
    "changed-without-an-end": ("1.5", [ONE_CHANGE], "unknown", YES),
    "changed-for-good": ("2.5", [ONE_CHANGE], "unknown", NO),
    "changed-backwards": ("2.5", [BACKWARDS], "affected", OPEN),
    "an-empty-version": ("1.0", [said("unaffected", "")], "affected", OPEN),
    "no-version-of-ours": ("trunk", [], "unaffected", OPEN),
}


@pytest.mark.parametrize(("version", "versions", "default", "answer"), JUDGED.values(), ids=JUDGED)
def test_judged(
    version: str, versions: list[Mapping[str, object]], default: str | None, answer: Answer
) -> None:
    assert judge(version, *versions, defaultStatus=default) is answer


def test_unaffected_in_so_many_words() -> None:
    record = parse_cve(cve_record(cve_affected(BETWEEN, said("unaffected", "3.0"))))
    extent = extent_of("PyPI", record.affected)
    assert [extent.clears(version) for version in ("1.5", "2.5", "3.0", "trunk")] == [
        False,
        True,
        True,
        False,
    ]


def test_what_is_unaffected_on_one_platform_is_not_said_to_be_on_others() -> None:
    for versions in ([BETWEEN], [BETWEEN, said("unaffected", "3.0")]):
        record = parse_cve(cve_record(cve_affected(*versions, platforms=["Windows"])))
        extent = extent_of("PyPI", record.affected)
        assert extent.judge("1.5") is YES
        assert [extent.clears("3.0"), extent.clears("2.5")] == [False, False]


BARE = encoded(
    {"dataType": "CVE_RECORD", "dataVersion": "5.0", "cveMetadata": {"state": "PUBLISHED"}}
)
WHERE = "containers.cna.affected[0].versions[0].status"
REFUSED = {
    "version": (
        cve_record().replace(b'"5.1"', b'"4.0"'),
        "[malformed] a record of the version '4.0' (CVE_RECORD 5.x)",
    ),
    "kind": (
        cve_record().replace(b'"CVE_RECORD"', b'"CVE"'),
        "[malformed] a record of the version '5.1' (CVE_RECORD 5.x)",
    ),
    "state": (
        cve_record(state="RESERVED"),
        "[malformed] the state 'RESERVED', at cveMetadata.state",
    ),
    "status": (
        cve_record(cve_affected(said("maybe", "1.0"))),
        f"[malformed] the status 'maybe', at {WHERE}",
    ),
    "id": (cve_record(name="CVE-1"), "[malformed] 'CVE-1' is no CVE id, at cveMetadata.cveId"),
    "long-status": (
        cve_record(cve_affected(said("m" * 50, "1.0"))),
        f"[malformed] the status '{'m' * 40}', at containers.cna.affected[0].versions[0].status",
    ),
    "long-state": (
        cve_record(state="R" * 50),
        f"[malformed] the state '{'R' * 40}', at cveMetadata.state",
    ),
    "time": (
        cve_record().replace(b'"datePublished"', b'"when"').replace(b'"dateUpdated"', b'"or"'),
        "[malformed] no dateUpdated, at cveMetadata",
    ),
    "containers": (BARE, "[malformed] no containers, at containers"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_cve(data)
    assert str(caught.value) == message
    (item,) = cve_records("x.json", data)
    assert isinstance(item, Unreadable)
    assert (item.ecosystem, item.why) == ("CVE", message)


def test_a_document_is_one_record() -> None:
    (found,) = cve_records("x.json", cve_record())
    assert isinstance(found, Advisory)


def test_the_first_years_left_the_zone_out() -> None:
    data = cve_record().replace(b'143Z"', b'143"')
    assert parse_cve(data).modified == datetime(2023, 5, 1, 10, 15, 9, 143000, tzinfo=UTC)


def test_when_it_was_published_is_known_or_not() -> None:
    first = cve_record().replace(b'"datePublished": "2023-05-01', b'"datePublished": "2023-04-01')
    assert parse_cve(first).published == datetime(2023, 4, 1, 10, 15, 9, 143000, tzinfo=UTC)
    unsaid = cve_record().replace(b'"datePublished"', b'"when"')
    assert parse_cve(unsaid).published is None


def test_what_was_never_changed_is_as_old_as_its_publication() -> None:
    once = cve_record().replace(b'"dateUpdated"', b'"other"')
    assert parse_cve(once).modified == parse_cve(cve_record()).published


def test_the_summary_is_one_line_of_a_title_or_of_the_prose() -> None:
    assert parse_cve(cve_record(title=" first \nsecond")).summary == "first "
    assert len(parse_cve(cve_record(title="t" * 2_000)).summary) <= MAX_SUMMARY
    prose = [{"lang": "en", "value": "it breaks badly"}]
    for title in (None, "", " "):
        assert parse_cve(cve_record(title=title, descriptions=prose)).summary == "it breaks badly"


def test_commits_are_no_versions() -> None:
    (entry,) = parse_cve(cve_record(cve_affected(GIT, BETWEEN))).affected
    assert [one.type for one in entry.ranges] == ["GIT", "ECOSYSTEM"]


def test_a_rejected_record_may_say_only_when_that_was() -> None:
    rejected = cve_record(state="REJECTED", affected=None).replace(
        b'"dateUpdated": "2023-05-01', b'"dateRejected": "2023-06-01'
    )
    assert parse_cve(rejected).withdrawn == datetime(2023, 6, 1, 10, 15, 9, 143000, tzinfo=UTC)
