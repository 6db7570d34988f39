"""Which approvals on a forge count."""

from datetime import timedelta

import pytest

from assay.source.forge.approvals import count_approvals
from assay.source.forge.facts import ChangeRequest, ForgeReview, ReviewState
from tests.fakes.forgefacts import request, review
from tests.fakes.trust import NOW

LATER = NOW + timedelta(hours=1)


def test_somebody_else_approved_the_last_commit() -> None:
    approvals = count_approvals(request(review("Bob")))
    assert (approvals.by, approvals.discounted) == (frozenset({"bob"}), ())


DISCOUNTED = {
    "nobody's": (review(""), {}, "the forge does not tell whose it is"),
    "a machine's": (review(bot=True), {}, "a machine gave it"),
    "the author's own": (review("ALICE"), {}, "it is by somebody who wrote the change"),
    "of one who wrote a part": (
        review("bob"),
        {"authors": ("alice", "Bob")},
        "it is by somebody who wrote the change",
    ),
    "of no known commit": (
        review(commit=""),
        {},
        "the forge does not tell which commit was reviewed",
    ),
    "before the last push": (
        review(commit="0c" * 20),
        {},
        "it is of another commit than the last one",
    ),
    "of a machine's change that they merged alone": (
        review("bob"),
        {"author": "updater", "author_bot": True, "authors": ("updater",), "merged_by": "Bob"},
        "the change is a machine's, and they merged it themselves",
    ),
}


@pytest.mark.parametrize(("given", "changes", "why"), DISCOUNTED.values(), ids=DISCOUNTED)
def test_does_not_count(given: ForgeReview, changes: dict[str, object], why: str) -> None:
    approvals = count_approvals(request(given, **changes))
    assert approvals.counted == ()
    assert [one.why for one in approvals.discounted] == [why]


def test_merging_what_another_person_wrote_takes_no_approval_away() -> None:
    assert count_approvals(request(review("bob"), merged_by="bob")).by == {"bob"}


def by_bob(*states: ReviewState) -> ChangeRequest:
    times = (NOW + timedelta(hours=number) for number in range(len(states)))
    return request(
        *(review(state=one, submitted_at=at) for one, at in zip(states, times, strict=False))
    )


def test_the_last_opinion_counts_and_a_comment_is_none() -> None:
    approved, comment = ReviewState.APPROVED, ReviewState.COMMENTED
    assert count_approvals(by_bob(approved, comment)).by == {"bob"}
    for taken_back in (ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED):
        assert count_approvals(by_bob(approved, taken_back)).by == frozenset()
        assert count_approvals(by_bob(taken_back, approved)).by == {"bob"}


def test_of_two_opinions_at_one_time_the_refusal_counts() -> None:
    refusal = review(state=ReviewState.CHANGES_REQUESTED)
    assert count_approvals(request(refusal, review())).by == frozenset()
    assert count_approvals(request(review(), refusal)).by == frozenset()


def test_one_person_by_two_spellings_counts_once() -> None:
    approvals = count_approvals(request(review("Bob"), review("bob", submitted_at=LATER)))
    assert len(approvals.counted) == 1
