"""The auditor's kit: one file with all that the log holds about a subject, and the proofs of it.

Schema `assay.audit-kit/v1`, canonical JSON and in no other form, so that no two readers can see two
kits in the same bytes; nothing in it is a path, and nothing is unpacked.

| Member | Is |
|---|---|
| `subject` | what the kit is about |
| `checkpoints` | signed tree heads, the smallest first, each with its consistency to the last |
| `entries` | envelopes, each with its path to the first of `checkpoints` that covers it |
| `lists` | for a subject or a predicate type: all its entries, and the pages that prove it |

A checkpoint from before the log's current key also says where it is among those that were sealed
(`sealed`). Everything is proven under the last one. Nothing here is verified: see
`evidence.kit.proof`.
"""

import base64
from dataclasses import dataclass, field
from typing import Final

from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import MAX_INTEGER, parse_json, render_canonical_json
from assay.evidence.checkpoints.sealing import SealedPlace
from assay.evidence.exactbase64 import decode_base64
from assay.evidence.merkle import HASH_BYTES, Path

SCHEMA: Final = "assay.audit-kit/v1"
MAX_KIT_BYTES: Final = 2**29  # ten of the largest envelopes, or some 250,000 small ones


@dataclass(frozen=True, slots=True, kw_only=True)
class KitCheckpoint:
    """A note, and the proof that its tree is the beginning of that of the last checkpoint.

    `sealed` is where the note is among those from before the log's current key, None after it.
    """

    note: bytes = field(repr=False)
    consistency: Path = field(repr=False)
    sealed: SealedPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KitEntry:
    """An envelope of the log, and the path from its leaf to a checkpoint."""

    index: int
    envelope: bytes = field(repr=False)
    path: Path = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KitList:
    """All entries about `subject`, or of `predicate_type`: one of the two is None."""

    subject: Digest | None
    predicate_type: str | None
    indexes: tuple[int, ...]
    pages: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The content of a kit; nothing in it is verified yet."""

    subject: Digest
    checkpoints: tuple[KitCheckpoint, ...]
    entries: tuple[KitEntry, ...]
    lists: tuple[KitList, ...]


def render_kit(kit: Kit) -> bytes:
    """Write a kit: the same content, the same bytes."""
    return render_canonical_json(
        {
            "schema": SCHEMA,
            "subject": str(kit.subject),
            "checkpoints": [
                {
                    "note": item.note.decode(),
                    "consistency": _encoded(item.consistency),
                    **_sealed_as_json(item.sealed),
                }
                for item in kit.checkpoints
            ],
            "entries": [
                {
                    "index": item.index,
                    "envelope": base64.b64encode(item.envelope).decode(),
                    "path": _encoded(item.path),
                }
                for item in kit.entries
            ],
            "lists": [
                {
                    "subject": None if item.subject is None else str(item.subject),
                    "predicateType": item.predicate_type,
                    "entries": list(item.indexes),
                    "pages": _encoded(item.pages),
                }
                for item in kit.lists
            ],
        }
    )


def parse_kit(data: bytes) -> Kit:
    """Read a kit.

    Raises:
        MalformedError: Not the canonical form of a kit; a member missing, unknown or of another
            type.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_KIT_BYTES))
    if document.field("schema").text() != SCHEMA:
        raise MalformedError(f"not of the schema {SCHEMA!r}", where="schema")
    kit = Kit(
        subject=_digest(document.field("subject")),
        checkpoints=tuple(_checkpoint(item) for item in document.field("checkpoints").items()),
        entries=tuple(_entry(item) for item in document.field("entries").items()),
        lists=tuple(_list(item) for item in document.field("lists").items()),
    )
    if render_kit(kit) != data:
        raise MalformedError(
            "not the one form of a kit", hint="other members, or JSON that is not canonical"
        )
    return kit


def _checkpoint(value: JsonValue) -> KitCheckpoint:
    return KitCheckpoint(
        note=value.field("note").text().encode(),
        consistency=_hashes(value.field("consistency")),
        sealed=_sealed(value.optional("sealed")),
    )


def _sealed(value: JsonValue | None) -> SealedPlace | None:
    if value is None:
        return None
    return SealedPlace(number=_index(value.field("number")), path=_hashes(value.field("path")))


def _sealed_as_json(place: SealedPlace | None) -> dict[str, object]:
    if place is None:
        return {}
    return {"sealed": {"number": place.number, "path": _encoded(place.path)}}


def _entry(value: JsonValue) -> KitEntry:
    return KitEntry(
        index=_index(value.field("index")),
        envelope=_bytes(value.field("envelope")),
        path=_hashes(value.field("path")),
    )


def _list(value: JsonValue) -> KitList:
    subject, kind = value.optional("subject"), value.optional("predicateType")
    if (subject is None) is (kind is None):
        raise MalformedError("not a subject or a type, one of the two", where=value.where)
    return KitList(
        subject=None if subject is None else _digest(subject),
        predicate_type=None if kind is None else kind.text(),
        indexes=tuple(_index(item) for item in value.field("entries").items()),
        pages=tuple(_bytes(item) for item in value.field("pages").items()),
    )


def _index(value: JsonValue) -> int:
    if not 0 <= value.integer() <= MAX_INTEGER:  # beyond it there is no canonical form
        raise MalformedError(f"no index {value.integer()}", where=value.where)
    return value.integer()


def _digest(value: JsonValue) -> Digest:
    with inside(value.where):
        return parse_digest(value.text())


def _bytes(value: JsonValue) -> bytes:
    with inside(value.where):
        return decode_base64(value.text())


def _hashes(value: JsonValue) -> Path:
    found = tuple(_bytes(item) for item in value.items())
    if any(len(item) != HASH_BYTES for item in found):
        raise MalformedError("a hash that has not 32 bytes", where=value.where)
    return found


def _encoded(items: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(item).decode() for item in items]
