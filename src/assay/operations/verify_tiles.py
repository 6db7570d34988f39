"""`assay log check-tiles`: a published log, checked offline against the key of the log alone."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.evidence.checkpoints.checkpoint import Cosigned, verify_cosigned
from assay.evidence.storage.blobs import MAX_BLOB_BYTES
from assay.evidence.tiles.layout import MAX_BUNDLE_BYTES
from assay.evidence.tiles.published import Read, open_tiled_log
from assay.operations.verifierkeys import NO_WITNESS, read_log_key, read_witness_keys
from assay.system.files import load_file


@dataclass(frozen=True, slots=True, kw_only=True)
class TilesChecked:
    """What was found intact in a published log, and who cosigned its checkpoint."""

    origin: str
    size: int
    root: str
    cosigned: tuple[Cosigned, ...]
    not_checked: tuple[NotChecked, ...]


def verify_tiles(
    folder: Path, *, log_key: str, witnesses: tuple[str, ...], quorum: int
) -> TilesChecked:
    """Check the published log in `folder`: every entry and tile, and the checkpoint.

    Raises:
        UsageError: A key that is none, or a quorum that cannot be reached.
        RejectedError: The first fault found; `where` names the file.
    """
    known, key = read_witness_keys(witnesses, quorum=quorum), read_log_key(log_key)
    if not folder.is_dir():
        raise UsageError("no such folder", where=str(folder))
    log = open_tiled_log(_reader(folder), log_key=key)
    cosigned = verify_cosigned(log.note, witnesses=known, quorum=quorum)
    with_entries = log.checkpoint.size == 0 or (folder / "tile" / "entries").exists()
    log.verify(with_entries=with_entries)
    return TilesChecked(
        origin=log.checkpoint.origin,
        size=log.checkpoint.size,
        root=log.checkpoint.root.hex(),
        cosigned=cosigned,
        not_checked=tuple(_gaps(folder, with_entries=with_entries, quorum=quorum)),
    )


def _gaps(folder: Path, *, with_entries: bool, quorum: int) -> list[NotChecked]:
    gaps = list[NotChecked]()
    if not with_entries:
        gaps.append(
            NotChecked(what="entries", where=str(folder), why="only their hashes are published")
        )
    if not quorum:
        gaps.append(NO_WITNESS)
    return gaps


def _reader(folder: Path) -> Read:
    """Return what reads the files of a published log; names come from sizes, not from outside."""

    def read(name: str) -> bytes | None:
        path = folder / name
        if not path.exists():
            return None
        return load_file(path, max_bytes=max(MAX_BUNDLE_BYTES, MAX_BLOB_BYTES))

    return read
