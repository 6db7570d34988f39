"""`assay log prove` and `assay log check-proof`: that an entry is in the log, as one text file.

The file is a C2SP tlog-proof. It is checked offline, by anybody, against keys that they name.
"""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import inside
from assay.core.notchecked import NotChecked
from assay.evidence.checkpoints.checkpoint import Cosigned, verify_cosigned
from assay.evidence.leaf import leaf_of
from assay.evidence.storage.blobs import MAX_BLOB_BYTES
from assay.evidence.tiles.tlogproof import (
    MAX_PROOF_BYTES,
    TlogProof,
    parse_tlog_proof,
    render_tlog_proof,
    verify_tlog_proof,
)
from assay.operations.entryname import named_entry
from assay.operations.ledger import open_ledger
from assay.operations.verifierkeys import NO_WITNESS, read_log_key, read_witness_keys
from assay.operations.witnessing import required_checkpoint
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import load_file, save_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A proof as text, the index it is about, and the size of the tree that it leads to."""

    index: int
    size: int
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChecked:
    """What a proof shows: which log, where in it, under how many entries, seen by whom."""

    origin: str
    index: int
    size: int
    cosigned: tuple[Cosigned, ...]
    not_checked: tuple[NotChecked, ...]


def prove_log(path: Path, entry: str, *, clock: Clock = now) -> Proved:
    """Return the proof of an entry, named by its index or by the digest of its envelope.

    It leads to the newest checkpoint with the cosignatures that the trust root asks for.

    Raises:
        UsageError: The log has no such entry.
        UnavailableError: No checkpoint over it has enough cosignatures.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        index = named_entry(ledger, entry)
        head = required_checkpoint(ledger, at_least=index + 1)
        size = head.checkpoint.size
        proof = TlogProof(
            index=index,
            path=ledger.store.inclusion_proof(index, size=size),
            checkpoint=head.note,
        )
        return Proved(index=index, size=size, proof=render_tlog_proof(proof))


def save_proof(path: Path, proved: Proved) -> None:
    """Write the proof into a file.

    Raises:
        UnavailableError: It cannot be written.
    """
    save_file(path, proved.proof)


def check_proof(
    path: Path, *, entry: Path, log_key: str, witnesses: tuple[str, ...], quorum: int
) -> ProofChecked:
    """Refuse unless the proof in `path` shows that the envelope in `entry` is in the log.

    `log_key` is the verifier key of the log; `quorum` of the `witnesses`, named by their verifier
    keys, must have cosigned.

    Raises:
        UsageError: A key that is none, or a quorum that cannot be reached.
        RejectedError: The proof does not show it.
    """
    known, log = read_witness_keys(witnesses, quorum=quorum), read_log_key(log_key)
    data = load_file(path, max_bytes=MAX_PROOF_BYTES)
    leaf = leaf_of(load_file(entry, max_bytes=MAX_BLOB_BYTES))
    with inside(str(path)):
        proof = parse_tlog_proof(data)
        checkpoint = verify_tlog_proof(proof, entry=leaf, log_key=log)
        cosigned = verify_cosigned(proof.checkpoint, witnesses=known, quorum=quorum)
    return ProofChecked(
        origin=checkpoint.origin,
        index=proof.index,
        size=checkpoint.size,
        cosigned=cosigned,
        not_checked=() if quorum else (NO_WITNESS,),
    )
