from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.vuln.advisory import Rating
from assay.vuln.foreign.nvd import NVD
from assay.vuln.foreign.store import load_foreign
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.ranges import Answer
from tests.vuln.foreign.records import (
    VECTOR,
    criterion,
    encoded,
    ghsa,
    node,
    nvd_cve,
    nvd_page,
    vulnerable,
)
from tests.vuln.records import encoded as osv
from tests.vuln.test_match import CRITICAL, component
from tests.vuln.test_mirror import folder

AT = datetime(2026, 3, 1, tzinfo=UTC)
CVE = "CVE-2023-1000"
RATED = (Rating(type="CVSS_V3", score=VECTOR),)
OWN = osv("PYSEC-1", aliases=[CVE])
BOTH = encoded(ghsa("GHSA-1", vulnerabilities=[]))

RATINGS = {
    "of-the-nvd": ({"own": OWN, "nvd": nvd_page(nvd_cve())}, {CVE: RATED}),
    "of-github": ({"own": OWN, "github": BOTH}, {CVE: RATED}),
    "rejected": ({"own": OWN, "nvd": nvd_page(nvd_cve(vulnStatus="Rejected"))}, {}),
    "of-another": ({"own": OWN, "nvd": nvd_page(nvd_cve("CVE-2023-1001"))}, {}),
    "labelled-already": (
        {
            "own": osv("PYSEC-1", aliases=[CVE], database_specific={"severity": "LOW"}),
            "nvd": nvd_page(nvd_cve()),
        },
        {},
    ),
    "rated-already": (
        {"own": osv("PYSEC-1", aliases=[CVE], severity=CRITICAL), "nvd": nvd_page(nvd_cve())},
        {},
    ),
}


@pytest.mark.parametrize(("files", "ratings"), RATINGS.values(), ids=RATINGS)
def test_ratings_that_no_advisory_has(
    tmp_path: Path, files: dict[str, bytes], ratings: dict[str, tuple[Rating, ...]]
) -> None:
    import_advisories(folder(tmp_path / "s", files), tmp_path / "m", at=AT)
    assert load_advisories(tmp_path / "m", [component()]).ratings == ratings


def test_products_are_found_by_their_names(tmp_path: Path) -> None:
    import_advisories(folder(tmp_path / "s", {"nvd": nvd_page(nvd_cve())}), tmp_path / "m", at=AT)
    cpes = ("cpe:/a:shop:shop:1.0", "cpe:/a:other:other:1.0", "no CPE name")
    found = load_advisories(tmp_path / "m", [replace(component(), cpes=cpes)])
    assert {key: [one.source for one in records] for key, records in found.products.items()} == {
        "shop:shop": [NVD],
        "other:other": [],
    }


def shop_at(version: str, folder_: Path, **files: bytes) -> Answer:
    import_advisories(folder(folder_ / "s", files), folder_ / "m", at=AT)
    one = component(f"pkg:pypi/shop@{version}")
    return match_components([one], load_advisories(folder_ / "m", [one]), at=AT).answers[one.purl]


NAME = "GHSA-aaaa-bbbb-cccc"
COPIES = {
    "github-s-is-newer": ("2026-02-01T00:00:00Z", Answer.AFFECTED),
    "github-s-is-older": ("2023-05-02T10:15:09Z", Answer.NOT_AFFECTED),
}


@pytest.mark.parametrize(("updated", "answer"), COPIES.values(), ids=COPIES)
def test_the_newer_copy_of_one_advisory_counts(
    tmp_path: Path, updated: str, answer: Answer
) -> None:
    """OSV's copy names the versions below 2.0 only, and is of January 2026."""
    wider = ghsa(NAME, updated_at=updated, vulnerabilities=[vulnerable("< 3.0", patched="3.0")])
    assert shop_at("2.5", tmp_path, own=osv(NAME), copy=encoded(wider)) is answer


def test_a_platform_is_no_product_that_a_record_is_about(tmp_path: Path) -> None:
    windows = "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"
    tree = {
        "operator": "AND",
        "nodes": [node(criterion()), node(criterion(windows, vulnerable=False))],
    }
    files = {"nvd": nvd_page(nvd_cve(configurations=[tree]))}
    import_advisories(folder(tmp_path / "s", files), tmp_path / "m", at=AT)
    (content,) = load_foreign(tmp_path / "m").contents
    found = [len(content.about_product(key)) for key in ("shop:shop", "microsoft:windows")]
    assert found == [1, 0]


def test_the_products_of_a_vulnerability_are_what_is_vulnerable(tmp_path: Path) -> None:
    windows = "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"
    tree = {
        "operator": "AND",
        "nodes": [node(criterion()), node(criterion(windows, vulnerable=False))],
    }
    files = {"nvd": nvd_page(nvd_cve(configurations=[tree]))}
    import_advisories(folder(tmp_path / "s", files), tmp_path / "m", at=AT)
    assert load_foreign(tmp_path / "m").products_of(CVE) == {"shop:shop"}
