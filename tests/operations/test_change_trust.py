"""Changing the trust root: proposed, signed in turn by enough owners, applied, and never undone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.evidence.envelope import parse_envelope, seal_statement
from assay.evidence.trustchain import TRUST_ROOT_TYPE, change_statement, draft_change
from assay.operations.change_trust import (
    Revoking,
    apply_trust,
    propose_trust,
    revoke_key,
    show_draft,
    sign_trust,
    update_trust,
)
from assay.operations.show_trust import show_trust
from assay.operations.trustdraft import TrustDraft, load_draft, make_draft, save_draft
from assay.signing.trust import render_trust_root, trust_root_digest
from tests.operations.run import AT, HOUR, check, clock, ledger, recorder, told
from tests.operations.site import Site
from tests.operations.trustkit import (
    change,
    moment,
    new_key,
    person,
    pinned,
    update,
    use_key,
    with_key,
    with_revoked,
    written,
)


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def two_owners(site: Site) -> tuple[Path, Path]:
    """Make ana an owner, and let two sign from then on; return the keys of both."""
    ana, signer = new_key(site, "ana")
    root = pinned(site)
    grown = (*root.principals, person("ana", signer, "owner", hours=1))
    update(site, replace(root, principals=grown), hours=1)
    mine = site.home / "keys" / "signer.pem"
    change(site, replace(pinned(site), owner_threshold=2), mine, ana, hours=1, draft="two.json")
    return mine, ana


def test_one_owner_changes_it_in_one_go(here: Site) -> None:
    before = pinned(here)
    _, signer = new_key(here, "ana")
    added = (*before.principals, person("ana", signer, "collector", hours=1))
    done = update(here, replace(before, principals=added), hours=1)
    assert done.changes == (
        "+ 'ana': person, from 2026-06-01T13:00:00Z until no end",
        "+ 'ana' as collector: from 2026-06-01T13:00:00Z until no end",
        f"+ 'ana', key {signer.public.key_id[:16]}: from 2026-06-01T13:00:00Z until no end",
    )
    assert pinned(here).version == 2
    assert pinned(here).history == (trust_root_digest(before),)
    with ledger(here, hours=2) as opened:
        assert opened.trust == pinned(here)
        assert [v.index for v in opened.chain.versions] == [1, 12]


def test_several_owners_sign_in_turn(here: Site) -> None:
    mine, ana = two_owners(here)
    draft = here.folder / "next.json"
    root = replace(pinned(here), expires=moment(9000))
    propose_trust(written(here, root), here.top, draft=draft, clock=clock(hours=2))
    first = sign_trust(draft, signer_uri=str(mine), clock=clock(hours=2))
    assert [s.signed_by for s in first.signatures] == [("local",), ("local",)]
    assert refusal(here, lambda: apply_trust(draft, here.top, clock=clock(hours=3))) == (
        "[signature-invalid] 1 trusted keys signed, 2 needed, at owners of version 3.signatures"
    )
    second = sign_trust(draft, signer_uri=str(ana), clock=clock(hours=2))
    assert all(s.are_enough for s in second.signatures)
    apply_trust(draft, here.top, clock=clock(hours=3))
    assert pinned(here).version == 4


def test_signing_twice_counts_once(here: Site) -> None:
    mine, _ = two_owners(here)
    draft = here.folder / "next.json"
    root = replace(pinned(here), expires=moment(9000))
    propose_trust(written(here, root), here.top, draft=draft, clock=clock(hours=2))
    sign_trust(draft, signer_uri=str(mine), clock=clock(hours=2))
    again = draft.read_bytes()
    sign_trust(draft, signer_uri=str(mine), clock=clock(hours=2))
    assert draft.read_bytes() == again


def test_one_is_not_enough_where_two_must_sign(here: Site) -> None:
    two_owners(here)
    file = written(here, replace(pinned(here), expires=moment(9000)))
    assert refusal(here, lambda: update_trust(file, here.top, clock=clock(hours=2))) == (
        "[usage] 2 owners must sign this change (use: assay trust propose)"
    )


def test_signing_needs_neither_the_repository_nor_a_pinned_trust_root(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ana = two_owners(here)
    draft = here.folder / "next.json"
    root = replace(pinned(here), expires=moment(9000))
    propose_trust(written(here, root), here.top, draft=draft, clock=clock(hours=2))
    monkeypatch.setenv("ASSAY_HOME", str(here.folder / "elsewhere"))
    here.top.rename(here.folder / "away")
    done = sign_trust(draft, signer_uri=str(ana), clock=clock(hours=2))
    assert [s.signed_by for s in done.signatures] == [("ana",), ("ana",)]
    assert show_draft(draft, clock=clock(hours=2)) == done


def test_a_key_of_no_owner_signs_nothing(here: Site) -> None:
    path, signer = new_key(here, "mallory")
    draft = here.folder / "next.json"
    file = written(here, replace(pinned(here), expires=moment(9000)))
    propose_trust(file, here.top, draft=draft, clock=clock(hours=1))
    before = draft.read_bytes()
    assert refusal(here, lambda: sign_trust(draft, signer_uri=str(path), clock=clock(hours=1))) == (
        f"[usage] key {signer.public.key_id[:16]} belongs to no owner of version 1 or 2 "
        "(assay trust show tells who the owners are)"
    )
    assert draft.read_bytes() == before


def test_a_draft_is_not_written_over(here: Site) -> None:
    file = written(here, replace(pinned(here), expires=moment(9000)))
    (here.folder / "next.json").touch()
    assert (
        refusal(
            here,
            lambda: propose_trust(file, here.top, draft=here.folder / "next.json", clock=clock()),
        )
        == "[usage] there is a file already, at {}/next.json (use another --output)"
    )


def test_a_change_of_an_older_version(here: Site) -> None:
    """Somebody was faster; what was signed must not undo what they did."""
    draft, mine = here.folder / "next.json", here.home / "keys" / "signer.pem"
    file = written(here, replace(pinned(here), expires=moment(9000)))
    propose_trust(file, here.top, draft=draft, clock=clock(hours=1))
    sign_trust(draft, signer_uri=str(mine), clock=clock(hours=1))
    update(here, replace(pinned(here), expires=moment(8000)), hours=1)
    assert refusal(here, lambda: apply_trust(draft, here.top, clock=clock(hours=1))) == (
        "[rejected] a change of version 1, where another one is in force: version 2 "
        "(propose it again)"
    )
    file = written(here, replace(pinned(here), expires=moment(9000)), version=2)
    assert refusal(here, lambda: update_trust(file, here.top, clock=clock(hours=1))) == (
        "[malformed] version 2, where 3 is the next one, at {}/trust.toml.version "
        "(begin again from: assay trust show --toml)"
    )


def test_a_draft_that_goes_on_from_another_trust_root_is_not_signed(here: Site) -> None:
    draft, mine = here.folder / "next.json", here.home / "keys" / "signer.pem"
    file = written(here, replace(pinned(here), expires=moment(9000)))
    propose_trust(file, here.top, draft=draft, clock=clock(hours=1))
    here.trust.write_bytes(render_trust_root(replace(pinned(here), expires=moment(7000))))
    assert refusal(
        here, lambda: sign_trust(draft, signer_uri=str(mine), clock=clock(hours=1))
    ).startswith("[rejected] a change of a trust root that does not follow the one pinned here")


def test_nobody_is_locked_out(here: Site) -> None:
    [key] = pinned(here).principals[0].keys
    root = with_revoked(pinned(here), key.name, hours=1)
    assert refusal(here, lambda: update(here, root, hours=1)) == (
        "[rejected] 0 owners with a valid key, where a change needs 1, at owners.threshold "
        "(nobody could change it any more)"
    )
    two = replace(pinned(here), owner_threshold=2)
    assert "1 owners with a valid key" in refusal(here, lambda: update(here, two, hours=1))


def test_an_owner_leaves_and_the_others_go_on(here: Site) -> None:
    mine, ana = two_owners(here)
    root = pinned(here)
    local, other = root.principals
    ended = replace(local.window, valid_until=moment(3))
    left = replace(root, principals=(replace(local, window=ended), other))
    file = written(here, left)
    change(here, left, mine, ana, hours=2)
    shown = show_trust(here.top, clock=clock(hours=2))
    assert shown.dangers == (
        "from 2026-06-01T15:00:00Z on too few owners are left to change this trust root",
    )
    assert file.exists()
    later = show_trust(here.top, clock=clock(hours=3)).dangers
    assert later[0] == "nobody can change this trust root: it needs 2 owners"


def test_what_was_trusted_does_not_vanish(here: Site) -> None:
    _, signer = new_key(here, "ana")
    root = pinned(here)
    update(here, replace(root, principals=(*root.principals, person("ana", signer))), hours=1)
    assert refusal(here, lambda: update(here, root, hours=2)).startswith("[malformed] version 2,")
    gone = replace(pinned(here), principals=root.principals)
    assert refusal(here, lambda: update(here, gone, hours=2)) == (
        f"[rejected] key {signer.public.key_id[:16]} of 'ana' has gone, or is another one's, "
        "at principals 'ana' (keep it, with an end: until, or revoked)"
    )


@pytest.mark.parametrize(("hours", "reason"), [(2, "compromised"), (1, "retired"), (None, "")])
def test_a_revocation_is_not_taken_back(here: Site, hours: float | None, reason: str) -> None:
    [old] = pinned(here).principals[0].keys
    path, new = new_key(here, "next")
    update(here, with_key(pinned(here), "local", new, hours=1), hours=1)
    use_key(here, path)
    clean = pinned(here)
    update(here, with_revoked(clean, old.name, hours=1), hours=1)
    back = clean if hours is None else with_revoked(clean, old.name, hours=hours, reason=reason)
    tried = replace(pinned(here), principals=back.principals)
    assert refusal(here, lambda: update(here, tried, hours=2)) == (
        f"[rejected] the revocation of key {old.name[:16]} since 2026-06-01T13:00:00Z "
        "(compromised) is taken back, or weaker, at principals 'local' "
        "(give its owner a new key)"
    )


def test_a_revocation_in_one_command(here: Site) -> None:
    _, ana = two_owners(here)
    key = pinned(here).principals[1].keys[0].name
    draft = here.folder / "revoke.json"
    wanted = Revoking(
        principal="ana", key=key[:12], since="2026-06-01T14:00:00Z", reason="compromised"
    )
    assert "1 owners with a valid key" in refusal(
        here, lambda: revoke_key(wanted, here.top, draft=draft, clock=clock(hours=2))
    )
    _, spare = new_key(here, "spare")
    change(
        here,
        with_key(pinned(here), "ana", spare, hours=2),
        here.home / "keys" / "signer.pem",
        ana,
        hours=2,
        draft="spare.json",
    )
    done = revoke_key(wanted, here.top, draft=draft, clock=clock(hours=2))
    line = f"'ana', key {key[:16]}: from 2026-06-01T13:00:00Z until no end"
    assert done.changes == (
        f"~ {line} -> {line.partition(': ')[2]}, revoked as compromised since 2026-06-01T14:00:00Z",
    )
    assert load_draft(draft, at=AT + 2 * HOUR).after.version == 5


NAMED_WRONG = {
    "a principal": (
        Revoking(principal="eve", key="00000000", since="2026-06-01T14:00:00Z", reason="retired"),
        "[usage] no principal 'eve' (one of 'local')",
    ),
    "a key": (
        Revoking(principal="local", key="0", since="2026-06-01T14:00:00Z", reason="retired"),
        "[usage] 0 keys or identities of 'local' are called '0' (it has key ",
    ),
    "a reason": (
        Revoking(principal="local", key="0", since="2026-06-01T14:00:00Z", reason="lost"),
        "[usage] unknown reason 'lost' (one of compromised, retired)",
    ),
    "a time": (
        Revoking(principal="local", key="0", since="today", reason="retired"),
        "[usage] 'today' is no RFC 3339 time, at --since (as 2026-01-31T12:00:00Z)",
    ),
}


@pytest.mark.parametrize(("wanted", "message"), NAMED_WRONG.values(), ids=NAMED_WRONG)
def test_named_wrong(here: Site, wanted: Revoking, message: str) -> None:
    found = refusal(here, lambda: revoke_key(wanted, here.top, draft=None, clock=clock(hours=1)))
    assert found.startswith(message)


def test_the_log_is_followed_from_an_old_pin(here: Site) -> None:
    """Another machine that was away: it has the first version, and finds the newest in the log."""
    old = here.trust.read_bytes()
    update(here, replace(pinned(here), expires=moment(9000)), hours=1)
    here.trust.write_bytes(old)
    with ledger(here, hours=2) as opened:
        assert opened.trust.version == 2
    assert pinned(here).version == 1  # who only reads pins nothing
    check(here, hours=2)
    assert pinned(here).version == 2


def test_a_log_without_the_pinned_version(here: Site) -> None:
    root = pinned(here)
    newer = replace(root, history=(trust_root_digest(root),))
    here.trust.write_bytes(render_trust_root(newer))
    assert refusal(here, lambda: check(here, hours=1)) == (
        "[tampered] the log has 1 versions of the trust root, where version 2 is pinned, at log "
        "(it was set back, or belongs to another trust root)"
    )


def test_a_statement_of_the_type_that_too_few_owners_signed_stops_everything(here: Site) -> None:
    """All statements of the type count: one that does not follow is never passed over."""
    two_owners(here)
    root = pinned(here)
    forged = replace(root, owner_threshold=1, history=(*root.history, trust_root_digest(root)))
    with recorder(here, hours=2) as opened:
        envelope = seal_statement(change_statement(forged), signers=(opened.signers.statements,))
        verified = parse_envelope(envelope).verify(
            trusted=opened.ledger.trust,
            role="owner",
            threshold=1,
            subject=trust_root_digest(forged),
            predicate_type=TRUST_ROOT_TYPE,
            at=moment(2),
        )
        opened.append((verified,), at=moment(2))
    assert refusal(here, lambda: check(here, hours=3)) == (
        "[tampered] the change of the trust root does not hold: 1 trusted keys signed, 2 needed, "
        "at log entry 14.owners of version 3.signatures"
    )


NO_SIGSTORE = b'{"mediaType":"text/plain"}'
NO_SIGSTORE_MESSAGE = "media type 'text/plain' is no trusted root, at {}sigstore.mediaType"


def test_a_sigstore_trusted_root_that_is_none(here: Site) -> None:
    """It is found before owners sign it, and not when the first bundle is refused."""
    wrong = written(here, replace(pinned(here), sigstore=NO_SIGSTORE))
    draft = here.folder / "draft.json"
    message = refusal(here, lambda: propose_trust(wrong, here.top, draft=draft, clock=clock()))
    assert message == "[malformed] " + NO_SIGSTORE_MESSAGE.format("")
    assert not draft.exists()


def test_a_draft_with_a_sigstore_trusted_root_that_is_none(here: Site) -> None:
    """Somebody else made the draft: who is asked to sign it is told as well."""
    draft, before = here.folder / "draft.json", pinned(here)
    after = replace(before, sigstore=NO_SIGSTORE, history=(trust_root_digest(before),))
    save_draft(draft, TrustDraft(before=before, after=after, envelope=draft_change(after)))
    message = refusal(here, lambda: sign_trust(draft, signer_uri="", clock=clock()))
    assert message == "[malformed] " + NO_SIGSTORE_MESSAGE.format("{}/draft.json.envelope.")


def test_a_sigstore_trusted_root_in_force_keeps_nothing_from_changing(here: Site) -> None:
    """Whoever has a bad one must be able to revoke a key all the same."""
    before = replace(pinned(here), sigstore=NO_SIGSTORE)
    after = replace(before, expires=moment(9000), history=(trust_root_digest(before),))
    assert make_draft(before, after, at=moment(1)).after == after


def test_an_expired_trust_root_is_only_changed(here: Site) -> None:
    update(here, replace(pinned(here), expires=moment(3)), hours=1)
    assert refusal(here, lambda: check(here, hours=3)) == (
        "[signature-invalid] not to be signed by the key here: the trust root expired on "
        "2026-06-01T15:00:00Z (assay trust show tells who may sign; ASSAY_SIGNER names another key)"
    )
    assert show_trust(here.top, clock=clock(hours=3)).dangers[0] == (
        "this trust root expired on 2026-06-01T15:00:00Z: nothing new counts"
    )
    update(here, replace(pinned(here), expires=moment(9000)), hours=4)
    check(here, hours=4)
