"""The trust root as data."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError
from assay.signing.notekey import cosigner_key, render_note_key
from assay.signing.trust import (
    ROLES,
    TrustRoot,
    parse_trust_root,
    render_trust_root,
    trust_root_digest,
)
from tests.fakes.trust import (
    ALICE,
    BOB,
    END,
    EPOCH,
    GATE,
    LOG,
    MALLORY,
    NOW,
    ORIGIN,
    ROOT,
    principal,
)

SECOND = timedelta(seconds=1)


def test_what_is_rendered_is_read_back() -> None:
    assert parse_trust_root(render_trust_root(ROOT)) == ROOT


WITNESSES = tuple(
    render_note_key(cosigner_key(name, signer.public))
    for name, signer in (("w1.example", GATE), ("w2.example", MALLORY))
)
FULL = TrustRoot(
    principals=(
        principal("alice", ALICE, roles=("collector", "owner")),
        principal("bob", BOB, roles=("owner",), valid_until=None),
    ),
    log_origin=ORIGIN,
    log_key=ROOT.log_key,
    owner_threshold=2,
    witnesses=WITNESSES,
    quorum=1,
    history=(trust_root_digest(ROOT),),
    expires=END,
    sigstore=b'{"tlogs":[]}',
)


def test_every_member_is_read_back() -> None:
    assert parse_trust_root(render_trust_root(FULL)) == FULL
    assert FULL.version == 2


def test_what_is_left_out_is_not_there() -> None:
    document = json.loads(render_trust_root(FULL))
    for name in ("witnesses", "expires", "sigstore"):
        del document[name]
    found = parse_trust_root(json.dumps(document).encode())
    assert found == replace(FULL, witnesses=(), quorum=0, expires=None, sigstore=None)


@pytest.mark.parametrize("quorum", [1, 2])
def test_quorums(quorum: int) -> None:
    assert replace(FULL, quorum=quorum).quorum == quorum


def test_the_digest_is_of_the_canonical_form() -> None:
    loose = json.dumps(json.loads(render_trust_root(ROOT)), indent=2)
    assert trust_root_digest(parse_trust_root(loose.encode())) == trust_root_digest(ROOT)


def test_an_end_may_be_absent() -> None:
    root = TrustRoot(
        principals=(principal("alice", ALICE, valid_until=None),),
        log_origin=ROOT.log_origin,
        log_key=ROOT.log_key,
    )
    assert parse_trust_root(render_trust_root(root)) == root
    assert root.holders("collector", at=END + 1000 * timedelta(days=365))


def test_holders_of_a_role() -> None:
    assert [p.name for p in ROOT.holders("collector", at=NOW)] == ["alice", "bob"]
    assert [p.name for p in ROOT.holders("owner", at=NOW)] == ["bob"]
    assert ROOT.holders("auditor", at=NOW) == ()


@pytest.mark.parametrize(
    ("at", "count"),
    [(EPOCH - SECOND, 0), (EPOCH, 1), (END - SECOND, 1), (END, 0)],
    ids=["before", "first-moment", "last-second", "end"],
)
def test_both_edges_of_the_window(at: datetime, count: int) -> None:
    assert len(ROOT.holders("owner", at=at)) == count


BROKEN: dict[str, tuple[Callable[[], object], str]] = {
    "no-principals": (
        lambda: TrustRoot(principals=(), log_origin=ORIGIN, log_key=ROOT.log_key),
        "[malformed] no principals, at principals (nobody would be trusted)",
    ),
    "one-key-two-owners": (
        lambda: TrustRoot(
            principals=(principal("alice", ALICE), principal("bob", BOB, ALICE)),
            log_origin=ORIGIN,
            log_key=ROOT.log_key,
        ),
        f"[malformed] key {ALICE.public.key_id!r} is there twice, at principals",
    ),
    "one-key-twice": (
        lambda: TrustRoot(
            principals=(principal("alice", ALICE, ALICE),),
            log_origin=ORIGIN,
            log_key=ROOT.log_key,
        ),
        f"[malformed] key {ALICE.public.key_id!r} is there twice, at principals",
    ),
    "the-log-as-a-principal": (
        lambda: TrustRoot(
            principals=(principal("log", LOG),), log_origin=ORIGIN, log_key=ROOT.log_key
        ),
        f"[malformed] key {LOG.public.key_id!r} is there twice, at principals",
    ),
    "one-name-twice": (
        lambda: TrustRoot(
            principals=(principal("alice", ALICE), principal("alice", BOB)),
            log_origin=ORIGIN,
            log_key=ROOT.log_key,
        ),
        "[malformed] principal 'alice' is there twice, at principals",
    ),
    "the-key-of-another-log": (
        lambda: TrustRoot(
            principals=ROOT.principals, log_origin="other.example", log_key=ROOT.log_key
        ),
        (
            "[malformed] a key for 'log.example/shop', where the origin is 'other.example', "
            "at log.key"
        ),
    ),
    "no-owners": (
        lambda: replace(ROOT, owner_threshold=0),
        "[malformed] a threshold of 0, at owners.threshold (1 or more)",
    ),
    "a-version-twice": (
        lambda: replace(FULL, history=FULL.history * 2),
        f"[malformed] version {str(trust_root_digest(ROOT))!r} is there twice, at principals",
    ),
    "no-quorum": (
        lambda: replace(FULL, quorum=0),
        "[malformed] a quorum of 0 among 2, at witnesses.quorum",
    ),
    "a-quorum-of-more-than-there-are": (
        lambda: replace(FULL, quorum=3),
        "[malformed] a quorum of 3 among 2, at witnesses.quorum",
    ),
    "a-quorum-of-nobody": (
        lambda: replace(FULL, witnesses=(), quorum=1),
        "[malformed] a quorum of 1 among 0, at witnesses.quorum",
    ),
    "two-witnesses-of-one-name": (
        lambda: replace(
            FULL,
            witnesses=(
                WITNESSES[0],
                render_note_key(cosigner_key("w1.example", MALLORY.public)),
            ),
        ),
        "[malformed] two keys of one name, at witnesses.keys",
    ),
    "a-witness-as-a-principal": (
        lambda: replace(
            FULL, witnesses=(render_note_key(cosigner_key("w1.example", ALICE.public)),)
        ),
        f"[malformed] key {ALICE.public.key_id!r} is there twice, at principals",
    ),
    "no-name": (
        lambda: principal("", ALICE),
        "[malformed] a name that is empty, too long, or cannot be printed, at principal ''",
    ),
    "a-name-for-the-terminal": (
        lambda: principal("\x1b[2J", ALICE),
        "[malformed] a name that is empty, too long, or cannot be printed, at principal '\\x1b[2J'",
    ),
    "no-keys": (
        lambda: principal("alice"),
        "[malformed] no keys and no identities, at principal 'alice'",
    ),
    "no-roles": (
        lambda: principal("alice", ALICE, roles=()),
        "[malformed] no roles, at principal 'alice'",
    ),
    "an-unknown-role": (
        lambda: principal("alice", ALICE, roles=("collector", "king")),
        f"[malformed] unknown role 'king' (one of {', '.join(sorted(ROLES))})",
    ),
    "an-end-before-the-beginning": (
        lambda: principal("alice", ALICE, valid_until=EPOCH),
        "[malformed] a validity that ends before it begins",
    ),
}


@pytest.mark.parametrize(("make", "message"), BROKEN.values(), ids=BROKEN)
def test_cannot_be_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        make()
    assert str(caught.value) == message


def edited(old: str, new: str, *, count: int = 1) -> bytes:
    text = render_trust_root(ROOT).decode()
    assert old in text
    return text.replace(old, new, count).encode()


UNREADABLE = {
    "another-schema": (
        edited("assay.trust-root/v2", "assay.trust-root/v1"),
        "[malformed] schema 'assay.trust-root/v1', where 'assay.trust-root/v2' is read, at schema",
    ),
    "an-unknown-member": (
        edited('"schema"', '"revoked":[],"schema"'),
        (
            "[malformed] unknown member 'revoked', at revoked (known here: expires, history, log, "
            "owners, principals, schema, sigstore, version, witnesses)"
        ),
    ),
    "an-unknown-member-of-the-log": (
        edited('"origin"', '"witnesses":[],"origin"'),
        "[malformed] unknown member 'witnesses', at log.witnesses (known here: earlier, key, origin)",
    ),
    "an-unknown-member-of-a-principal": (
        edited('"identities"', '"only":"main","identities"'),
        (
            "[malformed] unknown member 'only', at principals[0].only (known here: accounts, "
            "emails, from, identities, keys, kind, name, roles, until)"
        ),
    ),
    "a-sigstore-root-that-is-none": (
        edited('"sigstore":null', '"sigstore":[]'),
        "[malformed] not an object, at sigstore",
    ),
    "a-key-that-is-none": (
        edited("-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC"),
        "[malformed] not a public key in PEM, at principals[0].keys[0].pem",
    ),
    "a-time-that-is-none": (
        edited("2026-01-01T00:00:00Z", "yesterday", count=-1),
        "[malformed] 'yesterday' is no RFC 3339 time, at principals[0].from",
    ),
}


@pytest.mark.parametrize(("data", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_cannot_be_read(data: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_trust_root(data)
    assert str(caught.value) == message


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_trust_root(data)
