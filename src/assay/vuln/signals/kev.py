"""CISA's catalogue of known exploited vulnerabilities (KEV), read strictly where it is relied on.

An entry that cannot be read refuses the whole catalogue: a vulnerability that is left out of it
would look as if nobody exploited it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,199}\Z")
MAX_KEV_BYTES: Final = 64 * 2**20  # forty times what it has after four years


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownExploited:
    """One entry: since when it is listed, and whether ransomware is known to use it."""

    added: date
    ransomware: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KevCatalogue:
    """The catalogue as released at a time; entries by CVE id."""

    released_at: datetime
    entries: Mapping[str, KnownExploited]


def parse_kev(data: bytes) -> KevCatalogue:
    """Read the catalogue in CISA's JSON form.

    Raises:
        MalformedError: Not strict JSON, a field that is relied on is missing or no such value,
            no entry at all, or as many entries as it says are not there.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_KEV_BYTES))
    released = document.field("dateReleased")
    listed = document.field("vulnerabilities").items()
    entries = {item.field("cveID").parsed(_id): _entry(item) for item in listed}
    count = document.field("count")
    if not listed or count.integer() != len(listed):
        raise MalformedError(
            f"{len(listed)} entries, where it says {count.integer()}", where=count.where
        )
    return KevCatalogue(released_at=released.parsed(_moment), entries=entries)


def _entry(item: JsonValue) -> KnownExploited:
    return KnownExploited(
        added=item.field("dateAdded").parsed(_day),
        ransomware=item.optional_text("knownRansomwareCampaignUse").lower() == "known",
    )


def _id(text: str) -> str:
    if not _ID.match(text):  # it would match nothing, and nobody would miss it
        raise MalformedError(f"{text[:80]!r} is no id")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MalformedError(f"{text!r} is no date") from error


def _moment(text: str) -> datetime:
    """Read a time, or a day; one without a zone is in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedError(f"{text!r} is no time") from error
    if found.tzinfo is None:
        return datetime.combine(
            found.date(), time(found.hour, found.minute, found.second, tzinfo=UTC)
        )
    return found
