"""What a server answers to a question: whole, or nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from assay.core.errors import AssayError
from assay.system.http import FetchLimits
from assay.system.httppost import Posted, post_bytes

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LIMITS = FetchLimits(max_bytes=10, seconds=60)
LOOPBACK = frozenset({"127.0.0.1"})


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Answer one request of body `q`, and hang up."""

    def serve() -> None:
        with suppress(OSError):  # nobody came, and the block has ended
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as asked:
                for line in asked:
                    if line == b"\r\n":
                        break
                asked.read(len(b"q"))  # what is left unread at the end resets the connection
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/a"
        finally:
            with suppress(OSError):  # it wakes up who waits
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_an_answer() -> None:
    with answering(
        b"HTTP/1.1 409 C\r\nContent-Type: a/b\r\nContent-Length: 10\r\n\r\n0123456789"
    ) as url:
        found = post_bytes(url, b"q", hosts=LOOPBACK, limits=LIMITS)
    assert found == Posted(status=409, content_type="a/b", body=b"0123456789")


REFUSED = {
    "ends-early": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd",
        "[unavailable] cannot ask: 4 bytes of '5' came, at {}",
    ),
    "too-long": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
        "[rejected] over 10 bytes, at {}",
    ),
}


@pytest.mark.parametrize(("answer", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(answer: bytes, message: str) -> None:
    with answering(answer) as url, pytest.raises(AssayError) as caught:
        post_bytes(url, b"q", hosts=LOOPBACK, limits=LIMITS)
    assert str(caught.value) == message.format(url)
