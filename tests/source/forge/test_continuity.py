"""Since when a control holds, and what was weakened."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.jsonvalue import JsonValue
from assay.source.forge.continuity import (
    PROMPT,
    DatedState,
    Protection,
    Weakening,
    parse_since,
    parse_weakening,
    protection_over_time,
)
from assay.source.forge.facts import Control
from tests.fakes.forgefacts import DAY, HOUR, MAIN, dated, rules, state
from tests.fakes.trust import NOW

GAP = 7 * DAY
FORCE = Control.NO_FORCE


def over_time(*states: DatedState, gap: timedelta = GAP) -> Protection:
    found = protection_over_time(states, ref=MAIN, at=NOW, max_gap=gap)
    assert found is not None
    return found


def look(days: float, *lacking: Control, unknown: tuple[Control, ...] = ()) -> DatedState:
    return dated(state(rules(*lacking, unknown=unknown), at=NOW - days * DAY), name=int(days * 24))


def test_no_look_at_the_branch_is_no_answer() -> None:
    other = dated(state(rules(ref="refs/heads/other")))
    assert protection_over_time((), ref=MAIN, at=NOW, max_gap=GAP) is None
    assert protection_over_time((other,), ref=MAIN, at=NOW, max_gap=GAP) is None


def test_it_holds_since_the_first_look_of_an_unbroken_row() -> None:
    protection = over_time(look(12), look(6), look(0))
    assert protection.since == dict.fromkeys(Control, NOW - 12 * DAY)
    assert (protection.looks, protection.observed_at, protection.source) == (3, NOW, "forge")
    assert protection.weakenings == ()


def test_a_gap_between_looks_breaks_the_row() -> None:
    assert over_time(look(14), look(7), look(0)).since[FORCE] == NOW - 14 * DAY
    assert over_time(look(14.1), look(7), look(0)).since[FORCE] == NOW - 7 * DAY


def test_a_last_look_that_is_old_shows_nothing_of_now() -> None:
    assert over_time(look(7)).since[FORCE] == NOW - 7 * DAY
    assert over_time(look(7.1)).since == {}


def test_a_weakening_breaks_the_row_and_is_named_for_ever() -> None:
    protection = over_time(look(6), look(4, FORCE), look(2), look(0))
    assert protection.since[FORCE] == NOW - 2 * DAY
    assert protection.since[Control.NO_DELETION] == NOW - 6 * DAY
    assert protection.weakenings == (
        Weakening(
            after=NOW - 6 * DAY,
            seen=NOW - 4 * DAY,
            what="no-force-push",
            was="enforced",
            now="not enforced",
        ),
    )


def test_what_is_no_longer_told_is_a_weakening_too() -> None:
    protection = over_time(look(2), look(0, unknown=(FORCE,)))
    assert FORCE not in protection.since
    assert [one.now for one in protection.weakenings] == ["not told"]


def test_fewer_approvals_and_checks_and_more_exemptions_are_weakenings() -> None:
    weaker = rules(approvals=1, checks=(), bypass=("user mallory",))
    protection = over_time(look(2), dated(state(weaker)))
    assert [(one.what, one.was, one.now) for one in protection.weakenings] == [
        ("approvals", "2", "1"),
        ("bypass by user mallory", "not allowed", "allowed"),
        ("check tests", "required", "not required"),
    ]


def test_what_was_strengthened_is_none() -> None:
    stricter = rules(approvals=3, checks=("tests", "scan"))
    assert over_time(look(2, FORCE), dated(state(stricter))).weakenings == ()


def test_a_past_that_was_written_down_later_does_not_count() -> None:
    late = dated(state(rules(), at=NOW - 6 * DAY), late=PROMPT + timedelta(seconds=1), name=1)
    early = dated(state(rules(), at=NOW - 6 * DAY), late=-PROMPT - timedelta(seconds=1), name=2)
    assert over_time(late, look(0)).since[FORCE] == NOW
    assert over_time(early, look(0)).since[FORCE] == NOW
    assert over_time(late, look(0)).looks == 1
    prompt = dated(state(rules(), at=NOW - 6 * DAY), late=PROMPT, name=3)
    assert over_time(prompt, look(0)).since[FORCE] == NOW - 6 * DAY


def test_a_look_after_the_moment_that_is_asked_for_does_not_count() -> None:
    later = dated(state(rules(FORCE), at=NOW + 2 * HOUR), name=1)
    assert FORCE in over_time(look(0), later).since


LOOKS = st.lists(
    st.tuples(st.integers(0, 40), st.sets(st.sampled_from(sorted(Control, key=str)))),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one[0],
)


@settings(deadline=None)
@given(LOOKS)
def test_the_order_of_states_is_no_matter(looks: list[tuple[int, set[Control]]]) -> None:
    states = [look(days, *lacking) for days, lacking in looks]
    shuffled = sorted(states, key=lambda one: one.statement[::-1])
    assert over_time(*states) == over_time(*shuffled)


@settings(deadline=None)
@given(LOOKS)
def test_what_holds_was_seen_at_every_look_since(looks: list[tuple[int, set[Control]]]) -> None:
    protection = over_time(*(look(days, *lacking) for days, lacking in looks))
    for control, since in protection.since.items():
        row = sorted(days for days, _ in looks if NOW - days * DAY >= since)
        assert all(control not in lacking for days, lacking in looks if days in row)
        assert all(b - a <= 7 for a, b in zip([0, *row], row, strict=False))


@settings(deadline=None)
@given(LOOKS)
def test_another_look_that_lacks_a_control_never_lengthens_its_row(
    looks: list[tuple[int, set[Control]]],
) -> None:
    states = [look(days, *lacking) for days, lacking in looks]
    spoiled = over_time(*states, look(0.5, *Control))
    assert all(NOW - since < DAY for since in spoiled.since.values())


def test_what_is_written_is_read_back() -> None:
    protection = over_time(look(6), look(4, FORCE), look(0, FORCE))
    written = JsonValue(protection.as_json())
    assert parse_since(written.field("since")) == protection.since
    read = tuple(parse_weakening(one) for one in written.field("weakenings").items())
    assert read == protection.weakenings
