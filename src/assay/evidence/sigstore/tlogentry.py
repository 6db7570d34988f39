"""The form of a log entry in a bundle: what is claimed of its place, its proof and its promise."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.evidence.merkle import HASH_BYTES
from assay.evidence.sigstore.protojson import (
    bounded,
    bytes_of,
    number_of,
    optional_number,
    refuse_unknown,
)

MAX_PATH: Final = 64  # hashes: a tree of 2^63 entries has a path of 63
_LATEST: Final = 253402300799  # the last second of the year 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """A path from an entry to a root, and the note that signs it."""

    index: int
    size: int
    root: bytes
    path: tuple[bytes, ...] = field(repr=False)
    checkpoint: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An entry as the bundle claims it; `body` is what the log's leaf is made of."""

    index: int
    log_id: bytes
    kind: str
    version: str
    integrated_at: datetime | None
    promise: bytes | None
    proof: InclusionProof | None
    body: bytes = field(repr=False)

    @property
    def tiled(self) -> bool:
        """Whether only a Rekor v2 log has such entries; there is no integrated time in one."""
        return self.version == "0.0.2" and self.kind in {"hashedrekord", "dsse"}

    @property
    def promised_at(self) -> datetime | None:
        """The integrated time, where a promise covers it; without one it proves nothing."""
        return None if self.promise is None else self.integrated_at


def parse_log_entry(value: JsonValue, *, needs_proof: bool) -> LogEntry:
    """Read one entry.

    Raises:
        MalformedError: Not of the form; or neither a promise nor a proof; or no proof where one
            is needed.
    """
    refuse_unknown(
        value,
        frozenset(
            {
                *("logIndex", "logId", "kindVersion", "integratedTime"),
                *("inclusionPromise", "inclusionProof", "canonicalizedBody"),
            }
        ),
    )
    log_id, kind = value.field("logId"), value.field("kindVersion")
    refuse_unknown(log_id, frozenset({"keyId"}))
    refuse_unknown(kind, frozenset({"kind", "version"}))
    promise, proof = _promise(value), _proof(value, needed=needs_proof)
    if promise is None and proof is None:
        raise MalformedError("neither an inclusion proof nor a promise", where=value.where)
    return LogEntry(
        index=optional_number(value, "logIndex"),
        log_id=bytes_of(log_id.field("keyId")),
        kind=kind.field("kind").text(),
        version=kind.field("version").text(),
        integrated_at=_integrated(value),
        promise=promise,
        proof=proof,
        body=bytes_of(value.field("canonicalizedBody")),
    )


def _promise(value: JsonValue) -> bytes | None:
    promise = value.optional("inclusionPromise")
    if promise is None:
        return None
    refuse_unknown(promise, frozenset({"signedEntryTimestamp"}))
    return bytes_of(promise.field("signedEntryTimestamp"))


def _proof(value: JsonValue, *, needed: bool) -> InclusionProof | None:
    """Return the proof. In version 0.1 one without a checkpoint says nothing, and is not used."""
    proof = value.optional("inclusionProof")
    if proof is None or (not needed and proof.optional("checkpoint") is None):
        if needed:
            raise MalformedError("no inclusionProof", where=value.where)
        return None
    refuse_unknown(proof, frozenset({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}))
    note = proof.field("checkpoint")
    refuse_unknown(note, frozenset({"envelope"}))
    hashes = bounded(proof.optional_items("hashes"), most=MAX_PATH, what="hashes in a path")
    found = InclusionProof(
        index=optional_number(proof, "logIndex"),
        size=number_of(proof.field("treeSize")),
        root=bytes_of(proof.field("rootHash")),
        path=tuple(bytes_of(item) for item in hashes),
        checkpoint=note.field("envelope").text(),
    )
    if len(found.root) != HASH_BYTES:
        raise MalformedError(f"a root of {len(found.root)} bytes", where=proof.where)
    return found


def _integrated(value: JsonValue) -> datetime | None:
    seconds = optional_number(value, "integratedTime")
    if seconds > _LATEST:
        raise MalformedError("a time after the year 9999", where=value.where)
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None
