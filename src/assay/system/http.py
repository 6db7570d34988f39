"""Fetching over HTTPS from the hosts that the caller names, into a file.

* `https` only; `http` is for the loopback addresses, where tests and local proxies live.
* The host must be one that the caller expects, on the first request and after every redirect: a
  URL out of a document cannot make us ask a machine inside the network.
* Sizes, redirects and the whole time (`httpdeadline`) are limited; a redirect may not change the
  scheme.
* Proxies of the environment (`HTTPS_PROXY`) are used, except towards the loopback.
"""

import http.client
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from assay import __version__
from assay.core.errors import RejectedError, UnavailableError
from assay.system.hosts import LINK_LOCAL, LOOPBACK
from assay.system.httpdeadline import HttpsUntil, HttpUntil, time_left

MAX_REDIRECTS: Final = 5
_CHUNK: Final = 2**18
MOVED: Final = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED: Final = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The outcome of a request. Where `changed` is false, the server still has what `etag` names.

    `etag` is empty where the server gave none; `size` counts the bytes that were written.
    """

    changed: bool
    etag: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What a fetch may take: bytes of the body, and seconds from the first request to the end."""

    max_bytes: int
    seconds: float


def fetch_file(
    url: str,
    *,
    into: Path,
    hosts: frozenset[str],
    limits: FetchLimits,
    etag: str,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Write what is at `url` into the file `into`, unless it is still what `etag` names.

    `etag` is empty where nothing was fetched before. `headers`, which may carry a token, go to the
    host of `url` alone, and not to one that it redirects to. A fetch that fails leaves a part of
    the body in `into`, or nothing: the caller fetches beside the data that it has, and swaps.

    Raises:
        RejectedError: The URL, or one that it redirects to, is of another scheme or host than
            expected, or carries credentials; or there is more than `limits.max_bytes`.
        UnavailableError: No answer in time, or another one than the file.
    """
    deadline = time.monotonic() + limits.seconds
    usual = {"User-Agent": f"assay/{__version__}", "Accept-Encoding": "identity"}
    if etag:
        usual["If-None-Match"] = etag
    check_url(url, hosts)  # before anything is read out of it
    first = urlsplit(url).netloc
    for _ in range(MAX_REDIRECTS + 1):
        check_url(url, hosts)
        own = (headers or {}) if urlsplit(url).netloc == first else {}
        try:
            with _ask(url, {**usual, **own}, deadline) as response:
                if response.status == _NOT_MODIFIED and etag:
                    return Fetched(changed=False, etag=etag, size=0)
                if response.status not in MOVED:
                    return _receive(response, url, into, limits.max_bytes, deadline)
                url = redirected(url, response.headers)
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(f"cannot fetch: {reason_of(error)}", where=url) from error
    raise RejectedError(f"more than {MAX_REDIRECTS} redirects", where=url)


def check_url(url: str, hosts: frozenset[str], *, plain: frozenset[str] = frozenset()) -> None:
    """Refuse a URL of another scheme or host than expected, or one that carries credentials.

    `plain` are hosts besides the loopback that may be asked by `http`.
    """
    try:
        parts = urlsplit(url)
        sound = parts.port != 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError as error:
        raise RejectedError("no URL", where=repr(url)) from error
    if not sound:
        raise RejectedError("no URL", where=repr(url))
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK | plain):
        raise RejectedError(f"{parts.scheme!r} where https is needed", where=repr(url))
    if parts.username is not None or parts.password is not None:
        raise RejectedError("credentials in a URL", where=repr(parts.hostname))
    if host not in hosts:
        raise RejectedError(
            f"the host {host!r}, where {' or '.join(sorted(hosts)) or 'none'} is expected",
            where=repr(url),
        )


def _ask(url: str, headers: dict[str, str], deadline: float) -> http.client.HTTPResponse:
    """Send one request, and return whatever the server answers, errors and redirects included."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  # checked by check_url
    return open_url(request, deadline)


def open_url(
    request: urllib.request.Request, deadline: float, *, context: ssl.SSLContext | None = None
) -> http.client.HTTPResponse:
    """Send a request whose URL was checked; return any answer, errors and redirects included.

    `deadline` is one of `time.monotonic`. `context` is that of TLS, by default the system's.
    """
    opener = urllib.request.OpenerDirector()  # bare: no files, no FTP, no redirects of its own
    near = urlsplit(request.full_url).hostname in LOOPBACK | {LINK_LOCAL}
    proxies = {} if near else urllib.request.getproxies()
    opener.add_handler(urllib.request.ProxyHandler(proxies))
    context = context or ssl.create_default_context()
    opener.add_handler(HttpsUntil(deadline, context=context))
    opener.add_handler(HttpUntil(deadline))
    response = opener.open(request, timeout=time_left(deadline))
    if not isinstance(response, http.client.HTTPResponse):  # for the types: nothing else answers
        raise UnavailableError("no HTTP answer", where=request.full_url)
    return response


def _receive(
    response: http.client.HTTPResponse, url: str, into: Path, max_bytes: int, deadline: float
) -> Fetched:
    if response.status != http.client.OK:
        raise UnavailableError(f"the server answers {response.status}", where=url)
    size = 0
    with into.open("wb") as file:
        while chunk := response.read1(_CHUNK):
            time_left(deadline)
            size += len(chunk)
            if size > max_bytes:
                raise RejectedError(f"over {max_bytes} bytes", where=url)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    _check_whole(response, size)
    return Fetched(changed=True, etag=response.headers.get("ETag", ""), size=size)


def read_body(
    response: http.client.HTTPResponse, url: str, *, max_bytes: int, deadline: float
) -> bytes:
    """Return the body of an answer, all of it.

    Raises:
        RejectedError: There is more than `max_bytes`.
        OSError: It did not come in time, or it ended early.
    """
    found = bytearray()
    while chunk := response.read1(_CHUNK):
        time_left(deadline)
        found += chunk
        if len(found) > max_bytes:
            raise RejectedError(f"over {max_bytes} bytes", where=url)
    _check_whole(response, len(found))
    return bytes(found)


def _check_whole(response: http.client.HTTPResponse, size: int) -> None:
    """Refuse a body that is shorter than it was said to be: `read1` ends there without a word."""
    declared = response.headers.get("Content-Length")
    if declared is not None and declared != str(size):
        raise ConnectionError(f"{size} bytes of {declared!r} came")


def redirected(url: str, headers: Message) -> str:
    """Return where an answer that is no file sends us: nowhere by another scheme."""
    target = headers.get("Location")
    if not target:
        raise UnavailableError("a redirect to nowhere", where=url)
    try:
        joined = urljoin(url, target)
        same = urlsplit(joined).scheme == urlsplit(url).scheme
    except ValueError as error:
        raise RejectedError("no URL", where=repr(target)) from error
    if not same:
        raise RejectedError("a redirect to another scheme", where=repr(joined))
    return joined


def reason_of(error: Exception) -> str:
    """Return what went wrong, in the words of the innermost cause that is known."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(cause) or type(error).__name__
