"""A release that is matched again in its own log, or refused."""

from dataclasses import replace

import pytest

from assay.core.errors import RejectedError, UsageError
from assay.operations.find_affected import AffectedRequest, ask_affected
from assay.operations.record_match import Rematch, record_match
from assay.vuln.portfolio.release import Release
from tests.operations.fallenkit import compromised
from tests.operations.run import ENTRIES, clock, ledger
from tests.operations.site import Site


def _release(site: Site) -> Release:
    request = AffectedRequest(query="pkg:pypi/leftpad-py", repositories=(site.top,))
    [place] = ask_affected(request, clock=clock()).places
    return place.found.release


def _rematch(site: Site, release: Release) -> Rematch:
    return Rematch(
        release=release, place=site.top, mirror=site.home / "advisories", supersedes=True
    )


def test_another_log_in_the_place_of_one_is_not_written_to(here: Site) -> None:
    release = replace(_release(here), log="other.example/log")
    with pytest.raises(UsageError) as caught:
        record_match(_rematch(here, release), clock=clock(hours=1))
    with ledger(here) as opened:
        assert str(caught.value) == f"[usage] the log there is {opened.store.origin}"
        assert opened.store.size == ENTRIES


def test_a_list_that_counts_no_more_is_not_matched(here: Site) -> None:
    """Of nothing, a match would find nothing."""
    release = _release(here)
    compromised(here)
    with pytest.raises(RejectedError) as caught:
        record_match(_rematch(here, release), clock=clock(hours=3))
    assert str(caught.value).startswith("[rejected] a list of its components counts no more: key ")
