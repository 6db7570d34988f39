"""Do the reviews still count on which an account of reviews rests?

The account is a collector's, and its signature holds also where a reviewer's key was lost since.
"""

from collections.abc import Iterator

from assay.core.errors import RejectedError
from assay.evidence.envelope import parse_claims
from assay.evidence.reading import LogEntry
from assay.operations.record import Expected, Ledger
from assay.source.coverage import COVERAGE_TYPE, Coverage, parse_coverage
from assay.source.review import REVIEW_TYPE
from assay.source.signers import REVIEWER


def why_reviews_fallen(ledger: Ledger, entry: LogEntry, expected: Expected) -> Iterator[str]:
    """Yield why reviews that the account in `entry` rests on do not count any more.

    Nothing where `entry` is no account of reviews.

    Raises:
        RejectedError: The log holds what was not to be trusted when it was recorded.
    """
    if expected.predicate_type != COVERAGE_TYPE:
        return
    then = ledger.chain.in_force(entry.index)
    account = parse_coverage(ledger.judge_under(then, entry, expected).predicate())
    yield from _why_fallen(ledger, account)


def _why_fallen(ledger: Ledger, account: Coverage) -> Iterator[str]:
    for digest in account.reviews:
        review = ledger.find(digest)
        if review is None:
            raise RejectedError(f"the log lost the review {digest}")
        subject = parse_claims(review.envelope).subjects[0]
        by_reviewer = Expected(subject=subject, role=REVIEWER, predicate_type=REVIEW_TYPE)
        for why in ledger.why_fallen(review, by_reviewer):
            yield f"the review {digest}: {why}"
