"""`assay status`: how far the commit at HEAD meets the SSDF, from the evidence in the log."""

from pathlib import Path

from assay.assurance.compute import compute_status
from assay.assurance.shipped import load_catalogue
from assay.assurance.statusjson import Status
from assay.core.clock import Clock
from assay.core.digest import Digest
from assay.operations.evidence import all_evidence
from assay.operations.ledger import Ledger, open_ledger
from assay.source.repository import open_repository
from assay.system.clock import now

FRAMEWORK = "ssdf-1.1"


def show_status(path: Path, *, clock: Clock = now) -> Status:
    """Return the status of the commit at HEAD of the repository at `path`.

    Raises:
        UsageError: No repository, no log, or no trust root for it.
        RejectedError: The log holds a statement about the commit that does not verify.
    """
    repository = open_repository(path)
    with open_ledger(repository, at=clock()) as ledger:
        return status_of(ledger, Digest("gitCommit", repository.head))


def status_of(ledger: Ledger, subject: Digest) -> Status:
    """Return the status of `subject` from everything that `ledger` holds about it."""
    return compute_status(
        load_catalogue(FRAMEWORK), all_evidence(ledger, subject), subject=subject, at=ledger.at
    )
