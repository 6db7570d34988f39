"""A review, a recorded revision and an account of reviews, with something of everything."""

from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.notchecked import NotChecked
from assay.core.reliance import Reliance
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, Subject
from assay.operations.record import open_recorder
from assay.source.coverage import COVERAGE_TYPE, Coverage, MergeAccount, OpenChange
from assay.source.repository import open_repository
from assay.source.review import Decision, Review
from assay.source.revision import REVISION_TYPE, Revision, SourceAnswer
from assay.system.clock import now

_GAP: Final = NotChecked(what="history", where="main", why="shallow", remedy="fetch it")
_OTHER: Final = "0c" * 20
_TREE: Final = "ee" * 20


def record_review_samples(shop: Path) -> None:
    """Record one of each; the revision is of another branch, so that it changes no answer."""
    repository = open_repository(shop)
    at = now()
    with open_recorder(repository, at=at) as recorder:
        said = sample_review(repository.head, at).statement("shop")
        [receipt] = recorder.record((said,), role="reviewer")
        [local] = recorder.ledger.trust.principals
        relied = Reliance(
            statement=receipt.digest,
            keys=tuple(key.name for key in local.keys),
            role="reviewer",
            at=recorder.ledger.recorded_at(receipt.index),
        )
        about = Subject(name="shop", digest=Digest("gitCommit", repository.head))
        account = sample_coverage(at, relied)
        for kind, predicate in (
            (COVERAGE_TYPE, account.as_json()),
            (REVISION_TYPE, sample_revision(account, at).as_json()),
        ):
            made = Statement(subjects=(about,), predicate_type=kind, predicate=predicate)
            recorder.record((made,), role="collector")


def sample_review(head: str, at: datetime) -> Review:
    """Return a review of one commit."""
    return Review(
        decision=Decision.APPROVE,
        reviewer="local",
        reason="it is needed",
        looked_at="all of it",
        branch="refs/heads/main",
        tip=_OTHER,
        base=_OTHER,
        base_tree=_TREE,
        head=head,
        merged_tree=_TREE,
        commits=(head,),
        files=3,
        submodules=1,
        observed_at=at,
        not_checked=(_GAP,),
    )


def sample_coverage(at: datetime, review: Reliance) -> Coverage:
    """Return an account with a list for everything."""
    left = OpenChange(
        commit=_OTHER, verdict=Verdict.FAILED, title="Work", reasons=("nobody reviewed it",)
    )
    return Coverage(
        branch="refs/heads/release",
        base=_OTHER,
        head=_OTHER,
        observed_at=at,
        changes=2,
        reviewed=1,
        empty=0,
        open=(left,),
        merges=MergeAccount(clean=1, differing=(_OTHER,), by_hand=(_OTHER,), untold=(_OTHER,)),
        signed=tuple((verdict.value, 1) for verdict in Verdict),
        recorded=1,
        lost=(_OTHER,),
        reviewers=("local",),
        reviews=(review,),
        inputs=(("reviews", str(sha256_of(b"reviews"))),),
        not_checked=(_GAP,),
    )


def sample_revision(account: Coverage, at: datetime) -> Revision:
    """Return a revision with everything that one can have."""
    answer = SourceAnswer(
        requirement="history", verdict=Verdict.PASSED, reason="", by="log", since=at
    )
    return Revision(
        repository="git+https://git.example.org/team/shop",
        branch=account.branch,
        commit=_OTHER,
        tree=_TREE,
        previous=sha256_of(b"revision"),
        observed_at=at,
        coverage=account,
        answers=(answer,),
        level=1,
        expunging=Digest("gitBlob", _OTHER),
    )
