import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import (
    AssayError,
    MalformedError,
    RejectedError,
    TamperedError,
    UnavailableError,
)
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.vuln.advisory import (
    Advisory,
    Affected,
    Event,
    Feed,
    Otherwise,
    Range,
    Rating,
    Unreadable,
)
from assay.vuln.foreign.draft import ForeignDraft
from assay.vuln.foreign.forms import Reader, one_by_one
from assay.vuln.foreign.store import (
    Incoming,
    import_foreign,
    load_foreign,
    load_foreign_feeds,
)
from assay.vuln.mirror import load_advisories, load_advisories_named, load_all_advisories
from tests.vuln.test_match import component

AT = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE = Range(type="ECOSYSTEM", events=(Event(kind="introduced", version="0"),))


def about(name: str, *, day: int = 1, summary: str = "") -> Advisory:
    """Return a record about every version of `shop`, of a day in January 2026."""
    return Advisory(
        id=name,
        modified=datetime(2026, 1, day, tzinfo=UTC),
        aliases=("CVE-2023-1",),
        summary=summary,
        affected=(Affected(ecosystem="PyPI", name="Shop", ranges=(BEFORE,)),),
        source="CSAF:Shop",
    )


def reading(*advisories: Advisory) -> Reader:
    """Return a reader that finds `advisories` in every document."""
    return one_by_one("CSAF:Shop", lambda _: advisories)


def take(mirror: Path, read: Reader, *, keep: bool = False, at: datetime = AT) -> Feed:
    incoming = Incoming(
        name="CSAF:Shop", documents=(("a.json", b""),), records=read, origin="there", keep=keep
    )
    return import_foreign(incoming, mirror, at=at)


def test_a_feed_is_known_by_name_digest_and_age(tmp_path: Path) -> None:
    feed = take(tmp_path, reading(about("SHOP-1", day=1), about("SHOP-2", day=9)))
    assert load_foreign_feeds(tmp_path) == {"CSAF:Shop": feed}
    assert (feed.ecosystem, feed.advisories, feed.unreadable) == ("CSAF:Shop", 2, 0)
    assert (feed.imported_at, feed.newest_modified) == (AT, datetime(2026, 1, 9, tzinfo=UTC))
    assert feed.source == "there"


def test_the_same_records_have_the_same_digest(tmp_path: Path) -> None:
    one = take(tmp_path / "1", reading(about("SHOP-1"), about("SHOP-2")))
    other = take(tmp_path / "2", reading(about("SHOP-2"), about("SHOP-1")), at=AT + timedelta(1))
    assert one.digest == other.digest


def test_records_are_found_by_package(tmp_path: Path) -> None:
    take(tmp_path, reading(about("SHOP-1")))
    found = load_advisories(tmp_path, [component("pkg:pypi/shop@1.0")])
    assert found.advisories == {("PyPI", "shop"): (about("SHOP-1"),)}
    assert set(found.foreign) == {"CSAF:Shop"}
    assert found.feeds == {}  # PyPI was not looked at


@pytest.mark.parametrize("name", ["SHOP-1", "CVE-2023-1"])
def test_records_are_found_by_their_names(tmp_path: Path, name: str) -> None:
    take(tmp_path, reading(about("SHOP-1")))
    assert set(load_advisories_named(tmp_path, name).advisories) == {("PyPI", "shop")}
    assert load_advisories_named(tmp_path, "CVE-2023-2").advisories == {}
    assert set(load_all_advisories(tmp_path).advisories) == {("PyPI", "shop")}


def test_what_osv_has_no_words_for_is_kept(tmp_path: Path) -> None:
    said = Affected(
        ecosystem="PyPI",
        name="shop",
        ranges=(Range(type="ECOSYSTEM", events=(Event(kind="assay:above", version="1"),)),),
        unaffected=(BEFORE,),
        undecided=(BEFORE,),
        otherwise=Otherwise.UNAFFECTED,
    )
    rated = (Rating(type="CVSS_V3", score="CVSS:3.1/AV:N"),)
    take(tmp_path, reading(replace(about("SHOP-1"), affected=(said,), ratings=rated)))
    ((record,),) = load_all_advisories(tmp_path).advisories.values()
    assert record.affected == (said,)
    assert record.ratings == rated


def test_an_import_replaces_what_was_there(tmp_path: Path) -> None:
    take(tmp_path, reading(about("SHOP-1")))
    take(tmp_path, reading(about("SHOP-2")))
    (content,) = load_foreign(tmp_path).contents
    assert [record.id for record in content.about_package("PyPI", "shop")] == ["SHOP-2"]


def test_an_update_keeps_what_did_not_change(tmp_path: Path) -> None:
    take(tmp_path, reading(about("SHOP-1", day=2), about("SHOP-2", day=2)))
    newer = about("SHOP-2", day=3, summary="newer")
    feed = take(tmp_path, reading(about("SHOP-1", day=1, summary="older"), newer), keep=True)
    (content,) = load_foreign(tmp_path).contents
    found = {record.id: record.summary for record in content.about_package("PyPI", "shop")}
    assert found == {"SHOP-1": "", "SHOP-2": "newer"}
    assert (feed.advisories, feed.newest_modified) == (2, datetime(2026, 1, 3, tzinfo=UTC))


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    def read(data: bytes) -> Iterable[Advisory]:
        raise MalformedError("no CSAF", where="document")

    feed = take(tmp_path, one_by_one("CSAF:Shop", read))
    assert (feed.advisories, feed.unreadable) == (0, 1)
    (content,) = load_foreign(tmp_path).contents
    (item,) = content.unreadable()
    assert (item.ecosystem, item.name) == ("CSAF:Shop", "a.json")
    assert item.why == "[malformed] no CSAF, at document"


@pytest.mark.parametrize("name", ["a\tb", "a\nr:SHOP-2\t{}"], ids=["tab", "line"])
def test_a_name_cannot_write_another_line(tmp_path: Path, name: str) -> None:
    feed = take(tmp_path, reading(replace(about("SHOP-1"), aliases=(name,))))
    assert (feed.advisories, feed.unreadable) == (0, 1)


def test_what_cannot_be_read_any_more_takes_what_was_known_away(tmp_path: Path) -> None:
    """It may say the opposite now; a record that can be read, and comes later, counts again."""
    take(tmp_path, reading(*(about(f"SHOP-{number}") for number in (1, 2, 3))))
    broken = Unreadable(ecosystem="CSAF:Shop", name="SHOP-1", why="no CSAF")
    feed = take(tmp_path, lambda *_: (broken,), keep=True)
    assert (feed.advisories, feed.unreadable) == (2, 1)
    (content,) = load_foreign(tmp_path).contents
    assert content.named("SHOP-1") == ()
    feed = take(tmp_path, reading(about("SHOP-1", day=9)), keep=True)
    assert (feed.advisories, feed.unreadable) == (3, 0)


def test_a_record_that_could_not_be_read_back_is_one_that_cannot_be_read(tmp_path: Path) -> None:
    nowhere = Affected(ecosystem="PyPI", name="shop", ranges=(Range(type="ECOSYSTEM", events=()),))
    odd = replace(about("SHOP-1"), affected=(nowhere,))
    feed = take(tmp_path, reading(odd, about("SHOP-2")))
    assert (feed.advisories, feed.unreadable) == (1, 1)


def test_what_cannot_be_read_has_a_name_of_one_line(tmp_path: Path) -> None:
    odd = Unreadable(ecosystem="CSAF:Shop", name="a\nu:b\t{}", why="no CSAF")
    with (
        pytest.raises(MalformedError) as caught,
        closing(ForeignDraft(name="CSAF:Shop", folder=tmp_path)) as draft,
    ):
        draft.add_unreadable(odd)
    assert str(caught.value) == f"[malformed] {odd.name!r} as a name"


def test_an_empty_import_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssayError) as caught:
        take(tmp_path, reading())
    assert str(caught.value) == "[malformed] no records for CSAF:Shop alone, at there"
    assert load_foreign_feeds(tmp_path) == {}


def test_a_date_to_come_is_no_sign_of_life(tmp_path: Path) -> None:
    feed = take(tmp_path, reading(replace(about("SHOP-1"), modified=AT + timedelta(1))))
    assert feed.newest_modified is None


PARTS = {"a-record": b"introduced", "the-directory": b"assay-table", "how-long-it-is": b"000000"}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_changed_byte_is_refused(tmp_path: Path, part: bytes) -> None:
    """Of the same length, and of the same time: neither is looked at."""
    take(tmp_path, reading(about("SHOP-1")))
    (path,) = tmp_path.glob("*.foreign")
    there = path.stat()
    path.write_bytes(path.read_bytes().replace(part, part.swapcase().replace(b"0", b"1")))
    os.utime(path, ns=(there.st_atime_ns, there.st_mtime_ns))
    assert path.stat().st_size == there.st_size
    with pytest.raises(TamperedError) as caught:
        load_advisories(tmp_path, [component("pkg:pypi/shop@1.0")])
    assert str(caught.value) == (
        "[tampered] the records of CSAF:Shop are not those that were imported, "
        f"at {path} (import or update them again)"
    )


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    take(tmp_path, reading(about("SHOP-1")))
    (content,) = load_foreign(tmp_path).contents
    (path,) = tmp_path.glob("*.foreign")
    path.unlink()
    message = (
        f"[unavailable] the records of CSAF:Shop are gone, at {path} (import or update them again)"
    )
    for ask in (lambda: load_foreign(tmp_path), lambda: content.named("SHOP-1")):
        with pytest.raises(UnavailableError) as caught:
            ask()
        assert str(caught.value) == message


def test_what_is_not_asked_for_is_not_read(tmp_path: Path) -> None:
    """A question about one record costs its block, not the feed."""
    take(tmp_path, reading(*(about(f"SHOP-{n}", summary="x" * 200) for n in range(700))))
    (path,) = tmp_path.glob("*.foreign")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"a:SHOP-350\t", b"a:SHOP-???\t"))
    (content,) = load_foreign(tmp_path).contents
    assert [one.id for one in content.named("SHOP-1")] == ["SHOP-1"]
    with pytest.raises(TamperedError):
        content.named("SHOP-350")


def test_a_refused_import_leaves_nothing_behind(tmp_path: Path) -> None:
    take(tmp_path, reading(*(about(f"SHOP-{n}") for n in range(4))))
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(RejectedError) as caught:
        take(tmp_path, reading(about("SHOP-1")))
    assert str(caught.value) == (
        "[rejected] 1 records, where there were 4, "
        "at there (import it with `assay vulns import` if that is right)"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def members(path: Path) -> Mapping[str, JsonValue]:
    return dict(JsonValue(parse_json(path.read_bytes(), max_bytes=2**20)).members())


def test_files_that_no_list_names_are_dropped(tmp_path: Path) -> None:
    for name in ("SHOP-1", "SHOP-2", "SHOP-3"):
        take(tmp_path, reading(about(name)))
    assert len(tuple(tmp_path.glob("*.foreign"))) == 2  # this list's, and the last one's
    assert members(tmp_path / "foreign.json")["schema"].text() == "assay.foreign-feeds/v2"
