"""An answer that never ends: whatever part of it is slow, the whole time is bounded."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.system.http import FetchLimits, fetch_file
from assay.system.httppost import post_bytes

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LIMITS = FetchLimits(max_bytes=1000, seconds=0.5)
PATIENCE = 30  # seconds; a busy machine takes its time, and what never ends takes longer
LOOPBACK = frozenset({"127.0.0.1"})
BEFORE = {
    "the status": b"HTTP/1.1 200 ",
    "a header": b"HTTP/1.1 200 OK\r\nX: ",
    "the body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    "the length of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@contextmanager
def dripping(before: bytes) -> Iterator[str]:
    """Answer one request with `before`, and then with a byte now and then."""
    ended = threading.Event()

    def serve() -> None:
        try:
            connection, _ = listening.accept()
        except OSError:  # nobody came in time, and the block has ended
            return
        with connection:
            end = time.monotonic() + 2 * PATIENCE
            connection.recv(2**16)
            connection.sendall(before)
            while not ended.wait(0.1) and time.monotonic() < end:
                try:
                    connection.sendall(b"0")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/a"
        finally:
            ended.set()
            with suppress(OSError):  # it wakes up who waits
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_asking(before: bytes) -> None:
    with dripping(before) as url:
        started = time.monotonic()
        with pytest.raises(UnavailableError) as caught:
            post_bytes(url, b"", hosts=LOOPBACK, limits=LIMITS)
        assert time.monotonic() - started < PATIENCE
    assert str(caught.value) == f"[unavailable] cannot ask: out of time, at {url}"


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_fetching(before: bytes, tmp_path: Path) -> None:
    with dripping(before) as url:
        started = time.monotonic()
        with pytest.raises(UnavailableError) as caught:
            fetch_file(url, into=tmp_path / "a", hosts=LOOPBACK, limits=LIMITS, etag="")
        assert time.monotonic() - started < PATIENCE
    assert str(caught.value) == f"[unavailable] cannot fetch: out of time, at {url}"
