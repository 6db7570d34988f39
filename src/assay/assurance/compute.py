"""From verified statements to the status of a framework: the one call that doors need."""

from collections.abc import Iterable
from datetime import datetime

from assay.assurance.catalogue import Catalogue
from assay.assurance.observers.registry import observe
from assay.assurance.record import read_record
from assay.assurance.status import assess
from assay.assurance.statusjson import Status
from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement


def compute_status(
    catalogue: Catalogue,
    statements: Iterable[VerifiedStatement],
    *,
    subject: Digest,
    at: datetime,
) -> Status:
    """Return how far `subject` meets `catalogue` at the time `at`.

    `statements` may be a whole log: those about other subjects do not count. Each was verified for
    the role that its kind needs: gate for verdicts, collector for the others. Supersessions are
    followed under the rules of the gates.
    """
    record = read_record(statements, subject=subject, at=at)
    return Status(
        catalogue=catalogue,
        subject=subject,
        at=at,
        tasks=assess(catalogue, observe(record), at=at),
        not_checked=record.not_checked,
    )
