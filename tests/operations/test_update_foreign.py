"""Updating the NVD's, CVE's and GitHub's feeds from a copy on the loopback."""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from assay.core.errors import AssayError
from assay.operations.manage_advisories import list_feeds, update_advisories
from assay.vuln.advisory import Feed
from tests.fakes.restserver import Answered, Asked, RestServer, serving
from tests.vuln.foreign.records import cve_affected, cve_record, encoded, ghsa, nvd_cve, nvd_page

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = 2


class Nvd:
    """Answers as the NVD does, with pages of two: by place, and by the window of changes."""

    def __init__(self) -> None:
        self.cves = {f"CVE-2023-100{number}": "2023-05-01T00:00:00" for number in range(5)}
        self.broken_from: int | None = None

    def __call__(self, asked: Asked) -> Answered:
        url = urlsplit(asked.path)
        assert url.path == "/rest/json/cves/2.0"
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        start = int(query["startIndex"])
        if self.broken_from is not None and start >= self.broken_from:
            return Answered(status=404, body=b"")
        first, last = query.get("lastModStartDate", ""), query.get("lastModEndDate", "~")
        found = [
            nvd_cve(name, lastModified=at)
            for name, at in self.cves.items()
            if first <= f"{at}Z" <= last
        ]
        return Answered(
            status=200, body=nvd_page(*found[start : start + PAGE], start=start, total=len(found))
        )


@pytest.fixture
def nvd() -> Nvd:
    return Nvd()


@pytest.fixture
def server(nvd: Nvd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RestServer]:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NVD_API_KEY", "never-to-a-copy")
    with serving(nvd) as started:
        yield started


def update(server: RestServer, name: str = "NVD", *, at: datetime = AT) -> Feed:
    said: list[str] = []
    updated = update_advisories((name,), progress=said.append, base=server.url, clock=lambda: at)
    (feed,) = updated.feeds
    return feed


def starts(server: RestServer) -> list[str]:
    return [parse_qs(urlsplit(one.path).query)["startIndex"][0] for one in server.asked]


def refused(server: RestServer, name: str = "NVD") -> str:
    with pytest.raises(AssayError) as caught:
        update(server, name)
    return str(caught.value)


def test_all_pages_become_a_feed(server: RestServer) -> None:
    feed = update(server)
    assert (feed.ecosystem, feed.advisories, feed.unreadable) == ("NVD", 5, 0)
    assert (feed.imported_at, feed.etag) == (AT, "2026-03-01T11:00:00Z")
    assert starts(server) == ["0", "2", "4"]
    assert list_feeds() == (feed,)


def test_a_key_does_not_go_to_a_copy(server: RestServer) -> None:
    update(server)
    assert all("apikey" not in one.headers for one in server.asked)


def test_then_only_what_changed_is_asked_for(server: RestServer, nvd: Nvd) -> None:
    update(server)
    server.asked.clear()
    nvd.cves["CVE-2023-1001"] = "2026-03-20T00:00:00"
    nvd.cves["CVE-2026-2000"] = "2026-03-21T00:00:00"
    later = AT + timedelta(days=30)
    feed = update(server, at=later)
    assert (feed.advisories, feed.imported_at) == (6, later)
    assert feed.newest_modified == datetime(2026, 3, 21, tzinfo=UTC)
    (asked,) = server.asked
    query = parse_qs(urlsplit(asked.path).query)
    assert query["lastModStartDate"] == ["2026-03-01T11:00:00Z"]
    assert query["lastModEndDate"] == ["2026-03-31T12:00:00Z"]


def test_a_long_silence_is_asked_for_in_windows(server: RestServer) -> None:
    update(server)
    server.asked.clear()
    update(server, at=AT + timedelta(days=300))
    windows = [
        (query["lastModStartDate"][0][:10], query["lastModEndDate"][0][:10])
        for query in (parse_qs(urlsplit(one.path).query) for one in server.asked)
    ]
    assert windows == [
        ("2026-03-01", "2026-06-29"),
        ("2026-06-29", "2026-10-27"),
        ("2026-10-27", "2026-12-26"),
    ]


def test_what_broke_off_goes_on(server: RestServer, nvd: Nvd) -> None:
    nvd.broken_from = 4
    assert refused(server).startswith("[unavailable] answered 404, at NVD.http://127.0.0.1:")
    assert list_feeds() == ()
    server.asked.clear()
    nvd.broken_from = None
    feed = update(server, at=AT + timedelta(days=1))
    assert starts(server) == ["4"]
    assert feed.advisories == 5
    assert feed.imported_at == AT  # what the first pages were asked for


def test_pages_of_another_server_are_not_gone_on_with(server: RestServer, nvd: Nvd) -> None:
    nvd.broken_from = 4
    refused(server)
    with serving(Nvd()) as other:
        feed = update(other)
        assert starts(other) == ["0", "2", "4"]
    assert (feed.advisories, feed.source) == (5, f"{other.url}/rest/json/cves/2.0")


FAULTS = {
    "another-page": (
        nvd_page(nvd_cve(), start=7, total=9),
        "[malformed] the page from 7 of 9, at ",
    ),
    "an-empty-page": (nvd_page(total=9), "[malformed] the page from 0 of 9, at "),
    "another-form": (b"{}", "[malformed] no array vulnerabilities, at "),
}


@pytest.mark.parametrize(("body", "message"), FAULTS.values(), ids=FAULTS)
def test_a_page_that_was_not_asked_for_stops_it(
    server: RestServer, body: bytes, message: str
) -> None:
    old = update(server)
    server.answering = lambda _: Answered(status=200, body=body)
    assert refused(server).startswith(message)
    assert list_feeds() == (old,)


def test_a_feed_that_lost_half_is_refused(server: RestServer, nvd: Nvd, tmp_path: Path) -> None:
    old = update(server)
    (file,) = (tmp_path / "home").rglob("*.foreign")
    sound = file.read_bytes()
    file.write_bytes(b"")  # so that all is asked for again
    nvd.cves = {"CVE-2023-1000": "2023-05-01T00:00:00"}
    assert refused(server).startswith("[rejected] 1 records, where there were 5, at NVD.http://")
    file.write_bytes(sound)
    assert list_feeds() == (old,)


def test_github_is_followed_by_its_links(server: RestServer) -> None:
    def answer(asked: Asked) -> Answered:
        url = urlsplit(asked.path)
        assert url.path == "/advisories"
        last = "after=2" in url.query
        link = "" if last else f'<{server.url}/advisories?after=2>; rel="next"'
        name = "GHSA-2222-2222-2222" if last else "GHSA-1111-1111-1111"
        return Answered(status=200, body=encoded([ghsa(name)]), headers={"Link": link})

    server.answering = answer
    feed = update(server, "GHSA")
    assert (feed.ecosystem, feed.advisories) == ("GHSA", 2)
    assert parse_qs(urlsplit(server.asked[0].path).query)["sort"] == ["updated"]
    server.asked.clear()
    update(server, "GHSA", at=AT + timedelta(days=1))
    (first, _) = server.asked
    assert parse_qs(urlsplit(first.path).query)["modified"] == [
        "2026-03-01T11:00:00Z..2026-03-02T12:00:00Z"
    ]


def test_github_leads_nowhere_else(server: RestServer) -> None:
    link = {"Link": '<http://127.0.0.1:9/advisories?after=2>; rel="next"'}
    server.answering = lambda _: Answered(status=200, body=b"[]", headers=link)
    assert refused(server, "GHSA").startswith("[rejected] a next page of something else, at GHSA.")


def test_pages_in_a_circle_are_refused(server: RestServer) -> None:
    def answer(asked: Asked) -> Answered:
        link = {"Link": f'<{server.url}{asked.path}>; rel="next"'}
        return Answered(status=200, body=b"[]", headers=link)

    server.answering = answer
    assert refused(server, "GHSA").startswith("[malformed] a page that leads to itself, at GHSA.")


def test_cve_records_come_as_one_archive(server: RestServer, tmp_path: Path) -> None:
    archive = tmp_path / "main.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("cvelist/cves/2023/1xxx/CVE-2023-1000.json", cve_record(cve_affected()))
        file.writestr("cvelist/cves/2023/1xxx/CVE-2023-1001.json", b"{")
        file.writestr("cvelist/cves/delta.json", json.dumps({"new": []}))
    etag = {"ETag": '"1"'}

    def answer(asked: Asked) -> Answered:
        if asked.headers.get("if-none-match") == '"1"':
            return Answered(status=304, body=b"", headers=etag)
        return Answered(status=200, body=archive.read_bytes(), headers=etag)

    server.answering = answer
    feed = update(server, "CVE")
    assert (feed.ecosystem, feed.advisories, feed.unreadable) == ("CVE", 1, 1)
    again = update(server, "CVE", at=AT + timedelta(days=1))
    assert (again.imported_at, again.digest) == (AT + timedelta(days=1), feed.digest)
