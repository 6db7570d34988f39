"""A person's key that was lost takes along what rests on what it signed: in the log, and in kits.

The account of waivers (and of reviews) is a collector's, whose own signature holds all the same.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.findings.waiver import ROLE
from assay.operations.reverify_log import reverify_log
from assay.operations.verify_verdict import verify_verdict
from assay.signing.principals import AccountId
from assay.source.forge.facts import ForgeKind
from tests.fakes.signers import Credential, person
from tests.operations.auditing import audit, commit_of, exported, found_in
from tests.operations.run import AT, HOUR, check, clock
from tests.operations.site import Site
from tests.operations.test_accept_finding import accept
from tests.operations.test_rerun import RED, record_scan, scan_of
from tests.operations.trustkit import new_key, pinned, update, use_key, with_revoked


def waived_by_ana(site: Site) -> str:
    """Have Ana accept a finding, and a check pass by that; return the id of her key."""
    path, signer = new_key(site, "ana")
    ana = replace(
        person("ana", Credential(public=signer.public), roles=(ROLE,)),
        accounts=(AccountId(forge=f"https://{ForgeKind.GITHUB.value}.example", number=7),),
    )
    update(site, replace(pinned(site), principals=(*pinned(site).principals, ana)), hours=0.5)
    green = scan_of(check(site, hours=1), "secrets")
    record_scan(site, replace(green, findings=(RED,), observed_at=AT + HOUR), hours=1)
    own = site.home / "keys" / "signer.pem"
    local = own.read_bytes()
    use_key(site, path)
    accept(site)
    own.write_bytes(local)
    saved = site.folder / "by-ana.json"
    report = check(site, hours=3, save_verdict=saved)
    assert set(report.set_aside) == {RED.identity}
    return signer.public.key_id


def saved_verdict(site: Site, path: Path) -> Verdict:
    return verify_verdict(
        path,
        subject=commit_of(site),
        trust_file=site.trust,
        stage="source",
        clock=clock(hours=5),
    ).verdict


def test_a_lost_key_of_a_person_flips_what_rests_on_the_waiver(here: Site) -> None:
    key = waived_by_ana(here)
    before = audit(
        here.folder, exported(here, hours=4), subject=commit_of(here), trust_root=here.trust
    )
    assert (before.ours, before.second) == (0, 0), before
    assert reverify_log(here.top, record=False, clock=clock(hours=4)).fallen == ()
    update(here, with_revoked(pinned(here), key, hours=1), hours=4)
    why = f"key {key[:16]} of 'ana' is revoked as compromised since 2026-06-01T13:00:00Z"
    [fallen] = reverify_log(here.top, record=False, clock=clock(hours=5)).fallen
    [reason] = fallen.reasons
    assert reason.startswith("statement sha256:")
    assert reason.endswith(f": {why}")
    data = exported(here, hours=5)
    [verdict] = [one for one in found_in(here, data).audit.verdicts if one.fallen]
    [whole] = verdict.fallen
    assert whole.endswith(why)
    after = audit(here.folder, data, subject=commit_of(here), trust_root=here.trust)
    assert (after.ours, after.second) == (1, 1), after
    assert "does not stand any more, and no later verdict takes its place" in after.second_said
    with pytest.raises(AssayError) as caught:
        saved_verdict(here, here.folder / "by-ana.json")
    assert str(caught.value).endswith(
        f"{why}, at assay_verdict.reliesOn (decide again, from evidence that counts)"
    )
    withdrawn = reverify_log(here.top, record=True, clock=clock(hours=6)).fallen
    assert [one.now for one in withdrawn] == [Verdict.FAILED]  # the finding counts again
    mended = audit(
        here.folder, exported(here, hours=7), subject=commit_of(here), trust_root=here.trust
    )
    assert (mended.ours, mended.second) == (0, 0), mended
