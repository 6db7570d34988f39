"""From bytes to a claim that may be believed, and no other way."""

import dataclasses
from datetime import datetime, timedelta

import pytest

from assay.core.digest import Digest, sha256_of
from assay.core.errors import AssayError, MalformedError, UsageError
from assay.evidence.dsse import sign_dsse
from assay.evidence.envelope import (
    VerifiedStatement,
    parse_claims,
    parse_envelope,
    seal_statement,
)
from assay.evidence.statement import PAYLOAD_TYPE, render_statement
from assay.signing.keys import Signer
from tests.fakes.trust import (
    ALICE,
    ALICE_TOO,
    BOB,
    COMMIT,
    END,
    EPOCH,
    GATE,
    KIND,
    MALLORY,
    NOW,
    OTHER_COMMIT,
    ROOT,
    statement,
    verified,
)

GOOD = statement({"answer": 42})


def sealed(*signers: Signer) -> bytes:
    return seal_statement(GOOD, signers=signers)


def verify(  # one for each expectation
    envelope: bytes,
    *,
    role: str = "collector",
    threshold: int = 1,
    subject: Digest = COMMIT,
    predicate_type: str = KIND,
    at: datetime = NOW,
) -> VerifiedStatement:
    return parse_envelope(envelope).verify(
        trusted=ROOT,
        role=role,
        threshold=threshold,
        subject=subject,
        predicate_type=predicate_type,
        at=at,
    )


def test_a_good_envelope() -> None:
    envelope = sealed(ALICE, BOB)
    found = verify(envelope, threshold=2)
    assert found.envelope == envelope
    assert found.payload == render_statement(GOOD)
    assert found.digest == sha256_of(envelope) == parse_envelope(envelope).digest
    assert found.subjects == GOOD.subjects
    assert found.predicate_type == KIND
    assert found.signed_by == {"alice", "bob"}
    assert found.predicate().field("answer").integer() == 42


def test_the_predicate_is_parsed_afresh_each_time() -> None:
    found = verify(sealed(ALICE))
    spoilt = found.predicate().value
    assert isinstance(spoilt, dict)
    spoilt["answer"] = 0
    assert found.predicate().field("answer").integer() == 42


REFUSED = {
    "by-a-stranger": (
        {"envelope": sealed(MALLORY)},
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures",
    ),
    "in-another-role": (
        {"envelope": sealed(GATE)},
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures",
    ),
    "one-person-with-two-keys": (
        {"envelope": sealed(ALICE, ALICE_TOO), "threshold": 2},
        "[signature-invalid] 1 trusted principals signed, 2 needed, at signatures",
    ),
    "one-key-twice": (
        {"envelope": sealed(ALICE, ALICE), "threshold": 2},
        "[signature-invalid] 1 trusted keys signed, 2 needed, at signatures",
    ),
    "before-the-first-moment": (
        {"envelope": sealed(ALICE), "at": EPOCH - timedelta(seconds=1)},
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures",
    ),
    "at-the-end": (
        {"envelope": sealed(ALICE), "at": END},
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures",
    ),
    "of-another-payload-type": (
        {
            "envelope": sign_dsse(
                render_statement(GOOD), payload_type="application/json", signers=(ALICE,)
            )
        },
        (
            "[malformed] payload type 'application/json', where 'application/vnd.in-toto+json' is "
            "needed, at payloadType"
        ),
    ),
    "about-something-else": (
        {"envelope": sealed(ALICE), "subject": OTHER_COMMIT},
        f"[rejected] the statement is not about {OTHER_COMMIT}, at payload.subject",
    ),
    "of-another-predicate-type": (
        {"envelope": sealed(ALICE), "predicate_type": "urn:other"},
        (
            f"[rejected] a statement of type {KIND!r}, where 'urn:other' is asked for, "
            "at payload.predicateType"
        ),
    ),
    "no-statement": (
        {"envelope": sign_dsse(b"[]", payload_type=PAYLOAD_TYPE, signers=(ALICE,))},
        "[malformed] list where an object is needed, at payload",
    ),
}


@pytest.mark.parametrize(("case", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(case: dict[str, object], message: str) -> None:
    with pytest.raises(AssayError) as caught:
        verify(**case)  # type: ignore[arg-type]  # a row of the table
    assert str(caught.value) == message


def test_the_signature_is_checked_before_the_payload_is_parsed() -> None:
    nonsense = sign_dsse(b"{{{", payload_type=PAYLOAD_TYPE, signers=(MALLORY,))
    with pytest.raises(AssayError) as caught:
        verify(nonsense)
    assert caught.value.code == "signature-invalid"


def test_a_threshold_of_nobody() -> None:
    with pytest.raises(UsageError) as caught:
        verify(sealed(MALLORY), threshold=0)
    assert str(caught.value) == "[usage] a threshold of 0 (at least 1)"


def test_the_first_moment_and_the_last_second() -> None:
    verify(sealed(ALICE), at=EPOCH)
    verify(sealed(ALICE), at=END - timedelta(seconds=1))


def test_a_verified_statement_cannot_be_made_by_hand() -> None:
    good = verified()
    fields = {f.name: getattr(good, f.name) for f in dataclasses.fields(VerifiedStatement)}
    with pytest.raises(TypeError) as caught:
        VerifiedStatement(**fields, seal=object())
    assert str(caught.value) == "only Envelope.verify makes a VerifiedStatement"


def test_a_verified_statement_cannot_be_changed() -> None:
    good = verified()
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(good, predicate_type="urn:other")  # type: ignore[call-arg]  # the point
    with pytest.raises(dataclasses.FrozenInstanceError):
        good.predicate_type = "urn:other"  # type: ignore[misc]  # the point of the test


def test_an_envelope_shows_nothing_of_what_it_says() -> None:
    envelope = parse_envelope(sealed(ALICE))
    assert [name for name in dir(envelope) if not name.startswith("_")] == [
        *("digest", "verify", "verify_foreign")
    ]
    assert "answer" not in repr(envelope)


def test_claims_say_only_where_to_file() -> None:
    claims = parse_claims(sealed(MALLORY))
    assert (claims.subjects, claims.predicate_type) == ((COMMIT,), KIND)


def test_claims_of_no_statement() -> None:
    with pytest.raises(MalformedError):
        parse_claims(sign_dsse(b"[]", payload_type=PAYLOAD_TYPE, signers=(ALICE,)))


def test_a_statement_without_a_predicate() -> None:
    payload = (
        b'{"_type":"https://in-toto.io/Statement/v1","predicateType":"'
        + KIND.encode()
        + b'","subject":[{"digest":{"gitCommit":"'
        + COMMIT.hex.encode()
        + b'"}}]}'
    )
    found = verify(sign_dsse(payload, payload_type=PAYLOAD_TYPE, signers=(ALICE,)))
    assert found.predicate().members() == ()
