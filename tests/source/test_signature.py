"""By which time a key is judged: a table of all that can be known of a key and of a commit."""

from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.signing.asymmetric import generate_signer
from assay.signing.trust import Revocation, RevocationReason
from assay.source.commit import SignatureKind
from assay.source.signature import HeadSignature, Signed, judge_key, parse_head_signature
from tests.fakes.signers import Credential, person, signers_of

KEY = generate_signer("ed25519").public
NAME = KEY.key_id[:16]


def day(month: int) -> datetime:
    """Return the first day of a month: commits are of April, and it is August."""
    return datetime(2026, month, 1, tzinfo=UTC)


def revoked(month: int, reason: RevocationReason) -> Credential:
    return Credential(public=KEY, revoked=Revocation(since=day(month), reason=reason))


LOST, RETIRED = RevocationReason.COMPROMISED, RevocationReason.RETIRED
OPEN = Credential(public=KEY)
ENDED = Credential(public=KEY, until=day(6))
LATE = Credential(public=KEY, since=day(5))
OWN_DATE = "; that it is older than that only its own date says"
CASES = {
    "a key that holds": (OPEN, None, Verdict.PASSED, ""),
    "a key that held at the time of record": (ENDED, day(5), Verdict.PASSED, ""),
    "a key that ended before the time of record": (
        ENDED,
        day(7),
        Verdict.FAILED,
        f"key {NAME} of 'alice' is not valid at 2026-07-01T00:00:00Z",
    ),
    "a key that ended, and nobody knows since when the commit exists": (
        ENDED,
        None,
        Verdict.UNKNOWN,
        f"key {NAME} of 'alice' is not valid at 2026-08-01T00:00:00Z{OWN_DATE}",
    ),
    "a key that did not hold yet, by the commit's own date": (
        LATE,
        None,
        Verdict.FAILED,
        f"key {NAME} of 'alice' is not valid at 2026-04-01T00:00:00Z",
    ),
    "a retired key, and nobody knows since when the commit exists": (
        revoked(6, RETIRED),
        None,
        Verdict.UNKNOWN,
        f"key {NAME} of 'alice' is revoked as retired since 2026-06-01T00:00:00Z{OWN_DATE}",
    ),
    "a retired key that held at the time of record": (
        revoked(6, RETIRED),
        day(5),
        Verdict.PASSED,
        "",
    ),
    "a lost key: the date is the thief's": (
        revoked(6, LOST),
        None,
        Verdict.FAILED,
        f"key {NAME} of 'alice' is revoked as compromised since 2026-06-01T00:00:00Z",
    ),
    "a lost key, and the commit was recorded before": (
        revoked(6, LOST),
        day(5),
        Verdict.PASSED,
        "",
    ),
    "a lost key, and the commit was recorded after": (
        revoked(6, LOST),
        day(7),
        Verdict.FAILED,
        f"key {NAME} of 'alice' is revoked as compromised since 2026-06-01T00:00:00Z",
    ),
    "a key that will be counted as lost, later": (
        revoked(9, LOST),
        None,
        Verdict.FAILED,
        f"key {NAME} of 'alice' is revoked as compromised since 2025-06-01T00:00:00Z",
    ),
}


@pytest.mark.parametrize(
    ("key", "recorded", "verdict", "reason"), CASES.values(), ids=[*map(str, CASES)]
)
def test_the_time_of_a_key(
    key: Credential, recorded: datetime | None, verdict: Verdict, reason: str
) -> None:
    signed = Signed(message=b"", signature=b"", dated=day(4), recorded=recorded, at=day(8))
    found = judge_key(KEY.key_id, signed, signers_of(person("alice", key)), dates=(day(4),))
    assert found == (verdict, reason)


def test_a_principal_who_is_no_author() -> None:
    """A runner's key that records evidence makes no commits."""
    signers = signers_of(person("ci", OPEN, roles=("collector",)))
    signed = Signed(message=b"", signature=b"", dated=day(4), recorded=None, at=day(8))
    assert judge_key(KEY.key_id, signed, signers, dates=(day(4),)) == (
        Verdict.FAILED,
        "'ci' is no author at 2026-08-01T00:00:00Z",
    )


def test_a_signature_cannot_have_passed_without_a_key() -> None:
    claimed = HeadSignature(kind=SignatureKind.SSH, verdict=Verdict.PASSED, reason="").as_json()
    with pytest.raises(MalformedError) as caught:
        parse_head_signature(JsonValue(claimed, "head.signature"))
    assert str(caught.value) == "[malformed] passed without a key or a principal, at head.signature"


def test_round_trip() -> None:
    signature = HeadSignature(
        kind=SignatureKind.GPG,
        verdict=Verdict.PASSED,
        reason="",
        key="ab" * 20,
        principal="alice",
        algorithm="ed25519 sha512",
    )
    assert parse_head_signature(JsonValue(signature.as_json())) == signature
