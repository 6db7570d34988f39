"""Whether a gap is still accepted: an acceptance that has ended does not live on in old evidence.

A collector writes `accepted` as `reason, until 2026-12-31T00:00:00Z` when it runs; the gate decides
later, and looks at the end again. A day without a time is the last on which it holds, in UTC.
The end stands last, so that no reason can write another one behind it.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked

_END: Final = re.compile(r", until (\S*)\Z")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def render_acceptance(reason: str, *, until: datetime) -> str:
    """Return the text of `NotChecked.accepted` for a reason that holds until (before) `until`."""
    return f"{reason}, until {format_time(until)}"


def renew_acceptance(gap: NotChecked, *, at: datetime) -> NotChecked:
    """Return `gap` as it is at the time `at`: not accepted any more where that has ended."""
    match = _END.search(gap.accepted)
    if match is None or _holds(match.group(1), at):
        return gap
    return replace(gap, why=f"{gap.why}; it was accepted: {gap.accepted}", accepted="")


def _holds(end: str, at: datetime) -> bool:
    try:
        if _DAY.match(end):
            return at < parse_time(f"{end}T00:00:00Z") + timedelta(days=1)
        return at < parse_time(end)
    except (MalformedError, OverflowError):  # an end that nobody can read has passed
        return False
