"""A new key for the log of a site: who must sign, what follows it, and what the old key opens."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    parse_checkpoint_text,
    sign_checkpoint,
)
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.checkpoints.witness import AddCheckpoint, WitnessRefusedError
from assay.operations.backup_log import backup_log
from assay.operations.change_trust import apply_trust, sign_trust
from assay.operations.compare_checkpoints import compare_checkpoints
from assay.operations.export_kit import export_kit
from assay.operations.home import open_home
from assay.operations.initialise import initialise
from assay.operations.publish_log import publish_log
from assay.operations.renew_proof import renew_proofs
from assay.operations.restore_log import restore_log
from assay.operations.reverify_log import reverify_log
from assay.operations.rotate_log import rotate_log
from assay.operations.run_witness import open_witness
from assay.operations.show_checkpoint import show_checkpoint
from assay.operations.trustdraft import DescribedDraft
from assay.operations.verify_log import verify_log
from assay.operations.verify_tiles import verify_tiles
from assay.operations.verify_verdict import verify_verdict
from assay.signing.keyfile import load_key_file
from assay.signing.trust import RevocationReason, render_trust_root
from tests.operations.auditing import audit, canonical, commit_of, found_in
from tests.operations.run import ENTRIES, check, clock, ledger, recorder, told
from tests.operations.site import Site
from tests.operations.test_change_trust import two_owners
from tests.operations.trustkit import moment, pinned


def rotate(
    site: Site,
    *,
    hours: float = 1,
    reason: str = "retired",
    draft: Path | None = None,
    log_signer: str = "",
) -> DescribedDraft:
    return rotate_log(
        site.top,
        log_signer=log_signer,
        reason=reason,
        since="",
        draft=draft,
        clock=clock(hours=hours),
    )


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def verified(site: Site, *, hours: float = 3) -> None:
    verify_verdict(
        site.saved,
        subject=commit_of(site),
        trust_file=site.trust,
        stage="source",
        clock=clock(hours=hours),
    )


def exported(site: Site, *anchors: Path, hours: float = 3) -> bytes:
    kit = site.folder / "kit.json"
    export_kit(site.top, subject="", output=kit, anchors=anchors, clock=clock(hours=hours))
    return kit.read_bytes()


def test_one_owner_gives_the_log_a_new_key(here: Site) -> None:
    before = pinned(here)
    done = rotate(here)
    after = pinned(here)
    assert (done.version, after.version) == (2, 2)
    assert after.log_key != before.log_key
    [ended] = after.earlier_log_keys
    assert (ended.key, ended.revoked.since) == (before.log_key, moment(1))
    assert ended.revoked.reason is RevocationReason.RETIRED
    checked = verify_log(here.top, clock=clock(hours=2))
    assert (checked.size, checked.verdict.value) == (ENTRIES + 1, "PASSED")
    check(here, hours=2)
    assert verify_log(here.top, clock=clock(hours=3)).size == 2 * ENTRIES
    with ledger(here, hours=3) as opened:
        times = [opened.recorded_at(index) for index in (0, ENTRIES, 2 * ENTRIES - 1)]
    assert times == [moment(0), moment(1), moment(2)]


def test_the_first_key_stays_for_other_logs(here: Site) -> None:
    old = load_key_file(here.home / "keys" / "log.pem").public
    rotate(here)
    rotate(here, hours=2)
    assert load_key_file(here.home / "keys" / "log.pem").public == old
    initialise(here.top, clock=clock(hours=3))
    check(here, hours=3)
    assert [one.revoked.since for one in pinned(here).earlier_log_keys] == [moment(1), moment(2)]
    assert verify_log(here.top, clock=clock(hours=4)).size == 2 * ENTRIES + 1


def test_several_owners_sign_it(here: Site) -> None:
    mine, ana = two_owners(here)
    draft = here.folder / "rotation.json"
    assert "2 owners must sign this change" in refusal(here, lambda: rotate(here, hours=2))
    rotate(here, hours=2, draft=draft)
    check(here, hours=3)  # the log goes on under the old key until the change is applied
    for signer in (mine, ana):
        missing = refusal(here, lambda: apply_trust(draft, here.top, clock=clock(hours=3)))
        assert "at owners of version 3" in missing
        sign_trust(draft, signer_uri=str(signer), clock=clock(hours=3))
    apply_trust(draft, here.top, clock=clock(hours=4))
    assert len(pinned(here).earlier_log_keys) == 1
    check(here, hours=5)
    verify_log(here.top, clock=clock(hours=6))


def test_a_key_that_is_elsewhere(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    second = here.folder / "second.pem"
    second.write_bytes((here.home / "keys" / "log.pem").read_bytes())
    second.chmod(0o600)
    assert "is there twice" in refusal(here, lambda: rotate(here, log_signer=str(second)))
    second.unlink()
    from assay.signing.keyfile import create_key_file  # noqa: PLC0415  # beside its use

    create_key_file(second, algorithm="ed25519")
    rotate(here, log_signer=str(second))
    said = refusal(here, lambda: check(here, hours=2))
    assert "the key of the log here is not the one that the trust root names" in said
    monkeypatch.setenv("ASSAY_LOG_SIGNER", f"file:{second}")
    check(here, hours=2)


def test_a_draft_whose_new_key_is_not_here(here: Site) -> None:
    draft = here.folder / "rotation.json"
    rotate(here, draft=draft)
    mine = here.home / "keys" / "signer.pem"
    sign_trust(draft, signer_uri=str(mine), clock=clock(hours=1))
    [new] = (here.home / "keys").glob("*.2.pem")
    new.rename(here.folder / "moved.pem")
    said = refusal(here, lambda: apply_trust(draft, here.top, clock=clock(hours=1)))
    assert "[usage] the log's new key is not here" in said
    said = refusal(
        here, lambda: apply_trust(draft, here.top, log_signer=str(mine), clock=clock(hours=1))
    )
    assert "[usage] another key than the change names for the log" in said
    moved = str(here.folder / "moved.pem")
    apply_trust(draft, here.top, log_signer=moved, clock=clock(hours=1))
    assert pinned(here).version == 2


@pytest.mark.parametrize(
    ("reason", "since", "message"),
    [
        ("lost", "", "[usage] unknown reason 'lost' (one of compromised, retired)"),
        ("retired", "yesterday", "at --since (as 2026-01-31T12:00:00Z)"),
    ],
)
def test_what_is_no_reason_and_no_time(here: Site, reason: str, since: str, message: str) -> None:
    said = refusal(
        here,
        lambda: rotate_log(
            here.top, log_signer="", reason=reason, since=since, draft=None, clock=clock()
        ),
    )
    assert message in said
    assert not list((here.home / "keys").glob("*.2.pem"))


def test_a_recorder_that_was_open_meanwhile_records_nothing(here: Site) -> None:
    with recorder(here, hours=2) as opened:
        rotate(here, hours=1)
        from assay.evidence.trustchain import change_statement  # noqa: PLC0415  # any statement

        said = refusal(
            here, lambda: opened.record((change_statement(opened.ledger.trust),), role="owner")
        )
    assert (
        said == "[unavailable] the trust root changed meanwhile; nothing was recorded (try again)"
    )


def test_a_machine_that_knows_the_first_version_follows(here: Site) -> None:
    """It has seen the log under the old key, and pinned the old trust root."""
    first, anchor = here.trust.read_bytes(), here.anchor.read_bytes()
    rotate(here)
    check(here, hours=2)
    here.trust.write_bytes(first)
    here.anchor.write_bytes(anchor)
    assert verify_log(here.top, clock=clock(hours=3)).size == 2 * ENTRIES
    assert here.anchor.read_bytes() != anchor
    with recorder(here, hours=3) as opened:
        assert opened.ledger.trust.version == 2
    assert pinned(here).version == 2


def test_saved_verdicts_and_proofs_from_before(here: Site) -> None:
    rotate(here)
    verified(here)
    renew_proofs(here.top, (here.saved,), clock=clock(hours=2))
    verified(here)


def test_a_saved_verdict_after_the_old_key_was_lost(here: Site) -> None:
    """Whoever has the old key can sign a proof with any date; the log itself can prove it anew."""
    rotate(here, reason="compromised")
    said = refusal(here, lambda: verified(here))
    assert said == (
        "[rejected] the key of the log that signed the checkpoint is revoked as compromised, "
        "at checkpoint (where the log is: assay log renew writes the proof again)"
    )
    renew_proofs(here.top, (here.saved,), clock=clock(hours=2))
    verified(here)


def test_a_proof_that_the_retired_key_dates_after_its_end(here: Site) -> None:
    rotate(here)
    [ended] = pinned(here).earlier_log_keys
    for since, counts in ((0, False), (1 / 3600, True)):
        early = replace(ended, revoked=replace(ended.revoked, since=moment(since)))
        here.trust.write_bytes(render_trust_root(replace(pinned(here), earlier_log_keys=(early,))))
        if not counts:
            said = refusal(here, lambda: verified(here))
            assert "is retired since 2026-06-01T12:00:00Z, at checkpoint" in said
    verified(here)


def test_kits_tiles_backups_and_comparisons(here: Site) -> None:
    seen = here.folder / "seen.note"
    seen.write_bytes(show_checkpoint(here.top, clock=clock(hours=0)).note)
    tiles, saved = here.folder / "tiles", here.folder / "log.zip"
    publish_log(here.top, tiles, with_entries=True, clock=clock(hours=0))
    rotate(here, reason="compromised")
    check(here, hours=2)
    assert found_in(here, exported(here, seen)).result.value == "PASSED"
    publish_log(here.top, tiles, with_entries=True, clock=clock(hours=3))
    key = pinned(here).log_key
    assert verify_tiles(tiles, log_key=key, witnesses=(), quorum=0).size == 2 * ENTRIES
    assert compare_checkpoints(here.top, (seen,)).fork is None
    assert reverify_log(here.top, record=False, clock=clock(hours=3)).fallen == ()
    backup_log(here.top, saved, clock=clock(hours=3))
    here.log.unlink()
    assert restore_log(here.top, saved, accept_loss="", clock=clock(hours=4)).lost == 0
    assert verify_log(here.top, clock=clock(hours=5)).size == 2 * ENTRIES


def test_a_backup_from_before_the_new_key(here: Site) -> None:
    saved = here.folder / "log.zip"
    backup_log(here.top, saved, clock=clock(hours=0))
    rotate(here)
    here.log.unlink()
    said = refusal(here, lambda: restore_log(here.top, saved, accept_loss="fire", clock=clock()))
    assert said.startswith("[signature-invalid] not signed by")


Document = dict[str, list[dict[str, dict[str, object]]]]


def without_a_seal(kit: Document) -> None:
    del kit["checkpoints"][0]["sealed"]


def sealed_elsewhere(kit: Document) -> None:
    kit["checkpoints"][0]["sealed"]["number"] = 1


def sealed_nowhere(kit: Document) -> None:
    kit["checkpoints"][0]["sealed"]["number"] = 9


def sealed_though_it_is_new(kit: Document) -> None:
    kit["checkpoints"][-1]["sealed"] = kit["checkpoints"][0]["sealed"]


def without_the_first_under_the_new_key(kit: Document) -> None:
    """That is the one under both keys; the entry after it is led to a later one."""
    kit["checkpoints"] = [one for one in kit["checkpoints"] if "sealed " not in str(one["note"])]


def dated_anew(kit: Document) -> None:
    """By whoever has the first key; the text, and so the tree, stays the same."""
    note = str(kit["checkpoints"][0]["note"]).encode()
    text = parse_checkpoint_text(parse_note(note).text.decode())
    thief = load_key_file(open_home().log_key)
    kit["checkpoints"][0]["note"] = sign_checkpoint(text, signer=thief, at=moment(-9)).decode()  # type: ignore[assignment]


DAMAGED = {
    without_a_seal: "no proof that it was sealed, from before the log's new key",
    sealed_elsewhere: "the path does not lead from leaf 1 to the root",
    sealed_nowhere: "leaf 9 is not in [0, 3)",
    sealed_though_it_is_new: "a proof that it was sealed, where nothing seals it",
    without_the_first_under_the_new_key: "the first checkpoint under the log's new key is not in",
    dated_anew: "the path does not lead from leaf 0 to the root",
}


@pytest.mark.parametrize("reason", ["retired", "compromised"])
def test_both_verifiers_follow(here: Site, reason: str) -> None:
    first = here.folder / "first.json"
    first.write_bytes(here.trust.read_bytes())
    seen = here.folder / "seen.note"
    seen.write_bytes(show_checkpoint(here.top, clock=clock(hours=0)).note)
    rotate(here, reason=reason)
    check(here, hours=2)
    rotate(here, hours=3)
    data = exported(here, seen, hours=4)
    for root in (first, here.trust):
        answers = audit(here.folder, data, subject=commit_of(here), trust_root=root, anchor=seen)
        assert (answers.ours, answers.second) == (0, 0), answers
    for key, status in ((pinned(here).log_key, 3), (pinned(here).earlier_log_keys[0].key, 1)):
        answers = audit(here.folder, data, subject=commit_of(here), log_key=key)
        assert (answers.ours, answers.second) == (status, status), answers


def test_both_verifiers_refuse_what_the_seal_does_not_cover(here: Site) -> None:
    rotate(here, reason="compromised")
    check(here, hours=2)
    data = exported(here)
    for damage, message in DAMAGED.items():
        kit = json.loads(data)
        damage(kit)
        answers = audit(here.folder, canonical(kit), subject=commit_of(here), trust_root=here.trust)
        assert (answers.ours, answers.second) == (1, 1), (damage, answers)
        assert message in answers.said, damage


def test_a_witness_follows_and_the_old_key_opens_nothing(here: Site) -> None:
    old = pinned(here).log_key
    before = show_checkpoint(here.top, clock=clock(hours=0))
    rotate(here)
    check(here, hours=2)
    keys = (old, pinned(here).log_key)
    witness = open_witness(
        here.folder / "w",
        name="w.example",
        key_uri="",
        logs=keys,
        report=lambda _: None,
        clock=clock(hours=3),
    )
    witness.cosign(AddCheckpoint(old_size=0, path=(), note=before.note))
    with ledger(here, hours=3) as opened:
        store, size = opened.store, opened.store.size
        path = store.consistency_proof(before.size, size)
        witness.cosign(
            AddCheckpoint(old_size=before.size, path=path, note=store.checkpoint_of(size))
        )
    thief = load_key_file(here.home / "keys" / "log.pem")
    fork = Checkpoint(origin=pinned(here).log_origin, size=size, root=b"f" * 32)
    note = sign_checkpoint(fork, signer=thief, at=moment(3))
    with pytest.raises(WitnessRefusedError) as caught:
        witness.cosign(AddCheckpoint(old_size=size, path=(), note=note))
    assert caught.value.what == "no known key of the log signed this"
