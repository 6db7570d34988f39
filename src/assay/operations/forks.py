"""Proofs that a log's key signed two histories: found, kept outside the log, and named.

They lie in `forks/` of the data folder, as `assay.fork/v1`. Whoever has one can show it to anybody
who knows the log's key.
"""

from pathlib import Path

from assay.core.digest import sha256_of
from assay.core.errors import RejectedError
from assay.evidence.checkpoints.anchor import AnotherHistoryError, verify_extends
from assay.evidence.checkpoints.checkpoint import Checkpoint
from assay.evidence.checkpoints.fork import Fork, find_fork, render_fork
from assay.evidence.store import LogStore
from assay.operations.home import Home
from assay.signing.logkeys import LogKeys
from assay.system.files import save_file


def verify_history(store: LogStore, note: bytes, *, log_key: LogKeys, home: Home) -> Checkpoint:
    """Refuse unless `store` begins with what `note` saw; keep the proof of a fork.

    Raises:
        MalformedError, SignatureInvalidError: The note, or the newest checkpoint, is none of this
            log's key.
        TamperedError: The log was cut, set back or replaced; where it was replaced, the hint names
            the proof.
    """
    try:
        return verify_extends(store, note, log_key=log_key)
    except AnotherHistoryError as error:
        fork = _proof(store, error, log_key)
        if fork is not None:
            kept = keep_fork(home, fork, store.origin)
            error.hint = f"the log's key signed two histories; the proof is in {kept}"
        raise


def keep_fork(home: Home, fork: Fork, origin: str) -> Path:
    """Keep the proof, under a name that follows from its content; return where it is."""
    data = render_fork(fork)
    path = home.fork(origin, sha256_of(data).hex[:16])
    save_file(path, data, mode=0o600)
    return path


def _proof(store: LogStore, error: AnotherHistoryError, log_key: LogKeys) -> Fork | None:
    """Return the proof, or None where the stored tree is damaged as well: then it shows nothing."""
    try:
        return find_fork(error.seen, error.newest, store, log_key=log_key)
    except RejectedError:
        return None
