"""Time: what was revoked later takes along what relied on it, and nothing else."""

from datetime import timedelta

import pytest

from assay.core.clock import ALLOWED_SKEW
from assay.core.errors import SignatureInvalidError, UnavailableError
from assay.core.verdict import Verdict
from assay.evidence.timing import time_of_record
from assay.operations.reverify_log import reverify_log
from assay.signing.trust import Revocation, RevocationReason
from tests.evidence.sigstore.case import SIGNED_AT, statement_v1
from tests.evidence.sigstore.test_entry import root, verify
from tests.fakes.trust import NOW
from tests.operations.conftest import dated_site, here
from tests.operations.run import clock
from tests.operations.site import Site
from tests.operations.test_reverify_log import compromised

__all__ = ["dated_site", "here"]


def test_key_revoked_later_verdicts_that_relied_on_it_flip(here: Site) -> None:
    """The verdict said PASSED when it was made, and its key was lost before that."""
    compromised(here, since=0)
    [fallen] = reverify_log(here.top, record=False, clock=clock(hours=3)).fallen
    assert fallen.said is Verdict.PASSED
    again = reverify_log(here.top, record=True, clock=clock(hours=3))
    assert [item.now for item in again.fallen] == [Verdict.UNKNOWN]


def test_key_revoked_for_later_takes_nothing_along(here: Site) -> None:
    compromised(here, since=1)
    assert reverify_log(here.top, record=False, clock=clock(hours=3)).fallen == ()


def test_certificate_revoked_later_verdicts_that_relied_on_it_flip() -> None:
    """A short-lived certificate is not revoked itself: the identity in it is."""
    verify(statement_v1())
    lost = Revocation(since=SIGNED_AT, reason=RevocationReason.COMPROMISED)
    with pytest.raises(SignatureInvalidError):
        verify(statement_v1(), trusted=root(revoked=lost))


def test_a_compromised_key_counts_by_a_date_of_its_own() -> None:
    """Whoever stole a key dates what it signs as they like: without a time of record, nothing."""
    later = Revocation(since=SIGNED_AT + timedelta(days=1), reason=RevocationReason.COMPROMISED)
    verify(statement_v1(), trusted=root(revoked=later))
    with pytest.raises(SignatureInvalidError):
        verify(statement_v1(), trusted=root(revoked=later).undated())


def test_clock_set_back_when_recording() -> None:
    """Evidence of after a revocation would be dated before it."""
    assert time_of_record(NOW - ALLOWED_SKEW, newest=NOW, size=7) == NOW
    with pytest.raises(UnavailableError):
        time_of_record(NOW - ALLOWED_SKEW - timedelta(seconds=1), newest=NOW, size=7)
