"""Silence: feeds of other forms than OSV find, and clear nothing that they do not name exactly."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.sbom.component import Component
from assay.vuln.foreign.store import load_foreign_feeds
from assay.vuln.match import MatchResult, match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.ranges import Answer
from tests.vuln.foreign.records import (
    SHOP,
    criterion,
    cve_affected,
    cve_record,
    encoded,
    ghsa,
    node,
    nvd_cve,
    nvd_page,
)
from tests.vuln.records import encoded as osv
from tests.vuln.test_match import component
from tests.vuln.test_mirror import folder

AT = datetime(2026, 3, 1, tzinfo=UTC)
PURL = "pkg:pypi/shop@1.0"
OWN = osv("GHSA-aaaa-bbbb-dddd", aliases=["CVE-2023-1000"])  # shop below 2.0 is affected
CLEARED = cve_record(cve_affected())  # all versions are "unaffected"


def matched(tmp_path: Path, one: Component, **records: bytes) -> MatchResult:
    mirror = tmp_path / "mirror"
    import_advisories(folder(tmp_path / "source", records), mirror, at=AT)
    return match_components([one], load_advisories(mirror, [one]), at=AT)


def test_a_record_that_says_unaffected_hides_no_equal(tmp_path: Path) -> None:
    """Unreadable advisory, dead feed …: treated as clean. Here: one wrong record clears all."""
    result = matched(tmp_path, component(PURL), own=OWN, cve=CLEARED)
    assert result.answers[PURL] is Answer.AFFECTED


def test_a_newer_withdrawn_copy_takes_no_record_of_others_back(tmp_path: Path) -> None:
    rejected = cve_record(state="REJECTED", affected=None)
    result = matched(tmp_path, component(PURL), own=OWN, cve=rejected)
    assert result.answers[PURL] is Answer.AFFECTED


def test_an_older_copy_does_not_bring_back_what_was_withdrawn_nor_the_reverse(
    tmp_path: Path,
) -> None:
    name = "GHSA-aaaa-bbbb-cccc"
    older = encoded(ghsa(name, withdrawn_at="2023-05-02T10:15:09Z"))
    newer = osv(name)  # of 2026, and not withdrawn
    assert matched(tmp_path, component(PURL), own=newer, copy=older).answers[PURL] is (
        Answer.AFFECTED
    )


def test_no_match_by_cpe_is_not_clean(tmp_path: Path) -> None:
    named = replace(component(PURL), cpes=(SHOP.replace("shop:*", "shop:9.0", 1),))
    result = matched(tmp_path, named, nvd=nvd_page(nvd_cve()))
    assert result.answers[PURL] is Answer.UNKNOWN


@pytest.mark.parametrize("name", ["*:shop", "sh*:shop", "shop:s?op", "*:*"])
def test_a_product_that_is_named_by_a_pattern_is_found(tmp_path: Path, name: str) -> None:
    """Whoever looks records up by name finds none of these: a rule that can never fire."""
    pattern = f"cpe:2.3:a:{name}:*:*:*:*:*:*:*:*"
    record = nvd_cve(configurations=[{"nodes": [node(criterion(pattern))]}])
    named = replace(component(PURL), cpes=(SHOP,))
    result = matched(tmp_path, named, nvd=nvd_page(record))
    wildcard_inside = name == "shop:s?op"  # no CPE name has one there: it cannot be read
    expected = Answer.UNKNOWN if wildcard_inside else Answer.AFFECTED
    assert result.answers[PURL] is expected
    gaps = [gap.why for gap in result.not_checked if gap.where == "NVD"]
    assert gaps == (["1 cannot be read"] if wildcard_inside else [])


def test_a_foreign_feed_covers_no_ecosystem(tmp_path: Path) -> None:
    result = matched(tmp_path, component("pkg:pypi/other@1.0"), github=encoded([ghsa()]))
    assert result.answers["pkg:pypi/other@1.0"] is Answer.UNKNOWN


BROKEN = {
    "a-record": nvd_page(nvd_cve(), nvd_cve("CVE-2023-1001", lastModified=None)),
    "half-a-page": nvd_page(nvd_cve(), nvd_cve("CVE-2023-1001"))[:-9],
    "another-version": nvd_page(nvd_cve(), version="9.0"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_told_in_every_answer(tmp_path: Path, data: bytes) -> None:
    result = matched(tmp_path, component("pkg:pypi/other@1.0"), own=OWN, nvd=data)
    gaps = [(gap.what, gap.where, gap.why) for gap in result.not_checked]
    assert ("advisories", "NVD", "1 cannot be read") in gaps


def test_the_age_of_each_feed_is_part_of_every_answer(tmp_path: Path) -> None:
    result = matched(tmp_path, component("pkg:pypi/other@1.0"), own=OWN, nvd=nvd_page(nvd_cve()))
    assert result.inputs["foreign/NVD/importedAt"] == "2026-03-01T00:00:00Z"
    assert result.inputs["foreign/NVD/newestModified"] == "2023-05-01T10:15:09Z"
    (feed,) = load_foreign_feeds(tmp_path / "mirror").values()
    assert result.inputs["foreign/NVD"] == str(feed.digest)
