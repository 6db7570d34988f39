from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from assay.core.errors import RejectedError, UnavailableError
from assay.system.http import MAX_REDIRECTS, Fetched, FetchLimits, fetch_file
from tests.fakes.listening import listening

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BODY = b"advisories"
LIMITS = FetchLimits(max_bytes=100, seconds=5)
LOOPBACK = frozenset({"127.0.0.1"})


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = BODY
    declared: int | None = None


@dataclass
class Site:
    """A server on the loopback: what it answers by path, and what it was asked."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, dict(self.headers)))
            answer = served.answers.get(self.path, Answer(status=404, body=b""))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            size = len(answer.body) if answer.declared is None else answer.declared
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with listening(Handler) as url:
        served = Site(url=url)
        yield served


def fetch(
    url: str,
    into: Path,
    *,
    hosts: frozenset[str] = LOOPBACK,
    limits: FetchLimits = LIMITS,
    etag: str = "",
) -> Fetched:
    return fetch_file(url, into=into / "body", hosts=hosts, limits=limits, etag=etag)


def test_fetched(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(headers={"ETag": '"1"'})
    assert fetch(f"{site.url}/a", tmp_path) == Fetched(changed=True, etag='"1"', size=len(BODY))
    assert (tmp_path / "body").read_bytes() == BODY
    (_, headers) = site.asked[0]
    assert "If-None-Match" not in headers
    assert headers["User-Agent"].startswith("assay/")


def test_not_changed(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(status=304, body=b"")
    fetched = fetch(f"{site.url}/a", tmp_path, etag='"1"')
    assert fetched == Fetched(changed=False, etag='"1"', size=0)
    assert site.asked[0][1]["If-None-Match"] == '"1"'
    assert not (tmp_path / "body").exists()


def test_not_changed_is_no_answer_to_a_first_request(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(status=304, body=b"")
    with pytest.raises(UnavailableError) as caught:
        fetch(f"{site.url}/a", tmp_path)
    assert str(caught.value) == f"[unavailable] the server answers 304, at {site.url}/a"


def test_redirects_are_followed(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(status=302, headers={"Location": "/b"}, body=b"moved")
    site.answers["/b"] = Answer(status=301, headers={"Location": f"{site.url}/c"}, body=b"")
    site.answers["/c"] = Answer()
    assert fetch(f"{site.url}/a", tmp_path).size == len(BODY)
    assert (tmp_path / "body").read_bytes() == BODY


REDIRECTS = {
    "to another host": (
        "https://169.254.169.254/latest",
        "[rejected] a redirect to another scheme, at 'https://169.254.169.254/latest'",
    ),
    "to another host by the same scheme": (
        "http://169.254.169.254/latest",
        "[rejected] 'http' where https is needed, at 'http://169.254.169.254/latest'",
    ),
    "to another loopback address": (
        "http://[::1]/",
        "[rejected] the host '::1', where 127.0.0.1 is expected, at 'http://[::1]/'",
    ),
    "to no URL": ("http://[broken/", "[rejected] no URL, at 'http://[broken/'"),
    "to a file": (
        "file:///etc/passwd",
        "[rejected] a redirect to another scheme, at 'file:///etc/passwd'",
    ),
}


@pytest.mark.parametrize(("target", "message"), REDIRECTS.values(), ids=REDIRECTS)
def test_redirects_refused(site: Site, tmp_path: Path, target: str, message: str) -> None:
    site.answers["/a"] = Answer(status=302, headers={"Location": target})
    with pytest.raises(RejectedError) as caught:
        fetch(f"{site.url}/a", tmp_path)
    assert str(caught.value) == message
    assert not (tmp_path / "body").exists()


def test_a_redirect_to_nowhere(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(status=302)
    with pytest.raises(UnavailableError) as caught:
        fetch(f"{site.url}/a", tmp_path)
    assert str(caught.value) == f"[unavailable] a redirect to nowhere, at {site.url}/a"


def test_redirects_without_end(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(status=302, headers={"Location": "/a"})
    with pytest.raises(RejectedError) as caught:
        fetch(f"{site.url}/a", tmp_path)
    assert str(caught.value) == f"[rejected] more than 5 redirects, at {site.url}/a"
    assert len(site.asked) == MAX_REDIRECTS + 1


def test_too_large(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(body=bytes(101))
    with pytest.raises(RejectedError) as caught:
        fetch(f"{site.url}/a", tmp_path)
    assert str(caught.value) == f"[rejected] over 100 bytes, at {site.url}/a"


def test_exactly_as_large_as_allowed(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(body=bytes(100))
    assert fetch(f"{site.url}/a", tmp_path).size == 100


def test_cut_short(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer(declared=len(BODY) + 1, headers={"Connection": "close"})
    with pytest.raises(UnavailableError) as caught:
        fetch(f"{site.url}/a", tmp_path)
    assert (
        str(caught.value) == f"[unavailable] cannot fetch: 10 bytes of '11' came, at {site.url}/a"
    )


def test_another_status(site: Site, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        fetch(f"{site.url}/absent", tmp_path)
    assert str(caught.value) == f"[unavailable] the server answers 404, at {site.url}/absent"


def test_out_of_time(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = Answer()
    limits = FetchLimits(max_bytes=100, seconds=0)
    with pytest.raises(UnavailableError) as caught:
        fetch(f"{site.url}/a", tmp_path, limits=limits)
    assert str(caught.value) == f"[unavailable] cannot fetch: out of time, at {site.url}/a"


def test_nobody_there(site: Site, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        fetch("http://127.0.0.1:1/a", tmp_path)
    assert str(caught.value) == (
        "[unavailable] cannot fetch: [Errno 111] Connection refused, at http://127.0.0.1:1/a"
    )


URLS = {
    "http://example.org/": "[rejected] 'http' where https is needed, at 'http://example.org/'",
    "http://localhost/": "[rejected] 'http' where https is needed, at 'http://localhost/'",
    "file:///etc/passwd": "[rejected] 'file' where https is needed, at 'file:///etc/passwd'",
    "ftp://127.0.0.1/": "[rejected] 'ftp' where https is needed, at 'ftp://127.0.0.1/'",
    "https://example.org/": (
        "[rejected] the host 'example.org', where 127.0.0.1 is expected, at 'https://example.org/'"
    ),
    "https://127.0.0.1@example.org/": "[rejected] credentials in a URL, at 'example.org'",
    "https://127.0.0.1.example.org/": (
        "[rejected] the host '127.0.0.1.example.org', where 127.0.0.1 is expected, "
        "at 'https://127.0.0.1.example.org/'"
    ),
    "https://[broken/": "[rejected] no URL, at 'https://[broken/'",
    "http://127.0.0.1:99999/": "[rejected] no URL, at 'http://127.0.0.1:99999/'",
    "http://127.0.0.1:0/": "[rejected] no URL, at 'http://127.0.0.1:0/'",
    "http://127.0.0.1/a b": "[rejected] no URL, at 'http://127.0.0.1/a b'",
    "http://127.0.0.1/\u00e9": "[rejected] no URL, at 'http://127.0.0.1/\u00e9'",
    "http://127.0.0.1/\r\nX: y": r"[rejected] no URL, at 'http://127.0.0.1/\r\nX: y'",
}


@pytest.mark.parametrize(("url", "message"), URLS.items(), ids=URLS)
def test_urls_refused(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(RejectedError) as caught:
        fetch(url, tmp_path)
    assert str(caught.value) == message


def test_no_expected_host_is_no_host_at_all(tmp_path: Path) -> None:
    with pytest.raises(RejectedError) as caught:
        fetch("https://example.org/", tmp_path, hosts=frozenset())
    assert str(caught.value) == (
        "[rejected] the host 'example.org', where none is expected, at 'https://example.org/'"
    )
