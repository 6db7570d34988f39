"""Principals, keys, identities and roles in time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.signing.trust import (
    OidcIdentity,
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedIdentity,
    Window,
)
from tests.fakes.trust import ALICE, ALICE_TOO, END, EPOCH, NOW, principal, trusted_key

SECOND = timedelta(seconds=1)
ISSUER = "https://oidc.example"
COMPROMISED = Revocation(since=NOW, reason=RevocationReason.COMPROMISED)


def identity(subject: str = "repo:shop") -> TrustedIdentity:
    return TrustedIdentity(
        identity=OidcIdentity(issuer=ISSUER, subject=subject), window=Window(valid_from=EPOCH)
    )


@pytest.mark.parametrize(
    ("at", "covered"),
    [(EPOCH - SECOND, False), (EPOCH, True), (END - SECOND, True), (END, False)],
    ids=["before", "first-moment", "last-second", "end"],
)
def test_both_edges_of_a_window(at: datetime, covered: bool) -> None:  # noqa: FBT001
    assert Window(valid_from=EPOCH, valid_until=END).covers(at) is covered


@pytest.mark.parametrize("reason", RevocationReason)
@pytest.mark.parametrize(("at", "valid"), [(NOW - SECOND, True), (NOW, False)])
def test_both_edges_of_a_revocation(
    reason: RevocationReason,
    at: datetime,
    valid: bool,  # noqa: FBT001
) -> None:
    revoked = Revocation(since=NOW, reason=reason)
    assert trusted_key(ALICE, revoked=revoked).is_valid(at=at) is valid


def test_a_key_counts_where_all_windows_do() -> None:
    late = trusted_key(ALICE_TOO, valid_from=NOW)
    alice = principal("alice", ALICE, late)
    assert alice.at(NOW - SECOND).keys == (ALICE.public,)
    assert alice.at(NOW).keys == (ALICE.public, ALICE_TOO.public)
    assert not alice.has_role("collector", at=END)


def test_a_role_has_a_window_of_its_own() -> None:
    window = Window(valid_from=EPOCH)
    short = Window(valid_from=EPOCH, valid_until=NOW)
    bob = Principal(
        name="bob",
        kind=PrincipalKind.PERSON,
        roles=(RoleGrant(role="collector", window=window), RoleGrant(role="gate", window=short)),
        keys=(trusted_key(ALICE),),
        window=window,
    )
    assert bob.has_role("gate", at=NOW - SECOND)
    assert not bob.has_role("gate", at=NOW)
    assert bob.has_role("collector", at=NOW)
    assert not bob.has_role("owner", at=NOW)


def test_an_identity_alone_is_enough() -> None:
    runner = Principal(
        name="ci",
        kind=PrincipalKind.RUNNER,
        roles=(RoleGrant(role="collector", window=Window(valid_from=EPOCH)),),
        keys=(),
        identities=(identity(),),
        window=Window(valid_from=EPOCH),
    )
    assert [str(i) for i in runner.at(NOW).identities] == ["repo:shop (https://oidc.example)"]
    assert runner.at(EPOCH - SECOND).identities == ()


PRINTABLE = st.text(
    st.sampled_from('ab ()"\\é'), min_size=1, max_size=12
)  # what separates the parts of a name, what escapes it, and letters


@given(PRINTABLE, PRINTABLE, PRINTABLE, PRINTABLE)
def test_no_two_identities_have_one_name(a: str, b: str, c: str, d: str) -> None:
    one, other = OidcIdentity(issuer=a, subject=b), OidcIdentity(issuer=c, subject=d)
    assert (str(one) == str(other)) == (one == other)


def test_the_name_of_an_identity_that_looks_like_two() -> None:
    """Once both were called `a (b (c)`."""
    first = OidcIdentity(issuer="c", subject="a (b")
    second = OidcIdentity(issuer="b (c", subject="a")
    assert (str(first), str(second)) == ('"a (b" (c)', 'a ("b (c")')


BROKEN: dict[str, tuple[Callable[[], object], str]] = {
    "no-issuer": (
        lambda: OidcIdentity(issuer="", subject="x"),
        "[malformed] empty, too long, or cannot be printed, at issuer",
    ),
    "no-subject": (
        lambda: OidcIdentity(issuer=ISSUER, subject=""),
        "[malformed] empty, too long, or cannot be printed, at subject",
    ),
    "a-subject-for-the-terminal": (
        lambda: OidcIdentity(issuer=ISSUER, subject="\x1b[2J"),
        "[malformed] empty, too long, or cannot be printed, at subject",
    ),
    "a-name-without-end": (
        lambda: principal("a" * 201, ALICE),
        (
            f"[malformed] a name that is empty, too long, or cannot be printed, "
            f"at principal '{'a' * 201}'"
        ),
    ),
    "nothing-in-a-window": (
        lambda: Window(valid_from=NOW, valid_until=NOW),
        "[malformed] a validity that ends before it begins",
    ),
}


@pytest.mark.parametrize(("make", "message"), BROKEN.values(), ids=BROKEN)
def test_cannot_be_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        make()
    assert str(caught.value) == message


@given(st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2028, 1, 1)))  # noqa: DTZ001
def test_a_revocation_never_adds_a_moment(naive: datetime) -> None:
    at = naive.replace(tzinfo=NOW.tzinfo)
    plain, revoked = trusted_key(ALICE), trusted_key(ALICE, revoked=COMPROMISED)
    assert plain.is_valid(at=at) or not revoked.is_valid(at=at)
