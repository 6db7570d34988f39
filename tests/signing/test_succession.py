"""May a version follow another: every way to break a rule, and both sides of each edge."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assay.core.errors import RejectedError
from assay.signing.notekey import note_key, render_note_key
from assay.signing.principals import Credential, OidcIdentity, TrustedIdentity, TrustedKey
from assay.signing.succession import (
    credentials,
    describe,
    locked_from,
    owners_at,
    verify_not_locked,
    verify_succession,
)
from assay.signing.trust import (
    EarlierLogKey,
    Principal,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustRoot,
    Window,
    trust_root_digest,
)
from tests.fakes.trust import (
    ALICE,
    ALICE_TOO,
    BOB,
    END,
    EPOCH,
    GATE,
    LOG_KEY,
    MALLORY,
    NOW,
    ORIGIN,
    principal,
    trusted_key,
)

DAY = timedelta(days=1)
FOREVER = Window(valid_from=EPOCH)
ROBOT = TrustedIdentity(
    identity=OidcIdentity(issuer="https://issuer.example", subject="repo:shop"), window=FOREVER
)
ALICES = principal("alice", ALICE, ALICE_TOO)
BOBS = principal("bob", BOB, roles=("collector", "owner"), valid_until=None)


SECOND_LOG_KEY = render_note_key(note_key(ORIGIN, GATE.public))
THIRD_LOG_KEY = render_note_key(note_key(ORIGIN, MALLORY.public))
NOT_ALL_KEYS = (
    "not all keys that the log had, in their order, at log.earlier "
    "(a new key for the log: assay log rotate)"
)


def ended_key(
    key: str, *, since: datetime = NOW, reason: RevocationReason = RevocationReason.RETIRED
) -> EarlierLogKey:
    return EarlierLogKey(key=key, revoked=Revocation(since=since, reason=reason))


def root(*principals: Principal, **changed: object) -> TrustRoot:
    given = {"log_origin": ORIGIN, "log_key": render_note_key(LOG_KEY), **changed}
    return TrustRoot(principals=principals, **given)  # type: ignore[arg-type]


OLD = root(replace(ALICES, identities=(ROBOT,)), BOBS)
HISTORY = (trust_root_digest(OLD),)


def after(*principals: Principal, **changed: object) -> TrustRoot:
    return root(*(principals or OLD.principals), **{"history": HISTORY, **changed})


def held(*items: Credential, roles: tuple[str, ...] = ("collector",)) -> Principal:
    """Return Alice with these keys and identities."""
    return replace(
        principal("alice", ALICE, roles=roles),
        keys=tuple(item for item in items if isinstance(item, TrustedKey)),
        identities=tuple(item for item in items if isinstance(item, TrustedIdentity)),
    )


def revoked(since: datetime, reason: RevocationReason) -> TrustedKey:
    return trusted_key(ALICE, revoked=Revocation(since=since, reason=reason))


def follows(old: TrustRoot, new: TrustRoot) -> None:
    verify_succession(old, new, at=NOW)


def told(work: Callable[[], object]) -> str:
    with pytest.raises(RejectedError) as caught:
        work()
    return str(caught.value)


def test_the_same_people_may_go_on() -> None:
    follows(OLD, after())


def test_more_may_come_and_windows_may_change() -> None:
    ended = held(
        trusted_key(ALICE, valid_until=NOW),
        trusted_key(ALICE_TOO, revoked=Revocation(since=NOW, reason=RevocationReason.RETIRED)),
        trusted_key(GATE),
        ROBOT,
    )
    follows(OLD, after(ended, BOBS, principal("carol", MALLORY)))


GONE = (
    "has gone, or is another one's, at principals 'alice' (keep it, with an end: until, or revoked)"
)
ANOTHER_LOG = note_key("another.example/log", MALLORY.public)
BROKEN = {
    "no-history": (
        lambda: root(*OLD.principals),
        "[rejected] version 1 does not follow this version 1, at history",
    ),
    "another-history": (
        lambda: after(history=(trust_root_digest(root(BOBS)),)),
        "[rejected] version 2 does not follow this version 1, at history",
    ),
    "a-gap": (
        lambda: after(history=(*HISTORY, trust_root_digest(root(BOBS)))),
        "[rejected] version 3 does not follow this version 1, at history",
    ),
    "another-log": (
        lambda: after(log_origin=ANOTHER_LOG.name, log_key=render_note_key(ANOTHER_LOG)),
        "[rejected] another log, at log.origin (a new log has its own root)",
    ),
    "another-key-of-the-log": (
        lambda: after(log_key=render_note_key(note_key(ORIGIN, MALLORY.public))),
        f"[rejected] {NOT_ALL_KEYS}",
    ),
    "an-earlier-key-that-the-log-never-had": (
        lambda: after(earlier_log_keys=(ended_key(SECOND_LOG_KEY),)),
        f"[rejected] {NOT_ALL_KEYS}",
    ),
    "another-earlier-key-than-the-log-had": (
        lambda: after(log_key=SECOND_LOG_KEY, earlier_log_keys=(ended_key(THIRD_LOG_KEY),)),
        f"[rejected] {NOT_ALL_KEYS}",
    ),
    "a-key-goes": (
        lambda: after(held(trusted_key(ALICE), ROBOT), BOBS),
        f"[rejected] key {ALICE_TOO.public.key_id[:16]} of 'alice' {GONE}",
    ),
    "an-identity-goes": (
        lambda: after(held(trusted_key(ALICE), trusted_key(ALICE_TOO)), BOBS),
        f"[rejected] identity 'repo:shop (https://issuer.example)' of 'alice' {GONE}",
    ),
    "a-principal-goes": (
        lambda: after(BOBS),
        f"[rejected] key {ALICE.public.key_id[:16]} of 'alice' {GONE}",
    ),
    "a-key-becomes-another-s": (
        lambda: after(
            held(trusted_key(ALICE_TOO), ROBOT),
            replace(BOBS, keys=(*BOBS.keys, trusted_key(ALICE))),
        ),
        f"[rejected] key {ALICE.public.key_id[:16]} of 'alice' {GONE}",
    ),
    "nobody-could-change-it": (
        lambda: after(OLD.principals[0], BOBS, owner_threshold=2),
        ("[rejected] 1 owners with a valid key, where a change needs 2, at owners.threshold "
        "(nobody could change it any more)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_rules(make: Callable[[], TrustRoot], message: str) -> None:
    assert told(lambda: follows(OLD, make())) == message


RETIRED, COMPROMISED = RevocationReason.RETIRED, RevocationReason.COMPROMISED
KEPT = {
    "as-it-was": (RETIRED, NOW, RETIRED),
    "earlier": (RETIRED, NOW - DAY, RETIRED),
    "worse": (RETIRED, NOW, COMPROMISED),
    "still-compromised": (COMPROMISED, NOW, COMPROMISED),
}
WEAKER = {
    "later": (RETIRED, NOW + timedelta(seconds=1), RETIRED),
    "later-but-worse": (RETIRED, NOW + DAY, COMPROMISED),
    "milder": (COMPROMISED, NOW, RETIRED),
    "milder-but-earlier": (COMPROMISED, NOW - DAY, RETIRED),
}


@pytest.mark.parametrize(("reason", "since", "now"), KEPT.values(), ids=KEPT)
def test_revocations_that_stay(
    reason: RevocationReason, since: datetime, now: RevocationReason
) -> None:
    old = root(held(revoked(NOW, reason)), BOBS)
    new = root(held(revoked(since, now)), BOBS, history=(trust_root_digest(old),))
    follows(old, new)


@pytest.mark.parametrize(("reason", "since", "now"), WEAKER.values(), ids=WEAKER)
def test_revocations_that_get_weaker(
    reason: RevocationReason, since: datetime, now: RevocationReason
) -> None:
    old = root(held(revoked(NOW, reason)), BOBS)
    new = root(held(revoked(since, now)), BOBS, history=(trust_root_digest(old),))
    assert told(lambda: follows(old, new)) == weaker(reason)


def test_a_revocation_that_is_taken_back() -> None:
    old = root(held(revoked(NOW, RETIRED)), BOBS)
    new = root(held(trusted_key(ALICE)), BOBS, history=(trust_root_digest(old),))
    assert told(lambda: follows(old, new)) == weaker(RETIRED)


def weaker(reason: RevocationReason) -> str:
    return (
        f"[rejected] the revocation of key {ALICE.public.key_id[:16]} since 2026-06-01T00:00:00Z "
        f"({reason.value}) is taken back, or weaker, at principals 'alice' "
        "(give its owner a new key)"
    )


def test_owners_are_those_with_a_key_of_that_time() -> None:
    by_identity = replace(principal("carol", GATE, roles=("owner",)), keys=(), identities=(ROBOT,))
    there = root(
        held(trusted_key(ALICE, valid_until=NOW), roles=("owner",)),
        BOBS,
        by_identity,
        principal("gate", MALLORY, roles=("gate",)),
    )
    assert owners_at(there, NOW - DAY) == ("alice", "bob")
    assert owners_at(there, NOW) == ("bob",)


def test_enough_owners_are_enough() -> None:
    two = root(held(trusted_key(ALICE), roles=("owner",)), BOBS, owner_threshold=2)
    verify_not_locked(two, at=NOW)
    assert told(lambda: verify_not_locked(two, at=END)) == (
        "[rejected] 1 owners with a valid key, where a change needs 2, at owners.threshold "
        "(nobody could change it any more)"
    )


OWNER_UNTIL = {
    "its-key-ends": held(trusted_key(ALICE, valid_until=NOW + DAY), roles=("owner",)),
    "its-key-is-revoked": held(
        trusted_key(ALICE, revoked=Revocation(since=NOW + DAY, reason=RETIRED)), roles=("owner",)
    ),
    "its-role-ends": replace(
        principal("alice", ALICE, valid_until=None),
        roles=(RoleGrant(role="owner", window=Window(valid_from=EPOCH, valid_until=NOW + DAY)),),
    ),
    "it-ends-itself": replace(
        principal("alice", ALICE, valid_until=None),
        roles=(RoleGrant(role="owner", window=FOREVER),),
        window=Window(valid_from=EPOCH, valid_until=NOW + DAY),
    ),
}


@pytest.mark.parametrize("owner", OWNER_UNTIL.values(), ids=OWNER_UNTIL)
def test_when_it_locks(owner: Principal) -> None:
    there = root(owner, BOBS, owner_threshold=2)
    assert locked_from(there, at=NOW) == NOW + DAY
    assert locked_from(there, at=NOW + DAY) in {None, END}  # what has passed is not told again
    assert locked_from(root(owner, BOBS), at=NOW) is None


def test_the_first_end_that_locks_is_told() -> None:
    """Not the first end, nor the last."""
    keys = tuple(
        trusted_key(signer, valid_until=NOW + days * DAY)
        for signer, days in ((ALICE, 1), (ALICE_TOO, 2))
    )
    assert locked_from(root(held(*keys, roles=("owner",))), at=NOW) == NOW + 2 * DAY


def test_all_that_is_named() -> None:
    assert [(owner, name) for owner, name, _ in credentials(OLD)] == [
        ("alice", ALICE.public.key_id),
        ("alice", ALICE_TOO.public.key_id),
        ("alice", "repo:shop (https://issuer.example)"),
        ("bob", BOB.public.key_id),
    ]
    assert [describe(item) for _, _, item in credentials(OLD)][1:3] == [
        f"key {ALICE_TOO.public.key_id[:16]}",
        "identity 'repo:shop (https://issuer.example)'",
    ]


def rotated(before: TrustRoot, *earlier: EarlierLogKey, key: str = SECOND_LOG_KEY) -> TrustRoot:
    """Return the version after `before` under another key of the log."""
    history = (*before.history, trust_root_digest(before))
    return replace(before, log_key=key, earlier_log_keys=earlier, history=history)


FIRST_ENDED = ended_key(render_note_key(LOG_KEY))
ROTATED = rotated(OLD, FIRST_ENDED)


def test_a_new_key_for_the_log() -> None:
    verify_succession(OLD, ROTATED, at=NOW)
    third = rotated(ROTATED, FIRST_ENDED, ended_key(SECOND_LOG_KEY), key=THIRD_LOG_KEY)
    verify_succession(ROTATED, third, at=NOW)


def test_what_is_said_of_an_earlier_key_of_the_log_gets_only_stronger() -> None:
    worse = replace(
        FIRST_ENDED,
        revoked=Revocation(since=NOW - DAY, reason=RevocationReason.COMPROMISED),
    )
    verify_succession(ROTATED, rotated(ROTATED, worse, key=SECOND_LOG_KEY), at=NOW)
    for milder in (ended_key(FIRST_ENDED.key, since=NOW + DAY), FIRST_ENDED):
        before = ROTATED if milder.revoked.since > NOW else rotated(OLD, worse)
        with pytest.raises(RejectedError) as caught:
            verify_succession(before, rotated(before, milder), at=NOW)
        assert "is weaker, at log.earlier[0].revoked" in str(caught.value)
