"""Going on with a fetch that broke off, against a server on the loopback."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from assay.core.errors import RejectedError, UnavailableError
from assay.system.http import Fetched, FetchLimits
from assay.system.httpresume import fetch_resumed
from tests.fakes.listening import listening

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BODY = b"0123456789"
LOOPBACK = frozenset({"127.0.0.1"})


@dataclass
class Site:
    """A server that has one file: it gives ranges of it, and may break off or lie."""

    url: str
    body: bytes = BODY
    etag: str = '"one"'
    given: int = 1000  # bytes of an answer before it breaks off
    status: int = 0  # of every answer, if any
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def answer(self, range_: str, if_range: str, known: str) -> tuple[int, dict[str, str], bytes]:
        """Return what a well-behaved server would, but for `status` and `headers`."""
        self.asked.append((range_, if_range, known))
        if self.status:
            return self.status, self.headers, b""
        if known == self.etag:
            return 304, {}, b""
        start = int(range_[6:-1]) if range_ and if_range == self.etag else 0
        if start >= len(self.body):
            return 416, {}, b""
        headers = {"ETag": self.etag}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        return 206 if start else 200, headers | self.headers, self.body[start:]


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = (self.headers.get(n, "") for n in ("Range", "If-Range", "If-None-Match"))
            status, headers, body = served.answer(*wanted)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: served.given])
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with listening(Handler) as url:
        served = Site(url=f"{url}/all.zip")
        yield served


def fetch(site: Site, folder: Path, *, etag: str = "", max_bytes: int = 100) -> Fetched:
    return fetch_resumed(
        site.url,
        into=folder / "part",
        hosts=LOOPBACK,
        limits=FetchLimits(max_bytes=max_bytes, seconds=60),
        etag=etag,
        report=lambda *_: None,
    )


def break_off(site: Site, folder: Path) -> None:
    """Fetch four bytes of ten, and have the connection end there."""
    site.given = 4
    with pytest.raises(UnavailableError):
        fetch(site, folder)
    site.given = 1000
    assert (folder / "part").read_bytes() == BODY[:4]


def test_whole_at_once(site: Site, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    found = fetch_resumed(
        site.url,
        into=tmp_path / "part",
        hosts=LOOPBACK,
        limits=FetchLimits(max_bytes=100, seconds=60),
        etag="",
        report=lambda here, total: seen.append((here, total)),
    )
    assert found == Fetched(changed=True, etag='"one"', size=10)
    assert (tmp_path / "part").read_bytes() == BODY
    assert seen[-1] == (10, 10)
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


def test_it_goes_on_where_it_broke_off(site: Site, tmp_path: Path) -> None:
    break_off(site, tmp_path)
    assert fetch(site, tmp_path) == Fetched(changed=True, etag='"one"', size=10)
    assert (tmp_path / "part").read_bytes() == BODY
    assert site.asked[-1] == ("bytes=4-", '"one"', "")


def test_another_file_by_now_is_fetched_from_its_beginning(site: Site, tmp_path: Path) -> None:
    break_off(site, tmp_path)
    site.body, site.etag = b"other", '"two"'
    assert fetch(site, tmp_path) == Fetched(changed=True, etag='"two"', size=5)
    assert (tmp_path / "part").read_bytes() == b"other"


def test_a_weak_etag_is_nothing_to_go_on_from(site: Site, tmp_path: Path) -> None:
    site.etag = 'W/"one"'
    break_off(site, tmp_path)
    assert fetch(site, tmp_path).size == 10
    assert site.asked[-1] == ("", "", "")


def test_a_part_that_is_longer_than_the_file_is_dropped(site: Site, tmp_path: Path) -> None:
    break_off(site, tmp_path)
    site.body = BODY[:4]
    assert fetch(site, tmp_path).size == 4
    assert (tmp_path / "part").read_bytes() == BODY[:4]


def test_what_is_known_is_not_fetched(site: Site, tmp_path: Path) -> None:
    assert fetch(site, tmp_path, etag='"one"') == Fetched(changed=False, etag='"one"', size=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "headers", [{"Content-Range": "bytes 2-9/10"}, {"Content-Range": ""}, {"ETag": '"two"'}]
)
def test_a_range_that_was_not_asked_for_is_refused(
    site: Site, tmp_path: Path, headers: dict[str, str]
) -> None:
    """Parts of two files put together would be neither."""
    break_off(site, tmp_path)
    site.headers = headers
    with pytest.raises(UnavailableError) as caught:
        fetch(site, tmp_path)
    assert caught.value.what.startswith("a range that was not asked for: ")
    assert list(tmp_path.iterdir()) == []


def test_too_much_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(RejectedError) as caught:
        fetch(site, tmp_path, max_bytes=9)
    assert str(caught.value) == f"[rejected] over 9 bytes, at {site.url}"


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (500, {}, "[unavailable] the server answers 500, at {}"),
        (302, {}, "[unavailable] a redirect to nowhere, at {}"),
        (302, {"Location": "/all.zip"}, "[rejected] more than 5 redirects, at {}"),
        (
            302,
            {"Location": "https://127.0.0.1/x"},
            "[rejected] a redirect to another scheme, at 'https://127.0.0.1/x'",
        ),
        (302, {"Location": "http://[x"}, "[rejected] no URL, at 'http://[x'"),
    ],
)
def test_other_answers(
    site: Site, tmp_path: Path, status: int, headers: dict[str, str], message: str
) -> None:
    site.status, site.headers = status, headers
    with pytest.raises((UnavailableError, RejectedError)) as caught:
        fetch(site, tmp_path)
    assert str(caught.value) == message.format(site.url)


def test_another_host_is_not_asked(site: Site, tmp_path: Path) -> None:
    site.status, site.headers = 302, {"Location": "http://127.0.0.2/x"}
    with pytest.raises(RejectedError):
        fetch(site, tmp_path)
    assert len(site.asked) == 1


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        fetch(Site(url="http://127.0.0.1:1/x"), tmp_path)
    assert caught.value.hint == "again goes on from here"
