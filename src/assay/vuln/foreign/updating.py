"""What is asked of the NVD and of GitHub for their feeds: everything once, then what changed.

* The NVD gives changes of at most 120 days at once, GitHub all that are newer than a time.
* A page that is not what was asked for stops the walk: nothing of it is taken.
* An hour is asked for twice, because clocks differ.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlencode, urljoin

from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError, RejectedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.system.httpapi import ApiAnswer
from assay.system.lock import hold_lock
from assay.vuln.advisory import Feed
from assay.vuln.foreign.forms import Reader
from assay.vuln.foreign.ghsa import GHSA, MAX_PAGE_BYTES, ghsa_records
from assay.vuln.foreign.nvd import NVD, check_frame, nvd_records
from assay.vuln.foreign.splitting import split_array
from assay.vuln.foreign.store import Incoming, import_foreign, is_sound, load_foreign_feeds
from assay.vuln.foreign.walking import Ask, Following, Plan, Walk

NVD_PAGE: Final = 2000  # the most that it gives
GHSA_PAGE: Final = 100
_WINDOW: Final = timedelta(days=120)
_LOCK_SECONDS: Final = 60.0
_OVERLAP: Final = timedelta(hours=1)
_NEXT: Final = re.compile(r'<([^<>]{1,2000})>\s*;[^,<]*rel="?next"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server of one feed: where it is, how its pages are told apart, and how they are read."""

    name: str
    first: Callable[[str, str, str], str]  # origin, start (empty: from the beginning), end
    following: Following
    records: Reader


def update_foreign(server: Server, mirror: Path, *, at: datetime, origin: str, ask: Ask) -> Feed:
    """Fetch what changed since the last update, or everything, and return the feed.

    Raises:
        RejectedError: There is less than half of what was there: what a broken server gives.
        MalformedError: A page is not what was asked for. The old data stay.
        UnavailableError: The server does not answer. The old data stay, and the pages that came
            are there for the next time.
    """
    old = load_foreign_feeds(mirror).get(server.name)
    usable = old is not None and old.source == origin and is_sound(mirror, old)
    start = old.etag if old is not None and usable else ""
    end = format_time(at)
    plan = Plan(origin=origin, start=start, end=end, following=server.first(origin, start, end))
    folder = mirror / f"incoming-{server.name}"
    walk = Walk(folder=folder, ask=ask, following=server.following)
    with hold_lock(mirror / f".{server.name}.lock", seconds=_LOCK_SECONDS):
        done = walk.go(plan)
        incoming = Incoming(
            name=server.name,
            documents=walk.pages(done),
            records=server.records,
            origin=origin,
            keep=bool(done.start),
            through=format_time(parse_time(done.end) - _OVERLAP),
        )
        feed = import_foreign(incoming, mirror, at=parse_time(done.end))
        walk.forget()
    return feed


def _first_of_nvd(origin: str, start: str, end: str) -> str:
    query = {"resultsPerPage": str(NVD_PAGE), "startIndex": "0"}
    if start:
        query |= _window(parse_time(start), parse_time(end))
    return f"{origin}?{urlencode(query)}"


def _window(start: datetime, end: datetime) -> dict[str, str]:
    last = min(start + _WINDOW, end)
    return {"lastModStartDate": format_time(start), "lastModEndDate": format_time(last)}


def _following_of_nvd(url: str, answer: ApiAnswer, end: str) -> str:
    """Return the next page of the same window, or the first of the next window."""
    split = split_array(answer.body, "vulnerabilities")
    frame = check_frame(split.frame)
    origin, _, query = url.partition("?")
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    start, total = frame.field("startIndex").integer(), frame.field("totalResults").integer()
    here = start + len(split.places)
    if str(start) != asked["startIndex"] or (here < total and not split.places):
        raise MalformedError(f"the page from {start} of {total}", hint="another one was asked for")
    if here < total:
        return f"{origin}?{urlencode(asked | {'startIndex': str(here)})}"
    through = asked.get("lastModEndDate", end)
    return "" if through >= end else _first_of_nvd(origin, through, end)


def _first_of_ghsa(origin: str, start: str, end: str) -> str:
    query = {"per_page": str(GHSA_PAGE), "sort": "updated", "direction": "asc"}
    changed = {"modified": f"{start}..{end}"} if start else {}
    return f"{origin}?{urlencode(query | changed)}"


def _following_of_ghsa(url: str, answer: ApiAnswer, _: str) -> str:
    """Return the next page by the header `Link`; it must be of the same list."""
    JsonValue(parse_json(answer.body, max_bytes=MAX_PAGE_BYTES)).items()
    found = _NEXT.search(answer.headers.get("link", ""))
    if found is None:
        return ""
    following = urljoin(url, str(found[1]))
    if following.partition("?")[0] != url.partition("?")[0]:
        raise RejectedError("a next page of something else", where=following)
    return following


NVD_SERVER: Final = Server(
    name=NVD, first=_first_of_nvd, following=_following_of_nvd, records=nvd_records
)
GHSA_SERVER: Final = Server(
    name=GHSA, first=_first_of_ghsa, following=_following_of_ghsa, records=ghsa_records
)
