"""`assay vulns push --drop`: what waits for a target that nobody is at any more."""

from pathlib import Path

from assay.core.errors import UsageError
from assay.operations.portfolio import open_portfolio, portfolio_location


def drop_waiting(target: str) -> int:
    """Drop the messages that wait for `target`, configured or not; return how many they were.

    What they tell stays noted as told.

    Raises:
        UsageError: Nothing waits for a target of this name.
        UnavailableError: The portfolio does not answer.
    """
    location = portfolio_location()
    if isinstance(location, Path) and not location.exists():
        raise _nothing(target)
    with open_portfolio() as portfolio, portfolio.transaction():
        dropped = portfolio.outbox.drop(target)
    if not dropped:
        raise _nothing(target)
    return dropped


def _nothing(target: str) -> UsageError:
    return UsageError(f"nothing waits for a target {target!r}")
