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

NOBODY = (
    "[signature-invalid] no principal with the role 'collector' signed the bundle, at dsseEnvelope"
)


def test_key_revoked_later_verdicts_that_relied_on_it_flip(here: Site) -> None:
    """The verdict said PASSED when it was made, and its key was lost before that."""
    compromised(here, since=0)
    [fallen] = reverify_log(here.top, record=False, clock=clock(hours=3)).fallen
    assert fallen.said is Verdict.PASSED
    again = reverify_log(here.top, record=True, clock=clock(hours=3))
    assert [item.now for item in again.fallen] == [Verdict.UNKNOWN]


@pytest.mark.parametrize("since", [1 / 3600, 1], ids=["a second", "an hour"])
def test_key_revoked_for_later_takes_nothing_along(here: Site, since: float) -> None:
    """The first moment that does not count any more is that of the revocation, and none before."""
    compromised(here, since=since)
    assert reverify_log(here.top, record=False, clock=clock(hours=3)).fallen == ()


def test_certificate_revoked_later_verdicts_that_relied_on_it_flip() -> None:
    """A short-lived certificate is not revoked itself: the identity in it is."""
    verify(statement_v1())
    lost = Revocation(since=SIGNED_AT, reason=RevocationReason.COMPROMISED)
    with pytest.raises(SignatureInvalidError) as caught:
        verify(statement_v1(), trusted=root(revoked=lost))
    assert str(caught.value) == NOBODY


def test_a_compromised_key_counts_by_a_date_of_its_own() -> None:
    """Whoever stole a key dates what it signs as they like: without a time of record, nothing."""
    later = Revocation(since=SIGNED_AT + timedelta(days=1), reason=RevocationReason.COMPROMISED)
    verify(statement_v1(), trusted=root(revoked=later))
    with pytest.raises(SignatureInvalidError) as caught:
        verify(statement_v1(), trusted=root(revoked=later).undated())
    assert str(caught.value) == NOBODY


def test_clock_set_back_when_recording() -> None:
    """Evidence of after a revocation would be dated before it."""
    assert time_of_record(NOW - ALLOWED_SKEW, newest=NOW, size=7) == NOW
    with pytest.raises(UnavailableError) as caught:
        time_of_record(NOW - ALLOWED_SKEW - timedelta(seconds=1), newest=NOW, size=7)
    assert str(caught.value).startswith(
        "[unavailable] the clock says 2026-05-31T23:54:59Z, and the newest checkpoint, of size 7, "
        "is dated 2026-06-01T00:00:00Z: a log does not go back in time ("
    )
