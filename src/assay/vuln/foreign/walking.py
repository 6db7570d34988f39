"""Walking through the pages of a server, from one to the next, and going on where it broke off.

Pages are kept in a folder until all of them are here: with the time that the walk began with and
up to which it asks, and with the URL that comes next. What was changed while it went on is asked
for by the next walk, which begins where this one was begun.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError, UnavailableError, UsageError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.system.files import load_file, save_file
from assay.system.httpapi import ApiAnswer
from assay.vuln.foreign.forms import MAX_DOCUMENT_BYTES

MAX_PAGES: Final = 20_000  # a walk of the whole NVD has two hundred
_OK: Final = 200
_AGAIN: Final = "again goes on from here"

Ask = Callable[[str], ApiAnswer]
Following = Callable[[str, ApiAnswer, str], str]  # URL, its answer, the plan's end: the next URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a walk asks for: changes since `start`, all where it is empty, and up to `end`."""

    origin: str
    start: str
    end: str
    following: str
    pages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A walk whose pages lie in `folder`. `ask` fetches a page, and waits as the server wants."""

    folder: Path
    ask: Ask
    following: Following

    def go(self, plan: Plan) -> Plan:
        """Fetch all pages of `plan`, or of the one that broke off; return what was asked for.

        Raises:
            UnavailableError: The server does not answer, or with another status; or there is no
                end. The pages that are here stay for the next time.
            MalformedError: A page is not what it should be.
        """
        known = self._load()
        if known is None or known.origin != plan.origin:
            shutil.rmtree(self.folder, ignore_errors=True)
            known = plan
        while known.following:
            known = self._step(known)
        return known

    def pages(self, plan: Plan) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the bytes of each page."""
        for number in range(plan.pages):
            path = self._page(number)
            yield path.name, load_file(path, max_bytes=MAX_DOCUMENT_BYTES)

    def forget(self) -> None:
        """Drop the pages: they have been taken."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _step(self, plan: Plan) -> Plan:
        url = plan.following
        if plan.pages == MAX_PAGES:
            raise UnavailableError(f"more than {MAX_PAGES} pages", where=url)
        answer = self.ask(url)
        if answer.status != _OK:
            raise UnavailableError(f"answered {answer.status}", where=url, hint=_AGAIN)
        with inside(url):
            following = self.following(url, answer, plan.end)
        if following == url:
            raise MalformedError("a page that leads to itself", where=url)
        save_file(self._page(plan.pages), answer.body)
        fresh = Plan(
            origin=plan.origin,
            start=plan.start,
            end=plan.end,
            following=following,
            pages=plan.pages + 1,
        )
        self._save(fresh)
        return fresh

    def _page(self, number: int) -> Path:
        return self.folder / f"{number:06}.json"

    def _save(self, plan: Plan) -> None:
        members = {
            "origin": plan.origin,
            "start": plan.start,
            "end": plan.end,
            "following": plan.following,
            "pages": plan.pages,
        }
        save_file(self.folder / "plan", render_canonical_json(members))

    def _load(self) -> Plan | None:
        """Return the plan of the walk that broke off; None where there is none that can be read."""
        try:
            data = load_file(self.folder / "plan", max_bytes=2**16)
            value = JsonValue(parse_json(data, max_bytes=2**16))
            return Plan(
                origin=value.field("origin").text(),
                start=value.field("start").text(),
                end=value.field("end").text(),
                following=value.field("following").text(),
                pages=value.field("pages").integer(),
            )
        except (UsageError, MalformedError):
            return None
