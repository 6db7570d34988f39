"""How much is asked to judge a package that has very many advisories: steps are counted."""

from datetime import UTC, datetime

from assay.core.digest import sha256_of
from assay.vuln.advisory import Advisory, AdvisorySet, Affected, Event, Feed, Range
from assay.vuln.index import AdvisoryIndex
from assay.vuln.ranges import Answer, extent_of
from assay.vuln.versions import scheme_key

AT = datetime(2026, 3, 1, tzinfo=UTC)
MANY = 300


def keys_asked() -> int:
    info = scheme_key.cache_info()
    return info.hits + info.misses


def fixed_in(number: int) -> Advisory:
    events = (Event("introduced", "0"), Event("fixed", f"1.{number}"))
    ranges = (Range(type="ECOSYSTEM", events=events),)
    about = Affected(ecosystem="PyPI", name="shop", ranges=ranges)
    return Advisory(id=f"GHSA-{number:04}", modified=AT, affected=(about,))


def test_the_version_that_is_clear_of_all_is_found_without_asking_all_about_each() -> None:
    feed = Feed(
        ecosystem="PyPI",
        digest=sha256_of(b""),
        advisories=MANY,
        unreadable=0,
        imported_at=AT,
        newest_modified=AT,
        source="osv",
    )
    records = tuple(map(fixed_in, range(1, MANY + 1)))
    advisories = AdvisorySet(feeds={"PyPI": feed}, advisories={("PyPI", "shop"): records})
    before = keys_asked()
    answer = AdvisoryIndex(advisories=advisories, at=AT).answer("pkg:pypi/shop@1.0")
    assert (answer.clear, len(answer.matches)) == (f"1.{MANY}", MANY)
    assert keys_asked() - before < 10 * MANY


def test_a_list_of_versions_is_read_once() -> None:
    listed = tuple(f"1.{number}" for number in range(MANY))
    extent = extent_of("PyPI", [Affected(ecosystem="PyPI", name="shop", versions=listed)])
    before = keys_asked()
    said = {extent.judge(f"1.{number}.0") for number in range(MANY)}
    assert said == {Answer.AFFECTED}
    assert extent.judge(f"1.{MANY}") is Answer.NOT_AFFECTED
    assert keys_asked() - before < 10 * MANY
