"""`assay log backup`: the whole log in one portable file.

The file has the record (entries, checkpoints, cosignatures, large envelopes included), and nothing
that follows from it; no private key, and no trust root: whoever restores must know whom they trust.
It fits SQLite and PostgreSQL alike. The log is checked first, so that a damaged one is found while
there may still be another copy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.evidence.backup.record import (
    MANIFEST,
    BackedUp,
    Manifest,
    Part,
    describe_part,
    render_manifest,
    render_parts,
)
from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.evidence.store import LogStore
from assay.operations.ledger import open_ledger
from assay.signing.notekey import NoteKey
from assay.source.repository import open_repository
from assay.system.archives import Member
from assay.system.clock import now
from assay.system.zipwriter import create_zip


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """The log that was backed up, and how many of its entries."""

    origin: str
    size: int


def backup_log(path: Path, file: Path, *, clock: Clock = now) -> BackupMade:
    """Write the log of the repository at `path` into `file`, which must not be there yet.

    Raises:
        UsageError: The file is there, or the log is empty.
        TamperedError: The log is not what was recorded.
        UnavailableError: It cannot be written.
    """
    at = clock()
    with open_ledger(open_repository(path), at=at) as ledger:
        store = ledger.store
        if store.verify(log_key=ledger.keys) is None:
            raise UsageError("nothing to back up: the log is empty", where=store.place)
        backup = _Backup(store, ledger.log_key, at)
        create_zip(file, backup.members())
        return BackupMade(origin=store.origin, size=backup.size)


class _Backup:
    """The members of the file, made while they are written; `size` holds when they were."""

    def __init__(self, store: LogStore, log_key: NoteKey, at: datetime) -> None:
        self.size = 0
        self._store = store
        self._log_key = log_key
        self._at = at
        self._note = b""

    def members(self) -> Iterator[Member]:
        parts = list[Part]()
        for name, data in render_parts(self._heads()):
            parts.append(describe_part(name, data))
            yield Member(name=name, data=data)
        self.size = verify_checkpoint(self._note, log_key=self._log_key).size
        manifest = Manifest(
            origin=self._store.origin,
            size=self.size,
            note=self._note,
            made_at=self._at,
            parts=tuple(parts),
        )
        yield Member(name=MANIFEST, data=render_manifest(manifest))

    def _heads(self) -> Iterator[BackedUp]:
        for head in self._store.backed_up():
            self._note = head.note
            yield head
