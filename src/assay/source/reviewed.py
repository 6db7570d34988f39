"""Which changes were reviewed: a review counts for one transition, from its base to its tree. Pure.

* A run of changes is reviewed when it begins on the exact base of a review, ends in its exact tree,
  and is one commit (a merge, a squash), or the very commits that were reviewed (a fast-forward), or
  at most as many plain ones (a rebase). So an approval is used up by the branch moving on: what is
  pushed after it, or done again after a revert, needs a review of its own.
* Two trusted people must have agreed: the author, proven by a signature, and a reviewer; or two
  reviewers. Whoever took part in the change, under whatever name, is no reviewer of it.
* An approval counts from when the log has it, and before the branch had the change, as far as the
  log knows. Of one person the newest word on a change counts. A rejection stands until its author
  takes it back.
* A merge that Git can make of two reviewed states, and that nobody looked at, is UNKNOWN.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assay.core.digest import Digest
from assay.core.reliance import Reliance
from assay.core.verdict import Verdict
from assay.source.changes import Change, Line
from assay.source.participants import Participants, find_participants
from assay.source.review import Decision, Review
from assay.source.signers import CommitSigners

_ALONE, _DOUBTED = 1, 2  # reviewers that are needed


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReview:
    """A verified review: by whom, and where in the log it is. `order` is its index there."""

    review: Review
    reviewer: str  # a principal with the role reviewer, by its signature
    person: bool
    order: int
    reliance: Reliance

    @property
    def recorded_at(self) -> datetime:
        """Return when it came into the log."""
        return self.reliance.at

    @property
    def statement(self) -> Digest:
        """Return the digest of its envelope."""
        return self.reliance.statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a change came to: PASSED where it was reviewed. `by` are the reviewers who count."""

    change: Change
    verdict: Verdict
    reasons: tuple[str, ...]  # none where it passed
    by: tuple[str, ...] = ()
    reviews: tuple[Reliance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewKnowledge:
    """What is known besides of a line: reviews, when the branch had what, and merges."""

    reviews: tuple[RecordedReview, ...]
    signers: CommitSigners
    seen: Mapping[str, datetime] = field(default_factory=dict)
    merges: Mapping[tuple[str, str], str] = field(default_factory=dict)


def judge_line(line: Line, knowledge: ReviewKnowledge) -> tuple[Judged, ...]:
    """Judge each change of `line`, in its order; the order of the reviews is no matter."""
    reviews = _newest_words(knowledge.reviews)
    seen = _seen_at(line.changes, knowledge.seen)
    by_base: dict[str, list[RecordedReview]] = {}
    for one in reviews:
        by_base.setdefault(one.review.base, []).append(one)
    found: list[Judged] = []
    place = 0
    while place < len(line.changes):
        run = _best_run(line.changes, place, by_base, _Judge(knowledge, seen))
        if run is None:
            run = (_unmatched(line.changes[place], reviews, found, knowledge),)
        found.extend(run)
        place += len(run)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Judge:
    knowledge: ReviewKnowledge
    seen: Mapping[str, datetime]

    def judge(self, run: Sequence[Change], reviews: Sequence[RecordedReview]) -> tuple[Judged, ...]:
        """Judge the changes of `run`, all of `reviews` being about it."""
        commits = tuple(commit for change in run for commit in change.commits)
        people = find_participants(commits, self.knowledge.signers)
        refused = {one.statement: self._why_not(one, run, people) for one in reviews}
        good = [one for one in reviews if not refused[one.statement]]
        approving = [one for one in good if one.review.decision is Decision.APPROVE]
        against = [one for one in good if one.review.decision is Decision.REJECT]
        verdict, reasons = _decide(approving, against, people)
        if verdict is not Verdict.PASSED:
            reasons = (*reasons, *(why for why in refused.values() if why))
        return tuple(
            Judged(
                change=change,
                verdict=verdict,
                reasons=reasons,
                by=tuple(sorted({one.reviewer for one in approving})),
                reviews=tuple(sorted(one.reliance for one in approving)),
            )
            for change in run
        )

    def _why_not(self, one: RecordedReview, run: Sequence[Change], people: Participants) -> str:
        """Say why a review does not count for `run`; empty where it does."""
        name, decision = one.reviewer, one.review.decision
        since = self.seen.get(run[0].oid)
        approves = decision is Decision.APPROVE
        against = (
            (decision is Decision.WITHDRAW, f"{name!r} took back what it said"),
            (not one.person, f"{name!r} is no person"),
            (approves and name in people.names, f"{name!r} took part in the change"),
            (
                approves and since is not None and one.recorded_at >= since,
                f"{name!r} approved after the branch had it",
            ),
            (
                approves and one.review.tip in {change.oid for change in run},
                f"{name!r} approved what the branch already had",
            ),
            (
                since is not None and not self.knowledge.signers.is_reviewer(name, at=since),
                f"{name!r} was no reviewer any more when the branch had it",
            ),
        )
        return next((why for holds, why in against if holds), "")


def _decide(
    approving: Sequence[RecordedReview], against: Sequence[RecordedReview], people: Participants
) -> tuple[Verdict, tuple[str, ...]]:
    if against:
        return Verdict.FAILED, tuple(
            sorted({f"{one.reviewer!r} rejected it: {one.review.reason}" for one in against})
        )
    count = len({one.reviewer for one in approving})
    if not count:
        return Verdict.FAILED, ()
    if count >= (_DOUBTED if people.doubts else _ALONE):
        return Verdict.PASSED, ()
    return Verdict.UNKNOWN, (
        f"one reviewer, and nobody knows for certain who else: {people.doubts[0]}"
        + (f" (and {len(people.doubts) - 1} more)" if len(people.doubts) > 1 else ""),
    )


def _newest_words(reviews: Iterable[RecordedReview]) -> tuple[RecordedReview, ...]:
    """Return of each reviewer the newest word on each change, by its place in the log."""
    newest: dict[tuple[str, tuple[str, str]], RecordedReview] = {}
    for one in sorted(reviews, key=lambda one: one.order):
        newest[one.reviewer, one.review.change] = one
    return tuple(newest.values())


def _seen_at(changes: Sequence[Change], seen: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return when the branch had each change at the latest: whoever saw a later one saw it."""
    found: dict[str, datetime] = {}
    earliest: datetime | None = None
    for change in reversed(changes):
        at = seen.get(change.oid)
        if at is not None and (earliest is None or at < earliest):
            earliest = at
        if earliest is not None:
            found[change.oid] = earliest
    return found


def _best_run(
    changes: Sequence[Change],
    place: int,
    by_base: Mapping[str, Sequence[RecordedReview]],
    judge: _Judge,
) -> tuple[Judged, ...] | None:
    """Return the judged run that begins at `place`, a reviewed one before any other."""
    ends: dict[int, list[RecordedReview]] = {}
    for one in by_base.get(changes[place].base, ()):
        for end in _ends_of(changes, place, one.review):
            ends.setdefault(end, []).append(one)
    judged = [judge.judge(changes[place : end + 1], ends[end]) for end in sorted(ends)]
    order = (Verdict.PASSED, Verdict.UNKNOWN, Verdict.FAILED)
    return min(judged, key=lambda run: (order.index(run[0].verdict), len(run)), default=None)


def _ends_of(changes: Sequence[Change], place: int, review: Review) -> Iterator[int]:
    """Yield where a run may end that begins at `place` and is what `review` is about."""
    known = frozenset(review.commits)
    plain = known_only = True
    for end in range(place, min(len(changes), place + len(known))):
        change = changes[end]
        plain = plain and len(change.own.commit.parents) <= 1
        known_only = known_only and change.oid in known
        if end > place and not (plain or known_only):
            return
        if change.tree == review.merged_tree:
            yield end
            return


def _unmatched(
    change: Change,
    reviews: Sequence[RecordedReview],
    before: Sequence[Judged],
    knowledge: ReviewKnowledge,
) -> Judged:
    """Judge a change that no review is about, and say what comes near it."""
    approved = [one for one in reviews if one.review.decision is Decision.APPROVE]
    near = [one for one in approved if _is_near(change, one.review)]
    if any(_is_combination(change, one.review, before, knowledge) for one in near):
        return Judged(
            change=change,
            verdict=Verdict.UNKNOWN,
            reasons=("Git merged two reviewed states, and nobody reviewed what came of it",),
        )
    reasons = sorted({_why_near(change, one) for one in near})
    return Judged(
        change=change,
        verdict=Verdict.FAILED,
        reasons=tuple(reasons) or ("nobody reviewed it",),
    )


def _is_near(change: Change, review: Review) -> bool:
    return (
        change.tree == review.merged_tree
        or review.head in change.own.commit.parents[1:]
        or not {one.oid for one in change.commits}.isdisjoint(review.commits)
    )


def _why_near(change: Change, one: RecordedReview) -> str:
    review = one.review
    if change.tree == review.merged_tree:
        base = review.base[:12] or "nothing"
        return f"{one.reviewer!r} approved this tree, but on top of {base}"
    return (
        f"{one.reviewer!r} approved another tree, {review.merged_tree[:12]}: "
        "something changed after the approval"
    )


def _is_combination(
    change: Change, review: Review, before: Sequence[Judged], knowledge: ReviewKnowledge
) -> bool:
    """Tell whether Git made this merge of an approved head and of changes that were reviewed."""
    if change.own.commit.parents[1:] != (review.head,):
        return False
    if knowledge.merges.get((change.base, review.head)) != change.tree:
        return False
    since = next((i for i, one in enumerate(before) if one.change.base == review.base), None)
    return since is not None and all(
        one.verdict is not Verdict.FAILED or one.change.empty for one in before[since:]
    )
