"""A server on the loopback, on a free port, for the length of a block."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from socketserver import BaseRequestHandler, BaseServer
from typing import Protocol


class Making(Protocol):
    """What makes a handler: a class of them, or one with arguments of its own."""

    def __call__(
        self, request: socket.socket, address: tuple[str, int], server: BaseServer, /
    ) -> BaseRequestHandler: ...


@contextmanager
def listening(handler: Making) -> Iterator[str]:
    """Serve with `handler`, and return the start of the URLs, without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
