from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from assay.core.errors import AssayError
from assay.vuln.advisory import Advisory, Rating, Unreadable
from assay.vuln.foreign.nvd import nvd_records, parse_nvd_cve
from tests.vuln.foreign.records import VECTOR, criterion, encoded, node, nvd_cve, nvd_page

OTHER = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"


def read(**members: object) -> Advisory:
    return parse_nvd_cve(encoded(nvd_cve(**members)))


def test_a_cve() -> None:
    cve = read()
    assert (cve.id, cve.source, cve.summary, cve.withdrawn) == (
        "CVE-2023-1000",
        "NVD",
        "it breaks",
        None,
    )
    assert cve.modified == cve.published == datetime(2023, 5, 1, 10, 15, 9, 143000, tzinfo=UTC)
    assert cve.ratings == (Rating(type="CVSS_V3", score=VECTOR),)
    ((one,),) = ([*tree.criteria()] for tree in cve.configurations)
    assert (one.name.key, one.end, one.vulnerable) == ("shop:shop", "2.0", True)


def test_a_rejected_cve_is_withdrawn() -> None:
    cve = read(vulnStatus="Rejected", metrics=None, configurations=None)
    assert cve.withdrawn == cve.modified
    assert cve.configurations == ()


@pytest.mark.parametrize("status", ["Received", "Awaiting Analysis", "Undergoing Analysis"])
def test_one_that_nobody_analysed_names_no_product(status: str) -> None:
    assert read(vulnStatus=status, configurations=None).configurations == ()


def test_the_newest_method_and_the_nvds_own_word_come_first() -> None:
    def metric(vector: str, kind: str) -> Mapping[str, object]:
        return {"type": kind, "cvssData": {"vectorString": vector}}

    metrics = {
        "cvssMetricV2": [metric(V2, "Primary")],
        "cvssMetricV31": [metric(OTHER, "Secondary"), metric(VECTOR, "Primary")],
        "cvssMetricV40": [metric(V4, "Secondary")],
    }
    assert read(metrics=metrics).ratings == (
        Rating(type="CVSS_V4", score=V4),
        Rating(type="CVSS_V3", score=VECTOR),
        Rating(type="CVSS_V3", score=OTHER),
        Rating(type="CVSS_V2", score=V2),
    )


def found(data: bytes) -> list[Advisory | Unreadable]:
    return list(nvd_records("page.json", data))


def test_a_page() -> None:
    names = [one.id for one in found(nvd_page(nvd_cve("CVE-2023-1001"), nvd_cve("CVE-2023-1002")))
             if isinstance(one, Advisory)]  # fmt: skip
    assert names == ["CVE-2023-1001", "CVE-2023-1002"]
    assert found(nvd_page()) == []


CRITERIA = "cve.configurations[0].nodes[0].cpeMatch[0].criteria"
BROKEN = {
    "no-cpe": (
        {"configurations": [{"nodes": [node(criterion("shop"))]}]},
        f"[malformed] 'shop' is no CPE name, at {CRITERIA} (cpe:2.3:a:VENDOR:PRODUCT:…)",
    ),
    "an-operator": (
        {"configurations": [{"nodes": [node(criterion(), operator="XOR")]}]},
        "[malformed] the operator 'XOR', at cve.configurations[0].nodes[0] (AND, OR)",
    ),
    "no-time": (
        {"lastModified": "yesterday"},
        "[malformed] 'yesterdayZ' is no RFC 3339 time, at cve.lastModified",
    ),
    "no-id": ({"id": "shop"}, "[malformed] 'shop' is no CVE id, at cve.id"),
    "no-date": ({"lastModified": None}, "[malformed] no lastModified, at cve.lastModified"),
}


@pytest.mark.parametrize(("members", "why"), BROKEN.values(), ids=BROKEN)
def test_one_broken_cve_is_counted_and_the_others_are_read(
    members: Mapping[str, object], why: str
) -> None:
    page = nvd_page(nvd_cve(**{"id": "CVE-2023-1001", **members}), nvd_cve("CVE-2023-1002"))
    broken, sound = found(page)
    name = "page.json#0" if "id" in members else "CVE-2023-1001"
    assert broken == Unreadable(ecosystem="NVD", name=name, why=why)
    assert isinstance(sound, Advisory)


PAGES = {
    "another-form": (nvd_page(format="CPE"), "[malformed] 'CPE' '2.0' (NVD_CVE 2.0 is read)"),
    "another-version": (
        nvd_page(version="3.0"),
        "[malformed] 'NVD_CVE' '3.0' (NVD_CVE 2.0 is read)",
    ),
    "no-page": (b"{}", "[malformed] no array vulnerabilities"),
    "half-a-page": (nvd_page(nvd_cve())[:-40], "[malformed] an array vulnerabilities that"),
    "two-arrays": (
        nvd_page().replace(b'"format"', b'"vulnerabilities": [], "format"'),
        "[malformed] not strict JSON: ",
    ),
}


@pytest.mark.parametrize(("data", "why"), PAGES.values(), ids=PAGES)
def test_a_page_that_is_none_is_one_unreadable_record(data: bytes, why: str) -> None:
    (item,) = found(data)
    assert isinstance(item, Unreadable)
    assert (item.ecosystem, item.name) == ("NVD", "page.json")
    assert item.why.startswith(why)


def test_a_tree_that_is_too_deep_is_refused() -> None:
    tree: dict[str, object] = node(criterion())
    for _ in range(9):
        tree = {"nodes": [tree]}
    with pytest.raises(AssayError) as caught:
        read(configurations=[tree])
    assert str(caught.value).startswith("[malformed] over 8 levels, at cve.configurations[0].nodes")


@pytest.mark.parametrize("text", ["2023-05-01T10:15:09Z", "2023-05-01T12:15:09+02:00"])
def test_a_time_that_says_its_zone_is_taken_at_its_word(text: str) -> None:
    assert read(lastModified=text).modified == datetime(2023, 5, 1, 10, 15, 9, tzinfo=UTC)
