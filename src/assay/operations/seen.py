"""What this machine has seen of a log: its newest checkpoint, and the newest trust root.

Nothing that goes less far is accepted afterwards; so both are only moved forward, however many
processes do that at once: each looks again, and writes, while it holds one lock. To set them back
takes a restored backup, with the word of whoever restored it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from assay.core.errors import TamperedError
from assay.evidence.checkpoints.anchor import ProvingLog, verify_extends
from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.evidence.checkpoints.sealing import verify_seen
from assay.operations.home import Home
from assay.operations.trustfile import load_trust_file
from assay.signing.logkeys import LogKeys, key_history
from assay.signing.trust import TrustRoot, render_trust_root, trust_root_digest
from assay.system.files import load_file, save_file
from assay.system.lock import hold_lock

_SECONDS: Final = 30.0  # longer than anybody holds it, on a slow disk too


def load_anchor(home: Home, origin: str) -> bytes | None:
    """Return the newest checkpoint seen of the log, or None where none was seen yet."""
    path = home.anchor(origin)
    return load_file(path, max_bytes=MAX_NOTE_BYTES) if path.exists() else None


def advance_anchor(home: Home, log: ProvingLog, note: bytes, *, log_key: LogKeys) -> None:
    """Remember that the checkpoint `note` of `log` was seen, unless one that goes further was.

    Raises:
        TamperedError: What was seen meanwhile is not of this log.
        UnavailableError: It cannot be written.
    """
    origin = log_key.name
    reached = verify_checkpoint(note, log_key=key_history(log_key).current).size
    with _locked(home, origin):
        anchor = load_anchor(home, origin)
        if anchor is not None:
            verify_extends(log, anchor, log_key=log_key)
            if verify_seen(anchor, log_key=log_key).size >= reached:
                return
        save_file(home.anchor(origin), note)


def replace_anchor(home: Home, origin: str, note: bytes) -> None:
    """Remember `note`, even where more was seen: for a log that was restored with a loss.

    Raises:
        UnavailableError: It cannot be written.
    """
    with _locked(home, origin):
        save_file(home.anchor(origin), note)


def pin_trust(home: Home, root: TrustRoot) -> None:
    """Pin `root`: nothing before it is accepted any more. A later one that is pinned stays.

    Raises:
        TamperedError: Another trust root was pinned meanwhile, that neither follows nor precedes.
        UnavailableError: It cannot be written.
    """
    path, digest = home.trust(root.log_origin), trust_root_digest(root)
    with _locked(home, root.log_origin):
        if path.exists():
            pinned = load_trust_file(path)
            before = trust_root_digest(pinned)
            if digest in {before, *pinned.history}:
                return
            if before not in root.history:
                raise TamperedError(
                    f"version {root.version} of the trust root does not follow the pinned version "
                    f"{pinned.version}",
                    where=str(path),
                    hint="keep both; owners signed two histories, or one of the files was edited",
                )
        save_file(path, render_trust_root(root))


@contextmanager
def _locked(home: Home, origin: str) -> Iterator[None]:
    with hold_lock(home.lock(origin), seconds=_SECONDS):
        yield
