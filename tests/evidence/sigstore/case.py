"""A bundle with all that is expected of it, made so that a test can break one thing."""

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from assay.core.errors import AssayError
from assay.evidence.sigstore.expectation import (
    Blob,
    Claim,
    KeyAlone,
    KeylessSigner,
    LoggedKey,
    Signer,
)
from assay.evidence.sigstore.keys import parse_signature_key
from assay.evidence.sigstore.message import BytesMessage, Message
from assay.evidence.sigstore.verify import VerifiedBundle, verify_bundle
from assay.signing.principals import OidcIdentity
from tests.fakes import certificates, sigstorebundles
from tests.fakes.certificates import AT, IDENTITY, ISSUER, Json, PrivateKey, b64
from tests.fakes.sigstore import Instance

ARTIFACT: Final = b"an artifact\n"
PREDICATE_TYPE: Final = "https://example.test/predicate/v1"
LATER: Final = AT + timedelta(days=100)
SIGNED_AT: Final = AT + timedelta(minutes=2)
DETAILS: Final = "PKIX_ECDSA_P256_SHA_256"

INSTANCE: Final = Instance()  # its keys are made once; tests add to its logs and nothing else


@dataclass(frozen=True, kw_only=True)
class Case:
    """A bundle and what is expected of it; `replace` what a test is about."""

    bundle: Json
    signer: Signer
    expected: Blob | Claim = field(
        default_factory=lambda: Blob(artifact=BytesMessage(data=ARTIFACT))
    )
    at: datetime = LATER

    def verify(self) -> VerifiedBundle:
        data = json.dumps(self.bundle).encode()
        return verify_bundle(data, expected=self.expected, signer=self.signer, at=self.at)

    def refusal(self) -> str:
        try:
            found = self.verify()
        except AssayError as error:
            return str(error)
        raise AssertionError(f"accepted: {found}")

    def changed(self, change: Callable[[Json], object]) -> "Case":
        """Return the case with a change of its bundle."""
        bundle = copy.deepcopy(self.bundle)
        change(bundle)
        return replace(self, bundle=bundle)

    def trusting(self, change: Callable[[Json], object]) -> "Case":
        """Return the case with a change of its trusted root."""
        assert not isinstance(self.signer, KeyAlone)
        root = json.loads(self.signer.trusted_root)
        change(root)
        return replace(self, signer=replace(self.signer, trusted_root=json.dumps(root).encode()))


def at(document: Json, *path: str | int) -> Json:
    """Return the object at a path, to be changed."""
    found: object = document
    for part in path:
        found = cast("dict[str | int, object]", found)[part]
    return cast("Json", found)


def entry_of(bundle: Json) -> Json:
    return at(bundle, "verificationMaterial", "tlogEntries", 0)


def trusted_root() -> bytes:
    return json.dumps(INSTANCE.trusted_root()).encode()


def keyless(*, identity: str = IDENTITY, issuer: str = ISSUER) -> KeylessSigner:
    return KeylessSigner(
        identity=OidcIdentity(issuer=issuer, subject=identity), trusted_root=trusted_root()
    )


def logged_key(key: PrivateKey) -> LoggedKey:
    return LoggedKey(
        key=parse_signature_key(certificates.public_pem(key)), trusted_root=trusted_root()
    )


def statement(
    predicate_type: str = PREDICATE_TYPE,
    *,
    kind: str = "https://in-toto.io/Statement/v1",
    artifact: bytes = ARTIFACT,
) -> bytes:
    subject = {"name": "a", "digest": {"sha256": hashlib.sha256(artifact).hexdigest()}}
    document = {
        "_type": kind,
        "subject": [subject],
        "predicateType": predicate_type,
        "predicate": {},
    }
    return json.dumps(document).encode()


def claim(predicate_type: str = PREDICATE_TYPE, *, about: Message | None = None) -> Claim:
    return Claim(artifact=about or BytesMessage(data=ARTIFACT), predicate_type=predicate_type)


def keyless_v1(
    *, certificate: x509.Certificate | None = None, key: PrivateKey | None = None
) -> Case:
    """Return a signature on the artifact in Rekor v1, in a bundle of version 0.3."""
    own = key or certificates.p256()
    issued = certificate or INSTANCE.certificate(own)
    signature = certificates.sign(own, ARTIFACT)
    digest = hashlib.sha256(ARTIFACT)
    body = sigstorebundles.hashedrekord_1(
        digest.hexdigest(), "sha256", signature, certificates.pem_of(issued)
    )
    entry = INSTANCE.promised("hashedrekord", "0.0.1", body, at=SIGNED_AT)
    material: Json = {"certificate": raw(issued), "tlogEntries": [entry]}
    return Case(
        bundle=sigstorebundles.blob_bundle(material, signature, digest.digest()), signer=keyless()
    )


def keyless_v2(
    *,
    key: PrivateKey | None = None,
    details: str = DETAILS,
    stamp: Callable[[bytes], bytes] | None = None,
    certificate: x509.Certificate | None = None,
    algorithm: str = "SHA2_256",
) -> Case:
    """Return a signature on the artifact in Rekor v2, with a timestamp."""
    own = key or certificates.p256()
    issued = certificate or INSTANCE.certificate(own)
    signature = certificates.sign(own, ARTIFACT)
    hashed = hashlib.new(algorithm.replace("SHA2_", "sha"), ARTIFACT).digest()
    verifier: Json = {"x509Certificate": raw(issued), "keyDetails": details}
    body = sigstorebundles.hashedrekord_2(hashed, algorithm, signature, verifier)
    material: Json = {
        "certificate": raw(issued),
        "tlogEntries": [INSTANCE.tiled(body)],
        "timestampVerificationData": stamps((stamp or INSTANCE.timestamp)(signature)),
    }
    digest = hashlib.sha256(ARTIFACT).digest()
    return Case(bundle=sigstorebundles.blob_bundle(material, signature, digest), signer=keyless())


def statement_v1(kind: str = "dsse", *, payload: bytes = b"") -> Case:
    """Return a statement in Rekor v1, as an entry of the kind `dsse` or `intoto`.

    `intoto, once` has the signature in base64 once, as in the envelope.
    """
    key, held = certificates.p256(), payload or statement()
    issued = INSTANCE.certificate(key)
    signature, pem = certificates.sign(key, sigstorebundles.pae(held)), certificates.pem_of(issued)
    if kind == "dsse":
        entry = INSTANCE.promised(
            "dsse", "0.0.1", sigstorebundles.dsse_1(held, signature, pem), at=SIGNED_AT
        )
    else:
        entry = INSTANCE.promised(
            "intoto",
            "0.0.2",
            sigstorebundles.intoto_2(held, signature, pem, wrapped=kind == "intoto"),
            at=SIGNED_AT,
        )
    material: Json = {"certificate": raw(issued), "tlogEntries": [entry]}
    return Case(
        bundle=sigstorebundles.statement_bundle(material, held, signature),
        signer=keyless(),
        expected=claim(),
    )


def statement_v2() -> Case:
    """Return a statement in Rekor v2: a hashedrekord over the envelope's PAE."""
    key, held = certificates.p256(), statement()
    issued = INSTANCE.certificate(key)
    signature = certificates.sign(key, sigstorebundles.pae(held))
    hashed = hashlib.sha256(sigstorebundles.pae(held)).digest()
    verifier: Json = {"x509Certificate": raw(issued), "keyDetails": DETAILS}
    body = sigstorebundles.hashedrekord_2(hashed, "SHA2_256", signature, verifier)
    material: Json = {
        "certificate": raw(issued),
        "tlogEntries": [INSTANCE.tiled(body)],
        "timestampVerificationData": stamps(INSTANCE.timestamp(signature)),
    }
    return Case(
        bundle=sigstorebundles.statement_bundle(material, held, signature),
        signer=keyless(),
        expected=claim(),
    )


def dsse_v2() -> Case:
    """Return a statement in an early Rekor v2, which had an entry of the kind `dsse`."""
    key, held = certificates.p256(), statement()
    issued = INSTANCE.certificate(key)
    signature = certificates.sign(key, sigstorebundles.pae(held))
    verifier: Json = {"x509Certificate": raw(issued), "keyDetails": DETAILS}
    body = sigstorebundles.dsse_2(held, signature, verifier)
    material: Json = {
        "certificate": raw(issued),
        "tlogEntries": [INSTANCE.tiled(body, kind="dsse")],
        "timestampVerificationData": stamps(INSTANCE.timestamp(signature)),
    }
    return Case(
        bundle=sigstorebundles.statement_bundle(material, held, signature),
        signer=keyless(),
        expected=claim(),
    )


def managed(key: PrivateKey | None = None) -> Case:
    """Return a signature by a key, in Rekor v1."""
    own = key or certificates.p256()
    signature = certificates.sign(own, ARTIFACT)
    body = sigstorebundles.hashedrekord_1(
        hashlib.sha256(ARTIFACT).hexdigest(), "sha256", signature, certificates.public_pem(own)
    )
    entry = INSTANCE.promised("hashedrekord", "0.0.1", body, at=SIGNED_AT)
    material: Json = {"publicKey": {"hint": "any"}, "tlogEntries": [entry]}
    return Case(bundle=sigstorebundles.blob_bundle(material, signature), signer=logged_key(own))


def raw(certificate: x509.Certificate) -> Json:
    return {"rawBytes": b64(certificate.public_bytes(Encoding.DER))}


def stamps(*responses: bytes) -> Json:
    return {"rfc3161Timestamps": [{"signedTimestamp": b64(data)} for data in responses]}
