"""`assay log publish`: write the log as a folder of static files, after C2SP tlog-tiles.

* The checkpoint is written last, so whoever reads finds all that it promises.
* What is there stays: tiles never change, and another content in the place of one is refused. So
  publishing again, or after a crash, only adds.
* What was published before must be the beginning of this log.
* A log that asks for witnesses publishes the newest checkpoint that they cosigned.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.digest import sha256_of
from assay.core.errors import TamperedError
from assay.evidence.checkpoints.anchor import verify_extends
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.evidence.checkpoints.sealing import verify_seen
from assay.evidence.leaf import is_large, leaf_of
from assay.evidence.storage.blobs import MAX_BLOB_BYTES
from assay.evidence.store import LogStore
from assay.evidence.tiles.layout import (
    MAX_BUNDLE_BYTES,
    Tile,
    partial_tiles,
    render_bundle,
    render_tile,
    tiles_of,
)
from assay.evidence.tiles.published import CHECKPOINT, blob_path
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.witnessing import WitnessedCheckpoint, required_checkpoint
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import load_file, save_file

_MODE: Final = 0o644  # whoever serves the folder reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of it: the sizes before and after, and how many files were written."""

    origin: str
    old_size: int
    size: int
    files: int


def publish_log(path: Path, folder: Path, *, with_entries: bool, clock: Clock = now) -> Published:
    """Write what `folder` has not yet of the log of the repository at `path`.

    `with_entries` is false to publish hashes alone: then proofs can be made and checked, and
    nothing of the entries is told.

    Raises:
        TamperedError: The folder holds another log, or other bytes in the place of a file.
        UnavailableError: No checkpoint has the cosignatures that the trust root asks for, or the
            folder cannot be written.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        old_size = _published_size(ledger, folder)
        head = required_checkpoint(ledger, at_least=max(old_size, 1))
        writer = _Writer(ledger.store, folder, head.checkpoint.size, with_entries=with_entries)
        writer.write(old_size)
        _save_checkpoint(folder, head)
        return Published(
            origin=ledger.store.origin,
            old_size=old_size,
            size=head.checkpoint.size,
            files=writer.files,
        )


def _published_size(ledger: Ledger, folder: Path) -> int:
    """Return the size of what was published before, which must be the beginning of this log."""
    path = folder / CHECKPOINT
    if not path.exists():
        return 0
    note = load_file(path, max_bytes=MAX_NOTE_BYTES)
    verify_extends(ledger.store, note, log_key=ledger.keys)
    return verify_seen(note, log_key=ledger.keys).size


def _save_checkpoint(folder: Path, head: WitnessedCheckpoint) -> None:
    save_file(folder / CHECKPOINT, head.note, mode=_MODE)


class _Writer:
    """Writes the tiles, bundles and blobs of one size of the log, and counts them."""

    def __init__(self, store: LogStore, folder: Path, size: int, *, with_entries: bool) -> None:
        self.files = 0
        self._store = store
        self._folder = folder
        self._size = size
        self._with_entries = with_entries

    def write(self, since: int) -> None:
        """Write what a log of `since` entries has not.

        The partial tiles of every checkpoint in between are written as well, as far as the full
        ones are not there yet: somebody may hold a proof under that checkpoint.
        """
        for tile in tiles_of(self._size, since=since):
            self._write_tile(tile)
        full = {(tile.level, tile.index) for tile in tiles_of(self._size) if tile == tile.full}
        for size in self._store.checkpoint_sizes(since=since):
            for tile in partial_tiles(min(size, self._size)):
                if (tile.level, tile.index) not in full:
                    self._write_tile(tile)

    def _write_tile(self, tile: Tile) -> None:
        self._write(tile.path, render_tile(tile, self._store.node))
        if tile.level == 0 and self._with_entries:
            numbers = range(tile.start, tile.start + tile.width)
            envelopes = [self._store.entry(number).envelope for number in numbers]
            for entry in filter(is_large, envelopes):
                self._write(blob_path(sha256_of(entry)), entry)
            self._write(tile.bundle_path, render_bundle(tuple(map(leaf_of, envelopes))))

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        if not path.exists():
            save_file(path, data, mode=_MODE)
            self.files += 1
        elif load_file(path, max_bytes=max(MAX_BUNDLE_BYTES, MAX_BLOB_BYTES)) != data:
            raise TamperedError(
                "published before with another content",
                where=str(path),
                hint="publish into an empty folder, and find out who changed this one",
            )
