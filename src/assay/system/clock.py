"""The wall clock, read once by an operation and passed down from there."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present time in UTC, cut to whole seconds as every record writes it."""
    return datetime.now(UTC).replace(microsecond=0)
