"""`assay log verify`: is every stored row what was recorded, and was nothing rolled back?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assay.core.clock import ALLOWED_SKEW, Clock, format_time
from assay.core.errors import UnavailableError, inside
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    Cosigned,
    verify_checkpoint,
    verify_cosigned,
)
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.operations.forks import verify_history
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.seen import advance_anchor
from assay.operations.trustfile import witness_keys
from assay.operations.witnessing import newest_witnessed
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import load_file


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChecked:
    """What was found intact: the log's origin, its entries, and the root over them in hex.

    `verdict` is UNKNOWN where witnesses are asked for and have not seen everything, or where the
    newest date has not come yet. `cosigned` are the known witnesses of the newest checkpoint that
    enough of them cosigned.
    """

    origin: str
    size: int
    root: str
    verdict: Verdict
    cosigned: tuple[Cosigned, ...]
    not_checked: tuple[NotChecked, ...]


def verify_log(path: Path, *, against: tuple[Path, ...] = (), clock: Clock = now) -> LogChecked:
    """Check the whole log of the repository at `path`, and that it extends the notes `against`.

    From then on this machine does not accept less of the log than it has seen now.

    Raises:
        TamperedError: The first row that is not what was recorded, or a log that was set back.
        SignatureInvalidError: A cosignature of a known witness does not verify.
        UsageError: No repository, no log, or no trust root for it.
    """
    at = clock()
    with open_ledger(open_repository(path), at=at) as ledger:
        newest = ledger.store.verify(log_key=ledger.keys)
        for note in against:
            _verify_against(ledger, note)
        _verify_cosignatures(ledger)
        size = newest.size if newest else 0
        witnessed = newest_witnessed(ledger, at_least=1)
        seen = witnessed.checkpoint.size if witnessed else 0
        gaps = (*_unseen(ledger, seen, size), *_ahead(ledger, size, at))
        return LogChecked(
            origin=ledger.store.origin,
            size=size,
            root=newest.root.hex() if newest else "",
            cosigned=witnessed.cosigned if witnessed else (),
            verdict=Verdict.UNKNOWN if gaps else Verdict.PASSED,
            not_checked=(*gaps, *_remember(ledger, newest)),
        )


def _verify_against(ledger: Ledger, note: Path) -> None:
    data = load_file(note, max_bytes=MAX_NOTE_BYTES)
    with inside(str(note)):
        verify_history(ledger.store, data, log_key=ledger.keys, home=ledger.home)


def _verify_cosignatures(ledger: Ledger) -> None:
    """Refuse a wrong signature of a known witness, on whatever checkpoint it is."""
    known = witness_keys(ledger.trust)
    for size in ledger.store.cosignatures.sizes():
        if (note := ledger.store.cosigned_checkpoint(size)) is not None:
            with inside(f"cosignatures of size {size}"):
                verify_cosigned(note, witnesses=known, quorum=0)


def _unseen(ledger: Ledger, seen: int, size: int) -> Iterator[NotChecked]:
    quorum = ledger.trust.quorum
    if quorum and seen < size:
        yield NotChecked(
            what="entries",
            where=f"{seen} to {size - 1}",
            why=f"{quorum} witnesses are asked for, and have not cosigned them",
            remedy="assay log cosign",
        )


def _ahead(ledger: Ledger, size: int, at: datetime) -> Iterator[NotChecked]:
    """Yield a gap where the newest checkpoint is dated after now: no age can be told by it."""
    dated = ledger.recorded_at(size - 1) if size else at
    if dated - at > ALLOWED_SKEW:
        yield NotChecked(
            what="the date of the newest checkpoint",
            where=f"size {size}",
            why=f"it is dated {format_time(dated)}, and the clock here says {format_time(at)}: "
            "one of two clocks is wrong",
            remedy="set the clock here, if it is behind; else wait until then, or put a backup "
            "from before in its place",
        )


def _remember(ledger: Ledger, newest: Checkpoint | None) -> Iterator[NotChecked]:
    """Move the anchor to what was verified; yield a gap where it cannot be written."""
    note = ledger.store.checkpoint_of(newest.size) if newest else b""
    if not note or verify_checkpoint(note, log_key=ledger.log_key) != newest:
        return
    try:
        advance_anchor(ledger.home, ledger.store, note, log_key=ledger.keys)
    except UnavailableError as error:
        yield NotChecked(
            what="a later rollback",
            where=error.where,
            why=f"what was seen now is not remembered here: {error.what}",
            remedy=error.hint,
        )
