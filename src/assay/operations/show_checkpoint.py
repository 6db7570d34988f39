"""`assay log checkpoint`: the newest checkpoint as a note, to be kept by somebody else."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.operations.ledger import open_ledger
from assay.source.repository import open_repository
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCheckpoint:
    """The log's name and verifier key, and its newest note with all cosignatures."""

    origin: str
    log_key: str
    size: int
    note: bytes


def show_checkpoint(path: Path, *, clock: Clock = now) -> ShownCheckpoint:
    """Return the newest checkpoint of the log of the repository at `path`.

    Raises:
        UsageError: Nothing was recorded yet.
        TamperedError: The log was cut, set back or replaced.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        store = ledger.store
        note = store.cosigned_checkpoint(store.size)
        if note is None:
            raise UsageError("the log is empty", where=store.place)
        return ShownCheckpoint(
            origin=store.origin, log_key=ledger.trust.log_key, size=store.size, note=note
        )


def show_log_key(path: Path, *, clock: Clock = now) -> str:
    """Return the verifier key of the log, as the trust root has it."""
    with open_ledger(open_repository(path), at=clock()) as ledger:
        return ledger.trust.log_key
