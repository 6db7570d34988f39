"""Fetching large files over HTTPS so that a fetch that broke off goes on where it ended.

The rules of `assay.system.http` hold: hosts, schemes, sizes, redirects and time. What came before
is used again only while the server has the same file: it is asked by `If-Range` with the strong
ETag that the part began with, which lies beside the part. Anything else begins anew.
"""

import http.client
import os
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from assay import __version__
from assay.core.errors import RejectedError, UnavailableError
from assay.system.http import (
    MAX_REDIRECTS,
    MOVED,
    Fetched,
    FetchLimits,
    check_url,
    open_url,
    reason_of,
    redirected,
)
from assay.system.httpdeadline import time_left

Report = Callable[[int, int | None], None]  # bytes that are here, and bytes in all if known

_CHUNK: Final = 2**18
_MAX_TAG: Final = 1024


def fetch_resumed(
    url: str, *, into: Path, hosts: frozenset[str], limits: FetchLimits, etag: str, report: Report
) -> Fetched:
    """Write what is at `url` into the file `into`, unless it is still what `etag` names.

    `into` may hold a part from a fetch that broke off: it is gone on with, if the server has the
    same file still. A fetch that breaks off leaves its part there for the next one.

    Raises:
        RejectedError: The URL, or one that it redirects to, is of another scheme or host than
            expected, or carries credentials; or there is more than `limits.max_bytes`.
        UnavailableError: No answer in time, another one than the file, or half of it.
    """
    deadline = time.monotonic() + limits.seconds
    part = _Part(into)
    for _ in range(MAX_REDIRECTS + 1):
        check_url(url, hosts)
        request = urllib.request.Request(url, headers=_headers(etag, part))  # noqa: S310  # checked
        try:
            with open_url(request, deadline) as response:
                if response.status == http.client.NOT_MODIFIED and etag:
                    part.drop()
                    return Fetched(changed=False, etag=etag, size=0)
                if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and part.size:
                    part.drop()
                    continue
                if response.status not in MOVED:
                    return _receive(response, url, part, limits.max_bytes, deadline, report)
                url = redirected(url, response.headers)
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(
                f"cannot fetch: {reason_of(error)}", where=url, hint="again goes on from here"
            ) from error
    raise RejectedError(f"more than {MAX_REDIRECTS} redirects", where=url)


class _Part:
    """What is here of a file, and the strong ETag of the whole that it is a part of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark = path.with_name(f"{path.name}.etag")
        self.tag = self._mark.read_text("ascii")[:_MAX_TAG] if self._mark.exists() else ""
        self.size = path.stat().st_size if self.tag and path.exists() else 0

    def begin(self, tag: str) -> None:
        """Forget what is here, and note the ETag of what comes, if one can go on from it."""
        self.drop()
        self.tag = tag
        if tag:
            self._mark.write_text(tag, "ascii")

    def drop(self) -> None:
        """Forget what is here."""
        self.path.unlink(missing_ok=True)
        self.finish()
        self.tag, self.size = "", 0

    def finish(self) -> None:
        """Take the mark of a part away: what is here is whole."""
        self._mark.unlink(missing_ok=True)


def _headers(etag: str, part: _Part) -> dict[str, str]:
    headers = {"User-Agent": f"assay/{__version__}", "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    if part.size:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": part.tag}
    return headers


def _receive(  # one answer, and all that bounds it
    response: http.client.HTTPResponse,
    url: str,
    part: _Part,
    max_bytes: int,
    deadline: float,
    report: Report,
) -> Fetched:
    tag = response.headers.get("ETag", "")
    if response.status == http.client.PARTIAL_CONTENT:
        _check_goes_on(response, url, part)
    elif response.status == http.client.OK:
        part.begin(tag if _is_strong(tag) else "")
    else:
        raise UnavailableError(f"the server answers {response.status}", where=url)
    size = part.size
    declared = response.headers.get("Content-Length", "")
    total = size + int(declared) if declared.isdecimal() else None
    with part.path.open("ab") as file:
        while chunk := response.read1(_CHUNK):
            time_left(deadline)
            size += len(chunk)
            if size > max_bytes:
                file.truncate(0)
                raise RejectedError(f"over {max_bytes} bytes", where=url)
            file.write(chunk)
            report(size, total)
        file.flush()
        os.fsync(file.fileno())
    if total is not None and size != total:
        hint = "again goes on from here"
        raise UnavailableError(f"{size} bytes of {total} came", where=url, hint=hint)
    part.finish()
    return Fetched(changed=True, etag=tag, size=size)


def _check_goes_on(response: http.client.HTTPResponse, url: str, part: _Part) -> None:
    """Refuse a range that does not begin where the part ends, or is of another file."""
    given = response.headers.get("Content-Range", "")
    tag = response.headers.get("ETag", part.tag)
    if not part.size or not given.startswith(f"bytes {part.size}-") or tag != part.tag:
        part.drop()
        raise UnavailableError(f"a range that was not asked for: {given!r}", where=url)


def _is_strong(tag: str) -> bool:
    return tag.startswith('"') and tag.isascii() and tag.isprintable() and len(tag) <= _MAX_TAG
