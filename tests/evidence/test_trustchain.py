"""The versions of a trust root in a log: forks, gaps, thresholds, going back, and what is in doubt."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assay.core.errors import AssayError, MalformedError, TamperedError
from assay.evidence.dsse import MAX_SIGNATURES, add_signature, render_unsigned
from assay.evidence.envelope import parse_envelope, seal_statement
from assay.evidence.statement import PAYLOAD_TYPE, render_statement
from assay.evidence.trustchain import (
    RecordedChange,
    TrustChain,
    change_statement,
    draft_change,
    parse_change,
    walk_trust,
)
from assay.signing.asymmetric import generate_signer
from assay.signing.keys import Signer
from assay.signing.succession import locked_from
from assay.signing.trust import (
    Revocation,
    RevocationReason,
    TrustRoot,
    trust_root_digest,
)
from tests.fakes.trust import (
    ALICE,
    ALICE_TOO,
    BOB,
    END,
    GATE,
    MALLORY,
    NOW,
    ROOT,
    principal,
    statement,
    trusted_key,
)

HOUR = timedelta(hours=1)
CAROL = generate_signer("ed25519")
OWNERS = ("collector", "owner")
# Alice has two keys, and one voice.
FIRST = replace(
    ROOT,
    principals=(
        principal("alice", ALICE, ALICE_TOO, roles=OWNERS),
        principal("bob", BOB, roles=OWNERS),
        principal("gate", GATE, roles=("gate",)),
    ),
    owner_threshold=2,
)


def after(root: TrustRoot, **changes: object) -> TrustRoot:
    history = (*root.history, trust_root_digest(root))
    return replace(root, history=history, **changes)  # type: ignore[arg-type]  # members by name


SECOND = after(FIRST, expires=END)
THIRD = after(SECOND, expires=None)
FORK = after(FIRST, expires=END - HOUR)


def signed(root: TrustRoot, *signers: Signer) -> bytes:
    envelope = draft_change(root)
    for signer in signers:
        envelope = add_signature(envelope, signer=signer)
    return envelope


def recorded(*envelopes: bytes, at: datetime = NOW) -> tuple[RecordedChange, ...]:
    return tuple(
        RecordedChange(index=3 * number, envelope=envelope, at=at + number * HOUR)
        for number, envelope in enumerate(envelopes)
    )


GENESIS = signed(FIRST, GATE)
TO_SECOND, TO_THIRD = signed(SECOND, ALICE, BOB), signed(THIRD, ALICE, BOB)


def walk(pinned: TrustRoot, *envelopes: bytes) -> TrustChain:
    return walk_trust(pinned, recorded(*envelopes))


@pytest.mark.parametrize("pinned", [FIRST, SECOND, THIRD], ids=["first", "second", "third"])
def test_all_versions_are_found_from_any_pin(pinned: TrustRoot) -> None:
    chain = walk(pinned, GENESIS, TO_SECOND, TO_THIRD)
    assert [version.root for version in chain.versions] == [FIRST, SECOND, THIRD]
    assert chain.current == THIRD
    assert chain.find(trust_root_digest(SECOND)) == SECOND
    assert chain.doubts() == ()


def test_a_version_of_another_log() -> None:
    digest = trust_root_digest(replace(FIRST, expires=NOW))
    with pytest.raises(AssayError) as caught:
        walk_trust(FIRST, []).find(digest)
    assert str(caught.value) == f"[rejected] the trust root {digest} is none of this log's"


def test_an_empty_log_has_the_first_version_alone() -> None:
    assert [v.root for v in walk(FIRST).versions] == [FIRST]


def shorter(root: dict[str, object]) -> None:
    """Leave out what a person may: it is then as in what is around it."""
    root.pop("expires")


def elsewhere(root: dict[str, object]) -> None:
    """Write a moment with another offset."""
    root["expires"] = "2027-01-01T01:00:00+01:00"


@pytest.mark.parametrize("change", [shorter, elsewhere])
def test_a_root_in_another_form_than_its_digest_is_of(
    change: Callable[[dict[str, object]], None],
) -> None:
    """A digest names bytes: another verifier reads, and hashes, what was signed."""
    root = THIRD if change is shorter else SECOND
    made = change_statement(root)
    found = json.loads(json.dumps(dict(made.predicate)["root"]))
    change(found)
    altered = seal_statement(replace(made, predicate={"root": found}), signers=(ALICE, BOB))
    with pytest.raises(MalformedError) as caught:
        parse_change(altered)
    assert str(caught.value) == ("[malformed] not the one form of a trust root, at predicate.root")


def test_the_newest_one_again_changes_nothing() -> None:
    assert len(walk(FIRST, GENESIS, TO_SECOND, signed(SECOND, BOB, ALICE)).versions) == 2


@pytest.mark.parametrize(
    ("index", "version"), [(0, 1), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (99, 3)]
)
def test_the_version_under_which_an_entry_was_recorded(index: int, version: int) -> None:
    chain = walk(FIRST, GENESIS, TO_SECOND, TO_THIRD)
    assert chain.in_force(index).version == version


def renamed(root: TrustRoot, old: str, new: str) -> TrustRoot:
    principals = (replace(p, name=new) if p.name == old else p for p in root.principals)
    return after(root, principals=tuple(principals))


ONE_TOO_FEW = "1 trusted keys signed, 2 needed, at log entry 3.owners of version 1.signatures"
WRONG = "[tampered] the change of the trust root does not hold: "
REFUSED: dict[str, tuple[Callable[[], TrustChain], str]] = {
    "another first version": (
        lambda: walk(FIRST, signed(replace(FIRST, expires=END), GATE)),
        (
            f"[tampered] version 1 of the trust root is {trust_root_digest(replace(FIRST, expires=END))}, "
            f"where {trust_root_digest(FIRST)} is pinned, at log entry 0 "
            "(a fork, or the trust root of another log)"
        ),
    ),
    "a fork before the pin": (
        lambda: walk(SECOND, GENESIS, signed(FORK, ALICE, BOB)),
        (
            f"[tampered] version 2 of the trust root is {trust_root_digest(FORK)}, "
            f"where {trust_root_digest(SECOND)} is pinned, at log entry 3 "
            "(a fork, or the trust root of another log)"
        ),
    ),
    "a fork after the pin": (
        lambda: walk(FIRST, GENESIS, TO_SECOND, signed(FORK, ALICE, BOB)),
        f"{WRONG}version 2 does not follow this version 2, at log entry 6.history",
    ),
    "a gap": (
        lambda: walk(FIRST, GENESIS, TO_THIRD),
        f"{WRONG}version 3 does not follow this version 1, at log entry 3.history",
    ),
    "going back": (
        lambda: walk(FIRST, GENESIS, TO_SECOND, GENESIS),
        f"{WRONG}version 1 does not follow this version 2, at log entry 6.history",
    ),
    "cut off before the pin": (
        lambda: walk(THIRD, GENESIS, TO_SECOND),
        (
            "[tampered] the log has 2 versions of the trust root, where version 3 is pinned, at log "
            "(it was set back, or belongs to another trust root)"
        ),
    ),
    "an empty log under a later pin": (
        lambda: walk(SECOND),
        (
            "[tampered] the log has 0 versions of the trust root, where version 2 is pinned, at log "
            "(it was set back, or belongs to another trust root)"
        ),
    ),
    "one owner": (lambda: walk(FIRST, GENESIS, signed(SECOND, ALICE)), WRONG + ONE_TOO_FEW),
    "one owner with two keys": (
        lambda: walk(FIRST, GENESIS, signed(SECOND, ALICE, ALICE_TOO)),
        (
            f"{WRONG}1 trusted principals signed, 2 needed, "
            "at log entry 3.owners of version 1.signatures"
        ),
    ),
    "an owner and a gate": (
        lambda: walk(FIRST, GENESIS, signed(SECOND, ALICE, GATE)),
        WRONG + ONE_TOO_FEW,
    ),
    "an owner and nobody": (
        lambda: walk(FIRST, GENESIS, signed(SECOND, ALICE, MALLORY)),
        WRONG + ONE_TOO_FEW,
    ),
    "another log": (
        lambda: walk(FIRST, GENESIS, signed(after(other_log()), ALICE, BOB)),
        f"{WRONG}version 2 does not follow this version 1, at log entry 3.history",
    ),
    "a name that takes another's key over": (
        lambda: walk(FIRST, GENESIS, signed(renamed(FIRST, "bob", "eve"), ALICE, BOB)),
        (
            f"{WRONG}key {BOB.public.key_id[:16]} of 'bob' has gone, or is another one's, "
            "at log entry 3.principals 'bob' (keep it, with an end: until, or revoked)"
        ),
    ),
    "another kind of statement": (
        lambda: walk(FIRST, GENESIS, seal_statement(statement(), signers=(ALICE, BOB))),
        (
            f"{WRONG}a statement of type 'urn:example:predicate:kind:v1', "
            "at log entry 3.predicateType (urn:assay:predicate:trust-root:v2 is needed)"
        ),
    ),
}


def other_log() -> TrustRoot:
    return replace(FIRST, expires=END)


@pytest.mark.parametrize(("walked", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(walked: Callable[[], TrustChain], message: str) -> None:
    with pytest.raises(TamperedError) as caught:
        walked()
    assert str(caught.value) == message


def with_owner(root: TrustRoot, name: str, signer: Signer) -> TrustRoot:
    return after(root, principals=(*root.principals, principal(name, signer, roles=OWNERS)))


def test_new_owners_must_sign_too() -> None:
    """A version whose own owners never signed could have owners that do not exist."""
    three = replace(with_owner(FIRST, "carol", CAROL), owner_threshold=3)
    with pytest.raises(TamperedError) as caught:
        walk(FIRST, GENESIS, signed(three, ALICE, BOB))
    assert "2 trusted keys signed, 3 needed, at log entry 3.owners of version 2" in str(
        caught.value
    )
    assert walk(FIRST, GENESIS, signed(three, ALICE, BOB, CAROL)).current == three


def test_old_owners_must_sign_too() -> None:
    """Whoever writes a version cannot put it in force by the owners that it names itself."""
    two = after(with_owner(FIRST, "carol", CAROL))
    coup = replace(with_owner(FIRST, "carol", CAROL), owner_threshold=1)
    assert two.version == 3
    with pytest.raises(TamperedError) as caught:
        walk(FIRST, GENESIS, signed(coup, CAROL))
    assert "at log entry 3.owners of version 1" in str(caught.value)


def test_owners_sign_as_of_the_time_of_record() -> None:
    late = recorded(GENESIS, TO_SECOND, at=END - HOUR)  # the second one is recorded at the end
    with pytest.raises(TamperedError) as caught:
        walk_trust(FIRST, late)
    assert "0 owners with a valid key, where a change needs 2" in str(caught.value)


def revoking(root: TrustRoot, signer: Signer, *, since: datetime, spare: Signer) -> TrustRoot:
    """Revoke a key of alice or bob, and give its owner another one."""
    revoked = Revocation(since=since, reason=RevocationReason.COMPROMISED)

    def changed(name: str) -> TrustRoot:
        return after(
            root,
            principals=tuple(
                replace(
                    p,
                    keys=(
                        *(
                            replace(k, revoked=revoked) if k.name == signer.public.key_id else k
                            for k in p.keys
                        ),
                        trusted_key(spare),
                    ),
                )
                if p.name == name
                else p
                for p in root.principals
            ),
        )

    owner = next(
        p.name for p in root.principals if signer.public.key_id in {k.name for k in p.keys}
    )
    return changed(owner)


def test_a_change_by_a_key_that_is_revoked_by_now_is_in_doubt() -> None:
    """It is followed, since what revoked the key was built on it; and owners are told."""
    revoked = revoking(SECOND, BOB, since=NOW, spare=CAROL)
    chain = walk(FIRST, GENESIS, TO_SECOND, signed(revoked, ALICE, BOB, CAROL))
    assert chain.current == revoked
    assert chain.doubts() == (
        (
            f"version 2: key {BOB.public.key_id[:16]} of 'bob' is revoked as compromised "
            "since 2026-06-01T00:00:00Z"
        ),
        (
            f"version 3: key {BOB.public.key_id[:16]} of 'bob' is revoked as compromised "
            "since 2026-06-01T00:00:00Z"
        ),
    )
    later = revoking(SECOND, BOB, since=NOW + 3 * HOUR, spare=CAROL)
    assert walk(FIRST, GENESIS, TO_SECOND, signed(later, ALICE, BOB)).doubts() == ()


def test_who_stole_a_key_cannot_vouch_for_himself_by_another_one() -> None:
    """He gave himself a spare key with the stolen one; that one counts still, and proves nothing."""
    first = replace(FIRST, owner_threshold=1)
    taken = revoking(first, BOB, since=NOW, spare=MALLORY)
    chain = walk(first, signed(first, GATE), signed(taken, BOB, MALLORY))
    assert chain.doubts() == (
        (
            f"version 2: key {BOB.public.key_id[:16]} of 'bob' is revoked as compromised "
            "since 2026-06-01T00:00:00Z"
        ),
    )


def test_a_new_owner_whose_key_was_lost_before_the_change() -> None:
    """The owners of the old version are as they were; the new one needed one more."""
    first = replace(FIRST, principals=FIRST.principals[::2], owner_threshold=1)
    carol = principal("carol", CAROL, roles=("owner",))
    second = after(first, principals=(*first.principals, carol), owner_threshold=2)
    third = after(second, owner_threshold=1)
    changes = (
        signed(first, GATE),
        signed(second, ALICE, CAROL),
        signed(third, ALICE, CAROL),
        signed(revoking(third, CAROL, since=NOW, spare=BOB), ALICE),
    )
    why = f"key {CAROL.public.key_id[:16]} of 'carol' is revoked as compromised"
    assert walk(first, *changes).doubts() == (
        f"version 2: {why} since 2026-06-01T00:00:00Z",
        f"version 3: {why} since 2026-06-01T00:00:00Z",
    )


def test_an_owner_whose_role_was_ended_as_of_before_the_change() -> None:
    ended = tuple(
        replace(
            p,
            roles=tuple(
                replace(g, window=replace(g.window, valid_until=NOW)) if g.role == "owner" else g
                for g in p.roles
            ),
        )
        if p.name == "bob"
        else p
        for p in SECOND.principals
    )
    third = after(SECOND, principals=ended, owner_threshold=1)
    chain = walk(FIRST, GENESIS, TO_SECOND, signed(third, ALICE, BOB))
    why = "'bob' is no owner at"
    assert chain.doubts() == (
        f"version 2: {why} 2026-06-01T01:00:00Z",
        f"version 3: {why} 2026-06-01T02:00:00Z",
    )


def test_a_statement_about_another_root_than_it_holds() -> None:
    made = change_statement(FIRST)
    lying = replace(made, subjects=(replace(made.subjects[0], digest=trust_root_digest(SECOND)),))
    with pytest.raises(MalformedError) as caught:
        parse_change(seal_statement(lying, signers=(ALICE,)))
    assert (
        str(caught.value)
        == "[malformed] a statement about something else than its root, at subject"
    )


def test_when_too_few_owners_are_left() -> None:
    assert locked_from(FIRST, at=NOW) == END
    assert locked_from(replace(FIRST, owner_threshold=1), at=NOW) == END
    assert locked_from(FIRST, at=END) is None  # it is so already


def test_signatures_are_added_and_never_taken_away() -> None:
    one = signed(SECOND, ALICE)
    both = add_signature(one, signer=BOB)
    signatures = json.loads(both)["signatures"]
    assert [s["keyid"] for s in signatures] == [ALICE.public.key_id, BOB.public.key_id]
    assert signatures[0] == json.loads(one)["signatures"][0]
    assert add_signature(both, signer=BOB) == both  # ECDSA would sign otherwise a second time


def test_a_claimed_signature_is_no_signature() -> None:
    """The key id stands there already, over garbage: the real one is added all the same."""
    document = json.loads(signed(SECOND, MALLORY))
    document["signatures"][0]["keyid"] = ALICE.public.key_id
    added = add_signature(json.dumps(document).encode(), signer=ALICE)
    assert len(json.loads(added)["signatures"]) == 2


def test_an_envelope_that_is_full() -> None:
    document = json.loads(signed(SECOND, MALLORY))
    document["signatures"] *= MAX_SIGNATURES
    with pytest.raises(MalformedError) as caught:
        add_signature(json.dumps(document).encode(), signer=ALICE)
    assert str(caught.value) == "[malformed] 64 signatures, where 0 to 63 are read, at signatures"


def test_an_unsigned_draft_is_no_envelope() -> None:
    with pytest.raises(AssayError) as caught:
        parse_envelope(draft_change(SECOND))
    assert str(caught.value) == "[malformed] 0 signatures, where 1 to 64 are read, at signatures"


def test_a_draft_of_another_payload_type() -> None:
    document = json.loads(draft_change(SECOND))
    document["payloadType"] = "text/plain"
    with pytest.raises(MalformedError) as caught:
        parse_change(json.dumps(document).encode())
    assert str(caught.value) == (
        f"[malformed] payload type 'text/plain', where {PAYLOAD_TYPE!r} is needed, at payloadType"
    )


@pytest.mark.parametrize("number", ["1.5", "9007199254740992"])
def test_a_root_without_a_canonical_form(number: str) -> None:
    """Found by fuzzing: nobody need have signed what is read here."""
    payload = render_statement(change_statement(SECOND))
    assert b'"version":2' in payload
    lying = payload.replace(b'"version":2', b'"version":%b' % number.encode())
    draft = render_unsigned(lying, payload_type=PAYLOAD_TYPE)
    with pytest.raises(MalformedError) as caught:
        parse_change(draft)
    assert "has no canonical form, at predicate.root" in str(caught.value)
