"""`assay log compare`: can these checkpoints of one log all be true?

Two of one size are compared as they are. For others the tree is needed: that of this repository's
log. What contradicts is kept as a proof that stands for itself: `assay.evidence.checkpoints.fork`.
"""

import itertools
from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import UnavailableError, inside
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import Checkpoint
from assay.evidence.checkpoints.fork import MAX_FORK_BYTES, Fork, find_fork, parse_fork, verify_fork
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.evidence.checkpoints.sealing import verify_seen
from assay.evidence.store import LogStore
from assay.operations.forks import keep_fork
from assay.operations.home import load_trust, open_home, open_log
from assay.operations.ledger import load_keys
from assay.operations.verifierkeys import read_log_key
from assay.signing.logkeys import LogKeys
from assay.source.repository import open_repository
from assay.system.files import load_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The sizes that were compared; those of a fork, if there is one, and where its proof is."""

    origin: str
    sizes: tuple[int, ...]
    fork: tuple[int, int] | None
    kept: Path | None


def compare_checkpoints(path: Path, notes: tuple[Path, ...]) -> Compared:
    """Compare the checkpoints in the files `notes` with each other, and with the log at `path`.

    The anchor is not looked at first: what is compared here may be the reason that it does not fit.

    Raises:
        MalformedError, SignatureInvalidError, ProofError: One is not a checkpoint of this log.
        UnavailableError: One has more entries than this log, so nothing can be told about it.
    """
    home = open_home()
    with open_log(open_repository(path), home, create=False) as store:
        log_key = load_keys(store, load_trust(home, store.origin))
        seen = [_load_seen(note, log_key) for note in notes]
        if (newest := store.latest_checkpoint()) is not None:
            seen.append((verify_seen(newest, log_key=log_key), newest))
        ordered = sorted(seen, key=lambda pair: pair[0].size)
        fork = _find(ordered, store, log_key)
        sizes = tuple(checkpoint.size for checkpoint, _ in ordered)
        if fork is None:
            return Compared(origin=store.origin, sizes=sizes, fork=None, kept=None)
        first, second = verify_fork(fork, log_key=log_key)
        return Compared(
            origin=store.origin,
            sizes=sizes,
            fork=(first.size, second.size),
            kept=keep_fork(home, fork, store.origin),
        )


def check_fork(path: Path, *, log_key: str) -> tuple[Checkpoint, Checkpoint]:
    """Return the two checkpoints that the proof in `path` shows to contradict each other.

    Raises:
        UsageError: `log_key` is no verifier key.
        RejectedError: It proves nothing.
    """
    key = read_log_key(log_key)
    data = load_file(path, max_bytes=MAX_FORK_BYTES)
    with inside(str(path)):
        return verify_fork(parse_fork(data), log_key=key)


def _load_seen(path: Path, log_key: LogKeys) -> tuple[Checkpoint, bytes]:
    note = load_file(path, max_bytes=MAX_NOTE_BYTES)
    with inside(str(path)):
        return verify_seen(note, log_key=log_key), note


def _find(
    ordered: list[tuple[Checkpoint, bytes]], store: LogStore, log_key: LogKeys
) -> Fork | None:
    """Return a proof of the first contradiction; notes that none is found for are all true."""
    for (one, note), (other, next_note) in itertools.pairwise(ordered):
        if one.size == other.size and one.root != other.root:
            return Fork(first=note, second=next_note, root_then=other.root, path=())
    newest = store.latest_checkpoint()
    size = store.size
    for checkpoint, note in ordered:
        if checkpoint.size > size or newest is None:
            raise UnavailableError(
                f"{entries(checkpoint.size)}, where this log has {size}",
                where=store.place,
                hint="this log was cut or set back, or the note is ahead of it: fetch the log",
            )
        if fork := find_fork(note, newest, store, log_key=log_key):
            return fork
    return None
