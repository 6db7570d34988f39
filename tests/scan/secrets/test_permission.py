"""Permission on the line: with a reason and an end, or not at all."""

from datetime import UTC, datetime

import pytest

from assay.scan.secrets.permission import Permission, permission_on

AT = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
MARK = "assay" + ":allow"
HOLDS = {
    "plain": f'# {MARK} npm-token until=2026-12-31 reason="made up for a test"',
    "full-name": f'# {MARK} secrets/npm-token until=2026-12-31 reason="made up for a test"',
    "last-day": f'# {MARK} npm-token until=2026-06-30 reason="made up for a test"',
    "a-year": f'# {MARK} npm-token until=2027-07-01 reason="made up for a test"',
    "escaped": f'"x", // {MARK} npm-token until=2026-12-31 reason=\\"made up for a test\\"',
}
FORM = 'it has not the form RULE until=YYYY-MM-DD reason="…"'
NOTHING = {
    "no-reason": (f"# {MARK} npm-token until=2026-12-31", FORM),
    "empty-reason": (f'# {MARK} npm-token until=2026-12-31 reason=""', FORM),
    "blank-reason": (
        f'# {MARK} npm-token until=2026-12-31 reason="    "',
        "its reason is empty",
    ),
    "no-end": (f'# {MARK} npm-token reason="made up for a test"', FORM),
    "past": (
        f'# {MARK} npm-token until=2026-06-29 reason="made up for a test"',
        "it ended on 2026-06-29",
    ),
    "without-end-in-all-but-name": (
        f'# {MARK} npm-token until=9999-12-31 reason="made up for a test"',
        "it would end on 9999-12-31, more than 366 days from now",
    ),
    "a-day-too-long": (
        f'# {MARK} npm-token until=2027-07-02 reason="made up for a test"',
        "it would end on 2027-07-02, more than 366 days from now",
    ),
    "other-rule": (
        f'# {MARK} pypi-token until=2026-12-31 reason="made up for a test"',
        "it is for 'pypi-token'",
    ),
    "every-rule": (f'# {MARK} * until=2026-12-31 reason="made up for a test"', FORM),
    "no-rule": (f'# {MARK} until=2026-12-31 reason="made up for a test"', FORM),
    "short-date": (f'# {MARK} npm-token until=2026-12 reason="made up for a test"', FORM),
}


@pytest.mark.parametrize("line", HOLDS.values(), ids=HOLDS)
def test_it_holds(line: str) -> None:
    given = permission_on(line.encode(), rule="npm-token", at=AT)
    assert given.accepted.startswith("made up for a test, until 202")
    assert given.void == ""


@pytest.mark.parametrize(("line", "void"), NOTHING.values(), ids=NOTHING)
def test_it_permits_nothing_and_says_why(line: str, void: str) -> None:
    given = permission_on(line.encode(), rule="npm-token", at=AT)
    assert given == Permission(void=void)


def test_of_several_the_one_that_holds_counts() -> None:
    other = NOTHING["other-rule"][0]
    given = permission_on(f"{other} {HOLDS['plain']} {other}".encode(), rule="npm-token", at=AT)
    assert given == Permission(accepted="made up for a test, until 2026-12-31")


def test_a_line_that_is_not_text_permits_nothing() -> None:
    line = b"\xff" + MARK.encode() + b"\xff"
    assert permission_on(line, rule="npm-token", at=AT) == Permission(void=FORM)
