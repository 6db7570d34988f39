"""The date of the next checkpoint never lies before that of the last one."""

from datetime import timedelta

import pytest

from assay.core.clock import ALLOWED_SKEW
from assay.core.errors import UnavailableError
from assay.evidence.timing import time_of_record
from tests.fakes.trust import NOW

SECOND = timedelta(seconds=1)


def test_the_first_one_has_the_time_of_the_clock() -> None:
    assert time_of_record(NOW, newest=None, size=7) == NOW


@pytest.mark.parametrize("ahead", [timedelta(0), SECOND, timedelta(days=400)])
def test_a_later_time_is_taken(ahead: timedelta) -> None:
    assert time_of_record(NOW + ahead, newest=NOW, size=7) == NOW + ahead


@pytest.mark.parametrize("behind", [SECOND, ALLOWED_SKEW])
def test_a_clock_that_is_a_little_behind_is_raised(behind: timedelta) -> None:
    assert time_of_record(NOW - behind, newest=NOW, size=7) == NOW


def test_a_clock_that_was_set_back() -> None:
    assert timedelta(minutes=5) == ALLOWED_SKEW
    with pytest.raises(UnavailableError) as caught:
        time_of_record(NOW - ALLOWED_SKEW - SECOND, newest=NOW, size=7)
    assert str(caught.value) == (
        "[unavailable] the clock says 2026-05-31T23:54:59Z, and the newest checkpoint, of size 7, "
        "is dated 2026-06-01T00:00:00Z: a log does not go back in time (set the clock of "
        "this machine, if it is behind. If it is right, the clock of whoever recorded last was "
        "ahead: wait until that time has come, or put a backup from before in its place: "
        "assay log restore FILE --accept-loss REASON)"
    )


def test_it_is_in_whole_seconds_as_a_checkpoint_writes_it() -> None:
    part = timedelta(milliseconds=700)
    assert time_of_record(NOW + part, newest=None, size=0) == NOW
    assert time_of_record(NOW + part, newest=NOW, size=7) == NOW
