"""Entries of a transparency log in a bundle: read, and verified against a log of a trusted root.

* A promise (SET, Rekor v1 only) is the log's signature on the entry, its place and its time. It is
  the one thing that proves the integrated time.
* A proof is a path to a root that a checkpoint by the log signs. Root and tree size of the proof
  are those of the checkpoint.
* Both are verified where they are there; one that does not hold refuses the bundle.
"""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from assay.core.errors import MalformedError, ProofError, SignatureInvalidError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import render_canonical_json
from assay.evidence.checkpoint import parse_checkpoint_text
from assay.evidence.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from assay.evidence.note import Note, parse_note
from assay.evidence.sigstore.protojson import (
    bounded,
    bytes_of,
    number_of,
    optional_number,
    refuse_unknown,
)
from assay.evidence.sigstore.trustedroot import LogInstance

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """Where an entry is: in the log at `log`, at `index`; `proven_in` the tree of that size.

    `proven_in` is None where there was only the log's promise. `unchecked` names signers of the
    checkpoint that the trusted root has no key for: witnesses.
    """

    log: str
    index: int
    proven_in: int | None
    unchecked: tuple[str, ...] = ()


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


def verify_log_entry(entry: LogEntry, *, log: LogInstance) -> Logged:
    """Refuse unless `log` promised or proves this entry; return where it is.

    Raises:
        MalformedError: The checkpoint is none, or a promise has no time.
        SignatureInvalidError: The promise or the checkpoint is not signed by the log.
        ProofError: The entry is not in the tree, or the checkpoint is of another log or tree.
    """
    if entry.promise is not None:
        _verify_promise(entry, entry.promise, log)
    if entry.proof is None:
        return Logged(log=log.name, index=entry.index, proven_in=None)
    unchecked = _verify_proof(entry, entry.proof, log)
    return Logged(log=log.name, index=entry.index, proven_in=entry.proof.size, unchecked=unchecked)


def _verify_promise(entry: LogEntry, promise: bytes, log: LogInstance) -> None:
    """Verify the signed entry timestamp: the log's signature on the entry in canonical JSON."""
    if entry.integrated_at is None:
        raise MalformedError("an inclusion promise without an integrated time")
    signed = render_canonical_json(
        {
            "body": base64.b64encode(entry.body).decode(),
            "integratedTime": int(entry.integrated_at.timestamp()),
            "logID": entry.log_id.hex(),
            "logIndex": entry.index,
        }
    )
    with inside("inclusionPromise"):
        log.key.verify(signed, promise)


def _verify_proof(entry: LogEntry, proof: InclusionProof, log: LogInstance) -> tuple[str, ...]:
    with inside("inclusionProof"):
        note = parse_note(proof.checkpoint.encode())
        signer = _verify_note(note, log)
        head = parse_checkpoint_text(note.text.decode())
        _check_origin(head.origin, signer=signer, log=log, tiled=entry.tiled)
        if (head.size, head.root) != (proof.size, proof.root):
            raise ProofError("the checkpoint is of another tree than the proof")
        if entry.tiled and entry.index != proof.index:
            raise ProofError(f"the proof is of entry {proof.index}, the entry is {entry.index}")
        verify_inclusion(
            leaf_hash=leaf_hash(entry.body),
            index=proof.index,
            tree_size=proof.size,
            path=proof.path,
            root_hash=proof.root,
        )
    others = {s.name for s in note.signatures if s.note_id != log.key_id[:4]}
    return tuple(sorted(others))


def _verify_note(note: Note, log: LogInstance) -> str:
    """Return the name under which the log signed the note; every such signature must verify."""
    own = [s for s in note.signatures if s.note_id == log.key_id[:4] and log.may_sign_as(s.name)]
    if not own:
        raise SignatureInvalidError("not signed by the log", where="checkpoint")
    for signature in own:
        with inside("checkpoint"):
            log.key.verify(note.text, signature.value)
    return own[0].name


def _check_origin(origin: str, *, signer: str, log: LogInstance, tiled: bool) -> None:
    """Refuse the checkpoint of another log. Rekor v1 adds the number of its tree to its name."""
    if tiled:
        if origin != signer or origin not in log.origins:
            raise ProofError(f"a checkpoint of {origin!r}, where the log is {log.name!r}")
    elif origin != signer and not origin.startswith(f"{signer} - "):
        raise ProofError(f"a checkpoint of {origin!r}, signed as {signer!r}")


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
