import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import (
    AssayError,
    MalformedError,
    RejectedError,
    TamperedError,
    UnavailableError,
    UsageError,
)
from assay.sbom.component import Component
from assay.system.http import Fetched
from assay.vuln.ecosystems import ECOSYSTEMS
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories, load_all_advisories
from assay.vuln.mirrorfiles import load_feeds
from assay.vuln.mirrorupdate import BUCKET, fetcher, update_advisories
from assay.vuln.ranges import Answer
from tests.vuln.records import affected, encoded
from tests.vuln.test_match import component

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = AT + timedelta(days=1)
SHOP = component("pkg:pypi/shop@1.0")


def folder(path: Path, records: Mapping[str, bytes]) -> Path:
    path.mkdir(exist_ok=True)
    for name, data in records.items():
        (path / f"{name}.json").write_bytes(data)
    return path


def archive(path: Path, *records: bytes) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for number, data in enumerate(records):
            file.writestr(f"{number}.json", data)
    return path.read_bytes()


class FakeBucket:
    """Serves archives by URL, as the public bucket does, and remembers what was asked."""

    def __init__(self, **archives: bytes) -> None:
        self.archives = archives
        self.asked: list[tuple[str, str]] = []

    def fetch(self, url: str, into: Path, etag: str) -> Fetched:
        self.asked.append((url, etag))
        ecosystem = url.split("/")[-2]
        data = self.archives.get(ecosystem)
        if data is None:
            into.write_bytes(b"half")
            raise UnavailableError("cannot fetch: no route", where=url)
        current = f'"{len(data)}"'
        if etag == current:
            return Fetched(changed=False, etag=etag, size=0)
        into.write_bytes(data)
        return Fetched(changed=True, etag=current, size=len(data))


def answer(mirror: Path, one: Component = SHOP) -> Answer:
    result = match_components([one], load_advisories(mirror, [one]), at=AT)
    return result.answers[one.purl]


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Return a mirror that knows that shop 1.0 is affected."""
    source = folder(tmp_path / "source", {"A": encoded()})
    import_advisories(source, tmp_path / "mirror", at=AT)
    return tmp_path / "mirror"


def test_no_mirror_is_unknown(tmp_path: Path) -> None:
    assert load_feeds(tmp_path / "mirror") == {}
    assert answer(tmp_path / "mirror") is Answer.UNKNOWN


def test_import(mirror: Path) -> None:
    (feed,) = load_feeds(mirror).values()
    assert (feed.ecosystem, feed.advisories, feed.unreadable) == ("PyPI", 1, 0)
    assert (feed.imported_at, feed.source, feed.etag) == (AT, "source", "")
    assert feed.newest_modified == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert answer(mirror) is Answer.AFFECTED


def test_only_what_is_asked_for_is_loaded(tmp_path: Path) -> None:
    records = {name: encoded(name, affected=[affected(name)]) for name in ("shop", "other")}
    import_advisories(folder(tmp_path / "source", records), tmp_path / "m", at=AT)
    assert set(load_advisories(tmp_path / "m", [SHOP]).advisories) == {("PyPI", "shop")}
    assert set(load_all_advisories(tmp_path / "m").advisories) == {
        ("PyPI", "other"),
        ("PyPI", "shop"),
    }


def test_a_component_that_is_no_package_url_does_no_harm(mirror: Path) -> None:
    assert answer(mirror, component("shop")) is Answer.UNKNOWN


def test_an_import_replaces_its_ecosystem_and_leaves_the_others(
    mirror: Path, tmp_path: Path
) -> None:
    import_advisories(
        folder(tmp_path / "npm", {"N": encoded(affected=[affected(ecosystem="npm")])}),
        mirror,
        at=LATER,
    )
    other = folder(tmp_path / "other", {"B": encoded("B", affected=[affected("other")])})
    import_advisories(other, mirror, at=LATER)
    assert answer(mirror) is Answer.NOT_AFFECTED
    assert set(load_feeds(mirror)) == {"PyPI", "npm"}


def test_a_reader_who_began_before_an_import_still_finds_its_files(
    mirror: Path, tmp_path: Path
) -> None:
    before = {path.name for path in mirror.glob("*.advisories")}
    for number, kept in ((1, True), (2, False)):
        records = {"B": encoded(f"B-{number}", affected=[affected("other")])}
        import_advisories(folder(tmp_path / "other", records), mirror, at=LATER)
        assert (before <= {path.name for path in mirror.glob("*.advisories")}) is kept


def test_importing_the_same_again_gives_the_same_digest(mirror: Path, tmp_path: Path) -> None:
    before = load_feeds(mirror)["PyPI"]
    import_advisories(tmp_path / "source", mirror, at=LATER)
    after = load_feeds(mirror)["PyPI"]
    assert (after.digest, after.imported_at) == (before.digest, LATER)


def test_sources_of_one_folder_add_up(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    archive(tmp_path / "s" / "PyPI.zip", encoded("A"))
    folder(tmp_path / "s", {"B": encoded("B", affected=[affected("other")])})
    (feed,) = import_advisories(tmp_path / "s", tmp_path / "m", at=AT)
    assert feed.advisories == 2


def test_a_failed_import_leaves_the_old_data(mirror: Path, tmp_path: Path) -> None:
    before = sorted((p.name, p.read_bytes()) for p in mirror.iterdir() if p.suffix)
    (tmp_path / "bad").mkdir()
    archive(tmp_path / "bad" / "PyPI.zip", encoded("B", affected=[affected("other")]))
    (tmp_path / "bad" / "npm.zip").write_bytes(b"PK\x03\x04 half of an archive")
    with pytest.raises(MalformedError) as caught:
        import_advisories(tmp_path / "bad", mirror, at=LATER)
    assert str(caught.value) == (
        f"[malformed] no sound zip archive: File is not a zip file, at {tmp_path}/bad/npm.zip"
    )
    assert sorted((p.name, p.read_bytes()) for p in mirror.iterdir() if p.suffix) == before
    assert answer(mirror) is Answer.AFFECTED


def test_a_changed_byte_is_refused(mirror: Path) -> None:
    (path,) = mirror.glob("*.advisories")
    path.write_bytes(path.read_bytes().replace(b'"2.0"', b'"0.1"'))
    with pytest.raises(TamperedError) as caught:
        load_advisories(mirror, [SHOP])
    assert str(caught.value) == (
        "[tampered] the advisories of PyPI are not those that were imported, "
        f"at {path} (import or update them again)"
    )


def test_a_lost_file_is_no_empty_one(mirror: Path) -> None:
    (path,) = mirror.glob("*.advisories")
    path.unlink()
    with pytest.raises(UnavailableError) as caught:
        load_advisories(mirror, [SHOP])
    assert str(caught.value) == (
        f"[unavailable] the advisories of PyPI are gone, at {path} (import or update them again)"
    )


def test_an_import_mends_a_changed_file(mirror: Path, tmp_path: Path) -> None:
    (path,) = mirror.glob("*.advisories")
    path.write_bytes(b"")
    import_advisories(tmp_path / "source", mirror, at=LATER)
    assert answer(mirror) is Answer.AFFECTED


LISTS = {
    "another schema": (
        {"schema": "assay.advisory-mirror/v9", "feeds": []},
        "[malformed] no assay.advisory-mirror/v2, at {}.schema (import the data again)",
    ),
    "no feeds": ({"schema": "assay.advisory-mirror/v2"}, "[malformed] no feeds, at {}.feeds"),
    "a feed without a digest": (
        {"schema": "assay.advisory-mirror/v2", "feeds": [{"ecosystem": "PyPI"}]},
        "[malformed] no digest, at {}.feeds[0].digest",
    ),
}


@pytest.mark.parametrize(("listed", "message"), LISTS.values(), ids=LISTS)
def test_a_list_of_another_form_is_refused(
    tmp_path: Path, listed: Mapping[str, object], message: str
) -> None:
    (tmp_path / "feeds.json").write_text(json.dumps(listed))
    with pytest.raises(MalformedError) as caught:
        load_feeds(tmp_path)
    assert str(caught.value) == message.format(tmp_path / "feeds.json")


def test_update(tmp_path: Path) -> None:
    bucket = FakeBucket(PyPI=archive(tmp_path / "a.zip", encoded()))
    (feed,) = update_advisories(["PyPI"], tmp_path / "m", at=AT, fetch=bucket.fetch)
    assert (feed.advisories, feed.imported_at, feed.source) == (1, AT, f"{BUCKET}/PyPI/all.zip")
    assert answer(tmp_path / "m") is Answer.AFFECTED
    assert list((tmp_path / "m").glob("incoming*")) == []


def test_an_update_without_a_change_moves_the_time_only(tmp_path: Path) -> None:
    bucket = FakeBucket(PyPI=archive(tmp_path / "a.zip", encoded()))
    (first,) = update_advisories(["PyPI"], tmp_path / "m", at=AT, fetch=bucket.fetch)
    (second,) = update_advisories(["PyPI"], tmp_path / "m", at=LATER, fetch=bucket.fetch)
    assert bucket.asked[1] == (f"{BUCKET}/PyPI/all.zip", first.etag)
    assert (second.imported_at, second.digest) == (LATER, first.digest)


def test_an_update_mends_a_changed_file(tmp_path: Path) -> None:
    bucket = FakeBucket(PyPI=archive(tmp_path / "a.zip", encoded()))
    update_advisories(["PyPI"], tmp_path / "m", at=AT, fetch=bucket.fetch)
    (path,) = (tmp_path / "m").glob("*.advisories")
    path.write_bytes(b"")
    update_advisories(["PyPI"], tmp_path / "m", at=LATER, fetch=bucket.fetch)
    assert bucket.asked[1][1] == ""
    assert answer(tmp_path / "m") is Answer.AFFECTED


def _refuse(tmp_path: Path, old: tuple[bytes, ...], new: tuple[bytes, ...] | None) -> AssayError:
    """Update from `old` to `new`, which must fail and leave the old data; return the error."""
    mirror = tmp_path / "m"
    bucket = FakeBucket(PyPI=archive(tmp_path / "a.zip", *old))
    update_advisories(["PyPI"], mirror, at=AT, fetch=bucket.fetch)
    before = load_all_advisories(mirror)
    changed = {} if new is None else {"PyPI": archive(tmp_path / "b.zip", *new)}
    with pytest.raises(AssayError) as caught:
        update_advisories(["PyPI"], mirror, at=LATER, fetch=FakeBucket(**changed).fetch)
    assert load_all_advisories(mirror) == before
    broke_off = isinstance(caught.value, UnavailableError)  # its part stays, to go on from
    assert broke_off or list(mirror.glob("incoming*")) == []
    return caught.value


def test_an_update_that_cannot_be_fetched_leaves_the_old_data(tmp_path: Path) -> None:
    error = _refuse(tmp_path, (encoded(),), None)
    assert str(error) == (f"[unavailable] cannot fetch: no route, at PyPI.{BUCKET}/PyPI/all.zip")


def test_an_update_without_an_advisory_leaves_the_old_data(tmp_path: Path) -> None:
    error = _refuse(tmp_path, (encoded(),), ())
    assert str(error) == (
        "[malformed] no advisory that is about any package, "
        f"at PyPI.{BUCKET}/PyPI/all.zip (OSV records, as JSON)"
    )


def test_an_update_that_loses_most_advisories_is_refused(tmp_path: Path) -> None:
    error = _refuse(tmp_path, tuple(encoded(f"A-{n}") for n in range(5)), (encoded("A-0"),) * 2)
    assert isinstance(error, RejectedError)
    assert str(error) == (
        "[rejected] 1 advisories, where there were 5, at PyPI "
        "(import it with `assay vulns import` if that is right)"
    )


def test_an_update_that_goes_back_in_time_is_refused(tmp_path: Path) -> None:
    older = encoded(modified="2025-01-01T00:00:00Z")
    error = _refuse(tmp_path, (encoded(),), (older,))
    assert str(error) == (
        "[rejected] the feed is older than what is here, at PyPI "
        "(import it with `assay vulns import` if that is right)"
    )


def test_one_failed_ecosystem_does_not_undo_another(tmp_path: Path) -> None:
    bucket = FakeBucket(PyPI=archive(tmp_path / "a.zip", encoded()))
    with pytest.raises(UnavailableError):
        update_advisories(["PyPI", "npm"], tmp_path / "m", at=AT, fetch=bucket.fetch)
    assert set(load_feeds(tmp_path / "m")) == {"PyPI"}


def test_an_ecosystem_that_is_not_matched_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        update_advisories(["../etc"], tmp_path / "m", at=AT, fetch=FakeBucket().fetch)
    assert str(caught.value) == (
        f"[usage] '../etc' is not matched (one of {', '.join(sorted(ECOSYSTEMS))})"
    )


def test_no_other_host_is_asked(tmp_path: Path) -> None:
    fetch = fetcher({"osv.example"}, report=lambda *_: None)
    with pytest.raises(RejectedError) as caught:
        fetch("https://example.org/PyPI/all.zip", tmp_path / "x", "")
    assert str(caught.value) == (
        "[rejected] the host 'example.org', where osv.example is expected, at "
        "'https://example.org/PyPI/all.zip'"
    )
