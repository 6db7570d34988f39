from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.vuln.advisory import Unreadable
from assay.vuln.collecting import CollectedFeed, check_drafts, collect_records, finish_feeds
from assay.vuln.feedfile import find_advisories, find_unreadable
from tests.vuln.records import affected, encoded

AT = datetime(2026, 3, 1, tzinfo=UTC)
TWO = encoded("GHSA-two", affected=[affected("a"), affected("b", ecosystem="npm"), affected("A")])


def collected(*records: bytes, scope: str = "advisories") -> dict[str, CollectedFeed]:
    named = [(f"{number}.json", data) for number, data in enumerate(records)]
    drafts = collect_records(named, scope=scope, at=AT)
    feeds = finish_feeds(drafts, at=AT, source="test", etag="")
    return {item.feed.ecosystem: item for item in feeds}


def test_a_record_about_two_ecosystems_is_in_both_with_its_own_part() -> None:
    found = collected(TWO)
    assert set(found) == {"PyPI", "npm"}
    (python,) = find_advisories(found["PyPI"].content, "a")
    assert [item.name for item in python.affected] == ["a", "A"]
    (node,) = find_advisories(found["npm"].content, "b")
    assert [item.name for item in node.affected] == ["b"]


def test_a_source_named_after_an_ecosystem_speaks_for_that_one_alone() -> None:
    assert set(collected(TWO, scope="npm")) == {"npm"}


def test_a_release_belongs_to_its_ecosystem() -> None:
    data = encoded(affected=[affected("bash", ecosystem="Debian:12")])
    assert set(collected(data)) == {"Debian"}


def test_counts_are_of_records_and_not_of_lines() -> None:
    feed = collected(encoded("A", affected=[affected("a"), affected("b")]), encoded("B"))["PyPI"]
    assert (feed.feed.advisories, feed.feed.unreadable) == (2, 0)


def test_the_digest_names_the_records_and_nothing_else() -> None:
    first = collected(encoded("A"), encoded("B"))["PyPI"]
    again = collected(encoded("B"), encoded("A"), encoded("A"))["PyPI"]
    other = collected(encoded("A"))["PyPI"]
    assert first.digest == again.digest != other.digest


def test_two_versions_of_one_record_both_count() -> None:
    later = encoded(modified="2026-02-01T00:00:00Z")
    found = collected(encoded(), later)["PyPI"]
    assert len(find_advisories(found.content, "shop")) == 2
    assert found.feed.advisories == 1


NEWEST = {
    "the newest": (
        ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        datetime(2026, 2, 1, tzinfo=UTC),
    ),
    "now": (("2026-03-01T00:00:00Z",), AT),
    "not from the future": (
        ("2026-03-01T00:00:01Z", "2026-01-01T00:00:00Z"),
        datetime(2026, 1, 1, tzinfo=UTC),
    ),
    "the year 1 is no date": (("0001-01-01T00:00:00Z",), None),
}


@pytest.mark.parametrize(("times", "newest"), NEWEST.values(), ids=NEWEST)
def test_newest_modified(times: tuple[str, ...], newest: datetime | None) -> None:
    records = [encoded(f"A-{n}", modified=time) for n, time in enumerate(times)]
    assert collected(*records)["PyPI"].feed.newest_modified == newest


def test_unreadable_goes_where_it_belongs() -> None:
    broken = encoded(modified="soon", affected=[affected("B_b", ecosystem="PyPI")])
    found = collected(encoded(), encoded(affected=[affected(ecosystem="npm")]), broken)
    assert find_unreadable(found["PyPI"].content, ecosystem="PyPI") == (
        Unreadable(
            ecosystem="PyPI",
            name="2.json",
            why="[malformed] 'soon' is no RFC 3339 time, at modified",
            packages=("b-b",),
        ),
    )
    assert find_unreadable(found["npm"].content, ecosystem="npm") == ()
    assert found["PyPI"].feed.unreadable == 1


def test_unreadable_about_nobody_knows_what_goes_to_all() -> None:
    found = collected(TWO, b"{")
    for ecosystem in ("PyPI", "npm"):
        (item,) = find_unreadable(found[ecosystem].content, ecosystem=ecosystem)
        assert (item.name, item.packages) == ("1.json", ())


def test_unreadable_in_a_named_source_stays_there() -> None:
    found = collected(b"{", scope="npm")
    assert [item.name for item in find_unreadable(found["npm"].content, ecosystem="npm")] == [
        "0.json"
    ]


@pytest.mark.parametrize("records", [(), (b"{",), (encoded(affected=[]),)])
def test_a_source_without_any_package_is_refused(records: tuple[bytes, ...]) -> None:
    drafts = collect_records([("a.json", data) for data in records], scope="a", at=AT)
    with pytest.raises(MalformedError) as caught:
        check_drafts(drafts, where="a.zip")
    assert str(caught.value) == (
        "[malformed] no advisory that is about any package, at a.zip (OSV records, as JSON)"
    )


def test_an_empty_named_source_is_refused() -> None:
    with pytest.raises(MalformedError):
        check_drafts(collect_records([], scope="npm", at=AT), where="npm.zip")
