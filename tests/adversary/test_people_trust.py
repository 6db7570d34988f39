"""People and trust: somebody lost a role, left, or counts twice under two keys."""

from dataclasses import replace

import pytest

from assay.core.errors import AssayError, SignatureInvalidError
from assay.core.verdict import Verdict
from assay.operations.change_trust import apply_trust, propose_trust, sign_trust
from assay.operations.reverify_log import reverify_log
from assay.signing.trust import RoleGrant, TrustRoot, Window
from tests.operations.conftest import dated_site, here
from tests.operations.run import check, clock
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
    written,
)

__all__ = ["dated_site", "here"]


def with_role_until(root: TrustRoot, name: str, role: str, hours: float) -> TrustRoot:
    """End one role of one principal."""

    def ended(grant: RoleGrant) -> RoleGrant:
        if grant.role != role:
            return grant
        window = Window(valid_from=grant.window.valid_from, valid_until=moment(hours))
        return RoleGrant(role=role, window=window)

    return replace(
        root,
        principals=tuple(
            replace(p, roles=tuple(map(ended, p.roles))) if p.name == name else p
            for p in root.principals
        ),
    )


def with_bob(site: Site) -> None:
    """Let bob sign everything from the first hour on, and use his key."""
    path, bob = new_key(site, "bob")
    root = pinned(site)
    update(site, replace(root, principals=(*root.principals, person("bob", bob, hours=1))), hours=1)
    use_key(site, path)


def test_approver_lost_the_role_before(here: Site) -> None:
    """What he signs from then on is not recorded."""
    with_bob(here)
    update(here, with_role_until(pinned(here), "bob", "gate", 2), hours=1)
    check(here, hours=1.5)
    with pytest.raises(SignatureInvalidError):
        check(here, hours=2)


def test_approver_lost_the_role_later(here: Site) -> None:
    """What he signed while he held it stands."""
    with_bob(here)
    check(here, hours=1)
    update(here, with_role_until(pinned(here), "bob", "gate", 2), hours=2)
    assert reverify_log(here.top, record=False, clock=clock(hours=3)).fallen == ()


def test_approver_lost_the_role_for_the_time_in_which_he_signed(here: Site) -> None:
    """Owners may say afterwards that he did not hold it any more; then what he decided falls."""
    with_bob(here)
    check(here, hours=3)
    update(here, with_role_until(pinned(here), "bob", "gate", 2), hours=4)
    [fallen] = reverify_log(here.top, record=False, clock=clock(hours=5)).fallen
    assert fallen.said is Verdict.PASSED
    assert fallen.reasons == ("the verdict: 'bob' is no gate at 2026-06-01T15:00:00Z",)


def test_one_person_with_two_keys_is_not_two_owners(here: Site) -> None:
    mine = here.home / "keys" / "signer.pem"
    spare, key = new_key(here, "spare")
    bob, signer = new_key(here, "bob")
    root = with_key(pinned(here), "local", key, hours=1)
    people = (*root.principals, person("bob", signer, "owner", hours=1))
    update(here, replace(root, principals=people), hours=1)
    change(here, replace(pinned(here), owner_threshold=2), mine, bob, hours=1)
    draft = here.folder / "alone.json"
    file = written(here, replace(pinned(here), owner_threshold=1))
    propose_trust(file, here.top, draft=draft, clock=clock(hours=2))
    sign_trust(draft, signer_uri=str(mine), clock=clock(hours=2))
    found = sign_trust(draft, signer_uri=str(spare), clock=clock(hours=2))
    assert [s.signed_by for s in found.signatures] == [("local",), ("local",)]
    with pytest.raises(AssayError) as caught:
        apply_trust(draft, here.top, clock=clock(hours=2))
    assert str(caught.value) == (
        "[signature-invalid] 1 trusted principals signed, 2 needed, "
        "at owners of version 3.signatures"
    )
