"""Asking a forge: with bounds, and so that every way of not answering is told apart.

* One host, which the user named; a token goes there and nowhere else. Redirects are not followed.
* An answer is strict JSON of a bounded size. Lists are followed by their `Link` header, on the same
  interface, up to `MAX_PAGES`, and never in a circle.
* Absent (404), forbidden (401, 403), asked too often (429, and 403 with a limit that is used up)
  and out of order (5xx) are four answers; none of them is "nothing there".
* Each question has its limits of time and size; how many there are follows from the pages.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

from assay.core.clock import format_time
from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.secret import Secret
from assay.core.strictjson import parse_json
from assay.system.hosts import LOOPBACK
from assay.system.http import FetchLimits
from assay.system.httpapi import ApiAnswer, ApiRequest, ask_api

MAX_PAGES: Final = 50  # of 100 entries each; a repository has fewer members and reviews
PAGE: Final = 100
MAX_ANSWER_BYTES: Final = 8 * 2**20
SECONDS: Final = 60.0  # of one question
LIMITS: Final = FetchLimits(max_bytes=MAX_ANSWER_BYTES, seconds=SECONDS)
_OK: Final = 200
_NEXT: Final = re.compile(r'<([^<>]{1,2000})>\s*;[^,<]*rel="?next"?')


class AbsentError(UnavailableError):
    """The forge says that there is no such thing, or that the token may not know of it."""


class ForbiddenError(UnavailableError):
    """The token may not ask this."""


class TooOftenError(UnavailableError):
    """The forge answers no more for a while; the hint says for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeClient:
    """The interface of a forge at `url`, such as `https://api.github.com`."""

    url: str
    headers: Mapping[str, str] = field(repr=False)  # the token among them
    limits: FetchLimits = field(default_factory=lambda: LIMITS)

    def get(self, *path: str, **query: str) -> JsonValue:
        """Return the document at `path`, whose segments are escaped here.

        Raises:
            AbsentError: The forge says 404.
            ForbiddenError: It says 401 or 403.
            TooOftenError: It was asked too often.
            UnavailableError: It did not answer, or with another status.
            MalformedError: What it answered is no strict JSON.
            RejectedError: It is too large.
        """
        return self._document(self._ask(self._url(path, query)))

    def pages(self, *path: str, **query: str) -> Iterator[JsonValue]:
        """Yield the entries of the list at `path`, from all its pages.

        Raises:
            MalformedError: Not a list, or its pages lead in a circle or elsewhere.
            UnavailableError: As in `get`; or there are more than `MAX_PAGES`.
        """
        url = self._url(path, {"per_page": str(PAGE), **query})
        asked: set[str] = set()
        while url:
            if url in asked:
                raise MalformedError("pages that lead in a circle", where=_place(url))
            if len(asked) == MAX_PAGES:
                raise UnavailableError(f"more than {MAX_PAGES} pages", where=_place(url))
            asked.add(url)
            answer = self._ask(url)
            yield from self._document(answer).items()
            url = self._next(answer, url)

    def _url(self, path: tuple[str, ...], query: Mapping[str, str]) -> str:
        escaped = "/".join(quote(part, safe="") for part in path)
        return f"{self.url}/{escaped}" + (f"?{urlencode(query)}" if query else "")

    def _ask(self, url: str) -> ApiAnswer:
        request = ApiRequest(
            method="GET",
            url=url,
            host=urlsplit(self.url).hostname or "",
            headers=self.headers,
            body=None,
            authorities=None,
        )
        answer = ask_api(request, limits=self.limits)
        if answer.status != _OK:
            raise _refusal(answer, url)
        return answer

    def _document(self, answer: ApiAnswer) -> JsonValue:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if "html" in kind:
            raise MalformedError(
                "a web page, where JSON is needed",
                where=_place(self.url),
                hint="name the address of the interface: …/api/v3, …/api/v4 or …/api/v1",
            )
        return JsonValue(parse_json(answer.body, max_bytes=self.limits.max_bytes))

    def _next(self, answer: ApiAnswer, url: str) -> str:
        found = _NEXT.search(answer.headers.get("link", ""))
        if found is None:
            return ""
        try:
            following: str = urljoin(url, str(found[1]))
        except ValueError as error:
            raise MalformedError("a next page at no URL", where=_place(url)) from error
        if not following.startswith(f"{self.url}/"):
            raise MalformedError(
                f"a next page outside {self.url}: {printable(following)!r}", where=_place(url)
            )
        return following


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryApi:
    """The part of an interface that is about one repository: every path begins with `top`.

    `paging` is asked of every list besides.
    """

    client: ForgeClient
    top: tuple[str, ...]
    paging: Mapping[str, str] = field(default_factory=dict)

    def get(self, *path: str, **query: str) -> JsonValue:
        """Return a document, as `ForgeClient.get` does."""
        return self.client.get(*self.top, *path, **query)

    def optional(self, *path: str, **query: str) -> JsonValue | None:
        """Return a document, or None where the forge knows of none."""
        try:
            return self.get(*path, **query)
        except AbsentError:
            return None

    def pages(self, *path: str, **query: str) -> Iterator[JsonValue]:
        """Yield the entries of a list, as `ForgeClient.pages` does."""
        return self.client.pages(*self.top, *path, **self.paging, **query)


def open_client(url: str, headers: Mapping[str, str]) -> ForgeClient:
    """Return a client of the interface at `url`, with a header for each of `headers`.

    Raises:
        UsageError: Not the address of an interface.
    """
    if not _is_address(url):
        raise UsageError(
            f"{printable(url)!r} is no address of a forge", hint="write it as https://host/api/v4"
        )
    return ForgeClient(url=url.rstrip("/"), headers={"Accept": "application/json", **headers})


def _is_address(url: str) -> bool:
    """Tell whether `url` is of https, or of the loopback: no query, and no credentials."""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return sound and safe and not parts.query and not parts.fragment and parts.username is None


def bearer(token: Secret | None) -> dict[str, str]:
    """Return the header that carries `token`, if there is one."""
    return {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}


def _refusal(answer: ApiAnswer, url: str) -> UnavailableError:
    where = _place(url)
    if answer.status == 429 or (answer.status == 403 and _used_up(answer)):
        return TooOftenError("the forge was asked too often", where=where, hint=_when(answer))
    if answer.status == 401:
        return ForbiddenError(
            "the forge does not take the token, or wants one",
            where=where,
            hint="set it in ASSAY_GITHUB_TOKEN, GITLAB_TOKEN or GITEA_TOKEN",
        )
    if answer.status == 403:
        return ForbiddenError("the token may not ask this", where=where)
    if answer.status in {404, 405, 410}:  # 405: not for a repository of this kind
        return AbsentError("the forge knows of no such thing, or does not say so", where=where)
    if 300 <= answer.status < 400:
        return UnavailableError(
            "it has moved, and redirects are not followed", where=where, hint="name the new place"
        )
    return UnavailableError(f"the forge answers {answer.status}", where=where, hint="try again")


def _used_up(answer: ApiAnswer) -> bool:
    left = answer.headers.get("x-ratelimit-remaining") or answer.headers.get("ratelimit-remaining")
    return left == "0" or "retry-after" in answer.headers


def _when(answer: ApiAnswer) -> str:
    """Say when to come back, as far as the forge says it."""
    seconds = answer.headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]{1,6}", seconds):
        return f"try again in {seconds} seconds"
    epoch = answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset") or ""
    if re.fullmatch(r"[0-9]{1,11}", epoch):
        return f"try again after {format_time(datetime.fromtimestamp(int(epoch), UTC))}"
    return "try again later"


def _place(url: str) -> str:
    """Return a URL as it is shown: a token is never in one, and queries only fill the line."""
    return printable(url.partition("?")[0])
