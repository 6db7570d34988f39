"""What a witness remembers: of each log the last note that it cosigned, in one file.

* One request of a log at a time, across threads and processes: the check and the new state are one
  step, or two histories could be cosigned.
* The new state is durable before anybody sees the cosignature. A crash in between costs the asker
  one more request.
* The state carries the witness's own cosignature, which is verified when it is read: a state that
  somebody edited is not built upon.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import TamperedError
from assay.evidence.checkpoints.checkpoint import parse_checkpoint_text, verify_time_of
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES, parse_note
from assay.evidence.checkpoints.witness import LastSeen
from assay.signing.notekey import NoteKey
from assay.system.files import load_file, save_beneath
from assay.system.lock import hold_lock

LOCK_SECONDS: Final = 5.0  # a request takes milliseconds; whoever waits longer asks again
MAX_FORKS: Final = 64  # pairs of notes that are kept of one log; each needs the log's own key


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """The state of one log while it is locked; `note` is empty before the first cosignature."""

    folder: Path
    note: bytes
    last: LastSeen | None

    def save(self, note: bytes) -> None:
        """Remember `note`, durably, in the place of what was remembered.

        Raises:
            UnavailableError: The disk is full, or the like; the old state holds.
        """
        save_beneath(self.folder, Path("last.note"), note)

    def keep_fork(self, note: bytes) -> Path | None:
        """Keep `note` beside what was cosigned: the log signed two trees of one size.

        Returns the folder of both, or None where enough of them are kept already.
        """
        name = hashlib.sha256(note).hexdigest()[:16]
        folder = Path("forks") / name
        forks = self.folder / "forks"
        if forks.is_dir() and len(list(forks.iterdir())) >= MAX_FORKS:
            return None
        save_beneath(self.folder, folder / "cosigned.note", self.note)
        save_beneath(self.folder, folder / "refused.note", note)
        return self.folder / folder


class WitnessState:
    """The folder in which a witness remembers what it cosigned."""

    def __init__(self, folder: Path, key: NoteKey) -> None:
        self._folder = folder
        self._key = key

    @contextmanager
    def locked(self, origin: str) -> Iterator[LogState]:
        """Yield the state of the log `origin`, which nobody else sees or changes in the block.

        Raises:
            UnavailableError: It is locked for too long, or cannot be read.
            TamperedError: It is not what this witness wrote.
        """
        # The origin comes from a note: as a hash, it names no other file.
        folder = self._folder / hashlib.sha256(origin.encode()).hexdigest()
        with hold_lock(folder / "lock", seconds=LOCK_SECONDS):
            path = folder / "last.note"
            note = load_file(path, max_bytes=MAX_NOTE_BYTES) if path.exists() else b""
            last = self._last_seen(note, origin) if note else None
            yield LogState(folder=folder, note=note, last=last)

    def _last_seen(self, note: bytes, origin: str) -> LastSeen:
        at = verify_time_of(note, key=self._key)
        checkpoint = parse_checkpoint_text(parse_note(note).text.decode())
        if checkpoint.origin != origin:
            raise TamperedError(f"the state of another log, {checkpoint.origin!r}")
        return LastSeen(checkpoint=checkpoint, at=at)
