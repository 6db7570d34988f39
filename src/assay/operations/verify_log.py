"""`assay log verify`: is every stored row what was recorded, and was nothing rolled back?"""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.operations.record import open_ledger
from assay.source.repository import open_repository
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChecked:
    """What was found intact: the log's origin, its entries, and the root over them in hex."""

    origin: str
    size: int
    root: str


def verify_log(path: Path, *, clock: Clock = now) -> LogChecked:
    """Check the whole log of the repository at `path`.

    Raises:
        TamperedError: The first row that is not what was recorded, or a log that was set back.
        UsageError: No repository, no log, or no trust root for it.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        newest = ledger.store.verify(log_key=ledger.log_key)
        return LogChecked(
            origin=ledger.store.origin,
            size=newest.size if newest else 0,
            root=newest.root.hex() if newest else "",
        )
