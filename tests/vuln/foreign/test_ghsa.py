from datetime import UTC, datetime

import pytest

from assay.vuln.advisory import Advisory, Rating, Unreadable
from assay.vuln.foreign.ghsa import ghsa_records
from assay.vuln.ranges import Answer, extent_of
from tests.vuln.foreign.records import VECTOR, encoded, ghsa, vulnerable


def read(**members: object) -> Advisory:
    (found,) = ghsa_records("page.json", encoded(ghsa(**members)))
    assert isinstance(found, Advisory)
    return found


def test_an_advisory() -> None:
    found = read()
    assert (found.id, found.aliases, found.source) == (
        "GHSA-aaaa-bbbb-cccc",
        ("CVE-2023-1000",),
        "GHSA",
    )
    assert (found.label, found.summary, found.withdrawn) == ("critical", "it breaks", None)
    assert found.modified == datetime(2023, 5, 2, 10, 15, 9, tzinfo=UTC)
    assert found.ratings == (Rating(type="CVSS_V3", score=VECTOR),)
    (entry,) = found.affected
    assert (entry.ecosystem, entry.name) == ("PyPI", "shop")


def test_a_withdrawn_one() -> None:
    found = read(withdrawn_at="2023-06-01T00:00:00Z", cve_id=None)
    assert found.withdrawn == datetime(2023, 6, 1, tzinfo=UTC)
    assert found.aliases == ()


JUDGED = {
    "below": ("< 2.0", "1.9", Answer.AFFECTED),
    "the-end": ("< 2.0", "2.0", Answer.NOT_AFFECTED),
    "not-the-start": ("> 1.0, < 2.0", "1.0", Answer.NOT_AFFECTED),
    "above-the-start": ("> 1.0, < 2.0", "1.0.1", Answer.AFFECTED),
    "another-notation": ("before two", "1.0", Answer.UNKNOWN),
    "no-range": ("", "1.0", Answer.UNKNOWN),
}


@pytest.mark.parametrize(("versions", "version", "answer"), JUDGED.values(), ids=JUDGED)
def test_judged(versions: str, version: str, answer: Answer) -> None:
    found = read(vulnerabilities=[vulnerable(versions)])
    assert extent_of("PyPI", found.affected).judge(version) is answer


def test_a_fix_of_an_older_line_clears_no_newer_version() -> None:
    found = read(vulnerabilities=[vulnerable("<= 1.9", patched="1.5")])
    assert extent_of("PyPI", found.affected).judge("1.6") is Answer.AFFECTED
    found = read(vulnerabilities=[vulnerable("<= 1.9", patched="2.0")])
    assert extent_of("PyPI", found.affected).judge("1.9.5") is Answer.AFFECTED


def test_packages_of_no_ecosystem_are_left_out() -> None:
    entries = [vulnerable(ecosystem="other"), vulnerable(ecosystem="npm"), {"package": None}]
    assert [one.ecosystem for one in read(vulnerabilities=entries).affected] == ["npm"]


def test_a_page_with_one_that_cannot_be_read() -> None:
    page = [ghsa("GHSA-1"), ghsa("GHSA-2", updated_at=None), ghsa(ghsa_id=None), ghsa("GHSA-4")]
    found = list(ghsa_records("page.json", encoded(page)))
    names = [one.id if isinstance(one, Advisory) else one.name for one in found]
    assert names == ["GHSA-1", "GHSA-2", "page.json#2", "GHSA-4"]
    assert [isinstance(one, Unreadable) for one in found] == [False, True, True, False]


def test_no_json_is_one_unreadable_record() -> None:
    (item,) = ghsa_records("page.json", b"[")
    assert isinstance(item, Unreadable)
    assert (item.ecosystem, item.name) == ("GHSA", "page.json")


@pytest.mark.parametrize("name", ["", "shop\nr:X", "shop\x1b[2J"])
def test_a_name_that_is_none(name: str) -> None:
    broken = vulnerable() | {"package": {"ecosystem": "pip", "name": name}}
    (found,) = ghsa_records("page.json", encoded(ghsa(vulnerabilities=[broken])))
    assert isinstance(found, Unreadable)
    assert found.why == f"[malformed] {name!r} as a name, at vulnerabilities[0].package.name"
