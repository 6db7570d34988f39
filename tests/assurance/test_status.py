from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.assurance.catalogue import Catalogue
from assay.assurance.evidence import Observation
from assay.assurance.status import NOBODY_LOOKED, Tally, TaskStatus, assess, tally
from assay.core.verdict import Verdict
from tests.assurance.factory import (
    DAY,
    NOON,
    SECOND,
    catalogue,
    evidence_toml,
    observed,
    task_toml,
)

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
WEEK = 7 * DAY
BOUND = evidence_toml("bound", "bound_to_subject = true", without=("max_age_days",))
ONE = catalogue(task_toml("A.1.1", evidence_toml("one")))
TWO = catalogue(task_toml("A.1.1", evidence_toml("one"), evidence_toml("two")))
ETERNAL = catalogue(task_toml("A.1.1", BOUND))


def status_of(book: Catalogue, *evidence: Observation, after: timedelta = SECOND) -> TaskStatus:
    [status] = assess(book, evidence, at=NOON + after)
    return status


COMBINED = [
    ((), UNKNOWN),
    ((observed("one", PASSED),), UNKNOWN),
    ((observed("one", PASSED), observed("two", PASSED)), PASSED),
    ((observed("one", PASSED), observed("two", UNKNOWN)), UNKNOWN),
    ((observed("one", PASSED), observed("two", FAILED)), FAILED),
    ((observed("two", FAILED),), FAILED),
    ((observed("one", UNKNOWN), observed("two", FAILED)), FAILED),
    ((observed("other", PASSED), observed("two", PASSED)), UNKNOWN),
]


@pytest.mark.parametrize(("evidence", "verdict"), COMBINED)
def test_met_needs_every_kind_of_evidence(
    evidence: tuple[Observation, ...], verdict: Verdict
) -> None:
    assert status_of(TWO, *evidence).verdict is verdict


def test_the_words_are_met_not_met_and_unknown() -> None:
    assert status_of(ONE, observed("one", PASSED)).word == "met"
    assert status_of(ONE, observed("one", FAILED)).word == "not met"
    assert status_of(ONE).word == "unknown"


def test_what_nobody_looked_at_says_so() -> None:
    [line] = status_of(ONE).evidence
    assert (line.verdict, line.reason) == (UNKNOWN, NOBODY_LOOKED)
    assert (line.statements, line.observed_at, line.expires_at, line.age) == ((), None, None, None)


# The edge of an age.


def test_evidence_holds_until_the_last_moment_before_its_end() -> None:
    [line] = status_of(ONE, observed("one", PASSED), after=WEEK - SECOND).evidence
    assert (line.verdict, line.reason) == (PASSED, "seen")
    assert line.expires_at == NOON + WEEK
    assert line.age == WEEK - SECOND


def test_evidence_is_unknown_from_the_moment_of_its_end() -> None:
    [line] = status_of(ONE, observed("one", PASSED), after=WEEK).evidence
    assert (line.verdict, line.reason) == (UNKNOWN, "expired on 2026-03-08T12:00:00Z: seen")
    assert line.expires_at == NOON + WEEK
    assert line.statements == observed("one", PASSED).statements


def test_evidence_bound_to_its_subject_has_no_end() -> None:
    [line] = status_of(ETERNAL, observed("bound", PASSED), after=9999 * DAY).evidence
    assert (line.verdict, line.expires_at) == (PASSED, None)


def test_a_failure_does_not_expire() -> None:
    """Otherwise waiting would turn "not met" into "unknown", and nobody would have fixed it."""
    [line] = status_of(ONE, observed("one", FAILED), after=100 * DAY).evidence
    assert (line.verdict, line.reason, line.age) == (FAILED, "seen", 100 * DAY)


def test_a_fresh_pass_renews_one_that_ran_out() -> None:
    old, new = observed("one", PASSED), observed("one", PASSED, at=NOON + WEEK)
    [line] = status_of(ONE, old, new, after=WEEK).evidence
    assert line.verdict is PASSED
    assert (line.observed_at, line.statements) == (NOON + WEEK, new.statements)


def test_of_several_passes_the_newest_counts_for_the_age() -> None:
    old, new = observed("one", PASSED), observed("one", PASSED, at=NOON + DAY)
    for order in ((old, new), (new, old)):
        [line] = status_of(ONE, *order, after=2 * DAY).evidence
        assert (line.age, line.expires_at) == (DAY, NOON + DAY + WEEK)
        assert set(line.statements) == {*old.statements, *new.statements}


# A clock that was set back.


def test_evidence_dated_this_very_moment_counts() -> None:
    assert status_of(ONE, observed("one", PASSED), after=timedelta()).verdict is PASSED


def test_a_part_seen_in_the_future_is_not_seen_at_all() -> None:
    part = replace(observed("one", UNKNOWN), partial=True)
    assert status_of(ONE, part).evidence[0].partial
    assert not status_of(ONE, part, after=-SECOND).evidence[0].partial


@pytest.mark.parametrize("verdict", [PASSED, FAILED])
def test_evidence_from_the_future_is_unknown(verdict: Verdict) -> None:
    [line] = status_of(ONE, observed("one", verdict), after=-SECOND).evidence
    assert line.verdict is UNKNOWN
    assert line.reason == "dated 2026-03-01T12:00:00Z, which is after the moment asked about"
    assert line.age is None


def test_a_clock_set_back_does_not_hide_a_later_failure() -> None:
    early, late = observed("one", PASSED), observed("one", FAILED, at=NOON + DAY)
    assert status_of(ONE, early, late, after=2 * DAY).verdict is FAILED
    assert status_of(ONE, early, late, after=SECOND).verdict is UNKNOWN


# Several statements about one subject.


def test_a_newer_pass_does_not_hide_an_older_failure() -> None:
    old, new = observed("one", FAILED), observed("one", PASSED, at=NOON + DAY)
    for order in ((old, new), (new, old)):
        [line] = status_of(ONE, *order, after=2 * DAY).evidence
        assert (line.verdict, line.statements) == (FAILED, old.statements)


def test_a_newer_pass_does_not_hide_what_was_not_looked_at() -> None:
    old, new = observed("one", UNKNOWN, reason="in part"), observed("one", PASSED, at=NOON + DAY)
    [line] = status_of(ONE, old, new, after=2 * DAY).evidence
    assert (line.verdict, line.reason) == (UNKNOWN, "in part")


def test_of_several_failures_the_newest_gives_the_reason() -> None:
    old = observed("one", FAILED, reason="first")
    new = observed("one", FAILED, at=NOON + DAY, reason="second")
    [line] = status_of(ONE, new, old, after=2 * DAY).evidence
    assert line.reason == "second"
    assert set(line.statements) == {*old.statements, *new.statements}


def test_an_unknown_without_a_time_is_kept() -> None:
    nothing = Observation(evidence_type="one", verdict=UNKNOWN, reason="unreadable")
    [line] = status_of(ONE, nothing, observed("one", PASSED)).evidence
    assert (line.verdict, line.reason, line.age) == (UNKNOWN, "unreadable", None)


# Rules that hold for any evidence.

ANY = st.builds(
    observed,
    st.sampled_from(["one", "two", "other"]),
    st.sampled_from(list(Verdict)),
    at=st.integers(-20, 20).map(lambda days: NOON + days * DAY),
)


@given(st.lists(ANY), st.integers(-30, 30))
def test_the_order_of_evidence_changes_nothing(evidence: list[Observation], days: int) -> None:
    """A result that depends on the order of a query would depend on who asks."""
    at = NOON + days * DAY
    forward, backward = assess(TWO, evidence, at=at), assess(TWO, evidence[::-1], at=at)
    assert [s.verdict for s in forward] == [s.verdict for s in backward]


@given(st.lists(ANY), ANY, st.integers(-30, 30))
def test_more_evidence_never_turns_not_met_into_met(
    evidence: list[Observation], more: Observation, days: int
) -> None:
    at = NOON + days * DAY
    [before], [after] = assess(TWO, evidence, at=at), assess(TWO, [*evidence, more], at=at)
    if before.verdict is FAILED and more.observed_at is not None:
        assert after.verdict is FAILED


@given(st.lists(ANY), st.integers(-30, 30))
def test_met_always_has_a_fresh_statement_for_every_kind(
    evidence: list[Observation], days: int
) -> None:
    at = NOON + days * DAY
    [status] = assess(TWO, evidence, at=at)
    if status.verdict is PASSED:
        for line in status.evidence:
            assert line.statements
            assert line.expires_at is not None
            assert at < line.expires_at


def test_tally_counts_each_state() -> None:
    book = catalogue(
        task_toml("A.1.1", evidence_toml("one")),
        task_toml("A.1.2", evidence_toml("two")),
        task_toml("B.1.1", evidence_toml("three"), evidence_toml("four")),
    )
    statuses = assess(book, (observed("one", PASSED), observed("two", FAILED)), at=NOON)
    assert tally(statuses) == Tally(met=1, not_met=1, unknown=1)
    assert tally(statuses).tasks == 3
