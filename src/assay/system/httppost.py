"""Asking a server by POST, under the rules of `assay.system.http`, without following redirects."""

import http.client
import time
import urllib.request
from dataclasses import dataclass

from assay import __version__
from assay.core.errors import UnavailableError
from assay.system.http import FetchLimits, check_url, open_url, read_body, reason_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What the server answered, whatever its status."""

    status: int
    content_type: str
    body: bytes


def post_bytes(url: str, body: bytes, *, hosts: frozenset[str], limits: FetchLimits) -> Posted:
    """Send `body` to `url`, and return the answer.

    Raises:
        RejectedError: The URL is of another scheme or host than expected, or carries credentials;
            or there is more than `limits.max_bytes` in the answer.
        UnavailableError: No answer in time.
    """
    deadline = time.monotonic() + limits.seconds
    check_url(url, hosts)
    headers = {
        "User-Agent": f"assay/{__version__}",
        "Accept-Encoding": "identity",
        "Content-Type": "application/octet-stream",
    }
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  # checked above
    try:
        with open_url(request, deadline) as response:
            return Posted(
                status=response.status,
                content_type=response.headers.get("Content-Type", ""),
                body=read_body(response, url, max_bytes=limits.max_bytes, deadline=deadline),
            )
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError(f"cannot ask: {reason_of(error)}", where=url) from error
