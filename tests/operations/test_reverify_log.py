"""`assay log reverify`: a revoked key takes along every verdict that rests on it, and only those."""

import pytest

from assay.core.errors import AssayError, RejectedError
from assay.core.verdict import Verdict
from assay.gates.reading import VERDICT_TYPE
from assay.operations.initialise import initialise
from assay.operations.list_log import list_log
from assay.operations.replay_verdict import replay_verdict
from assay.operations.reverify_log import Reverified, reverify_log
from assay.operations.show_status import show_status
from assay.operations.verify_verdict import verify_verdict
from tests.operations.run import ENTRIES, EVIDENCE, VERDICT, check, clock, ledger, told
from tests.operations.site import Site
from tests.operations.trustkit import new_key, pinned, update, use_key, with_key, with_revoked

FIRST = VERDICT  # the index of the verdict that the site begins with


def reverify(site: Site, *, hours: float, record: bool = True) -> Reverified:
    return reverify_log(site.top, record=record, clock=clock(hours=hours))


def verdicts(site: Site) -> list[int]:
    listed = list_log(site.top, clock=clock(hours=9))
    return [entry.index for entry in listed if entry.predicate_type == VERDICT_TYPE]


def compromised(site: Site, *, since: float, at: float = 2) -> str:
    """Give the site another key, and revoke its first one; return the id of that one."""
    [old] = pinned(site).principals[0].keys
    path, new = new_key(site, "next")
    update(site, with_key(pinned(site), "local", new, hours=at), hours=at)
    use_key(site, path)
    update(site, with_revoked(pinned(site), old.name, hours=since), hours=at)
    return old.name


def test_nothing_falls_where_nothing_was_revoked(here: Site) -> None:
    found = reverify(here, hours=1)
    assert (found.verdict, found.verdicts, found.fallen) == (Verdict.PASSED, 1, ())
    assert verdicts(here) == [FIRST]


def test_a_verdict_falls_with_its_evidence(here: Site) -> None:
    key = compromised(here, since=0)
    found = reverify(here, hours=3)
    [fallen] = found.fallen
    why = f"key {key[:16]} of 'local' is revoked as compromised since 2026-06-01T12:00:00Z"
    assert found.verdict is Verdict.FAILED
    assert (fallen.index, fallen.said, fallen.stage) == (FIRST, Verdict.PASSED, "source")
    assert str(fallen.subject) == f"gitCommit:{here.repo.head}"
    assert fallen.reasons[0] == f"the verdict: {why}"
    assert len(fallen.reasons) == 1 + EVIDENCE  # its own signature, and what it was made from
    assert all(reason.endswith(why) for reason in fallen.reasons)
    assert fallen.now is Verdict.UNKNOWN  # nothing is left to decide from


def test_the_new_verdict_names_the_old_one_and_can_be_replayed(here: Site) -> None:
    compromised(here, since=0)
    reverify(here, hours=3)
    first, second = verdicts(here)
    done = replay_verdict(str(second), here.top, clock=clock(hours=4))
    assert (done.verdict, done.evidence, done.fallen) == (Verdict.UNKNOWN, 0, ())
    again = replay_verdict(str(first), here.top, clock=clock(hours=4))
    assert (again.verdict, len(again.fallen)) == (Verdict.PASSED, 1 + EVIDENCE)


def test_a_second_run_flips_nothing_again(here: Site) -> None:
    compromised(here, since=0)
    reverify(here, hours=3)
    before = verdicts(here)
    found = reverify(here, hours=4)
    assert found.verdict is Verdict.PASSED
    assert [item.withdrawn for item in found.fallen] == [True]
    assert verdicts(here) == before


def test_listing_records_nothing(here: Site) -> None:
    compromised(here, since=0)
    found = reverify(here, hours=3, record=False)
    assert found.verdict is Verdict.FAILED
    assert [item.now for item in found.fallen] == [None]
    assert verdicts(here) == [FIRST]


@pytest.mark.parametrize(("since", "falls"), [(-1, True), (0, True), (1 / 3600, False), (1, False)])
def test_only_what_was_recorded_at_or_after_the_moment_falls(
    here: Site,
    since: float,
    falls: bool,  # noqa: FBT001  # a parameter
) -> None:
    compromised(here, since=since)
    assert bool(reverify(here, hours=3).fallen) is falls


def test_a_key_that_was_retired_later_voids_nothing(here: Site) -> None:
    [old] = pinned(here).principals[0].keys
    path, new = new_key(here, "next")
    update(here, with_key(pinned(here), "local", new, hours=2), hours=2)
    use_key(here, path)
    root = with_revoked(pinned(here), old.name, hours=2, reason="retired")
    update(here, root, hours=2)
    assert reverify(here, hours=3).fallen == ()
    assert check(here, hours=3).gate.decision.verdict is Verdict.PASSED


def test_the_status_does_not_count_it_before_and_after_it_was_withdrawn(here: Site) -> None:
    def verdict_lines() -> set[str]:
        status = show_status(here.top, clock=clock(hours=4))
        lines = [line for task in status.tasks for line in task.evidence]
        return {line.reason for line in lines if line.wanted.type == "gate_decision_log"}

    assert any("PASSED" in reason for reason in verdict_lines())
    compromised(here, since=0)
    assert verdict_lines() == {"no statement about this commit: verdict of a gate"}
    reverify(here, hours=3)
    assert not any("PASSED" in reason for reason in verdict_lines())


def test_a_saved_verdict_does_not_hold_under_the_new_trust_root(here: Site) -> None:
    compromised(here, since=0)
    with pytest.raises(AssayError) as caught:
        saved(here)
    assert str(caught.value).startswith("[signature-invalid] 0 trusted keys signed")


def test_a_saved_verdict_holds_under_a_trust_root_that_only_grew(here: Site) -> None:
    _, new = new_key(here, "next")
    update(here, with_key(pinned(here), "local", new, hours=2), hours=2)
    assert saved(here) is Verdict.PASSED


def saved(site: Site) -> Verdict:
    return verify_verdict(
        site.saved,
        subject=f"gitCommit:{site.repo.head}",
        trust_file=site.trust,
        stage="source",
        clock=clock(hours=5),
    ).verdict


def test_a_check_with_a_good_key_passes_again(here: Site) -> None:
    compromised(here, since=0)
    reverify(here, hours=3)
    assert check(here, hours=4).gate.decision.verdict is Verdict.PASSED
    assert reverify(here, hours=5).verdict is Verdict.PASSED


def test_of_a_log_without_verdicts_nothing_is_said(here: Site) -> None:
    (here.top / ".assay").rename(here.folder / "away")
    initialise(here.top, clock=clock())
    assert reverify(here, hours=1).verdict is Verdict.UNKNOWN


def test_the_whole_log_is_checked_first(here: Site) -> None:
    import sqlite3  # noqa: PLC0415  # damage, nothing else

    with sqlite3.connect(here.log) as database:
        database.execute("DELETE FROM subjects WHERE entry = ?", (VERDICT,))
    with pytest.raises(RejectedError) as caught:
        reverify(here, hours=1)
    assert "tampered" in told(caught.value, here)


def test_the_time_of_record_is_that_of_the_log(here: Site) -> None:
    with ledger(here) as opened:
        assert {opened.recorded_at(index) for index in range(ENTRIES)} == {clock()()}
