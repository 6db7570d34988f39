"""OSV records (schema 1.x), read strictly where they are relied on, and written back in short.

* Members that this version does not know are passed over: the schema grows within a major version.
* Kinds of ranges and events that it does not know are kept by name, so that whoever evaluates
  them can say "unknown".
* Another major version is refused: its words may mean something else.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.vuln.advisory import ABOVE, Advisory, Affected, Event, Range, Rating
from assay.vuln.package import normal_name

MAX_ADVISORY_BYTES: Final = 8 * 2**20  # the largest that we have seen has half of it
SCHEMA_VERSION: Final = "1.7.0"  # of what `render_advisory` writes
MAX_SUMMARY: Final = 200  # characters of prose kept where a record has no summary
_BEGINNINGS: Final = frozenset({"introduced", ABOVE})
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,199}\Z")
_SCHEMA: Final = re.compile(r"1\.[0-9]+(\.[0-9]+)?([-+].*)?\Z")


def parse_advisory(data: bytes) -> Advisory:
    """Read one OSV record.

    Raises:
        MalformedError: Not strict JSON, of another major version than 1, without a field that
            the schema requires, or with a field of another type than it has.
    """
    return advisory_of(JsonValue(parse_json(data, max_bytes=MAX_ADVISORY_BYTES)))


def advisory_of(record: JsonValue) -> Advisory:
    """Read one OSV record that is part of another document, as `parse_advisory` does."""
    version = record.optional_text("schema_version", "1.0.0")  # absent means 1.0.0
    if not _SCHEMA.match(version):
        raise MalformedError(f"schema version {version!r}, where 1.x is read")
    database = record.optional("database_specific")
    withdrawn, published = record.optional("withdrawn"), record.optional("published")
    return Advisory(
        id=_identifier(record.field("id")),
        modified=_time(record.field("modified")),
        published=None if published is None else _time(published),
        withdrawn=None if withdrawn is None else _time(withdrawn),
        aliases=_identifiers(record, "aliases"),
        related=_identifiers(record, "related"),
        upstream=_identifiers(record, "upstream"),
        summary=_summary(record),
        ratings=_ratings(record),
        label=_loose_text(database, "severity").lower(),
        affected=tuple(
            _affected(item)
            for item in record.optional_items("affected")
            if item.optional("package") is not None  # about commits alone: no package has it
        ),
    )


def _identifier(value: JsonValue) -> str:
    text = value.text()
    if not _ID.match(text):
        raise MalformedError(f"{text!r} is no identifier", where=value.where)
    return text


def _identifiers(record: JsonValue, name: str) -> tuple[str, ...]:
    """Return other ids. Looser than a record's own: one that is misspelt joins nothing, no more."""
    return tuple(_needed(item) for item in record.optional_items(name))


def _time(value: JsonValue) -> datetime:
    text = value.text()
    with inside(value.where):
        return parse_time(text)


def _summary(record: JsonValue) -> str:
    """Return the summary, or the first line of the prose, without terminal sequences."""
    text = record.optional_text("summary").strip() or record.optional_text("details").strip()
    return printable(text.partition("\n")[0].strip(), limit=MAX_SUMMARY)


def _ratings(value: JsonValue) -> tuple[Rating, ...]:
    return tuple(
        Rating(type=item.field("type").text(), score=item.field("score").text())
        for item in value.optional_items("severity")
    )


def _loose_text(value: JsonValue | None, name: str) -> str:
    """Return a text from the part of a record that every database fills as it likes, or ''."""
    members = value.value if value is not None else None
    found = members.get(name) if isinstance(members, dict) else None
    return found if isinstance(found, str) else ""


def _affected(item: JsonValue) -> Affected:
    package = item.field("package")
    specific = item.optional("ecosystem_specific")
    return Affected(
        ecosystem=_needed(package.field("ecosystem")),
        name=_needed(package.field("name")),
        purl=package.optional_text("purl"),
        ranges=tuple(range_of(entry) for entry in item.optional_items("ranges")),
        versions=_texts(item.optional("versions")),
        ratings=_ratings(item),
        informational=_loose_text(item.optional("database_specific"), "informational"),
        specific=MappingProxyType(
            {key: value.value for key, value in specific.members()} if specific else {}
        ),
    )


def _texts(value: JsonValue | None) -> tuple[str, ...]:
    """Return the elements of an array of text: some records have thousands."""
    whole = value.value if value is not None else ()
    if isinstance(whole, list) and all(type(item) is str for item in whole):
        return tuple(whole)
    return () if value is None else tuple(item.text() for item in value.items())


def _needed(value: JsonValue) -> str:
    text = value.text()
    if not text or not text.isprintable():
        raise MalformedError(f"{text!r} as a name", where=value.where)
    return text


def range_of(value: JsonValue) -> Range:
    """Read one entry of `ranges`.

    Raises:
        MalformedError: It begins nowhere, or an event is none.
    """
    kind = value.field("type").text()
    events = tuple(_event(item) for item in value.field("events").items())
    if not any(event.kind in _BEGINNINGS for event in events):
        raise MalformedError("a range that begins nowhere", where=value.field("events").where)
    return Range(type=kind, events=events, repo=value.optional_text("repo"))


def _event(value: JsonValue) -> Event:
    members = value.members()
    if len(members) != 1:
        raise MalformedError(f"{len(members)} members in an event, not 1", where=value.where)
    kind, version = members[0]
    return Event(kind, version.text())


def render_advisory(advisory: Advisory, affected: Iterable[Affected]) -> bytes:
    """Write an advisory as a short OSV record about `affected` alone: the same bytes every time.

    What `parse_advisory` reads is kept; prose, references and credits are left out. Symbols may
    hold numbers with fractions, so this is not the canonical form of what we sign.
    """
    return render_members(advisory_members(advisory, affected))


def render_members(record: Mapping[str, object]) -> bytes:
    """Write the members of a record that have something in them."""
    return _ENCODER.encode({key: value for key, value in record.items() if value}).encode()


def advisory_members(advisory: Advisory, affected: Iterable[Affected]) -> dict[str, object]:
    """Return the members of the record that `render_advisory` writes."""
    record: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "id": advisory.id,
        "modified": format_time(advisory.modified),
        "aliases": list(advisory.aliases),
        "related": list(advisory.related),
        "upstream": list(advisory.upstream),
        "summary": advisory.summary,
        "severity": _render_ratings(advisory.ratings),
        "database_specific": {"severity": advisory.label} if advisory.label else None,
        "affected": [_render_affected(item) for item in affected],
    }
    for name, at in (("published", advisory.published), ("withdrawn", advisory.withdrawn)):
        record[name] = None if at is None else format_time(at)
    return record


def _render_affected(item: Affected) -> dict[str, object]:
    rendered: dict[str, object] = {
        "package": {"ecosystem": item.ecosystem, "name": item.name, "purl": item.purl},
        "ranges": [range_members(entry) for entry in item.ranges],
        "versions": list(item.versions),
        "severity": _render_ratings(item.ratings),
        "ecosystem_specific": dict(item.specific),
    }
    if item.informational:
        rendered["database_specific"] = {"informational": item.informational}
    return {key: value for key, value in rendered.items() if value}


def range_members(entry: Range) -> dict[str, object]:
    """Return the members of an entry of `ranges`, as `range_of` reads it."""
    return {
        "type": entry.type,
        "repo": entry.repo,
        "events": [{event.kind: event.version} for event in entry.events],
    }


def _render_ratings(ratings: Iterable[Rating]) -> list[dict[str, str]]:
    return [{"type": rating.type, "score": rating.score} for rating in ratings]


def glean_packages(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the (ecosystem, normal name) pairs that an unreadable record seems to be about.

    Nothing at all where the bytes are no JSON, or where any entry cannot be made out: the record
    may then be about any package.
    """
    try:
        record = JsonValue(parse_json(data, max_bytes=MAX_ADVISORY_BYTES))
        pairs = [
            (package.field("ecosystem").text(), package.field("name").text())
            for package in (item.field("package") for item in record.field("affected").items())
        ]
    except MalformedError:
        return ()
    return tuple(sorted({(eco, normal_name(eco, name)) for eco, name in pairs}))
