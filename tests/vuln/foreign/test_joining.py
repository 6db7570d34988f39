from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.vuln.advisory import Rating
from assay.vuln.foreign.nvd import NVD
from assay.vuln.mirror import import_advisories, load_advisories
from tests.vuln.foreign.records import VECTOR, encoded, ghsa, nvd_cve, nvd_page
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
