"""Bundles of every sort are accepted, and what is told of them; `test_verify_refused` has the rest."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from assay.core.digest import sha256_of
from assay.core.errors import UsageError
from assay.evidence.sigstore.expectation import Blob
from assay.evidence.sigstore.message import DigestMessage
from assay.evidence.sigstore.verify import VerifiedBundle
from tests.evidence.sigstore.case import (
    ARTIFACT,
    PREDICATE_TYPE,
    SIGNED_AT,
    Case,
    at,
    claim,
    dsse_v2,
    keyless_v1,
    keyless_v2,
    managed,
    stamps,
    statement,
    statement_v1,
    statement_v2,
)
from tests.evidence.sigstore.changes import alone
from tests.fakes import certificates
from tests.fakes.certificates import AT, IDENTITY, Json, b64

ACCEPTED: Final[dict[str, Callable[[], Case]]] = {
    "an artifact in rekor v1": keyless_v1,
    "an artifact in rekor v2": keyless_v2,
    "a statement as dsse": statement_v1,
    "a statement as intoto": lambda: statement_v1("intoto"),
    "a statement as intoto, in base64 once": lambda: statement_v1("intoto, once"),
    "a statement as hashedrekord": statement_v2,
    "a statement as dsse in rekor v2": dsse_v2,
    "a key": managed,
}
KEYS: Final[dict[str, tuple[Callable[[], certificates.PrivateKey], str, str]]] = {
    "p256": (certificates.p256, "PKIX_ECDSA_P256_SHA_256", "SHA2_256"),
    "p384": (
        lambda: ec.generate_private_key(ec.SECP384R1()),
        "PKIX_ECDSA_P384_SHA_384",
        "SHA2_384",
    ),
    "p521": (
        lambda: ec.generate_private_key(ec.SECP521R1()),
        "PKIX_ECDSA_P521_SHA_512",
        "SHA2_512",
    ),
    "rsa": (
        lambda: rsa.generate_private_key(65537, 2048),
        "PKIX_RSA_PKCS1V15_2048_SHA256",
        "SHA2_256",
    ),
    "ed25519": (ed25519.Ed25519PrivateKey.generate, "PKIX_ED25519", "SHA2_256"),
}


@pytest.mark.parametrize("make", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(make: Callable[[], Case]) -> None:
    case = make()
    found = case.verify()
    assert found.not_checked == ()
    assert len(found.times) == len(found.logged) == 1
    assert found.times[0].at in {SIGNED_AT, AT + timedelta(minutes=1)}


@pytest.mark.parametrize(("make", "details", "algorithm"), KEYS.values(), ids=KEYS)
def test_keys_of_every_kind(
    make: Callable[[], certificates.PrivateKey], details: str, algorithm: str
) -> None:
    keyless_v2(key=make(), details=details, algorithm=algorithm).verify()


def test_what_is_told() -> None:
    found = statement_v1().verify()
    assert found.signed_by == f"{IDENTITY} (https://issuer.example.test)"
    assert found.predicate_type == PREDICATE_TYPE
    assert found.payload == statement()
    assert [s.digest for s in found.subjects] == [sha256_of(ARTIFACT)]
    assert found.times[0].source == "log https://rekor.example.test"


def test_it_cannot_be_forged() -> None:
    found = keyless_v1().verify()
    with pytest.raises(ValueError, match="seal"):
        replace(found, signed_by="somebody")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="only verify_bundle"):
        VerifiedBundle(
            payload=b"",
            predicate_type="",
            subjects=(),
            signed_by="",
            times=(),
            logged=(),
            not_checked=(),
            seal=object(),
        )


def test_a_digest_is_enough() -> None:
    expected = Blob(artifact=DigestMessage(known=sha256_of(ARTIFACT)))
    replace(keyless_v1(), expected=expected).verify()
    replace(statement_v1(), expected=claim(about=expected.artifact)).verify()


def test_a_digest_is_not_enough_where_another_one_is_signed() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    case = keyless_v2(key=key, details="PKIX_ECDSA_P384_SHA_384", algorithm="SHA2_384")
    expected = Blob(artifact=DigestMessage(known=sha256_of(ARTIFACT)))
    with pytest.raises(UsageError) as caught:
        replace(case, expected=expected).verify()
    assert str(caught.value) == (
        "[usage] a key of the kind secp384r1 signs sha384, and only another digest of the "
        "artifact is given (give the file itself)"
    )


def test_statements_of_the_old_type() -> None:
    payload = statement(kind="https://in-toto.io/Statement/v0.1")
    statement_v1(payload=payload).verify()


def test_a_key_alone_says_what_it_left_unread() -> None:
    [gap] = alone(managed()).verify().not_checked
    assert (gap.what, gap.why) == (
        "time and log of the signature",
        "only the signature of the key was asked about; 1 log entries and 0 timestamps unread",
    )


def test_a_key_alone_needs_no_log_entry() -> None:
    bare = alone(managed()).changed(lambda b: at(b, "verificationMaterial").pop("tlogEntries"))
    found = bare.verify()
    assert found.logged == ()
    assert [gap.why for gap in found.not_checked] == [
        "only the signature of the key was asked about"
    ]
    stamped = bare.changed(
        lambda b: at(b, "verificationMaterial").update(timestampVerificationData=stamps(b"any"))
    )
    assert [gap.why for gap in stamped.verify().not_checked] == [
        "only the signature of the key was asked about; 0 log entries and 1 timestamps unread"
    ]


@pytest.mark.parametrize("name", ["SHA2_256", "SHA2_384", "SHA2_512"])
def test_each_digest_of_a_hint(name: str) -> None:
    """What a bundle says which artifact it is for; nobody signed it, and it must fit."""
    hashed = hashlib.new(name.replace("SHA2_", "sha"), ARTIFACT).digest()

    def hint(bundle: Json, digest: bytes) -> None:
        told = {"algorithm": name, "digest": b64(digest)}
        at(bundle, "messageSignature").update(messageDigest=told)

    assert keyless_v1().changed(lambda b: hint(b, hashed)).verify().logged
    assert keyless_v1().changed(lambda b: hint(b, bytes(len(hashed)))).refusal() == (
        "[rejected] the bundle is for another artifact, at messageSignature.messageDigest"
    )
