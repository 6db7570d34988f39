"""Which approvals on a forge count: people, not accounts, and none who took part."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.source.forge.approvals import Approvals, Discounted, count_approvals, parse_approvals
from assay.source.forge.facts import (
    NOBODY,
    Account,
    ChangeRequest,
    ForgeReview,
    ReviewState,
    digest_address,
)
from assay.source.forge.people import ForgePeople
from tests.fakes.forgefacts import (
    REPOSITORY,
    TRUST,
    count,
    login,
    request,
    review,
    somebody,
)
from tests.fakes.trust import COMMIT, END, NOW

LATER = NOW + timedelta(hours=1)
UNSAID = "the trust root does not say whose account {} is (number {} at https://api.github.com)"


def test_somebody_else_approved_the_last_commit() -> None:
    assert count(request(review("Bob"))) == Approvals(
        people=("bob",), unknown=(), discounted=(), doubts=()
    )
    assert count(request(review("Bob"))).verdict is Verdict.PASSED
    assert count(request()).verdict is Verdict.FAILED


TOOK_PART = "it is by somebody who wrote, opened or pushed the change"
DISCOUNTED = {
    "nobody's": (review(""), {}, "the forge does not tell whose it is"),
    "a machine's": (review(by=login("robot", bot=True)), {}, "a machine gave it"),
    "the author's own": (review("ALICE"), {}, TOOK_PART),
    "of one who wrote a part": (review(), {"authors": (login("Bob"),)}, TOOK_PART),
    "of one who opened it": (review(), {"author": login("bob")}, TOOK_PART),
    "of one who pushed the last commit": (review(), {"pusher": login("bob")}, TOOK_PART),
    "by another account of the author's": (
        review("alice-too"),
        {},
        "'alice' took part in the change",
    ),
    "of one whom a commit names by an address": (
        review(),
        {"authors": (Account(number=0, name="", email=digest_address("Bob@example.org")),)},
        "'bob' took part in the change",
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
        review(),
        {"author": login("updater", bot=True), "authors": (), "merged_by": login("Bob")},
        "the change is a machine's, and they merged it themselves",
    ),
    "when the role had ended": (
        review(submitted_at=END),
        {},
        "'bob' was no reviewer then",
    ),
}


@pytest.mark.parametrize(("given", "changes", "why"), DISCOUNTED.values(), ids=DISCOUNTED)
def test_does_not_count(given: ForgeReview, changes: dict[str, object], why: str) -> None:
    approvals = count(request(given, **changes))
    assert (approvals.people, approvals.unknown) == ((), ())
    assert [one.why for one in approvals.discounted] == [why]
    assert approvals.verdict is Verdict.FAILED


def test_who_has_no_role_or_is_no_person_reviews_nothing() -> None:
    author = somebody("bob", roles=("author",))
    machine = replace(somebody("bob"), kind=author.kind.__class__.SERVICE)
    for principal, why in (
        (author, "'bob' was no reviewer then"),
        (machine, "'bob' is no person"),
    ):
        people = ForgePeople.of(replace(TRUST, principals=(principal,)), forge=REPOSITORY.url)
        approvals = count_approvals(request(review()), people, observed_at=NOW)
        assert [one.why for one in approvals.discounted] == [why]


def test_an_undated_approval_is_of_when_the_forge_told_it() -> None:
    undated = request(review(submitted_at=None))
    people = ForgePeople.of(TRUST, forge=REPOSITORY.url)
    assert count_approvals(undated, people, observed_at=NOW).people == ("bob",)
    assert count_approvals(undated, people, observed_at=END).people == ()


def test_an_account_of_nobody_may_be_anybodys_second_one() -> None:
    approvals = count(request(review("stranger")))
    assert approvals.unknown == (Discounted(by="stranger", why=UNSAID.format("stranger", 77)),)
    assert (approvals.people, approvals.verdict) == ((), Verdict.UNKNOWN)
    assert count(request(review("stranger"), review("bob"))).verdict is Verdict.PASSED


def test_a_number_is_an_account_of_its_own_forge_only() -> None:
    people = ForgePeople.of(TRUST, forge="https://git.example/api/v1")
    approvals = count_approvals(request(review()), people, observed_at=NOW)
    assert [one.by for one in approvals.unknown] == ["bob"]


def test_a_login_that_somebody_else_took_over_is_not_whose_it_was() -> None:
    taken = replace(login("bob"), number=78)
    assert count(request(review(by=taken))).people == ()


DOUBTED = {
    "the-push": ({"pusher": NOBODY}, "the forge does not tell who pushed the last commit"),
    "a-pusher-without-a-number": (
        {"pusher": replace(NOBODY, name="ghost")},
        "the forge does not tell who pushed the last commit",
    ),
    "the-opening": ({"author": NOBODY}, "the forge does not tell who opened it"),
    "the-pusher": ({"pusher": login("stranger")}, UNSAID.format("stranger", 77)),
    "the-one-who-opened-it": ({"author": login("stranger")}, UNSAID.format("stranger", 77)),
    "an-author": ({"authors": (login("stranger"),)}, UNSAID.format("stranger", 77)),
    "an-author-without-an-account": (
        {"authors": (NOBODY,)},
        "the trust root does not say whose address one in its commits is",
    ),
}


@pytest.mark.parametrize(("changes", "doubt"), DOUBTED.values(), ids=DOUBTED)
def test_who_is_not_known_may_be_the_one_who_approves(
    changes: dict[str, object], doubt: str
) -> None:
    one = count(request(review(), **changes))
    assert (one.people, one.doubts, one.verdict) == (("bob",), (doubt,), Verdict.UNKNOWN)
    two = count(request(review(), review("carol"), **changes))
    assert (two.people, two.verdict) == (("bob", "carol"), Verdict.PASSED)


def test_two_accounts_of_one_person_are_one_person() -> None:
    change = request(review("alice"), review("alice-too"), author=login("dan"), pusher=NOBODY)
    found = count(replace(change, authors=(login("dan"),)))
    assert (found.people, found.verdict) == (("alice",), Verdict.UNKNOWN)


def test_a_refusal_by_any_account_of_a_person_is_that_persons() -> None:
    refusal = review("alice-too", state=ReviewState.CHANGES_REQUESTED, submitted_at=LATER)
    change = request(review("alice"), refusal, author=login("dan"), pusher=login("dan"))
    assert count(replace(change, authors=(login("dan"),))).people == ()


def test_merging_what_another_person_wrote_takes_no_approval_away() -> None:
    assert count(request(review("bob"), merged_by=login("bob"))).people == ("bob",)


def by_bob(*states: ReviewState) -> ChangeRequest:
    times = (NOW + timedelta(hours=number) for number in range(len(states)))
    return request(
        *(review(state=one, submitted_at=at) for one, at in zip(states, times, strict=False))
    )


def test_the_last_opinion_counts_and_a_comment_is_none() -> None:
    approved, comment = ReviewState.APPROVED, ReviewState.COMMENTED
    assert count(by_bob(approved, comment)).people == ("bob",)
    for taken_back in (ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED):
        assert count(by_bob(approved, taken_back)).people == ()
        assert count(by_bob(taken_back, approved)).people == ("bob",)


def test_of_two_opinions_at_one_time_the_refusal_counts() -> None:
    refusal = review(state=ReviewState.CHANGES_REQUESTED)
    assert count(request(refusal, review())).people == ()
    assert count(request(review(), refusal)).people == ()


def test_an_opinion_is_of_the_account_and_not_of_its_name() -> None:
    renamed = replace(login("bob"), name="robert")
    refusal = review(by=renamed, state=ReviewState.CHANGES_REQUESTED, submitted_at=LATER)
    assert count(request(review("bob"), refusal)).people == ()


def test_what_is_written_is_read_back() -> None:
    approvals = count(request(review(), review("stranger"), review(""), pusher=NOBODY))
    assert parse_approvals(JsonValue(approvals.as_json())) == approvals
    assert approvals.as_json()["verdict"] == "UNKNOWN"
    assert COMMIT.hex not in str(approvals)
