"""A small HTTP server for machines: one function answers, everything around it is bounded.

* It binds to an address that the caller names, and speaks no TLS: whoever offers it to others puts
  a proxy in front, which does.
* Sizes, the time that a request may take from its first byte to its last, the connections at once
  and the requests of one address in a minute are limited.
* A body has a declared length; anything else is refused before it is read.
* An error of the function that answers is an answer of 500 and a line for the operator; nothing of
  it reaches whoever asked.
"""

import io
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from assay.core.errors import UnavailableError
from assay.core.printable import printable

_MAX_ADDRESSES: Final = 4096  # whose requests are counted; the oldest is forgotten first
_BACKLOG: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked: a method, a path without its query, and a body."""

    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What is answered."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What one asker, and all of them together, may take.

    `seconds` is the time for one request, and for the wait for the next one on a connection;
    `per_minute` counts the requests of one address.
    """

    max_body_bytes: int
    seconds: float
    connections: int
    per_minute: int


Answer = Callable[[Request], Response]
Report = Callable[[str], None]


@contextmanager
def http_server(
    answer: Answer, *, host: str, port: int, limits: ServerLimits, report: Report
) -> Iterator[str]:
    """Serve inside the block, in threads of its own; yield the URL. Port 0 takes a free one.

    `report` is given one line for each request and each failure, from any thread.

    Raises:
        UnavailableError: The address is taken, or not of this machine.
    """
    try:
        server = _Server(answer, (host, port), limits, report)
    except OSError as error:
        raise UnavailableError(
            f"cannot listen: {error.strerror or error}", where=f"{host}:{port}"
        ) from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # an idle connection does not hold up the end
    block_on_close = False
    request_queue_size = _BACKLOG

    def __init__(
        self, answer: Answer, address: tuple[str, int], limits: ServerLimits, report: Report
    ) -> None:
        self.answer = answer
        self.limits = limits
        self.report = report
        self.rate = _Rate(limits.per_minute)
        self._slots = threading.BoundedSemaphore(limits.connections)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind; without the look-up of the host's name that the standard library makes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        name = self.socket.getsockname()
        self.server_address, self.server_name, self.server_port = name, str(name[0]), int(name[1])

    def process_request(self, request: object, client_address: object) -> None:
        """Take a connection only if there is a slot; otherwise close it at once."""
        if not isinstance(request, socket.socket):  # for the types: nothing else comes
            return
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]  # narrower there
        finally:
            self._slots.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a connection that broke is the asker's business."""


class _Rate:
    """How many requests an address may still make: a bucket that fills over a minute."""

    def __init__(self, per_minute: int) -> None:
        self._full = float(per_minute)
        self._left = OrderedDict[str, tuple[float, float]]()
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        now = time.monotonic()
        with self._lock:
            left, since = self._left.pop(address, (self._full, now))
            left = min(self._full, left + (now - since) * self._full / 60)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            if len(self._left) > _MAX_ADDRESSES:
                self._left.popitem(last=False)
        return allowed


class _Within(io.RawIOBase):
    """What a socket receives, until a deadline: a byte now and then does not hold it open."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # Buffer has no name before 3.12
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "assay"
    sys_version = ""
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._within = _Within(self.connection)
        self.rfile = io.BufferedReader(self._within)

    def handle_one_request(self) -> None:
        self._within.deadline = time.monotonic() + self.server.limits.seconds
        super().handle_one_request()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        address = str(self.client_address[0])
        if not self.server.rate.allows(address):
            self._send(Response(status=429, body=b"too many requests\n"), close=True)
            return
        body = self._body()
        if isinstance(body, Response):
            self._send(body, close=True)
            return
        path = self.path.partition("?")[0]
        request = Request(method=self.command, path=path, body=body)
        self._send(self._answered(request))

    def _answered(self, request: Request) -> Response:
        try:
            return self.server.answer(request)
        except Exception as error:  # noqa: BLE001  # the last door of this thread
            self.server.report(f"[bug] {type(error).__name__}: {printable(str(error))}")
            return Response(status=500, body=b"internal error\n")

    def _body(self) -> bytes | Response:
        """Return the body, or the refusal to read one."""
        declared = self.headers.get_all("Content-Length") or []
        if "Transfer-Encoding" in self.headers or len(declared) > 1:
            return Response(status=400, body=b"a body without one length\n")
        if not declared:
            if self.command == "POST":
                return Response(status=411, body=b"a body without a length\n")
            return b""
        if not (declared[0].isascii() and declared[0].isdigit() and len(declared[0]) < 16):
            return Response(status=400, body=b"no length\n")
        length = int(declared[0])
        if length > self.server.limits.max_body_bytes:
            return Response(status=413, body=b"too large\n")
        body = self.rfile.read(length)
        return body if len(body) == length else Response(status=400, body=b"cut short\n")

    def _send(self, response: Response, *, close: bool = False) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if response.status == 429:
            self.send_header("Retry-After", "60")
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as it is inherited
        self.server.report(printable(f"{self.client_address[0]} {format % args}"))
