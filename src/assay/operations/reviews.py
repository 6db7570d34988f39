"""What the log knows of the reviews of a branch, and how far its changes were reviewed.

* Reviews are the log's statements of reviewers, each verified as of its time of record under the
  trust root in force. One that fell with its key counts no more.
* That the branch had a revision is what `assay source attest` recorded; a check of somebody's clone
  does not show that anything was merged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.gates.reliance import reliance_on
from assay.operations.ledger import Ledger
from assay.signing.trust import trust_root_digest
from assay.source.changes import Change, Line, load_line
from assay.source.coverage import Coverage, MergeAccount, Observation, count_coverage
from assay.source.git import run_git
from assay.source.judging import CommitTrust
from assay.source.mergetree import CONFLICT, compute_merges
from assay.source.repository import Repository
from assay.source.review import REVIEW_TYPE, Review, parse_review
from assay.source.reviewed import Judged, RecordedReview, ReviewKnowledge, judge_line
from assay.source.revision import REVISION_TYPE, Revision, parse_revision
from assay.source.signers import REVIEWER, CommitSigners

_COLLECTOR: Final = "collector"
_TWO: Final = 2  # parents of a merge that Git can compute


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRevision:
    """A revision that was on a branch when it was recorded."""

    revision: Revision
    recorded_at: datetime
    statement: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedRange:
    """The judged changes of a range, and what they come to."""

    line: Line
    judged: tuple[Judged, ...]
    coverage: Coverage


def load_reviews(ledger: Ledger) -> tuple[tuple[RecordedReview, ...], tuple[NotChecked, ...]]:
    """Return all reviews in the log that count, the oldest first, and those that cannot be read.

    Raises:
        RejectedError: One was not to be trusted when it was recorded.
    """
    signers = CommitSigners.of(ledger.trust)
    found: list[RecordedReview] = []
    unread: list[NotChecked] = []
    for entry, verified in ledger.of_type(REVIEW_TYPE, role=REVIEWER):
        try:
            review = _read_review(verified)
        except MalformedError as error:
            unread.append(_unread(verified.digest, error))
            continue
        found.append(
            RecordedReview(
                review=review,
                reviewer=review.reviewer,
                person=signers.is_person(review.reviewer),
                order=entry.index,
                reliance=reliance_on(verified),
            )
        )
    return tuple(found), tuple(unread)


def _read_review(verified: VerifiedStatement) -> Review:
    review = parse_review(verified.predicate())
    about = {Digest("gitCommit", review.head), Digest("gitTree", review.merged_tree)}
    if review.reviewer not in verified.signed_by:
        raise MalformedError(f"in the name of {review.reviewer!r}, who did not sign it")
    if about != {subject.digest for subject in verified.subjects}:
        raise MalformedError("about something else than it says")
    return review


def load_revisions(ledger: Ledger, *, branch: str) -> tuple[SeenRevision, ...]:
    """Return the revisions of `branch` that were recorded, the oldest first.

    Raises:
        RejectedError: One was not to be trusted when it was recorded.
    """
    found = (
        SeenRevision(
            revision=parse_revision(verified.predicate()),
            recorded_at=verified.at,
            statement=verified.digest,
        )
        for _, verified in ledger.of_type(REVISION_TYPE, role=_COLLECTOR)
    )
    return tuple(one for one in found if one.revision.branch == branch)


def default_base(repository: Repository, seen: Iterable[SeenRevision], *, head: str) -> str:
    """Return where a range begins if nobody says: the first recorded revision in it, else the last.

    That is, without any, the first parent of `head`; empty where it has none.
    """
    commits = [one.revision.commit for one in seen]
    enough = () if commits else ("--max-count=2",)
    line = run_git(repository, "rev-list", "--first-parent", *enough, head).decode().split()
    places = {oid: place for place, oid in enumerate(line)}
    known = [commit for commit in commits if commit in places]
    if known and (first := max(known, key=places.__getitem__)) != head:
        return first
    return line[1] if len(line) > 1 else ""


def review_range(
    ledger: Ledger,
    repository: Repository,
    *,
    branch: str,
    base: str,
    head: str,
    trust: CommitTrust,
) -> ReviewedRange:
    """Judge the changes from `base` (not in it) through `head`, by all that the log knows.

    Raises:
        RejectedError: `base` is not on the line of `head`, or the log or the repository is damaged.
        UnavailableError: Git did not answer.
    """
    signers = trust.signers or CommitSigners.of(ledger.trust)
    reviews, unread = load_reviews(ledger)
    seen = load_revisions(ledger, branch=branch)
    line = load_line(repository, base=base, head=head, trust=trust, at=ledger.at)
    merges = compute_merges(repository, _pairs(line))
    first = {one.revision.commit: one.recorded_at for one in reversed(seen)}
    knowledge = ReviewKnowledge(reviews=reviews, signers=signers, seen=first, merges=merges)
    judged = judge_line(line, knowledge)
    observation = Observation(
        branch=branch,
        base=base,
        head=head,
        at=ledger.at,
        merges=_account(line.changes, merges),
        recorded=len({one.revision.commit for one in seen}),
        lost=_lost(repository, seen, head),
        inputs=(
            ("trust root", str(trust_root_digest(ledger.trust))),
            ("reviews", _digest_of(one.statement for one in reviews)),
            ("revisions", _digest_of(one.statement for one in seen)),
        ),
        not_checked=(*unread, *_gaps(repository, line)),
    )
    return ReviewedRange(line=line, judged=judged, coverage=count_coverage(judged, observation))


def _pairs(line: Line) -> tuple[tuple[str, str], ...]:
    """Return the parents of each merge of two, for Git to merge them again."""
    parents = (change.own.commit.parents for change in line.changes)
    return tuple((both[0], both[1]) for both in parents if len(both) == _TWO)


def _account(changes: Iterable[Change], merges: Mapping[tuple[str, str], str]) -> MergeAccount:
    clean, differing, by_hand, untold = 0, list[str](), list[str](), list[str]()
    for change in changes:
        parents = change.own.commit.parents
        if len(parents) < _TWO:
            continue
        tree = merges.get((parents[0], parents[1])) if len(parents) == _TWO else None
        if tree is None:
            untold.append(change.oid)
        elif tree == CONFLICT:
            by_hand.append(change.oid)
        elif tree != change.tree:
            differing.append(change.oid)
        else:
            clean += 1
    return MergeAccount(
        clean=clean, differing=tuple(differing), by_hand=tuple(by_hand), untold=tuple(untold)
    )


def _lost(repository: Repository, seen: Iterable[SeenRevision], head: str) -> tuple[str, ...]:
    """Return recorded revisions that are not in the history of `head`: it was rewritten.

    Git walks back to the oldest of them, and not to the first commit.
    """
    commits = tuple(dict.fromkeys(one.revision.commit for one in seen))
    if not commits or repository.shallow:
        return ()
    there = _present(repository, commits)
    outside = "\n".join((f"^{head}", *there, "")).encode()
    left = run_git(repository, "rev-list", "--stdin", stdin=outside).decode().split()
    gone = {*commits} - there | {*left}
    return tuple(commit for commit in commits if commit in gone)


def _present(repository: Repository, commits: Iterable[str]) -> set[str]:
    """Return those of `commits` that the repository has."""
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    form = "--batch-check=%(objectname) %(objecttype)"
    found = run_git(repository, "cat-file", form, stdin=asked).decode().splitlines()
    return {row.removesuffix(" commit") for row in found if row.endswith(" commit")}


def _gaps(repository: Repository, line: Line) -> Iterable[NotChecked]:
    if repository.shallow or line.boundary:
        yield NotChecked(
            what="history",
            where=line.head,
            why="the clone is shallow: who took part in changes is not all here",
            remedy="Run git fetch --unshallow; in CI, fetch with depth 0.",
        )


def _digest_of(statements: Iterable[Digest]) -> str:
    return str(sha256_of(" ".join(map(str, statements)).encode()))


def _unread(digest: Digest, error: MalformedError) -> NotChecked:
    return NotChecked(
        what="review",
        where=str(digest),
        why=f"cannot be read: {error}",
        remedy="Have it given again with a version of Assay that knows it.",
    )
