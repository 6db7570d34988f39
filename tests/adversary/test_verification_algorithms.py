"""Verification that was none, by way of the algorithm: it is the key's, and nobody else's.

Each test fails when the check that it is named after is removed.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from assay.core.errors import MalformedError, SignatureInvalidError
from assay.evidence.dsse import render_pae
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.statement import PAYLOAD_TYPE, render_statement
from assay.evidence.store import open_store
from assay.signing.algorithms import ALGORITHMS
from assay.signing.asymmetric import AsymmetricSigner, ed25519_from_raw, generate_signer
from assay.signing.keys import load_public_key
from assay.signing.spki import render_public_pem
from assay.signing.trust import TrustRoot, parse_trust_root, render_trust_root
from tests.fakes.trust import COMMIT, KIND, LOG, LOG_KEY, NOW, ORIGIN, ROOT, principal, statement


@cache
def signer_for(algorithm: str) -> AsymmetricSigner:
    return generate_signer(algorithm)


def root_with(signer: AsymmetricSigner) -> TrustRoot:
    return replace(ROOT, principals=(principal("carol", signer),))


def judged(envelope: bytes, root: TrustRoot) -> VerifiedStatement:
    return parse_envelope(envelope).verify(
        trusted=root, role="collector", threshold=1, subject=COMMIT, predicate_type=KIND, at=NOW
    )


def envelope_with(signature: bytes, **members: str) -> bytes:
    """Return an envelope around `statement()` with one signature, which may say more of itself."""
    value = {"sig": base64.b64encode(signature).decode(), **members}
    payload = base64.b64encode(render_statement(statement())).decode()
    document = {"payload": payload, "payloadType": PAYLOAD_TYPE, "signatures": [value]}
    return json.dumps(document).encode()


PAE = render_pae(PAYLOAD_TYPE, render_statement(statement()))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_whole_way_with_every_algorithm(tmp_path: Path, algorithm: str) -> None:
    """Sign, seal, verify by a trust root that was written and read, record, read back, verify."""
    signer = signer_for(algorithm)
    root = parse_trust_root(render_trust_root(root_with(signer)))
    verified = judged(seal_statement(statement(), signers=(signer,)), root)
    with open_store(tmp_path / "log.sqlite", origin=ORIGIN, create=True) as store:
        store.append((verified,), log_signer=LOG, at=NOW)
        (entry,) = store.entries(subject=COMMIT, predicate_type=KIND, log_key=LOG_KEY)
        assert store.recorded_at(0, log_key=LOG_KEY) == NOW
    assert judged(entry.envelope, root).signed_by == frozenset({"carol"})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("claimed", ["none", "HS256", "ed25519", "rsassa-pkcs1v15"])
def test_an_algorithm_that_the_message_names(algorithm: str, claimed: str) -> None:
    """JSON Web Signatures fell to this: `alg: none`, and HMAC with the public key as the secret."""
    public = signer_for(algorithm).public
    root = root_with(signer_for(algorithm))
    for forged in (
        b"",
        hmac.new(public.spki, PAE, hashlib.sha256).digest(),
        hmac.new(public.pem, PAE, hashlib.sha256).digest(),
    ):
        with pytest.raises((MalformedError, SignatureInvalidError)):
            judged(envelope_with(forged, alg=claimed, keyid=public.key_id), root)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_id_of_another_key(algorithm: str) -> None:
    """The key id is anybody's to write: it neither lets in nor keeps out."""
    signer = signer_for(algorithm)
    other = signer_for(next(name for name in ALGORITHMS if name != algorithm))
    good = envelope_with(signer.sign(PAE), keyid=other.public.key_id)
    assert judged(good, root_with(signer)).signed_by == frozenset({"carol"})
    with pytest.raises(SignatureInvalidError):
        judged(envelope_with(other.sign(PAE), keyid=signer.public.key_id), root_with(signer))


def test_a_weaker_way_to_sign_with_the_same_key() -> None:
    """RSA with PKCS #1 v1.5, or SHA-384 on P-256: good signatures, by the right key, in another way."""
    rsa_key, curve_key = signer_for("rsa-pss"), signer_for("ecdsa-p256")
    assert isinstance(rsa_key.private, rsa.RSAPrivateKey)
    assert isinstance(curve_key.private, ec.EllipticCurvePrivateKey)
    otherwise = (
        (rsa_key, rsa_key.private.sign(PAE, padding.PKCS1v15(), hashes.SHA256())),
        (curve_key, curve_key.private.sign(PAE, ec.ECDSA(hashes.SHA384()))),
    )
    for signer, signature in otherwise:
        with pytest.raises(SignatureInvalidError):
            judged(envelope_with(signature), root_with(signer))


def test_a_key_that_signs_everything() -> None:
    """With the neutral point of the curve as key, R = S·B holds for every message."""
    neutral = b"\x01" + bytes(31)
    with pytest.raises(MalformedError):
        ed25519_from_raw(neutral)


def test_one_key_as_two() -> None:
    """The same point, written in two ways, would have two key ids, and could be two principals."""
    public = signer_for("ecdsa-p256").public
    point = public.spki[-65:]
    start = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    compressed = start + bytes([2 + point[-1] % 2]) + point[1:33]
    with pytest.raises(MalformedError):
        load_public_key(render_public_pem(compressed))
