"""Anchors: a checkpoint that somebody kept elsewhere, against a log that was cut, reset or forked.

Whoever holds the store and the log's key can make any log verify in itself. What they cannot do
is make it extend a checkpoint that they have already shown to somebody.
"""

from typing import Protocol

from assay.core.errors import ProofError, TamperedError, inside
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import Checkpoint, verify_checkpoint
from assay.evidence.checkpoints.sealing import verify_seen
from assay.evidence.merkle import EMPTY_ROOT, Path, verify_consistency
from assay.signing.logkeys import LogKeys, key_history
from assay.signing.notekey import NoteKey


class AnotherHistoryError(TamperedError):
    """The log does not begin with what was seen of it: its key signed two histories.

    `seen` is the note that was seen, `newest` the one that contradicts it.
    """

    def __init__(self, size: int, *, seen: bytes, newest: bytes) -> None:
        super().__init__(
            f"another log: its first {size} entries are not those that were seen",
            where="log",
            hint="keep both; somebody used the log's key to sign two histories",
        )
        self.seen = seen
        self.newest = newest


class ProvingLog(Protocol):
    """A log that can prove that it only grew."""

    def latest_checkpoint(self) -> bytes | None:
        """Return the newest checkpoint, as a note."""

    def consistency_proof(self, old: int, new: int) -> Path:
        """Return the proof that the first `old` entries of `new` are the same."""


def verify_extends(log: ProvingLog, anchor_note: bytes, *, log_key: LogKeys) -> Checkpoint:
    """Refuse unless `log` begins with what `anchor_note` saw; return its newest checkpoint.

    Raises:
        MalformedError, SignatureInvalidError: The anchor, or the newest checkpoint, is none of
            this log's key.
        TamperedError: The log was cut or set back: it is shorter.
        AnotherHistoryError: It was replaced: it is another.
    """
    with inside("anchor"):
        seen = verify_seen(anchor_note, log_key=log_key)
    newest = _newest(log, log_key=key_history(log_key).current)
    if newest.size < seen.size:
        raise TamperedError(
            f"cut or set back: {entries(newest.size)}, where {seen.size} were seen",
            where="log",
            hint="restore a copy that holds what the anchor saw",
        )
    if seen.size == 0:
        return newest
    try:
        verify_consistency(
            old_size=seen.size,
            new_size=newest.size,
            old_root=seen.root,
            new_root=newest.root,
            path=log.consistency_proof(seen.size, newest.size),
        )
    except ProofError as error:
        newest_note = log.latest_checkpoint() or b""
        raise AnotherHistoryError(seen.size, seen=anchor_note, newest=newest_note) from error
    return newest


def _newest(log: ProvingLog, *, log_key: NoteKey) -> Checkpoint:
    note = log.latest_checkpoint()
    if note is None:
        return Checkpoint(origin=log_key.name, size=0, root=EMPTY_ROOT)
    with inside("log"):
        return verify_checkpoint(note, log_key=log_key)
