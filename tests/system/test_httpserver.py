"""A small server: what it answers, and what it does not put up with."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from assay.core.errors import RejectedError, UnavailableError
from assay.system.http import FetchLimits
from assay.system.httppost import Posted, post_bytes
from assay.system.httpserver import Request, Response, ServerLimits, http_server

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LOOPBACK = frozenset({"127.0.0.1"})
LIMITS = ServerLimits(max_body_bytes=100, seconds=5, connections=4, per_minute=1000)
ASKING = FetchLimits(max_bytes=1000, seconds=5)


def echo(request: Request) -> Response:
    body = f"{request.method} {request.path} {request.body.decode()}".encode()
    return Response(status=200, body=body)


@contextmanager
def serving(
    answer: Callable[[Request], Response] = echo, *, limits: ServerLimits = LIMITS
) -> Iterator[tuple[str, list[str]]]:
    reports: list[str] = []
    with http_server(answer, host="127.0.0.1", port=0, limits=limits, report=reports.append) as url:
        yield url, reports


def raw(url: str, data: bytes) -> bytes:
    """Send bytes, and return all that comes until the server closes."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(4096):
            received += chunk
        return received


def test_asked_by_our_own_client() -> None:
    with serving() as (url, reports):
        posted = post_bytes(f"{url}/a?b", b"body", hosts=LOOPBACK, limits=ASKING)
    assert posted == Posted(
        status=200, content_type="text/plain; charset=utf-8", body=b"POST /a body"
    )
    assert reports == ['127.0.0.1 "POST /a?b HTTP/1.1" 200 -']


def test_a_connection_is_kept_for_more() -> None:
    with serving() as (url, _):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        for number in range(3):
            connection.request("POST", f"/{number}", b"x")
            assert connection.getresponse().read() == b"POST /%d x" % number
        connection.close()


REFUSED = {
    "too-large": (b"POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", b" 413 "),
    "no-length": (b"POST / HTTP/1.1\r\n\r\n", b" 411 "),
    "two-lengths": (
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b" 400 ",
    ),
    "a-length-that-is-none": (b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na", b" 400 "),
    "chunks": (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b" 400 ",
    ),
    "another-method": (b"BREW / HTTP/1.1\r\nConnection: close\r\n\r\n", b" 501 "),
    "no-http": (b"\x16\x03\x01\r\n\r\n", b"400"),
    "a-long-line": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b" 414 "),
}


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, status: bytes) -> None:
    def never(request: Request) -> Response:
        raise AssertionError(request)

    with serving(never) as (url, reports):
        assert status in raw(url, data).partition(b"\r\n")[0]
    assert not any("bug" in line for line in reports)


def drip(connection: socket.socket, *, until: float) -> None:
    """Send a byte now and then."""
    while time.monotonic() < until:
        connection.sendall(b"x")
        time.sleep(0.1)


@pytest.mark.parametrize(
    "started", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"]
)
def test_who_is_too_slow_is_cut_off(started: bytes) -> None:
    """A byte now and then does not hold a connection open."""
    limits = ServerLimits(max_body_bytes=100, seconds=0.3, connections=1, per_minute=1000)
    with serving(limits=limits) as (url, _):
        with socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=10) as connection:
            connection.sendall(started)
            since = time.monotonic()
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                drip(connection, until=since + 5)
        assert time.monotonic() - since < 3


def test_connections_at_once_are_bounded() -> None:
    limits = ServerLimits(max_body_bytes=100, seconds=5, connections=1, per_minute=1000)
    with serving(limits=limits) as (url, _):
        port = urlsplit(url).port
        with socket.create_connection(("127.0.0.1", port), timeout=5) as first:
            first.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert first.recv(12) == b"HTTP/1.1 200"
            with socket.create_connection(("127.0.0.1", port), timeout=5) as second:
                assert second.recv(1) == b""


def test_requests_of_a_minute_are_bounded() -> None:
    limits = ServerLimits(max_body_bytes=100, seconds=5, connections=4, per_minute=3)
    with serving(limits=limits) as (url, _):
        asked = [post_bytes(url, b"", hosts=LOOPBACK, limits=ASKING) for _ in range(4)]
    assert [answer.status for answer in asked] == [200, 200, 200, 429]


def test_a_fault_is_told_to_the_operator_only() -> None:
    def broken(_: Request) -> Response:
        raise ValueError("secret\x1b")

    with serving(broken) as (url, reports):
        answer = post_bytes(url, b"", hosts=LOOPBACK, limits=ASKING)
    assert (answer.status, answer.body) == (500, b"internal error\n")
    assert reports[0] == "[bug] ValueError: secret\\x1b"


def test_a_name_in_a_request_does_not_write_to_the_terminal() -> None:
    with serving() as (url, reports):
        raw(url, b"GET /\x1b[2J HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert "\x1b" not in reports[0]


def test_an_address_that_is_taken() -> None:
    with serving() as (url, _):
        port = urlsplit(url).port
        assert port is not None
        with (
            pytest.raises(UnavailableError) as caught,
            http_server(echo, host="127.0.0.1", port=port, limits=LIMITS, report=print),
        ):
            pass
    assert str(caught.value) == (
        f"[unavailable] cannot listen: Address already in use, at 127.0.0.1:{port}"
    )


def test_an_answer_that_is_too_large() -> None:
    def large(_: Request) -> Response:
        return Response(status=200, body=b"x" * 2000)

    with serving(large) as (url, _), pytest.raises(RejectedError) as caught:
        post_bytes(url, b"", hosts=LOOPBACK, limits=ASKING)
    assert str(caught.value) == f"[rejected] over 1000 bytes, at {url}"


def test_an_answer_that_takes_too_long() -> None:
    wait = threading.Event()

    def slow(_: Request) -> Response:
        wait.wait(5)
        return Response(status=200, body=b"")

    with serving(slow) as (url, _):
        with pytest.raises(UnavailableError) as caught:
            post_bytes(url, b"", hosts=LOOPBACK, limits=FetchLimits(max_bytes=1, seconds=0.2))
        wait.set()
    assert str(caught.value) == f"[unavailable] cannot ask: out of time, at {url}"


@pytest.mark.parametrize("url", ["http://witness.example/", "https://other.example/"])
def test_only_expected_hosts_are_asked(url: str) -> None:
    with pytest.raises(RejectedError):
        post_bytes(url, b"", hosts=frozenset({"witness.example"}), limits=ASKING)
