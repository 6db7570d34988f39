"""The time of record: when the log says that it took an entry in. Pure.

Every checkpoint is dated by the log's key. The dates never go back, so that the first checkpoint
over an entry says when it was recorded at the latest, and the one before it that it was not there.
"""

from datetime import UTC, datetime

from assay.core.clock import ALLOWED_SKEW, format_time
from assay.core.errors import UnavailableError


def time_of_record(at: datetime, *, newest: datetime | None, size: int) -> datetime:
    """Return the time to date the next checkpoint with, after the one over `size` dated `newest`.

    It is in whole seconds, as it is written. A clock that is a little behind is raised.

    Raises:
        UnavailableError: The clock is further behind: it was set back, or whoever recorded last
            had one that was ahead.
    """
    at = at.astimezone(UTC).replace(microsecond=0)
    if newest is None or at >= newest:
        return at
    if newest - at > ALLOWED_SKEW:
        raise UnavailableError(
            f"the clock says {format_time(at)}, and the newest checkpoint, of size {size}, "
            f"is dated {format_time(newest)}: a log does not go back in time",
            hint="set the clock of this machine, if it is behind. If it is right, the clock of "
            "whoever recorded last was ahead: wait until that time has come, or put a backup from "
            "before in its place: assay log restore FILE --accept-loss REASON",
        )
    return newest
