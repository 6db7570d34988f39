"""What changes, and what needs attention: every line, whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assay.core.digest import sha256_of
from assay.signing.notekey import cosigner_key, note_key, render_note_key
from assay.signing.principals import OidcIdentity, TrustedIdentity
from assay.signing.trust import (
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustRoot,
    Window,
)
from assay.signing.trustwords import name_changes, name_dangers, name_principal
from tests.fakes.trust import (
    ALICE,
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
RETIRED = Revocation(since=NOW, reason=RevocationReason.RETIRED)
FIRST, SECOND = ALICE.public.key_id[:16], BOB.public.key_id[:16]
YEAR = "from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z"
OPEN = "from 2026-01-01T00:00:00Z until no end"
ROBOT = TrustedIdentity(
    identity=OidcIdentity(issuer="https://issuer.example", subject="repo:shop"),
    window=Window(valid_from=EPOCH),
    revoked=RETIRED,
)
ALICES = principal("alice", ALICE, roles=("collector", "owner"))
GATES = principal("gate", GATE, roles=("gate",), valid_until=None)


def root(*principals: Principal, **changed: object) -> TrustRoot:
    given = {"log_origin": ORIGIN, "log_key": render_note_key(LOG_KEY), **changed}
    return TrustRoot(principals=principals or (ALICES, GATES), **given)  # type: ignore[arg-type]


def changed(**changes: object) -> tuple[str, ...]:
    return name_changes(root(), root(**changes))


def test_no_change_has_no_word() -> None:
    assert name_changes(root(), root()) == ()


def test_a_change_of_each_thing() -> None:
    witness = render_note_key(cosigner_key("w.example", MALLORY.public))
    other = render_note_key(note_key(ORIGIN, MALLORY.public))
    assert changed(log_key=other) == (
        f"~ log: {ORIGIN} {render_note_key(LOG_KEY)} -> {ORIGIN} {other}",
    )
    assert changed(owner_threshold=2) == ("~ owners that must sign a change: 1 -> 2",)
    assert changed(expires=END) == ("~ expires: no end -> 2027-01-01T00:00:00Z",)
    assert changed(witnesses=(witness,), quorum=1) == (
        "~ witnesses that must sign a checkpoint: 0 -> 1",
        f"+ witness {witness}: trusted",
    )
    assert changed(sigstore=b"{}") == (f"~ Sigstore trusted root: none -> {sha256_of(b'{}')}",)


def test_people_and_keys_that_come_and_go() -> None:
    both = replace(ALICES, keys=(trusted_key(ALICE, revoked=RETIRED), trusted_key(BOB)))
    assert name_changes(root(), root(both, GATES)) == (
        f"~ 'alice', key {FIRST}: {OPEN} -> {OPEN}, revoked as retired since 2026-06-01T00:00:00Z",
        f"+ 'alice', key {SECOND}: {OPEN}",
    )
    assert name_changes(root(), root(ALICES)) == (
        f"- 'gate': person, {OPEN}",
        f"- 'gate' as gate: {OPEN}",
        f"- 'gate', key {GATE.public.key_id[:16]}: {OPEN}",
    )


def test_all_about_one() -> None:
    """A role that somebody holds twice has two lines: else the second window had no word."""
    twice = (
        RoleGrant(role="gate", window=Window(valid_from=EPOCH, valid_until=END)),
        RoleGrant(role="collector", window=Window(valid_from=EPOCH)),
        RoleGrant(role="gate", window=Window(valid_from=END)),
        RoleGrant(role="gate", window=Window(valid_from=NOW)),
    )
    robot = replace(
        principal("ci", ALICE, kind=PrincipalKind.RUNNER), roles=twice, identities=(ROBOT,)
    )
    assert name_principal(robot) == (
        f"'ci': runner, {YEAR}",
        f"'ci' as gate: {YEAR}",
        f"'ci' as collector: {OPEN}",
        "'ci' as gate (2): from 2027-01-01T00:00:00Z until no end",
        "'ci' as gate (3): from 2026-06-01T00:00:00Z until no end",
        f"'ci', key {FIRST}: {OPEN}",
        (
            f"'ci', identity 'repo:shop (https://issuer.example)': {OPEN}, "
            "revoked as retired since 2026-06-01T00:00:00Z"
        ),
    )


SECOND_LATER = timedelta(seconds=1)
LEFT = "on too few owners are left to change this trust root"
FOREVER = principal("alice", ALICE, roles=("collector", "owner"), valid_until=None)
DANGERS: dict[str, tuple[Callable[[], TrustRoot], datetime, tuple[str, ...]]] = {
    "none": (lambda: root(FOREVER, GATES), NOW, ()),
    "no-owner": (
        lambda: root(principal("alice", ALICE), GATES),
        NOW,
        ("nobody can change this trust root: it needs 1 owners",),
    ),
    "too-few-owners": (
        lambda: root(FOREVER, GATES, owner_threshold=2),
        NOW,
        ("nobody can change this trust root: it needs 2 owners",),
    ),
    "owners-go-later-than-soon": (root, END - 30 * DAY - SECOND_LATER, ()),
    "owners-go-soon": (root, END - 30 * DAY, (f"from 2027-01-01T00:00:00Z {LEFT}",)),
    "it-expires-later-than-soon": (
        lambda: root(FOREVER, GATES, expires=END),
        END - 30 * DAY - SECOND_LATER,
        (),
    ),
    "it-expires-soon": (
        lambda: root(FOREVER, GATES, expires=END),
        END - 30 * DAY,
        ("this trust root expires on 2027-01-01T00:00:00Z",),
    ),
    "it-expired": (
        lambda: root(FOREVER, GATES, expires=END),
        END,
        (
            "this trust root expired on 2027-01-01T00:00:00Z: nothing new counts",
            "nobody may sign as collector",
            "nobody may sign as gate",
        ),
    ),
    "nobody-decides": (lambda: root(FOREVER), NOW, ("nobody may sign as gate",)),
    "nobody-collects": (
        lambda: root(principal("alice", ALICE, roles=("owner",), valid_until=None), GATES),
        NOW,
        ("nobody may sign as collector",),
    ),
}


@pytest.mark.parametrize(("make", "at", "lines"), DANGERS.values(), ids=DANGERS)
def test_dangers(make: Callable[[], TrustRoot], at: datetime, lines: tuple[str, ...]) -> None:
    assert name_dangers(make(), at=at) == lines


def test_two_keys_that_begin_alike_have_a_line_each() -> None:
    """Whoever searches finds two keys of one beginning; one line would hide the other's end."""
    twice = replace(ALICES, keys=(*ALICES.keys, trusted_key(ALICE, valid_until=NOW)))
    assert name_principal(twice)[-2:] == (
        f"'alice', key {FIRST}: {OPEN}",
        f"'alice', key {FIRST} (2): from 2026-01-01T00:00:00Z until 2026-06-01T00:00:00Z",
    )
