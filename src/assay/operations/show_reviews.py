"""`assay review status`: how far the changes on a branch were reviewed, and which were not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.branches import find_branch, resolve_commit
from assay.operations.commit_trust import load_commit_trust
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.reviews import (
    ReviewedRange,
    SeenRevision,
    default_base,
    load_revisions,
    review_range,
)
from assay.source.coverage import Coverage
from assay.source.repository import Repository, open_repository
from assay.source.reviewed import Judged
from assay.system.clock import now

ROOT: Final = "root"  # the word for "since the first commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStatus:
    """The coverage of a range, and each of its changes."""

    coverage: Coverage
    judged: tuple[Judged, ...]

    @property
    def verdict(self) -> Verdict:
        """Return whether all of it was reviewed."""
        return self.coverage.verdict

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        document = self.coverage.as_json()
        return {
            "verdict": self.verdict.value,
            **document,
            "all": [_judged_json(one) for one in self.judged],
        }


def show_reviews(path: Path, what: str, *, into: str, clock: Clock = now) -> ReviewStatus:
    """Judge the changes of `what`: BASE..HEAD, HEAD, or empty for what is on the branch `into`.

    BASE may be `root`, for all since the first commit. Without one the range begins at the first
    recorded revision of the branch or, where none was recorded, before the last change.

    Raises:
        UsageError: No such commits, or no log.
        RejectedError: The range is not on one line, or the log or the repository is damaged.
        UnavailableError: Git did not answer.
    """
    repository = open_repository(path)
    with open_ledger(repository, at=clock()) as ledger:
        found = judge_branch(ledger, repository, what, into=into)
    return ReviewStatus(coverage=found.coverage, judged=found.judged)


def judge_branch(
    ledger: Ledger,
    repository: Repository,
    what: str,
    *,
    into: str,
) -> ReviewedRange:
    """Judge the changes of `what`, as `show_reviews` takes it."""
    branch = find_branch(repository, into)
    seen = load_revisions(ledger, branch=branch.name)
    base, head = _range(repository, what, tip=branch.tip, seen=seen)
    trust = load_commit_trust(ledger, commits=(head, *(one.revision.commit for one in seen)))
    return review_range(
        ledger,
        repository,
        branch=branch.name,
        base=base,
        head=head,
        trust=trust,
    )


def _range(
    repository: Repository, what: str, *, tip: str, seen: tuple[SeenRevision, ...]
) -> tuple[str, str]:
    first, dots, last = what.partition("..")
    if last.startswith("."):
        raise UsageError("three dots", hint="write BASE..HEAD")
    head = resolve_commit(repository, (last if dots else first) or tip)
    if not dots:
        return default_base(repository, seen, head=head), head
    return ("" if first == ROOT else resolve_commit(repository, first or "HEAD")), head


def _judged_json(one: Judged) -> dict[str, object]:
    signature = one.change.own.signature
    return {
        "commit": one.change.oid,
        "verdict": one.verdict.value,
        "empty": one.change.empty,
        "by": list(one.by),
        "reasons": list(one.reasons),
        "reviews": [str(review.statement) for review in one.reviews],
        "signature": signature.as_json(),
    }
