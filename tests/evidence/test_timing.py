"""The date of the next checkpoint never lies before that of the last one."""

from datetime import timedelta

import pytest

from assay.core.errors import UnavailableError
from assay.evidence.timing import ALLOWED_SKEW, time_of_record
from tests.fakes.trust import NOW

SECOND = timedelta(seconds=1)


def test_the_first_one_has_the_time_of_the_clock() -> None:
    assert time_of_record(NOW, newest=None) == NOW


@pytest.mark.parametrize("ahead", [timedelta(0), SECOND, timedelta(days=400)])
def test_a_later_time_is_taken(ahead: timedelta) -> None:
    assert time_of_record(NOW + ahead, newest=NOW) == NOW + ahead


@pytest.mark.parametrize("behind", [SECOND, ALLOWED_SKEW])
def test_a_clock_that_is_a_little_behind_is_raised(behind: timedelta) -> None:
    assert time_of_record(NOW - behind, newest=NOW) == NOW


def test_a_clock_that_was_set_back() -> None:
    assert timedelta(minutes=5) == ALLOWED_SKEW
    with pytest.raises(UnavailableError) as caught:
        time_of_record(NOW - ALLOWED_SKEW - SECOND, newest=NOW)
    assert str(caught.value) == (
        "[unavailable] the clock says 2026-05-31T23:54:59Z, the newest checkpoint "
        "2026-06-01T00:00:00Z: nothing is recorded with a clock that was set back "
        "(set the clock of this machine, and try again)"
    )
