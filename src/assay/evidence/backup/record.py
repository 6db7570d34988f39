"""A log in one portable file: the record itself, from which everything else is computed again.

A backup is a zip archive of `manifest.json` and of parts. The parts, one after the other, are
records: the envelopes that a checkpoint added, then its note, then the cosignatures on it, and so
on for each checkpoint. A record is a letter (`E`, `C`, `L`), its length in four bytes, and its
bytes. Nothing in it is believed before the log's key has verified it; the manifest tells damage
from forgery, and what should be there.

Manifest, schema `assay.backup/v1`: the log's origin, the number of its entries, the newest
checkpoint, when the backup was made, and name, length and digest of each part.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import MalformedError, TamperedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.evidence.storage.batch import ENTRY_BYTES, MAX_BATCH_BYTES
from assay.evidence.storage.blobs import MAX_BLOB_BYTES

SCHEMA: Final = "assay.backup/v1"
MANIFEST: Final = "manifest.json"
PART_BYTES: Final = 16 * 2**20  # a part is closed when it has as many
MAX_PART_BYTES: Final = PART_BYTES + MAX_BLOB_BYTES + 5
MAX_PARTS: Final = 100_000
MAX_MANIFEST_BYTES: Final = 16 * 2**20  # what is said of so many parts takes 13 of them

_ENVELOPE: Final = b"E"
_NOTE: Final = b"C"
_LINES: Final = b"L"
_HEADER_BYTES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """One checkpoint of a log: the envelopes that it added, its note, and the cosignatures."""

    envelopes: tuple[bytes, ...]
    note: bytes
    lines: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What the manifest says of a part."""

    name: str
    size: int
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `note` is the newest checkpoint; nothing here is verified."""

    origin: str
    size: int
    note: bytes
    made_at: datetime
    parts: tuple[Part, ...]


def render_parts(heads: Iterable[BackedUp]) -> Iterator[tuple[str, bytes]]:
    """Yield the parts by name: all records in their order, cut between two of them."""
    number, records, size = 0, list[bytes](), 0
    for record in _records(heads):
        records.append(record)
        size += len(record)
        if size >= PART_BYTES:
            yield _part_name(number), b"".join(records)
            number, records, size = number + 1, [], 0
    if records:
        yield _part_name(number), b"".join(records)


def parse_parts(parts: Iterable[bytes], *, max_bytes: int = MAX_BATCH_BYTES) -> Iterator[BackedUp]:
    """Yield what the parts hold; nothing of it is verified yet.

    `max_bytes` bounds what is held in memory for one checkpoint, with `ENTRY_BYTES` for each
    envelope: as much as a log records under one.

    Raises:
        MalformedError: A record that is none, that is not in its place, or more entries under one
            checkpoint than a log records.
    """
    envelopes, note, lines = list[bytes](), b"", b""
    records = (record for part in parts for record in _split(part))
    for kind, data in _bounded(records, max_bytes):
        if kind != _LINES and note:
            yield BackedUp(envelopes=tuple(envelopes), note=note, lines=lines)
            envelopes, note, lines = [], b"", b""
        if kind == _ENVELOPE:
            envelopes.append(data)
        elif kind == _NOTE:
            note = data
        elif note and not lines:
            lines = data
        else:
            raise MalformedError("cosignatures of no checkpoint", where="backup")
    if note:
        yield BackedUp(envelopes=tuple(envelopes), note=note, lines=lines)
    elif envelopes:
        raise MalformedError("entries under no checkpoint", where="backup")


def describe_part(name: str, data: bytes) -> Part:
    """Return what the manifest has to say of a part."""
    return Part(name=name, size=len(data), digest=sha256_of(data))


def verify_part(part: Part, data: bytes) -> bytes:
    """Return `data`, if it is what the manifest says.

    Raises:
        TamperedError: It is damaged.
    """
    if describe_part(part.name, data) != part:
        raise TamperedError("not what the manifest says", where=part.name)
    return data


def render_manifest(manifest: Manifest) -> bytes:
    """Write the manifest as canonical JSON."""
    return render_canonical_json(
        {
            "schema": SCHEMA,
            "origin": manifest.origin,
            "size": manifest.size,
            "checkpoint": manifest.note.decode(),
            "madeAt": format_time(manifest.made_at),
            "parts": [
                {"name": part.name, "size": part.size, "digest": str(part.digest)}
                for part in manifest.parts
            ],
        }
    )


def parse_manifest(data: bytes) -> Manifest:
    """Read the manifest; nothing in it is verified yet.

    Raises:
        MalformedError: Not of that schema.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    if document.field("schema").text() != SCHEMA:
        raise MalformedError(f"not of the schema {SCHEMA!r}", where="schema")
    return Manifest(
        origin=document.field("origin").text(),
        size=document.field("size").integer(),
        note=document.field("checkpoint").text().encode(),
        made_at=document.field("madeAt").parsed(parse_time),
        parts=tuple(_parse_part(i, p) for i, p in enumerate(document.field("parts").items())),
    )


def _parse_part(number: int, value: JsonValue) -> Part:
    name = value.field("name").text()
    if name != _part_name(number):
        raise MalformedError(f"the part {name!r}, where {_part_name(number)!r} follows")
    digest = value.field("digest").parsed(parse_digest)
    return Part(name=name, size=value.field("size").integer(), digest=digest)


def _part_name(number: int) -> str:
    return f"part-{number:06}"


def _records(heads: Iterable[BackedUp]) -> Iterator[bytes]:
    for head in heads:
        for envelope in head.envelopes:
            yield _record(_ENVELOPE, envelope)
        yield _record(_NOTE, head.note)
        if head.lines:
            yield _record(_LINES, head.lines)


def _record(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4) + data


def _bounded(
    records: Iterable[tuple[bytes, bytes]], max_bytes: int
) -> Iterator[tuple[bytes, bytes]]:
    """Yield `records`, unless there are more envelopes one after the other than one may hold."""
    held = 0
    for kind, data in records:
        held = held + len(data) + ENTRY_BYTES if kind == _ENVELOPE else 0
        if held > max_bytes:
            raise MalformedError(
                f"more than {max_bytes} bytes of entries under one checkpoint", where="backup"
            )
        yield kind, data


def _split(part: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(part):
        kind, length = part[at : at + 1], int.from_bytes(part[at + 1 : at + _HEADER_BYTES])
        start = at + _HEADER_BYTES
        at = start + length
        if kind not in {_ENVELOPE, _NOTE, _LINES} or at > len(part) or not length:
            raise MalformedError("a record that is none", where="backup")
        yield kind, part[start:at]
