"""Asking a service that holds a key, under the rules of `assay.system.http`, without redirects.

* Only for requests that may be sent twice: what fails on the way, or is turned away for the moment,
  is tried again, a few times and within the one time limit.
* `http` is for the loopback, and for the metadata service of a cloud's machines, which has a fixed
  address that no router passes on.
* Headers carry tokens: they are in no `repr` and no message.
"""

import http.client
import ssl
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assay import __version__
from assay.core.errors import UnavailableError, UsageError
from assay.core.printable import printable
from assay.system.hosts import LINK_LOCAL
from assay.system.http import FetchLimits, check_url, open_url, read_body, reason_of

ATTEMPTS: Final = 3
_PAUSE_SECONDS: Final = 0.2  # doubled each time
_FOR_THE_MOMENT: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """What to ask. `authorities` is a file of TLS roots instead of those of the system, or None."""

    method: str
    url: str
    host: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    authorities: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What the service answered, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    body: bytes = field(repr=False)


def ask_api(request: ApiRequest, *, limits: FetchLimits) -> ApiAnswer:
    """Return the answer to `request`, which may have been sent up to `ATTEMPTS` times.

    Raises:
        RejectedError: The URL is of another scheme or host than expected, or carries credentials;
            or there is more than `limits.max_bytes` in the answer.
        UsageError: The file of authorities cannot be read, or a header cannot be sent.
        UnavailableError: No answer in time.
    """
    for name, value in request.headers.items():  # http.client would name the value in its error
        if not (value.isascii() and value.isprintable()):
            raise UsageError(f"what belongs into {name} has characters that cannot be sent")
    plain = frozenset({LINK_LOCAL}) & {request.host}
    check_url(request.url, frozenset({request.host}), plain=plain)
    context = _context(request)
    deadline = time.monotonic() + limits.seconds
    for attempt in range(ATTEMPTS):
        last = attempt == ATTEMPTS - 1
        try:
            answer = _ask(request, context, limits.max_bytes, deadline)
            if last or answer.status not in _FOR_THE_MOMENT:
                return answer
        except (OSError, http.client.HTTPException) as error:
            if last or time.monotonic() >= deadline:
                raise UnavailableError(
                    f"cannot ask: {reason_of(error)}", where=request.url
                ) from error
        time.sleep(min(_PAUSE_SECONDS * 2**attempt, max(0.0, deadline - time.monotonic())))
    raise AssertionError  # the last attempt returns or raises


def _ask(
    request: ApiRequest, context: ssl.SSLContext, max_bytes: int, deadline: float
) -> ApiAnswer:
    sent = urllib.request.Request(  # noqa: S310  # checked by ask_api
        request.url,
        data=request.body,
        headers={
            "User-Agent": f"assay/{__version__}",
            "Accept-Encoding": "identity",
            **request.headers,
        },
        method=request.method,
    )
    with open_url(sent, deadline, context=context) as response:
        body = read_body(response, request.url, max_bytes=max_bytes, deadline=deadline)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return ApiAnswer(status=response.status, headers=headers, body=body)


def _context(request: ApiRequest) -> ssl.SSLContext:
    authorities = request.authorities
    if authorities is None and request.url.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not used; it would trust nobody
    try:
        return ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"no file of TLS authorities: {error.strerror or 'it is empty'}",
            where=printable(str(authorities)),
        ) from error
