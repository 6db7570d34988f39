from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.digest import sha256_of
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.waiver import MAX_AGE, MAX_REASON, Waiver, parse_waiver, waiver_subject
from assay.findings.waiveraccount import RecordedWaiver, WaiverAccount, parse_waiver_account
from tests.fakes.reliances import relied

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WAIVER = Waiver(
    finding="weakness/v1:0a",
    rule="bandit/B602",
    title="A shell runs text",
    where="a.py:3",
    reason="only a test",
    accepted_at=AT,
    expires=AT + 48 * HOUR,
    accepted_by=("ana",),
)
RECORDED = RecordedWaiver(waiver=WAIVER, reliance=relied(b"envelope"))
ACCOUNT = WaiverAccount(observed_at=AT, waivers=(RECORDED,))


def test_round_trip() -> None:
    assert parse_waiver(JsonValue(WAIVER.as_json()), accepted_by=("ana",)) == WAIVER


def test_who_accepted_is_not_taken_from_the_text() -> None:
    written = WAIVER.as_json() | {"acceptedBy": ["eve"]}
    assert parse_waiver(JsonValue(written), accepted_by=("ana",)).accepted_by == ("ana",)


@pytest.mark.parametrize("field", tuple(WAIVER.as_json()))
def test_each_field_is_required(field: str) -> None:
    value = WAIVER.as_json()
    del value[field]
    with pytest.raises(MalformedError) as caught:
        parse_waiver(JsonValue(value, "w"), accepted_by=("ana",))
    assert str(caught.value) == f"[malformed] no {field}, at w.{field}"


COVERED = {
    "before": (AT - HOUR, False),
    "first": (AT, True),
    "last": (AT + 48 * HOUR - timedelta(seconds=1), True),
    "end": (AT + 48 * HOUR, False),
}


@pytest.mark.parametrize(("at", "covered"), COVERED.values(), ids=COVERED)
def test_it_covers_one_finding_for_a_while(at: datetime, covered: bool) -> None:  # noqa: FBT001  # a row
    assert WAIVER.covers("weakness/v1:0a", at=at) is covered
    assert not WAIVER.covers("weakness/v1:0b", at=at)
    assert (WAIVER.finding in ACCOUNT.in_force(at=at)) is covered


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "nothing": ({"finding": ""}, "[malformed] a waiver of nothing, at finding"),
    "no-reason": ({"reason": " "}, "[malformed] a waiver without a reason, at reason (say why)"),
    "long-reason": (
        {"reason": "x" * (MAX_REASON + 1)},
        "[malformed] a reason of over 2000 characters, at reason",
    ),
    "no-time": (
        {"expires": "2026-06-01T12:00:00Z"},
        (
            "[malformed] it would end on 2026-06-01T12:00:00Z, at expires "
            "(after now, and within 366 days)"
        ),
    ),
    "for-ever": (
        {"expires": "2027-06-02T12:00:01Z"},
        (
            "[malformed] it would end on 2027-06-02T12:00:01Z, at expires "
            "(after now, and within 366 days)"
        ),
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_waiver(JsonValue(WAIVER.as_json() | change), accepted_by=("ana",))
    assert str(caught.value) == message


def test_a_year_is_the_longest() -> None:
    assert replace(WAIVER, expires=AT + MAX_AGE).covers(WAIVER.finding, at=AT)


@given(st.text(), st.text())
def test_each_finding_is_a_subject_of_its_own(one: str, other: str) -> None:
    assert (waiver_subject(one) == waiver_subject(other)) == (one == other)


def test_account_round_trip() -> None:
    assert parse_waiver_account(JsonValue(ACCOUNT.as_json())) == ACCOUNT


ACCOUNTS: dict[str, tuple[list[dict[str, object]], str]] = {
    "twice": (
        [RECORDED.as_json(), RECORDED.as_json() | {"statement": str(sha256_of(b"other"))}],
        "[malformed] two waivers of one finding, at waivers",
    ),
    "unsigned": (
        [RECORDED.as_json() | {"acceptedBy": []}],
        "[malformed] a waiver that nobody signed, at waivers",
    ),
}


@pytest.mark.parametrize(("waivers", "message"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_account_refused(waivers: list[dict[str, object]], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_waiver_account(JsonValue(ACCOUNT.as_json() | {"waivers": waivers}))
    assert str(caught.value) == message
