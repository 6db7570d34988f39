"""A bundle as an entry of the log: identities count for principals, as keys do."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import AssayError
from assay.evidence.envelope import VerifiedStatement, parse_claims, parse_envelope
from assay.evidence.sigstore.entry import parse_bundle_envelope
from assay.evidence.sigstore.write import render_statement_bundle
from assay.signing.trust import (
    OidcIdentity,
    Revocation,
    RevocationReason,
    TrustedIdentity,
    TrustRoot,
    Window,
)
from tests.evidence.sigstore.case import (
    ARTIFACT,
    PREDICATE_TYPE,
    SIGNED_AT,
    Case,
    keyless_v1,
    statement_v1,
    statement_v2,
    trusted_root,
)
from tests.evidence.test_envelope import sealed
from tests.fakes.certificates import IDENTITY, ISSUER
from tests.fakes.trust import ALICE, BOB, COMMIT, EPOCH, KIND, MALLORY, NOW, ROOT, principal

RECORDED = SIGNED_AT + timedelta(minutes=1)
DAY = timedelta(days=1)


def root(
    *,
    valid_from: datetime = EPOCH,
    valid_until: datetime | None = None,
    revoked: Revocation | None = None,
    expires: datetime | None = None,
) -> TrustRoot:
    identity = TrustedIdentity(
        identity=OidcIdentity(issuer=ISSUER, subject=IDENTITY),
        window=Window(valid_from=valid_from, valid_until=valid_until),
        revoked=revoked,
    )
    runner = replace(principal("runner", ALICE), keys=(), identities=(identity,))
    return replace(
        ROOT, principals=(runner, ROOT.principals[1]), sigstore=trusted_root(), expires=expires
    )


def verify(
    case: Case,
    *,
    trusted: TrustRoot | None = None,
    role: str = "collector",
    threshold: int = 1,
    at: datetime = RECORDED,
) -> VerifiedStatement:
    return parse_envelope(json.dumps(case.bundle).encode()).verify(
        trusted=trusted or root(),
        role=role,
        threshold=threshold,
        subject=sha256_of(ARTIFACT),
        predicate_type=PREDICATE_TYPE,
        at=at,
    )


def refusal(case: Case, **asked: object) -> str:
    with pytest.raises(AssayError) as caught:
        verify(case, **asked)  # type: ignore[arg-type]
    return str(caught.value)


NOBODY = (
    "[signature-invalid] no principal with the role 'collector' signed the bundle, at dsseEnvelope"
)


@pytest.mark.parametrize("make", [statement_v1, statement_v2])
def test_an_identity_counts_for_its_principal(make: Callable[[], Case]) -> None:
    case = make()
    found = verify(case)
    assert found.signed_by == frozenset({"runner"})
    assert found.keys == frozenset({f"{IDENTITY} ({ISSUER})"})
    assert found.digest == sha256_of(json.dumps(case.bundle).encode())


def test_what_it_is_filed_under() -> None:
    claims = parse_claims(json.dumps(statement_v1().bundle).encode())
    assert claims.predicate_type == PREDICATE_TYPE
    assert claims.subjects == (sha256_of(ARTIFACT),)


def test_a_bundle_has_one_signature() -> None:
    assert refusal(statement_v1(), threshold=2) == (
        "[signature-invalid] 1 trusted principals signed, 2 needed, at signatures"
    )
    assert refusal(statement_v1(), threshold=0) == "[usage] a threshold of 0 (at least 1)"


def test_without_the_role() -> None:
    assert refusal(statement_v1(), role="gate") == NOBODY.replace("collector", "gate")


def test_an_identity_that_nobody_has() -> None:
    assert refusal(statement_v1(), trusted=replace(ROOT, sigstore=trusted_root())) == NOBODY


def test_without_a_sigstore_root() -> None:
    assert refusal(statement_v1(), trusted=replace(root(), sigstore=None)) == (
        "[signature-invalid] signed with a certificate, and the trust root names nobody who "
        "issues them (it needs a Sigstore trusted root)"
    )


def test_the_identity_is_judged_when_it_signed() -> None:
    """It ended before the statement was recorded, and after the log of Sigstore had it."""
    ended = SIGNED_AT + timedelta(seconds=1)
    verify(statement_v1(), trusted=root(valid_until=ended), at=RECORDED + DAY)
    assert refusal(statement_v1(), trusted=root(valid_until=SIGNED_AT)) == NOBODY
    later = SIGNED_AT + timedelta(seconds=1)
    assert refusal(statement_v1(), trusted=root(valid_from=later)) == NOBODY


def test_a_compromised_identity() -> None:
    lost = Revocation(since=SIGNED_AT, reason=RevocationReason.COMPROMISED)
    assert refusal(statement_v1(), trusted=root(revoked=lost)) == NOBODY
    later = Revocation(since=SIGNED_AT + DAY, reason=RevocationReason.COMPROMISED)
    verify(statement_v1(), trusted=root(revoked=later))
    assert refusal(statement_v1(), trusted=root(revoked=later).undated()) == NOBODY


def test_an_expired_trust_root() -> None:
    assert refusal(statement_v1(), trusted=root(expires=RECORDED)) == NOBODY
    verify(statement_v1(), trusted=root(expires=RECORDED + timedelta(seconds=1)))


def test_signed_after_it_was_recorded() -> None:
    assert refusal(statement_v1(), at=SIGNED_AT - timedelta(seconds=1)) == (
        "[rejected] signed at 2026-06-01T12:02:00+00:00, after it was recorded"
    )


def test_a_bundle_without_a_statement() -> None:
    with pytest.raises(AssayError) as caught:
        parse_envelope(json.dumps(keyless_v1().bundle).encode())
    assert str(caught.value) == "[malformed] a bundle without a statement, at dsseEnvelope"


def test_our_own_bundles_count_by_their_key() -> None:
    def check(signer: object) -> VerifiedStatement:
        bundle = render_statement_bundle(sealed(ALICE, BOB, MALLORY), key=signer.public)  # type: ignore[attr-defined]
        return parse_envelope(bundle).verify(
            trusted=ROOT,
            role="collector",
            threshold=1,
            subject=COMMIT,
            predicate_type=KIND,
            at=NOW,
        )

    assert check(BOB).signed_by == frozenset({"bob"})
    assert check(ALICE).keys == frozenset({ALICE.public.key_id})
    with pytest.raises(AssayError) as caught:
        check(MALLORY)
    assert str(caught.value) == NOBODY


def test_another_payload_type() -> None:
    case = statement_v1()
    changed = case.changed(lambda b: b["dsseEnvelope"].update(payloadType="text/plain"))  # type: ignore[attr-defined]
    assert refusal(changed) == (
        "[malformed] payload type 'text/plain', where 'application/vnd.in-toto+json' is needed, "
        "at dsseEnvelope.payloadType"
    )


def test_an_envelope_that_is_a_bundle_shows_nothing() -> None:
    """As any other before it is verified; equal bytes are equal."""
    data = json.dumps(statement_v1().bundle).encode()
    first, second = parse_bundle_envelope(data), parse_bundle_envelope(data)
    assert first == second
    assert repr(first) == "BundleEnvelope()"
