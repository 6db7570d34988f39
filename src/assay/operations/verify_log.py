"""`assay log verify`: is every stored row what was recorded, and was nothing rolled back?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import inside
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.checkpoints.checkpoint import Cosigned, verify_cosigned
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.operations.forks import verify_history
from assay.operations.record import Ledger, open_ledger
from assay.operations.trustfile import witness_keys
from assay.operations.witnessing import newest_witnessed
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import load_file


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChecked:
    """What was found intact: the log's origin, its entries, and the root over them in hex.

    `cosigned` are the known witnesses of the newest checkpoint that enough of them cosigned.
    """

    origin: str
    size: int
    root: str
    cosigned: tuple[Cosigned, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """UNKNOWN where witnesses are asked for and have not seen everything."""
        return Verdict.UNKNOWN if self.not_checked else Verdict.PASSED


def verify_log(path: Path, *, against: tuple[Path, ...] = (), clock: Clock = now) -> LogChecked:
    """Check the whole log of the repository at `path`, and that it extends the notes `against`.

    Raises:
        TamperedError: The first row that is not what was recorded, or a log that was set back.
        SignatureInvalidError: A cosignature of a known witness does not verify.
        UsageError: No repository, no log, or no trust root for it.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        newest = ledger.store.verify(log_key=ledger.log_key)
        for note in against:
            _verify_against(ledger, note)
        _verify_cosignatures(ledger)
        size = newest.size if newest else 0
        witnessed = newest_witnessed(ledger, at_least=1)
        seen = witnessed.checkpoint.size if witnessed else 0
        return LogChecked(
            origin=ledger.store.origin,
            size=size,
            root=newest.root.hex() if newest else "",
            cosigned=witnessed.cosigned if witnessed else (),
            not_checked=tuple(_unseen(ledger, seen, size)),
        )


def _verify_against(ledger: Ledger, note: Path) -> None:
    data = load_file(note, max_bytes=MAX_NOTE_BYTES)
    with inside(str(note)):
        verify_history(ledger.store, data, log_key=ledger.log_key, home=ledger.home)


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
