"""Permission on the line: with a reason and an end, or not at all."""

from datetime import UTC, datetime

import pytest

from assay.scan.secrets.permission import permission_on

AT = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
MARK = "assay" + ":allow"
HOLDS = {
    "plain": f'# {MARK} npm-token until=2026-12-31 reason="made up for a test"',
    "full-name": f'# {MARK} secrets/npm-token until=2026-12-31 reason="made up for a test"',
    "last-day": f'# {MARK} npm-token until=2026-06-30 reason="made up for a test"',
    "escaped": f'"x", // {MARK} npm-token until=2026-12-31 reason=\\"made up for a test\\"',
}
NOTHING = {
    "no-reason": f"# {MARK} npm-token until=2026-12-31",
    "empty-reason": f'# {MARK} npm-token until=2026-12-31 reason=""',
    "blank-reason": f'# {MARK} npm-token until=2026-12-31 reason="    "',
    "no-end": f'# {MARK} npm-token reason="made up for a test"',
    "past": f'# {MARK} npm-token until=2026-06-29 reason="made up for a test"',
    "other-rule": f'# {MARK} pypi-token until=2026-12-31 reason="made up for a test"',
    "every-rule": f'# {MARK} * until=2026-12-31 reason="made up for a test"',
    "no-rule": f'# {MARK} until=2026-12-31 reason="made up for a test"',
    "short-date": f'# {MARK} npm-token until=2026-12 reason="made up for a test"',
}


@pytest.mark.parametrize("line", HOLDS.values(), ids=HOLDS)
def test_it_holds(line: str) -> None:
    given = permission_on(line.encode(), rule="npm-token", at=AT)
    assert given.startswith("made up for a test, until 2026-")


@pytest.mark.parametrize("line", NOTHING.values(), ids=NOTHING)
def test_it_permits_nothing(line: str) -> None:
    assert permission_on(line.encode(), rule="npm-token", at=AT) == ""


def test_a_line_that_is_not_text_permits_nothing() -> None:
    assert permission_on(b"\xff" + MARK.encode() + b"\xff", rule="npm-token", at=AT) == ""
