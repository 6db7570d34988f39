"""Times as records write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError


def test_format_is_utc_in_whole_seconds() -> None:
    east = timezone(timedelta(hours=2))
    assert format_time(datetime(2026, 1, 1, 1, 0, 0, 999, tzinfo=east)) == "2025-12-31T23:00:00Z"


def test_a_time_without_a_zone_is_a_bug_of_ours() -> None:
    with pytest.raises(ValueError, match=r"\Aa time without a time zone\Z"):
        format_time(datetime(2026, 1, 1))  # noqa: DTZ001  # the point of the test


def test_parse() -> None:
    assert parse_time("2026-01-01T01:00:00+02:00") == datetime(2025, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "[malformed] 'soon' is no RFC 3339 time"),
        ("2026-13-01T00:00:00Z", "[malformed] '2026-13-01T00:00:00Z' is no RFC 3339 time"),
        (
            "2026-01-01T00:00:00",
            "[malformed] '2026-01-01T00:00:00' has no time zone (end it in Z)",
        ),
        (
            "0001-01-01T00:00:00+01:00",
            "[malformed] '0001-01-01T00:00:00+01:00' is out of range",
        ),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_time(text)
    assert str(caught.value) == message
