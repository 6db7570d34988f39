"""Verification and trust that changed: what rests on a lost key is found without the log as well.

The site's second verdict is signed with a good key. What it was made from is signed in part with
one that was lost.
"""

from dataclasses import replace

import pytest

from assay.core.errors import (
    AssayError,
    SignatureInvalidError,
    UnavailableError,
    UsageError,
)
from assay.core.verdict import Verdict
from assay.operations.replay_verdict import replay_verdict
from assay.operations.reverify_log import reverify_log
from assay.operations.verify_verdict import VerdictVerified, verify_verdict
from assay.signing.trust import render_trust_root
from tests.adversary.test_people_trust import with_role_until
from tests.fakes.trust import statement
from tests.operations.conftest import dated_site, here
from tests.operations.run import EVIDENCE, check, clock, recorder
from tests.operations.site import Site
from tests.operations.test_reverify_log import verdicts
from tests.operations.trustkit import (
    moment,
    new_key,
    person,
    pinned,
    update,
    use_key,
    with_key,
    with_revoked,
)

__all__ = ["dated_site", "here"]


def rotated(site: Site) -> str:
    """Check again with another key; return the id of the first one."""
    [old] = pinned(site).principals[0].keys
    path, new = new_key(site, "next")
    update(site, with_key(pinned(site), "local", new, hours=1), hours=1)
    use_key(site, path)
    again = check(site, hours=1, save_verdict=site.saved)
    assert again.gate.decision.verdict is Verdict.PASSED
    return old.name


def verify(site: Site, *, hours: float = 3) -> VerdictVerified:
    return verify_verdict(
        site.saved,
        subject=f"gitCommit:{site.repo.head}",
        trust_file=site.trust,
        stage="source",
        clock=clock(hours=hours),
    )


def test_a_verdict_by_a_good_key_on_evidence_by_a_lost_one(here: Site) -> None:
    """The one who verifies has neither the log nor the evidence, and must see it."""
    old = rotated(here)
    assert verify(here).verdict is Verdict.PASSED
    update(here, with_revoked(pinned(here), old, hours=0), hours=2)
    with pytest.raises(AssayError) as caught:
        verify(here)
    assert str(caught.value).startswith("[rejected] the verdict fell with statement sha256:")
    assert "is revoked as compromised since 2026-06-01T12:00:00Z, at" in str(caught.value)


def test_what_is_left_of_the_evidence_can_be_decided_again(here: Site) -> None:
    """A supersession of what is void now neither stands in the way nor takes anything else away."""
    old = rotated(here)
    update(here, with_revoked(pinned(here), old, hours=0), hours=2)
    found = reverify_log(here.top, record=True, clock=clock(hours=3))
    assert [item.now for item in found.fallen] == [Verdict.UNKNOWN, Verdict.UNKNOWN]
    first, second, *new = verdicts(here)
    assert (len(new), first < second) == (2, True)
    for index in new:
        done = replay_verdict(str(index), here.top, clock=clock(hours=4))
        assert (done.verdict, done.fallen) == (Verdict.UNKNOWN, ())
    report = check(here, hours=4)
    assert report.gate.decision.verdict is Verdict.PASSED
    assert len(report.gate.voided) == EVIDENCE
    assert replay_verdict(str(report.logged.index), here.top, clock=clock(hours=5)).fallen == ()


def test_a_verdict_of_a_newer_version_than_the_one_that_is_held(here: Site) -> None:
    """An old trust root does not know what was revoked since: it verifies nothing newer."""
    old = here.trust.read_bytes()
    rotated(here)
    here.trust.write_bytes(old)
    with pytest.raises(AssayError) as caught:
        verify(here)
    assert caught.value.exit_status == 1


def test_an_expired_trust_root_verifies_nothing(here: Site) -> None:
    """Whoever is kept from getting a newer one must notice."""
    here.trust.write_bytes(render_trust_root(replace(pinned(here), expires=moment(2))))
    with pytest.raises(UsageError) as caught:
        verify(here, hours=2)
    assert caught.value.what == "the trust root expired on 2026-06-01T14:00:00Z"


def test_a_gate_and_an_owner_are_not_each_other(here: Site) -> None:
    """Bob may collect. What he signs is recorded as nothing else."""
    path, bob = new_key(here, "bob")
    root = pinned(here)
    people = (*root.principals, person("bob", bob, "collector", hours=1))
    update(here, replace(root, principals=people), hours=1)
    use_key(here, path)
    for role in ("gate", "owner"):
        with recorder(here, hours=2) as opened, pytest.raises(SignatureInvalidError):
            opened.record((statement(),), role=role)
    with recorder(here, hours=2) as opened:
        [receipt] = opened.record((statement(),), role="collector")
    assert receipt.recorded


def test_a_clock_set_back_signs_nothing(here: Site) -> None:
    """A key that has ended would sign again as of an earlier time."""
    check(here, hours=2)
    with recorder(here, hours=1) as opened, pytest.raises(UnavailableError) as caught:
        opened.record((statement(),), role="collector")
    assert "the clock says 2026-06-01T13:00:00Z" in caught.value.what


def test_a_clock_a_little_behind_signs_as_of_the_newest_entry(here: Site) -> None:
    """So that a key which ended in between is refused now, and not by everybody later."""
    minute = 1 / 60
    update(here, with_role_until(pinned(here), "local", "collector", 2), hours=2 - minute)
    with recorder(here, hours=2 - 2 * minute) as opened:
        opened.record((statement(),), role="collector")
        assert opened.record_time() == moment(2 - minute)
    with recorder(here, hours=2) as opened, pytest.raises(SignatureInvalidError):
        opened.record((statement({"answer": 1}),), role="collector")
