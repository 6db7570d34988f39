"""Kits over several versions of the trust root, before both verifiers.

What counts is decided by the newest version in the log: `test_audit_operator` shows that a kit
without it, or with a forged one, is refused.
"""

from dataclasses import replace

from assay.core.digest import Digest
from assay.core.verdict import Verdict
from assay.gates.reading import VERDICT_TYPE
from assay.gates.vsa import parse_verdict, render_vsa
from assay.operations.reverify_log import reverify_log
from assay.signing.trust import trust_root_digest
from tests.operations.auditing import (
    audit,
    commit_of,
    exported,
    found_in,
)
from tests.operations.fallenkit import FIRST, ask, compromised, first_root, statuses
from tests.operations.run import check, clock, ledger, recorder
from tests.operations.site import Site
from tests.operations.trustkit import (
    change,
    new_key,
    person,
    pinned,
    update,
    use_key,
    with_key,
    with_revoked,
)


def test_an_owner_was_added(here: Site) -> None:
    """The auditor has the first version; the kit leads to the second."""
    kept = first_root(here)
    ana, signer = new_key(here, "ana")
    grown = (*pinned(here).principals, person("ana", signer, "owner", hours=1))
    update(here, replace(pinned(here), principals=grown), hours=1)
    mine = here.home / "keys" / "signer.pem"
    change(here, replace(pinned(here), owner_threshold=2), mine, ana, hours=1, draft="two.json")
    data = exported(here, hours=2)
    for pin in (kept, here.trust):
        assert statuses(ask(here, data, trust_root=pin)) == (0, 0)
    found = found_in(here, data, trust_root=kept)
    assert [v.root.version for v in found.chain.versions] == [1, 2, 3]
    signed_by = [sorted(v.signed.signed_by) for v in found.chain.versions if v.signed]
    assert signed_by == [["local"], ["ana", "local"]]


def test_a_key_was_rotated(here: Site) -> None:
    """The old key was retired after it signed: both verdicts stand, by two keys."""
    kept = first_root(here)
    [old] = pinned(here).principals[0].keys
    path, new = new_key(here, "next")
    update(here, with_key(pinned(here), "local", new, hours=1), hours=1)
    use_key(here, path)
    update(here, with_revoked(pinned(here), old.name, hours=2, reason="retired"), hours=2)
    check(here, hours=3)
    data = exported(here, hours=4)
    for pin in (kept, here.trust):
        assert statuses(ask(here, data, trust_root=pin)) == (0, 0)
    audited = found_in(here, data).audit
    assert [v.stands for v in audited.verdicts] == [True, True]
    assert [v.replayed for v in audited.verdicts] == [True, True]


def test_a_verdict_fell_and_nobody_said_so(here: Site) -> None:
    key = compromised(here)
    answers = ask(here, exported(here, hours=3))
    assert statuses(answers) == (1, 1)
    assert answers.said == (
        f"verdict, entry {FIRST}: does not stand any more, and no later verdict takes its place "
        f"(assay log reverify --record): the verdict: key {key[:16]} of 'local' is revoked as "
        "compromised since 2026-06-01T12:00:00Z, and 8 more"
    )
    assert (
        f"the verdict, entry {FIRST}, does not stand any more, and no later verdict takes its place"
    ) in answers.second_said


def test_a_verdict_fell_and_another_took_its_place(here: Site) -> None:
    """The kit holds: it shows what was said, that it fell, and what is said now."""
    compromised(here)
    assert reverify_log(here.top, record=True, clock=clock(hours=3)).verdict is Verdict.FAILED
    data = exported(here, hours=4)
    answers = ask(here, data)
    assert (statuses(answers), answers.said) == ((0, 0), "")
    audited = found_in(here, data).audit
    old, new = audited.verdicts
    assert (old.withdrawn_by, old.stands, old.replayed) == (new.index, False, True)
    assert (new.withdrawn_by, new.stands, new.replayed) == (None, True, True)
    assert audited.newest is new
    assert new.said is not None
    assert new.said.decision.verdict is Verdict.UNKNOWN
    assert f"the verdict of entry {FIRST}: PASSED, withdrawn\n" in answers.second_said
    assert f"the verdict of entry {new.index}: UNKNOWN\n" in answers.second_said
    assert "entry 3: its signature does not count any more" in answers.second_said


def test_a_check_with_a_good_key_passes_again(here: Site) -> None:
    """What fell is named as void by the newest verdict, which stands on new evidence."""
    compromised(here)
    reverify_log(here.top, record=True, clock=clock(hours=3))
    check(here, hours=4)
    data = exported(here, hours=5)
    assert statuses(ask(here, data)) == (0, 0)
    audited = found_in(here, data).audit
    assert [v.stands for v in audited.verdicts] == [False, True, True]
    assert audited.newest is not None
    assert audited.newest.said is not None
    assert audited.newest.said.decision.verdict is Verdict.PASSED
    assert audited.newest.said.voided


def test_a_check_alone_does_not_take_the_place_of_what_fell(here: Site) -> None:
    """A newer PASSED beside it does not say that the old one is gone."""
    compromised(here)
    check(here, hours=4)
    answers = ask(here, exported(here, hours=5))
    assert statuses(answers) == (1, 1)
    assert answers.said.startswith(f"verdict, entry {FIRST}: does not stand any more")


def test_the_chain_itself_rests_on_the_lost_key(here: Site) -> None:
    """The change that brought the new key was signed by the old one, lost by then.

    Whoever had it may have made that change. An auditor who has the newest version from elsewhere
    knows; one who has only the first cannot tell.
    """
    kept = first_root(here)
    key = compromised(here)
    reverify_log(here.top, record=True, clock=clock(hours=3))
    data = exported(here, hours=4)
    answers = ask(here, data, trust_root=kept)
    assert statuses(answers) == (3, 3)
    assert answers.said == (
        "the trust root rests on signatures that count no more: is this one right? version 2: "
        f"key {key[:16]} of 'local' is revoked as compromised since 2026-06-01T12:00:00Z"
    )
    assert (
        "too few owners of version 1 signed 2 by a key that counts still, and here"
    ) in answers.second_said
    assert statuses(ask(here, data)) == (0, 0)
    log_key = pinned(here).log_key
    assert statuses(ask(here, data, log_key=log_key)) == (3, 3)


def test_a_new_verdict_on_lost_evidence(here: Site) -> None:
    """The gate has a good key, and signs again what rests on the lost one."""
    with ledger(here) as opened:
        subject = Digest("gitCommit", here.repo.head)
        found = opened.verified(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
    said = parse_verdict(found[-1].payload)
    compromised(here)
    reverify_log(here.top, record=True, clock=clock(hours=3))
    now = replace(said, trust_root=trust_root_digest(pinned(here)))
    with recorder(here, hours=4) as recording:
        [receipt] = recording.record((render_vsa(now),), role="gate")
    answers = ask(here, exported(here, hours=5))
    assert statuses(answers) == (1, 1)
    for digest in said.evidence:
        told = f"verdict, entry {receipt.index}: names evidence that did not count: {digest}"
        assert told in answers.said
        told = f"the verdict, entry {receipt.index}, leaves out evidence: {digest}"
        assert told in answers.second_said


def test_a_key_that_was_lost_later_voids_nothing(here: Site) -> None:
    compromised(here, since=1)
    data = exported(here, hours=3)
    assert statuses(ask(here, data)) == (0, 0)
    assert [v.stands for v in found_in(here, data).audit.verdicts] == [True]


def test_a_kit_from_before_the_revocation(here: Site) -> None:
    """It is a true beginning of the log. The trust root, or a kept checkpoint, tells its age."""
    kept = first_root(here)
    data = exported(here, hours=1)
    compromised(here)
    assert statuses(ask(here, data, trust_root=kept)) == (0, 0)
    answers = ask(here, data)
    assert statuses(answers) == (1, 1)
    assert "the log has 1 versions of the trust root, where version 3 is pinned" in answers.said
    assert "another trust root" in answers.second_said
    older = audit(here.folder, data, subject=commit_of(here), trust_root=kept, anchor=here.anchor)
    assert statuses(older) == (1, 1)
