"""Accounts of reviews with which nothing is wrong, for tests that change one of them."""

from dataclasses import replace
from typing import Final

from assay.core.digest import sha256_of
from assay.evidence.envelope import VerifiedStatement
from assay.source.coverage import COVERAGE_TYPE, Coverage, MergeAccount
from tests.fakes.trust import COMMIT, NOW, verified

COVERAGE: Final = Coverage(
    branch="refs/heads/main",
    base="ba" * 20,
    head=COMMIT.hex,
    observed_at=NOW,
    changes=3,
    reviewed=2,
    empty=1,
    open=(),
    merges=MergeAccount(clean=1),
    signed=(("PASSED", 3), ("FAILED", 0), ("UNKNOWN", 0)),
    recorded=2,
    lost=(),
    reviewers=("bob",),
    reviews=(sha256_of(b"review"),),
    inputs=(("reviews", str(sha256_of(b"reviews"))),),
    not_checked=(),
)


def reviews(**changes: object) -> VerifiedStatement:
    """Return the statement of a coverage, with some members changed."""
    changed: Coverage = replace(COVERAGE, **changes)  # type: ignore[arg-type]
    return verified(changed.as_json(), predicate_type=COVERAGE_TYPE)
