"""Time as everything here writes it: RFC 3339, UTC, whole seconds.

Nothing below the operations reads a clock: whoever decides is told the time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from assay.core.errors import MalformedError

Clock = Callable[[], datetime]

_SECONDS: Final = len("2026-01-31T12:00:00")
ALLOWED_SKEW: Final = timedelta(minutes=5)  # between the clocks of machines that keep time


def format_time(at: datetime) -> str:
    """Return `at` as `2026-01-31T12:00:00Z`; fractions of a second are cut off.

    Raises:
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a time zone")
    # Not strftime: it writes the year 1 as "1", which nothing reads back.
    return f"{at.astimezone(UTC).isoformat()[:_SECONDS]}Z"


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time; it must name its offset.

    Raises:
        MalformedError: Not such a time.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedError(f"{text!r} is no RFC 3339 time") from error
    if at.tzinfo is None:
        raise MalformedError(f"{text!r} has no time zone", hint="end it in Z")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:  # the first and the last day that there are, elsewhere
        raise MalformedError(f"{text!r} is out of range") from error
