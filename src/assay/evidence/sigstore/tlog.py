"""Entries of a transparency log, verified against a log of a trusted root.

* A promise (SET, Rekor v1 only) is the log's signature on the entry, its place and its time. It is
  the one thing that proves the integrated time.
* A proof is a path to a root that a checkpoint by the log signs. Root and tree size of the proof
  are those of the checkpoint.
* Both are verified where they are there; one that does not hold refuses the bundle.
"""

import base64

from assay.core.errors import MalformedError, ProofError, SignatureInvalidError, inside
from assay.core.strictjson import render_canonical_json
from assay.evidence.checkpoints.checkpoint import parse_checkpoint_text
from assay.evidence.checkpoints.note import Note, parse_note
from assay.evidence.merkle import leaf_hash, verify_inclusion
from assay.evidence.sigstore.testimony import Logged
from assay.evidence.sigstore.tlogentry import InclusionProof, LogEntry
from assay.evidence.sigstore.trustedroot import LogInstance


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
