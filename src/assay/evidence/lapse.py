"""Does a statement still count at the time that the log gives it? Pure.

It was verified as of a moment before the append. The time of record may be another one: it is in
whole seconds, never before the newest checkpoint, and others may have appended meanwhile. A key
that ends or is revoked in between would sign at a time when it does not count, and whoever reads
the log later would refuse what was recorded.
"""

from collections.abc import Iterable
from datetime import datetime

from assay.core.clock import format_time
from assay.core.errors import RejectedError
from assay.evidence.envelope import VerifiedStatement, is_bundle
from assay.signing.trust import Holder


class LapsedError(RejectedError):
    """A statement counted when it was verified, and does not at its time of record."""


def refuse_lapsed(statements: Iterable[VerifiedStatement], *, at: datetime) -> None:
    """Refuse statements that do not count as of `at`, the time of their record.

    A signature is checked again only where other keys count by then, and for certificates.

    Raises:
        LapsedError: The first one that does not count.
    """
    known = dict[tuple[int, str, datetime], tuple[Holder, ...]]()

    def holders(statement: VerifiedStatement, at: datetime) -> tuple[Holder, ...]:
        key = (id(statement.trusted), statement.role, at)  # the root lives as long
        if key not in known:
            known[key] = statement.trusted.holders(statement.role, at=at)
        return known[key]

    for statement in statements:
        same = holders(statement, statement.at) == holders(statement, at)
        if not same or is_bundle(statement.envelope):
            _verify_again(statement, at)


def _verify_again(statement: VerifiedStatement, at: datetime) -> None:
    if statement.at == at:
        return
    try:
        statement.as_of(at)
    except RejectedError as error:
        raise LapsedError(
            f"it counted as of {format_time(statement.at)}, and does not as of its time of record, "
            f"{format_time(at)}: {error.what}",
            where=f"statement {statement.digest}",
            hint="nothing was recorded with it; sign it again, with a key that counts",
        ) from error
