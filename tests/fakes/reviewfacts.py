"""Accounts of reviews with which nothing is wrong, for tests that change one of them."""

from dataclasses import replace
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.source.coverage import COVERAGE_TYPE, Coverage, MergeAccount
from assay.source.review import Decision, Review
from assay.source.revision import Revision, SourceAnswer
from tests.fakes.reliances import relied
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
    reviews=(relied(b"review", role="reviewer"),),
    inputs=(("reviews", str(sha256_of(b"reviews"))),),
    not_checked=(),
)


def reviews(**changes: object) -> VerifiedStatement:
    """Return the statement of a coverage, with some members changed."""
    changed: Coverage = replace(COVERAGE, **changes)  # type: ignore[arg-type]
    return verified(changed.as_json(), predicate_type=COVERAGE_TYPE)


REVIEW: Final = Review(
    decision=Decision.APPROVE,
    reviewer="bob",
    reason="",
    looked_at="all of it",
    branch="refs/heads/main",
    tip="ba" * 20,
    base="ba" * 20,
    base_tree="b0" * 20,
    head=COMMIT.hex,
    merged_tree="ee" * 20,
    commits=(COMMIT.hex,),
    files=1,
    submodules=0,
    observed_at=NOW,
)
REVISION: Final = Revision(
    repository="git+https://example.org/shop",
    branch="refs/heads/main",
    commit=COMMIT.hex,
    tree="ee" * 20,
    previous=sha256_of(b"previous"),
    observed_at=NOW,
    coverage=COVERAGE,
    answers=(
        SourceAnswer(requirement="history", verdict=Verdict.PASSED, reason="", by="log", since=NOW),
    ),
    level=1,
    expunging=Digest("gitBlob", "ab" * 20),
)
