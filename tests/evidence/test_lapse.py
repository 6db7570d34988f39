"""What counted when it was verified, and does not any more at its time of record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.groupcommit import GroupCommit
from assay.evidence.lapse import LapsedError, refuse_lapsed
from assay.evidence.store import LogStore
from assay.signing.keys import Signer
from assay.signing.trust import (
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedKey,
    TrustRoot,
    Window,
)
from tests.evidence.sigstore.case import SIGNED_AT, statement_v1
from tests.evidence.sigstore.test_entry import root as bundle_root
from tests.evidence.sigstore.test_entry import verify as verify_bundle
from tests.fakes.backends import Backend
from tests.fakes.trust import (
    ALICE,
    ALICE_TOO,
    BOB,
    COMMIT,
    EPOCH,
    KIND,
    LOG,
    LOG_KEY,
    NOW,
    ROOT,
    principal,
    statement,
    trusted_key,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
RETIRED = RevocationReason.RETIRED


@pytest.fixture
def store(backend: Backend) -> Iterator[LogStore]:
    with backend.open() as made:
        yield made


def rooted(*keys: Signer | TrustedKey) -> TrustRoot:
    """Return a root in which Alice has these keys."""
    return replace(ROOT, principals=(principal("alice", *keys), *ROOT.principals[1:]))


ENDS = rooted(trusted_key(ALICE, valid_until=NOW + MINUTE))


def signed(
    trusted: TrustRoot,
    *signers: Signer,
    n: int = 0,
    threshold: int = 1,
    at: datetime = NOW,
    role: str = "collector",
) -> VerifiedStatement:
    made = statement({"n": n})
    return parse_envelope(seal_statement(made, signers=signers or (ALICE,))).verify(
        trusted=trusted,
        role=role,
        threshold=threshold,
        subject=COMMIT,
        predicate_type=KIND,
        at=at,
    )


LAPSING = {
    "the key ends": ENDS,
    "the key is retired": rooted(
        trusted_key(ALICE, revoked=Revocation(since=NOW + MINUTE, reason=RETIRED))
    ),
    "the role ends": replace(
        ROOT,
        principals=(
            replace(
                ROOT.principals[0],
                roles=(
                    replace(
                        ROOT.principals[0].roles[0],
                        window=Window(valid_from=EPOCH, valid_until=NOW + MINUTE),
                    ),
                ),
            ),
            *ROOT.principals[1:],
        ),
    ),
    "the principal ends": replace(
        ROOT,
        principals=(principal("alice", ALICE, valid_until=NOW + MINUTE), *ROOT.principals[1:]),
    ),
    "the trust root expires": replace(ROOT, expires=NOW + MINUTE),
}


@pytest.mark.parametrize("trusted", LAPSING.values(), ids=LAPSING.keys())
def test_up_to_the_last_second_and_no_longer(trusted: TrustRoot) -> None:
    one = signed(trusted)
    refuse_lapsed([one], at=NOW + MINUTE - SECOND)
    with pytest.raises(LapsedError) as caught:
        refuse_lapsed([one], at=NOW + MINUTE)
    assert str(caught.value) == (
        "[rejected] it counted as of 2026-06-01T00:00:00Z, and does not as of its time of record, "
        f"2026-06-01T00:01:00Z: 0 trusted keys signed, 1 needed, at statement {one.digest} "
        "(nothing was recorded with it; sign it again, with a key that counts)"
    )


def test_each_role_is_asked_about() -> None:
    """One statement of a batch says nothing about those that were signed in another role."""
    alice, *others = ROOT.principals
    passing = Window(valid_from=EPOCH, valid_until=NOW + MINUTE)
    gate = RoleGrant(role="gate", window=passing)
    trusted = replace(ROOT, principals=(replace(alice, roles=(*alice.roles, gate)), *others))
    one, other = signed(trusted), signed(trusted, role="gate")
    refuse_lapsed([one], at=NOW + MINUTE)
    with pytest.raises(LapsedError):
        refuse_lapsed([one, other], at=NOW + MINUTE)


def test_a_time_before_the_key() -> None:
    """A date may lie before the verification, too: fractions of a second are cut off."""
    one = signed(rooted(trusted_key(ALICE, valid_from=NOW)))
    with pytest.raises(LapsedError):
        refuse_lapsed([one], at=NOW - SECOND)


def test_another_key_that_counts_is_enough() -> None:
    ends, begins = (
        trusted_key(ALICE, valid_until=NOW + MINUTE),
        trusted_key(ALICE_TOO, valid_from=NOW + MINUTE),
    )
    refuse_lapsed([signed(rooted(ends, begins), ALICE, ALICE_TOO)], at=NOW + MINUTE)


def test_the_threshold_is_asked_for_again() -> None:
    both = signed(ENDS, ALICE, BOB, threshold=2)
    with pytest.raises(LapsedError):
        refuse_lapsed([both], at=NOW + MINUTE)
    refuse_lapsed([signed(ENDS, ALICE, BOB)], at=NOW + MINUTE)


def test_each_statement_by_the_root_that_it_was_verified_with() -> None:
    """The answer about one is not taken for that about another."""
    with pytest.raises(LapsedError):
        refuse_lapsed([signed(ROOT), signed(ENDS)], at=NOW + MINUTE)
    with pytest.raises(LapsedError):
        refuse_lapsed([signed(ROOT, BOB), signed(LAPSING["the role ends"])], at=NOW + MINUTE)


def test_a_bundle_is_verified_again() -> None:
    """Its certificate is not among the keys that hold a role."""
    expires = SIGNED_AT + timedelta(days=1)
    one = verify_bundle(statement_v1(), trusted=replace(bundle_root(), expires=expires))
    refuse_lapsed([one], at=one.at)
    with pytest.raises(LapsedError):
        refuse_lapsed([one], at=expires)


def test_an_append_whose_date_is_raised_over_the_end_of_a_key(store: LogStore) -> None:
    """Nothing of the append is recorded, and the error says so."""
    store.append([signed(ROOT, BOB, n=1)], log_signer=LOG, at=NOW + MINUTE)
    with pytest.raises(LapsedError):
        store.append([signed(ROOT, BOB, n=2), signed(ENDS, n=3)], log_signer=LOG, at=NOW)
    assert store.size == 1
    store.append([signed(ROOT, BOB, n=2)], log_signer=LOG, at=NOW)
    assert store.recorded_at(1, log_key=LOG_KEY) == NOW + MINUTE


def test_what_is_recorded_already_may_be_appended_again(store: LogStore) -> None:
    """It keeps its time: whoever lost the connection over a commit can ask."""
    one = signed(ENDS)
    store.append([one], log_signer=LOG, at=NOW)
    [receipt] = store.append([one], log_signer=LOG, at=NOW + MINUTE)
    assert (receipt.index, receipt.recorded) == (0, False)


def test_in_a_group_only_who_brought_it_fails(store: LogStore) -> None:
    """The statement of one caller lapsed while it waited; the others are recorded."""
    store.append([signed(ROOT, BOB, n=1)], log_signer=LOG, at=NOW + MINUTE)
    group = GroupCommit(store, log_signer=LOG, clock=lambda: NOW)
    with pytest.raises(LapsedError):
        group.append([signed(ENDS, n=2)])
    assert [r.index for r in group.append([signed(ROOT, BOB, n=3)])] == [1]


def test_a_date_is_in_whole_seconds_where_the_statement_is_verified_again(store: LogStore) -> None:
    """Or it would be read back as of a time before its key."""
    part = timedelta(milliseconds=900)
    one = signed(rooted(trusted_key(ALICE, valid_from=NOW + part)), at=NOW + part)
    with pytest.raises(LapsedError):
        store.append([one], log_signer=LOG, at=NOW + part)
    assert store.size == 0
