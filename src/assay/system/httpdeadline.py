"""Connections over HTTP whose answer has to be there by a deadline, whatever part of it is slow.

The timeout of a socket is about one wait: a server that sends a byte now and then, in a header or
in the length of a chunk, where nobody else looks at a clock, would hold a caller for days.
"""

import http.client
import io
import socket
import ssl
import time
import urllib.request
from functools import partial
from typing import Protocol


class _Until(io.RawIOBase):
    """What a socket receives until a deadline."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:  # type: ignore[override]  # Buffer has no name before 3.12
        self._connection.settimeout(time_left(self._deadline))
        try:
            return self._raw.readinto(buffer)
        except TimeoutError as error:
            raise TimeoutError("out of time") from error

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
        *,
        deadline: float,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, deadline))


class _Connecting(Protocol):
    def __call__(self, host: str, /, *, timeout: float) -> http.client.HTTPConnection: ...


def _connecting(make: _Connecting, deadline: float) -> _Connecting:
    """Return what makes connections as `make` does, whose responses end at the deadline."""

    def made(host: str, /, *, timeout: float) -> http.client.HTTPConnection:
        connection = make(host, timeout=timeout)
        connection.response_class = partial(_Response, deadline=deadline)  # type: ignore[assignment]  # only called
        return connection

    return made


class HttpUntil(urllib.request.HTTPHandler):
    """Opens `http` URLs; no answer is waited for beyond `deadline`, one of `time.monotonic`."""

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Send the request, and return the answer."""
        made = _connecting(http.client.HTTPConnection, self._deadline)
        return self.do_open(made, req)  # type: ignore[arg-type]  # it gives no more than a timeout


class HttpsUntil(urllib.request.HTTPSHandler):
    """Opens `https` URLs in the same way."""

    def __init__(self, deadline: float, *, context: ssl.SSLContext) -> None:
        super().__init__()
        self._deadline = deadline
        self._tls = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Send the request, and return the answer."""
        made = partial(http.client.HTTPSConnection, context=self._tls)
        return self.do_open(_connecting(made, self._deadline), req)  # type: ignore[arg-type]  # as above


def time_left(deadline: float) -> float:
    """Return how many seconds there are until `deadline`, one of `time.monotonic`.

    Raises:
        TimeoutError: There are none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("out of time")
    return left
