"""Which record counts, from end to end: records in, answers out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.sbom.component import Component
from assay.vuln.advisory import Advisory, AdvisorySet, Affected, Event, Otherwise, Range, Rating
from assay.vuln.foreign.nvd import parse_nvd_cve
from assay.vuln.match import MatchResult, match_components
from assay.vuln.ranges import Answer
from tests.vuln.foreign.records import VECTOR, criterion, encoded, node, nvd_cve
from tests.vuln.test_match import AT, component, feed

CVE = "CVE-2023-1000"
YES, NO, OPEN = Answer.AFFECTED, Answer.NOT_AFFECTED, Answer.UNKNOWN


def between(start: str, end: str = "") -> Range:
    ends = (Event(kind="fixed", version=end),) if end else ()
    return Range(type="ECOSYSTEM", events=(Event(kind="introduced", version=start), *ends))


ALL = between("0")
BELOW_2 = between("0", "2.0")


def record(name: str, source: str, *affected: Affected, **members: object) -> Advisory:
    base = Advisory(
        id=name,
        modified=datetime(2023, 5, 1, tzinfo=UTC),
        aliases=() if name == CVE else (CVE,),
        affected=affected,
        source=source,
    )
    return replace(base, **members)  # type: ignore[arg-type]  # what a test wants different


def shop(*ranges: Range, ecosystem: str = "PyPI", **said: object) -> Affected:
    base = Affected(ecosystem=ecosystem, name="shop", ranges=ranges)
    return replace(base, **said)  # type: ignore[arg-type]  # what a test wants different


def match(advisories: AdvisorySet, *components: Component) -> MatchResult:
    return match_components(components or [component()], advisories, at=AT)


def about(*records: Advisory, ecosystem: str = "PyPI", covered: bool = True) -> AdvisorySet:
    foreign = {one.source: feed(one.source) for one in records if one.source}
    return AdvisorySet(
        feeds={ecosystem: feed(ecosystem)} if covered else {},
        advisories={(ecosystem, "shop"): records},
        foreign=foreign,
    )


OWN = record("GHSA-1", "", shop(BELOW_2))
CLEARS = record(CVE, "CVE", shop(unaffected=(ALL,), otherwise=Otherwise.UNAFFECTED))
NOT_SURE = record(CVE, "CVE", shop(otherwise=Otherwise.UNKNOWN))
UNREAD = record("GHSA-2", "", shop(Range(type="LUNAR", events=ALL.events)))
BROKEN = record(
    CVE,
    "CVE",
    shop(Range(type="LUNAR", events=ALL.events), otherwise=Otherwise.UNKNOWN),
)
FIXED = record("GHSA-3", "", shop(between("0", "0.5")))
OTHER_CVE = replace(CLEARS, id="CVE-2023-2000", aliases=())

PACKAGES = {
    "a-foreign-record-finds": ((record(CVE, "CVE", shop(BELOW_2)),), YES),
    "who-clears-does-not-outrank-an-equal": ((OWN, CLEARS), YES),
    "clearing-alone": ((CLEARS,), NO),
    "not-knowing-alone": ((NOT_SURE,), OPEN),
    "not-knowing-gives-way": ((NOT_SURE, FIXED), NO),
    "not-knowing-gives-way-to-affected": ((NOT_SURE, OWN), YES),
    "what-cannot-be-worked-out-stays": ((UNREAD, CLEARS), OPEN),
    "nor-does-one-whose-authors-do-not-know": ((BROKEN, FIXED), OPEN),
    "another-cve-clears-nothing": ((NOT_SURE, OTHER_CVE), OPEN),
    "withdrawn": ((replace(OWN, source="GHSA", withdrawn=OWN.modified), CLEARS), NO),
}


@pytest.mark.parametrize(("records", "answer"), PACKAGES.values(), ids=PACKAGES)
def test_packages(records: tuple[Advisory, ...], answer: Answer) -> None:
    assert match(about(*records)).answers == {"pkg:pypi/shop@1.0": answer}


def test_a_disagreement_of_equals_is_told() -> None:
    (finding,) = match(about(OWN, CLEARS)).findings
    assert finding.message.endswith(f"from GHSA-1, although {CVE} says that it is not affected]")


DEB = "pkg:deb/debian/shop@1.0?distro=debian-12"
WIDE = record(CVE, "CVE", shop(ALL, ecosystem="Debian"))
RELEASE_CLEARS = record("DSA-1", "CSAF:Debian", shop(unaffected=(ALL,), ecosystem="Debian:12"))
RELEASE_FIXED = record("DSA-2", "", shop(between("0", "0.9"), ecosystem="Debian:12"))
RELEASE_ELSEWHERE = record(
    "DSA-4",
    "CSAF:Debian",
    shop(between("0", "0.5"), unaffected=(between("3", "4"),), ecosystem="Debian:12"),
)
OTHER_RELEASE = record("DSA-3", "CSAF:Debian", shop(unaffected=(ALL,), ecosystem="Debian:11"))

RELEASES = {
    "the-distribution-clears-its-own": ((WIDE, RELEASE_CLEARS), NO),
    "silence-clears-nothing": ((WIDE, RELEASE_FIXED), YES),
    "words-about-other-versions-clear-nothing": ((WIDE, RELEASE_FIXED, RELEASE_ELSEWHERE), YES),
    "another-release-clears-nothing": ((WIDE, OTHER_RELEASE), YES),
}


@pytest.mark.parametrize(("records", "answer"), RELEASES.values(), ids=RELEASES)
def test_releases(records: tuple[Advisory, ...], answer: Answer) -> None:
    result = match(about(*records, ecosystem="Debian"), component(DEB))
    assert result.answers == {DEB: answer}


def test_who_overruled_whom_is_told() -> None:
    result = match(about(WIDE, RELEASE_CLEARS, ecosystem="Debian"), component(DEB))
    ((one,),) = result.overruled.values()
    assert (one.vulnerability, one.record, one.by) == (CVE, CVE, "DSA-1")
    assert result.examined["advisories overruled"] == 1


CPE = "cpe:2.3:a:shop:shop:1.0:*:*:*:*:*:*:*"
NVD = parse_nvd_cve(encoded(nvd_cve()))
ON_WINDOWS = parse_nvd_cve(
    encoded(
        nvd_cve(
            configurations=[
                {
                    "operator": "AND",
                    "nodes": [
                        node(criterion()),
                        node(criterion("cpe:2.3:o:microsoft:windows:*:*:*:*:*:*:*:*", vulnerable=False)),
                    ],
                }
            ]
        )
    )
)  # fmt: skip


def product(
    *records: Advisory, own: tuple[Advisory, ...] = (), covered: bool = False
) -> AdvisorySet:
    base = about(*own, covered=covered)
    return replace(base, products={"shop:shop": records}, foreign={"NVD": feed("NVD")})


def with_cpe(purl: str = "pkg:pypi/shop@1.0", cpe: str = CPE) -> Component:
    name, _, version = purl.rpartition("/")[2].partition("@")
    return Component(purl=purl, name=name, version=version, found_in=("sbom",), cpes=(cpe,))


GHSA_FIXED = record("GHSA-4", "GHSA", shop(between("0", "0.5")))
PRODUCTS = {
    "found-by-cpe": (product(NVD), with_cpe(), YES),
    "not-found-is-unknown": (product(NVD), with_cpe(cpe=CPE.replace("1.0", "2.0")), OPEN),
    "off-where-covered": (product(NVD, covered=True), with_cpe(), NO),
    "no-package-url": (product(NVD), with_cpe(purl=""), YES),
    "a-platform-that-is-not-known": (product(ON_WINDOWS), with_cpe(), OPEN),
    "a-package-takes-it-away": (product(NVD, own=(GHSA_FIXED,)), with_cpe(), OPEN),
    "the-version-of-the-component": (product(NVD), with_cpe(cpe=CPE.replace("1.0", "*")), YES),
    "rejected": (product(replace(NVD, withdrawn=NVD.modified)), with_cpe(), OPEN),
    "no-cpe-name": (product(NVD), with_cpe(cpe="shop"), OPEN),
    "no-product": (product(NVD), with_cpe(cpe=CPE.replace(":shop:shop:", ":*:shop:")), OPEN),
}


@pytest.mark.parametrize(("advisories", "one", "answer"), PRODUCTS.values(), ids=PRODUCTS)
def test_products(advisories: AdvisorySet, one: Component, answer: Answer) -> None:
    result = match(advisories, one)
    assert list(result.answers.values()) == [answer]
    assert bool(result.findings) is (answer is YES)


def test_every_record_about_a_product_counts() -> None:
    """Two of one feed, and two of one id in two feeds."""
    other = replace(NVD, id="CVE-2023-2000")
    found = match(product(other, NVD), with_cpe()).findings
    assert sorted(finding.rule for finding in found) == [f"osv/{CVE}", "osv/CVE-2023-2000"]
    elsewhere = parse_nvd_cve(
        encoded(nvd_cve(configurations=[{"nodes": [node(criterion(CPE.replace("1.0", "3.0")))]}]))
    )
    both = product(replace(elsewhere, source="CVE"), NVD)
    assert list(match(both, with_cpe()).answers.values()) == [YES]


def test_a_name_of_no_product_finds_nothing_and_is_told() -> None:
    """Else whatever is recorded about everything would be found in it."""
    unnamed = CPE.replace(":shop:shop:", ":*:shop:")
    result = match(replace(product(), products={"*:shop": (NVD,)}), with_cpe(cpe=unnamed))
    assert result.findings == ()
    assert ("CPE name", f"{unnamed!r} names no product") in [
        (gap.what, gap.why) for gap in result.not_checked
    ]


def gaps(advisories: AdvisorySet, one: Component) -> list[tuple[str, str]]:
    return [(gap.what, gap.why) for gap in match(advisories, one).not_checked]


def test_what_cannot_be_told_of_a_product_is_listed() -> None:
    missing = ("advisory data", "no advisories here; components: 1")
    where = "it depends on a version, an edition or a platform that is not known here"
    assert gaps(product(ON_WINDOWS), with_cpe()) == [
        ("advisory", f"{where}; it may affect pkg:pypi/shop@1.0"),
        missing,
    ]
    assert gaps(product(NVD), with_cpe(cpe="shop")) == [
        ("CPE name", "'shop' is no CPE name"),
        missing,
    ]
    assert gaps(product(NVD), with_cpe(purl="")) == [
        (
            "advisory data",
            "CPE names find what is vulnerable, and never tell that nothing is; components: 1",
        )
    ]


def test_a_platform_beside_it_settles_it() -> None:
    windows = Component(
        purl="", name="windows", version="11", found_in=("sbom",),
        cpes=("cpe:2.3:o:microsoft:windows:11:*:*:*:*:*:*:*",),
    )  # fmt: skip
    result = match(product(ON_WINDOWS), with_cpe(), windows)
    assert result.answers["pkg:pypi/shop@1.0"] is YES


def test_the_end_of_a_range_is_what_fixes_it() -> None:
    (finding,) = match(product(NVD), with_cpe()).findings
    assert finding.remedy == "Upgrade shop from 1.0 to 2.0 or later"
    assert finding.rule == f"osv/{CVE}"


def test_ratings_of_other_feeds_count_where_no_record_rates() -> None:
    rated = replace(about(OWN), ratings={CVE: (Rating(type="CVSS_V3", score=VECTOR),)})
    (before,), (after,) = match(about(OWN)).findings, match(rated).findings
    assert (before.severity.value, after.severity.value) == ("unknown", "critical")


def test_the_feeds_are_among_the_inputs() -> None:
    inputs = match(about(OWN, CLEARS)).inputs
    assert {"foreign/CVE", "foreign/CVE/importedAt", "foreign/CVE/newestModified"} <= set(inputs)
    assert inputs["advisories"] != match(about(OWN)).inputs["advisories"]


def test_records_that_cannot_be_read_may_be_about_anything() -> None:
    broken = {"CVE": replace(feed("CVE"), unreadable=2)}
    result = match(replace(about(OWN), foreign=broken))
    assert [(gap.where, gap.why) for gap in result.not_checked] == [("CVE", "2 cannot be read")]
