"""Drowning and ordering, before an auditor: what is shown is all there is, in the order it came.

Both verifiers are asked each time: Assay, and `contrib/verify.py`, which shares no code with it.
"""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.core.digest import Digest
from assay.core.verdict import Verdict
from assay.gates.reading import SCAN_TYPE, VERDICT_TYPE
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import parse_verdict, render_vsa
from assay.operations.manage_advisories import import_advisories
from tests.operations.auditing import Answers, Kit, audit, canonical, commit_of, drop, exported
from tests.operations.conftest import dated_site, here
from tests.operations.run import check, clock, ledger, recorder
from tests.operations.site import Site, write_advisories

__all__ = ["dated_site", "here"]


def ask(site: Site, data: bytes) -> Answers:
    return audit(site.folder, data, subject=commit_of(site), trust_root=site.trust)


def statuses(site: Site, data: bytes) -> tuple[int, int]:
    answers = ask(site, data)
    return answers.ours, answers.second


def without_advisory(site: Site) -> None:
    """Import advisories in which the one that said no is withdrawn."""
    newer = write_advisories(site.folder / "gone", package="rightpad-py", day="2026-05-31")
    import_advisories(newer, clock=clock(hours=3))


def test_re_run_until_green(here: Site) -> None:
    """Every run is in the kit; the one that failed cannot be taken out, nor put in another place."""
    newer = write_advisories(here.folder / "newer", package="leftpad-py")
    import_advisories(newer, clock=clock(hours=1))
    assert check(here, hours=2).verdict is Verdict.FAILED
    without_advisory(here)
    check(here, hours=4)
    data = exported(here, hours=5)
    assert statuses(here, data) == (0, 0)
    said = [line for line in ask(here, data).second_said.splitlines() if "the verdict" in line]
    assert len(said) == 3
    assert said[1].endswith(": FAILED")
    kit: Kit = json.loads(data)
    failed = int(said[1].split()[4].rstrip(":"))
    drop(kit, failed)
    answers = ask(here, canonical(kit))
    assert (answers.ours, answers.second) == (1, 1)
    assert "where the index counts" in answers.said
    assert "not what the log has for gitCommit:" in answers.second_said


def last_verdict(site: Site) -> GateVerdict:
    with ledger(site) as opened:
        found = opened.verified(
            subject=Digest("gitCommit", site.repo.head), role="gate", predicate_type=VERDICT_TYPE
        )
    return parse_verdict(found[-1].payload)


def scans(site: Site) -> tuple[Digest, ...]:
    with ledger(site) as opened:
        found = opened.verified(
            subject=Digest("gitCommit", site.repo.head), role="collector", predicate_type=SCAN_TYPE
        )
    return tuple(statement.digest for statement in found)


def test_only_the_last_of_several_statements_is_evaluated(here: Site) -> None:
    """A gate that looked at one scan of three, and signed that it passed."""
    said, all_scans = last_verdict(here), scans(here)
    some = tuple(digest for digest in said.evidence if digest not in all_scans[:-1])
    with recorder(here, hours=1) as opened:
        opened.record((render_vsa(replace(said, evidence=some)),), role="gate")
    answers = ask(here, exported(here, hours=2))
    assert (answers.ours, answers.second) == (1, 1)
    for digest in all_scans[:-1]:
        assert f"leaves out evidence that was there: {digest}" in answers.said
        assert f"leaves out evidence: {digest}" in answers.second_said


def swap_entries(kit: Kit) -> None:
    """Let the newest verdict take the place of the oldest statement."""
    one, other = kit["entries"][2], kit["entries"][-1]
    one["envelope"], other["envelope"] = other["envelope"], one["envelope"]


def reverse_list(kit: Kit) -> None:
    kit["lists"][0]["entries"].reverse()  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", [swap_entries, reverse_list])
def test_the_order_of_statements_is_changed(here: Site, change: Callable[[Kit], None]) -> None:
    check(here, hours=1)
    kit = json.loads(exported(here, hours=2))
    change(kit)
    assert statuses(here, canonical(kit)) == (1, 1)


MARKS = {
    "of the kit": lambda kit: kit.update(verified=[]),
    "of an entry": lambda kit: kit["entries"][0].update(verified=True),
    "of a checkpoint": lambda kit: kit["checkpoints"][0].update(verified=True),
    "of a list": lambda kit: kit["lists"][0].update(complete=True),
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_in_band_already_verified_mark_is_trusted(here: Site, mark: Callable[[Kit], None]) -> None:
    """No part of a kit says that it was checked; a member that would is refused."""
    kit = json.loads(exported(here, hours=1))
    mark(kit)
    assert statuses(here, canonical(kit)) == (1, 1)


def test_the_gate_says_more_than_it_decided(here: Site) -> None:
    """The verdict that is signed is compared with what comes out of its evidence.

    Only who has the rules can tell; the second verifier says that it does not evaluate them.
    """
    newer = write_advisories(here.folder / "newer", package="leftpad-py")
    import_advisories(newer, clock=clock(hours=1))
    failed = check(here, hours=2).gate
    passed = replace(failed, decision=replace(last_verdict(here).decision, verdict=Verdict.PASSED))
    with recorder(here, hours=3) as opened:
        opened.record((render_vsa(passed),), role="gate")
    answers = ask(here, exported(here, hours=4))
    assert answers.ours == 1
    assert "comes out otherwise: predicate." in answers.said
    assert "not checked: policy: the rules were not evaluated" in answers.second_said
