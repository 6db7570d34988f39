"""`assay log restore`: a backup in the place of a log that has gone.

* All of it is verified against the log's key, which the trust root in the data folder names, before
  any of it counts; it is one transaction.
* A backup that is older than what was seen of the log (by the anchor, or by a witness) is refused:
  it would set the log back. Whoever goes on all the same says why. What was seen is then kept
  beside the anchor, and a signed statement about the loss is recorded in the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.digest import sha256_of
from assay.core.errors import (
    AssayError,
    MalformedError,
    TamperedError,
    UsageError,
    inside,
)
from assay.core.notchecked import NotChecked
from assay.core.wording import entries
from assay.evidence.backup.record import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    MAX_PART_BYTES,
    MAX_PARTS,
    Manifest,
    parse_manifest,
    parse_parts,
    verify_part,
)
from assay.evidence.checkpoints.anchor import verify_extends
from assay.evidence.checkpoints.checkpoint import Checkpoint, verify_checkpoint, verify_dated
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.statement import Statement, Subject
from assay.evidence.store import LogStore, open_store
from assay.operations.cosign_log import configured_witnesses, size_at_witness
from assay.operations.home import (
    Home,
    load_origin,
    load_trust,
    log_location,
    open_blobs,
    open_home,
    save_origin,
)
from assay.operations.record import open_recorder
from assay.operations.seen import load_anchor, replace_anchor
from assay.signing.logkeys import EarlierKey, KeyHistory
from assay.signing.notekey import NoteKey, parse_note_key
from assay.source.repository import Repository, open_repository
from assay.system.archives import ZipLimits, read_zip
from assay.system.clock import now
from assay.system.files import save_file

RESTORE_TYPE: Final = "urn:assay:predicate:log-restore:v1"
_LIMITS: Final = ZipLimits(
    members=MAX_PARTS + 1,
    member_bytes=max(MAX_PART_BYTES, MAX_MANIFEST_BYTES),
    total_bytes=2**50,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The log, its size, how many entries that were seen are lost, and what was not asked."""

    origin: str
    size: int
    lost: int
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The largest size that somebody has seen of the log, who it was, and the anchor's note."""

    size: int
    by: str
    at: str  # RFC 3339, empty where it is not known
    note: bytes

    def __str__(self) -> str:
        """Return who has seen how many entries, and when."""
        when = f" at {self.at}" if self.at else ""
        return f"{self.by} has seen {self.size}{when}"


def restore_log(path: Path, file: Path, *, accept_loss: str, clock: Clock = now) -> Restored:
    """Put the backup in `file` in the place of the log of the repository at `path`.

    `accept_loss` is empty, or the reason to go on with a backup older than what was seen.

    Raises:
        UsageError: There is a log already, no such file, or no trust root for its log.
        MalformedError: No backup.
        TamperedError: It is damaged, not what was signed, or older than what was seen.
        UnavailableError: It cannot be written; there is no log then.
    """
    repository, home = open_repository(path), open_home()
    manifest = _load_manifest(file)
    log_keys = _log_keys(home, repository, manifest)
    newest = verify_checkpoint(manifest.note, log_key=log_keys[-1])
    seen, gaps = _seen(home, manifest, log_keys)
    if newest.size < seen.size and not accept_loss:
        raise TamperedError(
            f"the backup has {entries(newest.size)}, of which {seen}",
            where=str(file),
            hint="restore a newer one; --accept-loss REASON goes on, and records that",
        )
    _restore(repository, home, file, manifest, log_keys=log_keys, may_lose=bool(accept_loss))
    lost = max(seen.size - newest.size, 0)
    if lost:
        _leave_trace(repository, home, manifest, seen, reason=accept_loss, clock=clock)
    return Restored(origin=manifest.origin, size=newest.size, lost=lost, not_checked=tuple(gaps))


def _log_keys(home: Home, repository: Repository, manifest: Manifest) -> tuple[NoteKey, ...]:
    """Return the keys that the log had, the first one first, if it may stand in this repository."""
    there = load_origin(repository)
    if there not in {"", manifest.origin}:
        raise UsageError(
            f"a backup of {manifest.origin!r}, where the log here is {there!r}",
            hint="restore it into the repository that it was made of",
        )
    root = load_trust(home, manifest.origin)
    return tuple(map(parse_note_key, (*(one.key for one in root.earlier_log_keys), root.log_key)))


def _seen(
    home: Home, manifest: Manifest, log_keys: tuple[NoteKey, ...]
) -> tuple[_Seen, list[NotChecked]]:
    """Return the largest size that the anchor or a witness has seen, and who did not answer."""
    seen, gaps = _Seen(size=0, by="", at="", note=b""), list[NotChecked]()
    anchor = load_anchor(home, manifest.origin)
    if anchor is not None:
        with inside("anchor"):
            log_key = _signed_by(anchor, log_keys)
            checkpoint, dated = verify_dated(anchor, log_key=log_key)
        size, at = checkpoint.size, format_time(dated)
        seen = _Seen(size=size, by="this machine", at=at, note=anchor)
    for url in configured_witnesses(home):
        try:
            size = size_at_witness(url, manifest.note)
        except AssayError as error:
            gaps.append(NotChecked(what="what a witness has seen", where=url, why=error.what))
            continue
        if size > seen.size:
            seen = _Seen(size=size, by=f"the witness at {url}", at="", note=seen.note)
    return seen, gaps


def _restore(
    repository: Repository,
    home: Home,
    file: Path,
    manifest: Manifest,
    *,
    log_keys: tuple[NoteKey, ...],
    may_lose: bool,
) -> None:
    location = log_location(repository)
    anchor = load_anchor(home, manifest.origin)
    with (
        _made(location),
        open_store(location, origin=manifest.origin, create=True, blobs=open_blobs()) as store,
    ):

        def check(newest: Checkpoint) -> None:
            if newest != verify_checkpoint(manifest.note, log_key=log_keys[-1]):
                raise TamperedError("not the checkpoint that the manifest names", where=str(file))
            if anchor is not None:
                restoring = _Restoring(store, manifest.note)
                _check_anchor(restoring, anchor, log_keys, may_lose=may_lose)

        if store.size:
            raise UsageError("there is a log already", where=store.place, hint="move it away first")
        with inside(str(file)):
            heads = parse_parts(_load_parts(file, manifest))
            store.restore(heads, log_keys=log_keys, check=check)
    save_origin(repository, manifest.origin)
    if anchor is None:
        replace_anchor(home, manifest.origin, manifest.note)


@contextmanager
def _made(location: Path | str) -> Iterator[None]:
    """Take a file away that the block made, if it fails: what is left would look like a log."""
    new = isinstance(location, Path) and not location.exists()
    try:
        yield
    except BaseException:
        if isinstance(location, Path) and new:
            for ending in ("", "-wal", "-shm"):
                location.with_name(location.name + ending).unlink(missing_ok=True)
        raise


class _Restoring:
    """The log inside the transaction that restores it, for proofs."""

    def __init__(self, store: LogStore, note: bytes) -> None:
        self._store = store
        self._note = note

    def latest_checkpoint(self) -> bytes:
        return self._note

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        return self._store.consistency_proof(old, new)


def _check_anchor(
    log: _Restoring, anchor: bytes, log_keys: tuple[NoteKey, ...], *, may_lose: bool
) -> None:
    """Refuse another history than was seen; a shorter one only where no loss was accepted."""
    seen = verify_checkpoint(anchor, log_key=_signed_by(anchor, log_keys))
    newest = verify_checkpoint(log.latest_checkpoint(), log_key=log_keys[-1])
    if may_lose and seen.size > newest.size:
        return
    before = EarlierKey(key=_signed_by(anchor, log_keys), until=seen.size)
    earlier = () if before.key == log_keys[-1] else (before,)
    verify_extends(log, anchor, log_key=KeyHistory(current=log_keys[-1], earlier=earlier))


def _signed_by(anchor: bytes, log_keys: tuple[NoteKey, ...]) -> NoteKey:
    """Return the newest key of the log that signed what was seen of it here."""
    note = parse_note(anchor)
    return next((key for key in reversed(log_keys) if note.by(key)), log_keys[-1])


def _leave_trace(
    repository: Repository,
    home: Home,
    manifest: Manifest,
    seen: _Seen,
    *,
    reason: str,
    clock: Clock,
) -> None:
    """Keep what was seen, let the restored log be the newest seen, and record the loss in it."""
    if seen.note:
        kept = home.lost_anchor(manifest.origin, sha256_of(seen.note).hex[:16])
        save_file(kept, seen.note)
    replace_anchor(home, manifest.origin, manifest.note)
    about = seen.note or manifest.note
    statement = Statement(
        subjects=(Subject(name="checkpoint", digest=sha256_of(about)),),
        predicate_type=RESTORE_TYPE,
        predicate=_predicate(manifest, seen, reason, clock()),
    )
    with open_recorder(repository, at=clock(), clock=clock) as recorder:
        recorder.record((statement,), role="collector")


def _predicate(manifest: Manifest, seen: _Seen, reason: str, at: datetime) -> dict[str, object]:
    return {
        "restoredSize": manifest.size,
        "seenSize": seen.size,
        "seenBy": seen.by,
        "seenAt": seen.at,
        "seenCheckpoint": seen.note.decode(),
        "backupMadeAt": format_time(manifest.made_at),
        "restoredAt": format_time(at),
        "reason": reason,
    }


def _load_manifest(file: Path) -> Manifest:
    for member in read_zip(file, limits=_LIMITS, suffix=MANIFEST):  # its errors name the file
        if member.name == MANIFEST:
            with inside(str(file)):
                return parse_manifest(member.data)
    raise MalformedError("no backup: no manifest", where=str(file))


def _load_parts(file: Path, manifest: Manifest) -> Iterator[bytes]:
    expected = iter(manifest.parts)
    for member in read_zip(file, limits=_LIMITS, suffix=""):
        if member.name == MANIFEST:
            continue
        part = next(expected, None)
        if part is None or part.name != member.name:
            raise TamperedError("not what the manifest says", where=member.name)
        yield verify_part(part, member.data)
    if (missing := next(expected, None)) is not None:
        raise TamperedError("missing", where=missing.name)
