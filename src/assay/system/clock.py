"""The wall clock, read once by an operation and passed down from there."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present time in UTC, cut to whole seconds as every record writes it."""
    return datetime.now(UTC).replace(microsecond=0)


def wait(seconds: float) -> None:
    """Let time pass: for services that ask their clients to come slowly."""
    time.sleep(seconds)
