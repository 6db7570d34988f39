"""The time of record: when the log says that it took an entry in. Pure.

Every checkpoint is dated by the log's key. The dates never go back, so that the first checkpoint
over an entry says when it was recorded at the latest, and the one before it that it was not there.
"""

from datetime import datetime, timedelta
from typing import Final

from assay.core.clock import format_time
from assay.core.errors import UnavailableError

ALLOWED_SKEW: Final = timedelta(minutes=5)  # between the clocks of those who append to one log


def time_of_record(at: datetime, *, newest: datetime | None) -> datetime:
    """Return the time to date the next checkpoint with, after the one dated `newest`.

    A clock that is a little behind is raised to that date.

    Raises:
        UnavailableError: The clock is further behind: it was set back, or `newest` set forward.
    """
    if newest is None or at >= newest:
        return at
    if newest - at > ALLOWED_SKEW:
        raise UnavailableError(
            f"the clock says {format_time(at)}, the newest checkpoint {format_time(newest)}: "
            "nothing is recorded with a clock that was set back",
            hint="set the clock of this machine, and try again",
        )
    return newest
