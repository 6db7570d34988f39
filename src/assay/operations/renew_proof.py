"""`assay log renew`: saved verdicts and proofs with the cosignatures that came since.

A verdict is saved when it is made; the witnesses look later. The file is written again with a proof
under the first checkpoint over its entry that enough witnesses cosigned: of those, its date is the
nearest to the time of record. What the file says of the entry does not change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.core.digest import sha256_of
from assay.core.errors import UsageError, inside
from assay.evidence.checkpoints.checkpoint import Cosigned, verify_time
from assay.evidence.checkpoints.sealing import verify_seen
from assay.evidence.leaf import leaf_of
from assay.evidence.tiles.tlogproof import (
    TlogProof,
    parse_tlog_proof,
    render_tlog_proof,
    verify_tlog_proof,
)
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.savedverdict import (
    MAX_BYTES,
    SavedVerdict,
    load_verdict,
    save_verdict,
)
from assay.operations.witnessing import WitnessedCheckpoint, first_witnessed
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import load_file, save_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A file that was written again: its entry, and the checkpoint that its proof leads to now."""

    file: Path
    index: int
    size: int
    dated: str
    cosigned: tuple[Cosigned, ...]

    def as_json(self) -> dict[str, object]:
        """Return the object in the document that `--json` prints."""
        return {
            "file": str(self.file),
            "index": self.index,
            "size": self.size,
            "dated": self.dated,
            "cosigned": [
                {"witness": item.name, "at": format_time(item.at)} for item in self.cosigned
            ],
        }


def renew_proofs(path: Path, files: tuple[Path, ...], *, clock: Clock = now) -> tuple[Renewed, ...]:
    """Renew `files`, each a saved verdict or a tlog-proof, from the log of the repository.

    Raises:
        UsageError: A file is not there, or what it is about is not in this log.
        RejectedError: It is neither of both, or its proof does not hold.
        UnavailableError: Fewer witnesses have cosigned than the trust root asks for.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        found = tuple(_renewed(ledger, file) for file in files)
    for _, write in found:  # all of them can be renewed, or none is touched
        write()
    return tuple(renewed for renewed, _ in found)


def _renewed(ledger: Ledger, file: Path) -> tuple[Renewed, Callable[[], None]]:
    """Return what the file will say, and what writes it."""
    data = load_file(file, max_bytes=MAX_BYTES)
    if data.lstrip()[:1] == b"{":
        saved = load_verdict(file)
        index = _index_of(ledger, saved, file)
        head, proof = _proven(ledger, index)
        write = partial(save_verdict, file, SavedVerdict(envelope=saved.envelope, proof=proof))
    else:
        with inside(str(file)):
            index = _index_in(ledger, data)
        head, proof = _proven(ledger, index)
        write = partial(save_file, file, proof)
    renewed = Renewed(
        file=file,
        index=index,
        size=head.checkpoint.size,
        dated=format_time(verify_time(head.note, log_key=ledger.log_key)),
        cosigned=head.cosigned,
    )
    return renewed, write


def _proven(ledger: Ledger, index: int) -> tuple[WitnessedCheckpoint, bytes]:
    """Return the checkpoint that a proof of entry `index` leads to, and the proof."""
    head = first_witnessed(ledger, index)
    path = ledger.store.inclusion_proof(index, size=head.checkpoint.size)
    return head, render_tlog_proof(TlogProof(index=index, path=path, checkpoint=head.note))


def _index_of(ledger: Ledger, saved: SavedVerdict, file: Path) -> int:
    """Return where the log has the envelope of a saved verdict."""
    digest = sha256_of(saved.envelope)
    entry = ledger.find(digest)
    if entry is None:
        raise UsageError(
            f"this log does not hold the verdict {digest}",
            where=str(file),
            hint="run it in the repository whose log the verdict is in",
        )
    return entry.index


def _index_in(ledger: Ledger, data: bytes) -> int:
    """Return which entry of this log a tlog-proof is about, when it proves that."""
    proof = parse_tlog_proof(data)
    seen = verify_seen(proof.checkpoint, log_key=ledger.keys)  # of this log, before it is asked
    entry = ledger.entry(proof.index)
    log_key = ledger.keys.of_size(seen.size)
    verify_tlog_proof(proof, entry=leaf_of(entry.envelope), log_key=log_key)
    return entry.index
