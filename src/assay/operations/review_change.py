"""`assay review`: a person's signed word on one change, recorded in the log.

The change is named exactly: the commit that it is on top of, its head, and the tree that comes of
it. What was not looked at with it (what is behind submodules) is listed in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assay.core.clock import Clock
from assay.core.digest import Digest
from assay.core.errors import RejectedError, UnavailableError, UsageError
from assay.core.notchecked import NotChecked
from assay.operations.branches import ProtectedBranch, find_branch, resolve_commit
from assay.operations.commit_trust import load_commit_trust
from assay.operations.ledger import Ledger
from assay.operations.record import Recorder, open_recorder
from assay.signing.principals import Principal
from assay.source.changes import SignedCommit, load_range
from assay.source.git import run_git, try_git
from assay.source.mergetree import CONFLICT, compute_merges
from assay.source.participants import find_participants
from assay.source.repository import Repository, open_repository
from assay.source.review import MAX_COMMITS, MAX_REASON, Decision, Review
from assay.source.signers import REVIEWER, CommitSigners
from assay.system.clock import now

_SUBMODULE = b"160000"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """What a reviewer says: about `what` (REV or BASE..HEAD), to go `into` a branch."""

    what: str
    into: str  # empty for the default branch
    decision: Decision
    reason: str
    looked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRecorded:
    """What was recorded, and where."""

    review: Review
    index: int
    statement: Digest

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "review": self.review.as_json(),
            "entry": self.index,
            "statement": str(self.statement),
            "notChecked": [item.as_json() for item in self.review.not_checked],
        }


def review_change(path: Path, request: ReviewRequest, *, clock: Clock = now) -> ReviewRecorded:
    """Sign and record what a reviewer says of a change.

    Raises:
        UsageError: No such commits, nothing to review, or no reason where one is needed.
        RejectedError: The reviewer took part in the change, or it does not merge.
        UnavailableError: Git cannot merge it here, or nothing can be written.
    """
    _check_texts(request)
    at = clock()
    repository = open_repository(path)
    if repository.shallow:
        raise UnavailableError(
            "the clone is shallow: what is in the change cannot be told",
            hint="git fetch --unshallow",
        )
    with open_recorder(repository, at=at, clock=clock) as recorder:
        reviewer = _signer(recorder)
        review = _make_review(recorder.ledger, repository, request, reviewer=reviewer, at=at)
        [receipt] = recorder.record((review.statement(repository.top.name),), role=REVIEWER)
    return ReviewRecorded(review=review, index=receipt.index, statement=receipt.digest)


def _check_texts(request: ReviewRequest) -> None:
    if request.decision is not Decision.APPROVE and not request.reason.strip():
        raise UsageError("no reason", hint="say why: --reason")
    if max(len(request.reason), len(request.looked_at)) > MAX_REASON:
        raise UsageError(f"a text of over {MAX_REASON} characters")


def _signer(recorder: Recorder) -> Principal:
    """Return the principal whose key is here; that it may review is checked when it signs."""
    spki = recorder.signers.statements.public.spki
    found = CommitSigners.of(recorder.ledger.trust).owner(spki)
    if found is None:
        raise UsageError("the key here belongs to nobody in the trust root")
    return found[0]


def _make_review(
    ledger: Ledger,
    repository: Repository,
    request: ReviewRequest,
    *,
    reviewer: Principal,
    at: datetime,
) -> Review:
    branch = find_branch(repository, request.into)
    base, head = _resolve(repository, branch, request.what)
    trust = load_commit_trust(ledger, commits=())
    commits = load_range(repository, base=base, head=head, trust=trust, at=at)
    if not commits:
        raise UsageError("nothing to review: the branch has it already", where=request.what)
    if len(commits) > MAX_COMMITS:
        raise UsageError(f"{len(commits)} commits", hint=f"at most {MAX_COMMITS} in one review")
    if request.decision is Decision.APPROVE:
        _check_not_own(commits, CommitSigners.of(ledger.trust), reviewer)
    files, submodules = _count_files(repository, base, head)
    return Review(
        decision=request.decision,
        reviewer=reviewer.name,
        reason=request.reason,
        looked_at=request.looked_at,
        branch=branch.name,
        tip=branch.tip,
        base=base,
        base_tree=_tree(repository, base) if base else "",
        head=head,
        merged_tree=_merged_tree(repository, base, head),
        commits=tuple(commits),
        files=files,
        submodules=submodules,
        observed_at=at,
        not_checked=tuple(_gaps(submodules, head)),
    )


def _resolve(repository: Repository, branch: ProtectedBranch, what: str) -> tuple[str, str]:
    """Return the commits that a change begins on top of, and ends with."""
    first, dots, last = what.partition("..")
    if last.startswith("."):
        raise UsageError("three dots", hint="write BASE..HEAD")
    if dots:
        ends = (resolve_commit(repository, name or "HEAD") for name in (first, last))
        return next(ends), next(ends)
    head = resolve_commit(repository, what)
    inside = (
        branch.tip
        and not try_git(repository, "merge-base", "--is-ancestor", head, branch.tip).status
    )
    if branch.tip and not inside:
        return branch.tip, head
    parents = run_git(repository, "rev-list", "--parents", "-n", "1", head).decode().split()
    return (parents[1] if len(parents) > 1 else ""), head


def _merged_tree(repository: Repository, base: str, head: str) -> str:
    """Return the tree that comes of it on top of `base`."""
    if not base or not try_git(repository, "merge-base", "--is-ancestor", base, head).status:
        return _tree(repository, head)
    tree = compute_merges(repository, ((base, head),)).get((base, head))
    if tree is None:
        raise UnavailableError(
            "Git cannot merge this here", hint="Git 2.39 or later, and a whole clone"
        )
    if tree == CONFLICT:
        raise RejectedError(
            f"{head[:12]} does not merge into {base[:12]}",
            hint="bring the branch up to date, and review what comes of it",
        )
    return tree


def _check_not_own(
    commits: dict[str, SignedCommit], signers: CommitSigners, reviewer: Principal
) -> None:
    if reviewer.name in find_participants(commits.values(), signers).names:
        raise RejectedError(
            f"{reviewer.name!r} took part in this change, and cannot approve it",
            hint="somebody else has to",
        )


def _count_files(repository: Repository, base: str, head: str) -> tuple[int, int]:
    """Return how many files the change touches, and how many submodules."""
    if base:
        start = run_git(repository, "merge-base", base, head).decode().split()[0]
        listed = run_git(repository, "diff-tree", "-r", "-z", start, head)
    else:
        listed = run_git(repository, "diff-tree", "-r", "-z", "--root", "--no-commit-id", head)
    rows = [row.split() for row in listed.split(b"\0") if row.startswith(b":")]
    return len(rows), sum(_SUBMODULE in (row[0][1:], row[1]) for row in rows)


def _tree(repository: Repository, commit: str) -> str:
    return run_git(repository, "rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()


def _gaps(submodules: int, head: str) -> Iterator[NotChecked]:
    if submodules:
        yield NotChecked(
            what="submodules",
            where=head,
            why=f"{submodules} point elsewhere now, and what is there is another repository",
            remedy="Review the change there, too.",
        )
