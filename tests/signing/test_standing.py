"""Why a key does not count: each reason in words, and nothing where it does."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assay.signing.principals import OidcIdentity, TrustedIdentity
from assay.signing.standing import why_not, why_revoked
from assay.signing.trust import Revocation, RevocationReason, RoleGrant, TrustRoot, Window
from tests.fakes.trust import (
    ALICE,
    ALICE_TOO,
    BOB,
    END,
    EPOCH,
    GATE,
    MALLORY,
    NOW,
    ROOT,
    principal,
    trusted_key,
)

DAY = timedelta(days=1)
RETIRED = Revocation(since=NOW, reason=RevocationReason.RETIRED)
STOLEN = Revocation(since=NOW, reason=RevocationReason.COMPROMISED)
ROBOT = OidcIdentity(issuer="https://issuer.example", subject="repo:shop")
HELD = principal(
    "alice",
    trusted_key(ALICE),
    trusted_key(ALICE_TOO, revoked=RETIRED),
    trusted_key(GATE, valid_until=NOW),
)
THERE = replace(
    ROOT,
    principals=(
        replace(
            HELD,
            identities=(
                TrustedIdentity(identity=ROBOT, window=Window(valid_from=EPOCH), revoked=STOLEN),
            ),
        ),
        replace(
            principal("bob", BOB, roles=("owner",)),
            roles=(
                RoleGrant(role="owner", window=Window(valid_from=EPOCH)),
                RoleGrant(role="gate", window=Window(valid_from=EPOCH, valid_until=NOW)),
            ),
        ),
    ),
    expires=NOW + 3 * DAY,
)
FIRST, SECOND, THIRD, OTHER = (key.public.key_id for key in (ALICE, ALICE_TOO, GATE, BOB))


@pytest.mark.parametrize(
    ("name", "at", "why"),
    [
        (FIRST, NOW, ""),
        (SECOND, NOW - timedelta(microseconds=1), ""),
        (
            SECOND,
            NOW,
            f"key {SECOND[:16]} of 'alice' is revoked as retired since 2026-06-01T00:00:00Z",
        ),
        (
            str(ROBOT),
            NOW + DAY,
            (
                "identity 'repo:shop (https://issuer.example)' of 'alice' is revoked as compromised "
                "since 2026-06-01T00:00:00Z"
            ),
        ),
        (MALLORY.public.key_id, NOW, ""),
    ],
    ids=["never", "not-yet", "from-then-on", "an-identity", "nobodys"],
)
def test_why_revoked(name: str, at: datetime, why: str) -> None:
    assert why_revoked(THERE, name, at=at) == why


REASONS = {
    "it-counts": (FIRST, "collector", NOW, ""),
    "the-last-moment": (THIRD, "collector", NOW - timedelta(microseconds=1), ""),
    "its-end": (
        THIRD,
        "collector",
        NOW,
        f"key {THIRD[:16]} of 'alice' is not valid at 2026-06-01T00:00:00Z",
    ),
    "before-it-began": (
        FIRST,
        "collector",
        EPOCH - DAY,
        f"key {FIRST[:16]} of 'alice' is not valid at 2025-12-31T00:00:00Z",
    ),
    "the-end-of-its-principal": (
        FIRST,
        "collector",
        END,
        f"key {FIRST[:16]} of 'alice' is not valid at 2027-01-01T00:00:00Z",
    ),
    "revoked": (
        SECOND,
        "gate",
        NOW,
        f"key {SECOND[:16]} of 'alice' is revoked as retired since 2026-06-01T00:00:00Z",
    ),
    "another-role": (FIRST, "gate", NOW, "'alice' is no gate at 2026-06-01T00:00:00Z"),
    "a-role-that-ended": (OTHER, "gate", NOW, "'bob' is no gate at 2026-06-01T00:00:00Z"),
    "a-role-that-had-not-ended": (OTHER, "gate", NOW - DAY, ""),
    "before-the-root-expires": (FIRST, "collector", NOW + 3 * DAY - timedelta(seconds=1), ""),
    "the-root-expired": (
        FIRST,
        "collector",
        NOW + 3 * DAY,
        "the trust root expired on 2026-06-04T00:00:00Z",
    ),
    "owners-stay": (OTHER, "owner", NOW + 3 * DAY, ""),
    "nobody": (
        MALLORY.public.key_id,
        "collector",
        NOW,
        f"key {MALLORY.public.key_id[:16]} belongs to nobody",
    ),
}


@pytest.mark.parametrize(("name", "role", "at", "why"), REASONS.values(), ids=REASONS)
def test_why_not(name: str, role: str, at: datetime, why: str) -> None:
    assert why_not(THERE, name, role=role, at=at) == why


def test_a_root_without_an_end_does_not_expire() -> None:
    forever: TrustRoot = replace(THERE, expires=None)
    assert why_not(forever, FIRST, role="collector", at=END - DAY) == ""
