"""`assay log list`: what the log holds, as its index tells it."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.operations.ledger import open_ledger
from assay.source.repository import open_repository
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry: its index, what type of statement it holds and what that is about."""

    index: int
    predicate_type: str
    subject: str


def list_log(path: Path, *, clock: Clock = now) -> tuple[Listed, ...]:
    """Return all entries of the log of the repository at `path`, the oldest first.

    Raises:
        UsageError: No repository, no log, or no trust root for it.
        TamperedError: The log was set back, or its index holds what it cannot.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        return tuple(
            Listed(index=index, predicate_type=predicate_type, subject=str(subject))
            for index, subject, predicate_type in ledger.store.listing()
        )
