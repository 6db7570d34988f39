"""The body of a log entry: each kind fits its bundle, and whatever differs is told."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from assay.core.errors import AssayError
from assay.evidence.sigstore.bundle import DsseContent, MessageSignature
from assay.evidence.sigstore.entrybody import Signed, verify_entry_body
from assay.evidence.sigstore.keys import parse_signature_key
from assay.evidence.sigstore.message import BytesMessage
from assay.evidence.sigstore.tlogentry import LogEntry
from tests.evidence.sigstore.case import ARTIFACT, DETAILS, INSTANCE, at, raw, statement
from tests.fakes import certificates, sigstorebundles
from tests.fakes.certificates import Json, b64
from tests.fakes.sigstorebundles import PAYLOAD_TYPE

KEY, OTHER = certificates.p256(), certificates.p256()
CERTIFICATE, OTHERS = INSTANCE.certificate(KEY), INSTANCE.certificate(OTHER)
PEM, OTHER_PEM = certificates.pem_of(CERTIFICATE), certificates.public_pem(OTHER)
PAYLOAD = statement()
PAE = sigstorebundles.pae(PAYLOAD)
BLOB_SIGNATURE, SIGNATURE = certificates.sign(KEY, ARTIFACT), certificates.sign(KEY, PAE)
DIGEST = hashlib.sha256(ARTIFACT)
VERIFIER: Json = {"x509Certificate": raw(CERTIFICATE), "keyDetails": DETAILS}
BARE_VERIFIER: Json = {
    "publicKey": {"rawBytes": b64(certificates.spki(KEY))},
    "keyDetails": DETAILS,
}
BLOB = Signed(
    content=MessageSignature(signature=BLOB_SIGNATURE, digest_algorithm="", digest=b""),
    message=BytesMessage(data=ARTIFACT),
    key=parse_signature_key(certificates.public_pem(KEY)),
    certificate=CERTIFICATE.public_bytes(Encoding.DER),
)
CLAIM = replace(
    BLOB,
    content=DsseContent(payload_type=PAYLOAD_TYPE, payload=PAYLOAD, signature=SIGNATURE),
    message=BytesMessage(data=PAE),
)
BARE = replace(BLOB, certificate=b"")


def rekord_1(pem: bytes) -> bytes:
    return sigstorebundles.hashedrekord_1(DIGEST.hexdigest(), "sha256", BLOB_SIGNATURE, pem)


def rekord_2(verifier: Json) -> bytes:
    return sigstorebundles.hashedrekord_2(DIGEST.digest(), "SHA2_256", BLOB_SIGNATURE, verifier)


BODIES: dict[str, tuple[Signed, bytes]] = {
    "hashedrekord": (BLOB, rekord_1(PEM)),
    "hashedrekord of a key": (BARE, rekord_1(certificates.public_pem(KEY))),
    "hashedrekord 2": (BLOB, rekord_2(VERIFIER)),
    "hashedrekord 2 of a key": (BARE, rekord_2(BARE_VERIFIER)),
    "dsse": (CLAIM, sigstorebundles.dsse_1(PAYLOAD, SIGNATURE, PEM)),
    "dsse 2": (CLAIM, sigstorebundles.dsse_2(PAYLOAD, SIGNATURE, VERIFIER)),
    "intoto": (CLAIM, sigstorebundles.intoto_2(PAYLOAD, SIGNATURE, PEM)),
    "intoto, once": (CLAIM, sigstorebundles.intoto_2(PAYLOAD, SIGNATURE, PEM, wrapped=False)),
}


def verify(signed: Signed, body: bytes, *, kind: str = "", version: str = "") -> None:
    document = json.loads(body)
    entry = LogEntry(
        index=0,
        log_id=b"log",
        kind=kind or document["kind"],
        version=version or document["apiVersion"],
        integrated_at=None,
        promise=None,
        proof=None,
        body=body,
    )
    verify_entry_body(entry, signed)


def refusal(signed: Signed, body: bytes, *, kind: str = "", version: str = "") -> str:
    with pytest.raises(AssayError) as caught:
        verify(signed, body, kind=kind, version=version)
    return str(caught.value)


def changed(name: str, *way: str | int, **values: object) -> tuple[Signed, bytes]:
    """Return a body with other values of the object at a way below its `spec`."""
    signed, body = BODIES[name]
    document: Json = json.loads(body)
    at(document, "spec", *way).update(values)
    return signed, json.dumps(document).encode()


@pytest.mark.parametrize(("signed", "body"), BODIES.values(), ids=BODIES)
def test_each_kind(signed: Signed, body: bytes) -> None:
    verify(signed, body)


@pytest.mark.parametrize("stored", [b64(PAYLOAD), b64(b64(PAYLOAD).encode()), ""])
def test_a_payload_that_the_entry_repeats(stored: str) -> None:
    signed, body = changed("intoto", "content", "envelope", payload=stored)
    verify(signed, body)


def test_a_payload_that_is_base64_itself() -> None:
    """Once is enough, also where what is found could be decoded once more."""
    payload = b64(PAYLOAD).encode()
    signed, body = changed("intoto", "content", "envelope", payload=b64(payload))
    envelope = signed.content
    assert isinstance(envelope, DsseContent)
    again = replace(signed, content=replace(envelope, payload=payload))
    document: Json = json.loads(body)
    at(document, "spec", "content", "payloadHash")["value"] = hashlib.sha256(payload).hexdigest()
    verify(again, json.dumps(document).encode())


ROOT = "canonicalizedBody"
ELSE = "[rejected] the log entry is about something else, at"
SIGNED = f"[rejected] the log entry is about another signature, at {ROOT}"
BY = f"[rejected] the log entry is by another key, at {ROOT}"
UNREAD = f"[malformed] a log entry whose key cannot be read, at {ROOT}"
REKORD = f"{ROOT}.spec.data.hash"
V2 = f"{ROOT}.spec.hashedRekordV002"
INTOTO = f"{ROOT}.spec.content"
OF_KEY = ("signature", "publicKey")
OF_VERIFIER = ("hashedRekordV002", "signature", "verifier")
WRONG = "00" * 32
REFUSED: dict[str, tuple[Callable[[], tuple[Signed, bytes]], str]] = {
    "digest": (
        lambda: changed("hashedrekord", "data", "hash", value=WRONG),
        f"{ELSE} {REKORD}.algorithm",
    ),
    "algorithm": (
        lambda: changed("hashedrekord", "data", "hash", algorithm="sha1"),
        f"[malformed] a digest of 'sha1', at {REKORD}.algorithm",
    ),
    "hexadecimal": (
        lambda: changed("hashedrekord", "data", "hash", value="zz"),
        f"[malformed] not hexadecimal, at {REKORD}.value",
    ),
    "signature": (
        lambda: changed("hashedrekord", "signature", content=b64(SIGNATURE)),
        SIGNED,
    ),
    "key": (lambda: changed("hashedrekord", *OF_KEY, content=b64(OTHER_PEM)), BY),
    "its key in the place of the certificate": (
        lambda: changed("hashedrekord", *OF_KEY, content=b64(certificates.public_pem(KEY))),
        BY,
    ),
    "the certificate in the place of the key": (
        lambda: changed("hashedrekord of a key", *OF_KEY, content=b64(PEM)),
        BY,
    ),
    "no key": (lambda: changed("hashedrekord", *OF_KEY, content=b64(b"key")), UNREAD),
    "no certificate": (
        lambda: changed("hashedrekord", *OF_KEY, content=b64(b"-----BEGIN CERTIFICATE-----\n")),
        UNREAD,
    ),
    "digest 2": (
        lambda: changed("hashedrekord 2", "hashedRekordV002", "data", digest=b64(bytes(32))),
        f"{ELSE} {V2}.data.algorithm",
    ),
    "algorithm 2": (
        lambda: changed("hashedrekord 2", "hashedRekordV002", "data", algorithm="sha256"),
        f"[malformed] a digest of 'sha256', at {V2}.data.algorithm",
    ),
    "signature 2": (
        lambda: changed("hashedrekord 2", "hashedRekordV002", "signature", content=b64(SIGNATURE)),
        SIGNED,
    ),
    "another kind of key": (
        lambda: changed("hashedrekord 2", *OF_VERIFIER, keyDetails="PKIX_ED25519"),
        f"[rejected] a key of another kind: 'PKIX_ED25519', at {V2}.signature.verifier.keyDetails",
    ),
    "another certificate": (
        lambda: changed("hashedrekord 2", *OF_VERIFIER, x509Certificate=raw(OTHERS)),
        BY,
    ),
    "a certificate and a key": (
        lambda: changed("hashedrekord 2", *OF_VERIFIER, publicKey=BARE_VERIFIER["publicKey"]),
        f"[malformed] not exactly one key in a log entry, at {V2}.signature.verifier",
    ),
    "another bare key": (
        lambda: changed(
            "hashedrekord 2 of a key",
            *OF_VERIFIER,
            publicKey={"rawBytes": b64(certificates.spki(OTHER))},
        ),
        BY,
    ),
    "payload": (
        lambda: changed("dsse", "payloadHash", value=WRONG),
        f"{ELSE} {ROOT}.spec.payloadHash.algorithm",
    ),
    "signature of a statement": (
        lambda: changed("dsse", "signatures", 0, signature=b64(BLOB_SIGNATURE)),
        SIGNED,
    ),
    "key of a statement": (
        lambda: changed("dsse", "signatures", 0, verifier=b64(OTHER_PEM)),
        BY,
    ),
    "no signatures": (
        lambda: changed("dsse", signatures=[]),
        f"[rejected] a log entry with 0 signatures, at {ROOT}",
    ),
    "two signatures": (
        lambda: changed("dsse", signatures=[{}, {}]),
        f"[rejected] a log entry with 2 signatures, at {ROOT}",
    ),
    "payload 2": (
        lambda: changed("dsse 2", "dsseV002", "payloadHash", digest=b64(bytes(32))),
        f"{ELSE} {ROOT}.spec.dsseV002.payloadHash.algorithm",
    ),
    "signature of a statement 2": (
        lambda: changed("dsse 2", "dsseV002", "signatures", 0, content=b64(BLOB_SIGNATURE)),
        SIGNED,
    ),
    "key of a statement 2": (
        lambda: changed(
            "dsse 2", "dsseV002", "signatures", 0, "verifier", x509Certificate=raw(OTHERS)
        ),
        BY,
    ),
    "payload of intoto": (
        lambda: changed("intoto", "content", "payloadHash", value=WRONG),
        f"{ELSE} {INTOTO}.payloadHash.algorithm",
    ),
    "type of intoto": (
        lambda: changed("intoto", "content", "envelope", payloadType="text/plain"),
        (
            "[rejected] the log entry is about another type of payload, at "
            f"{INTOTO}.envelope.payloadType"
        ),
    ),
    "stored payload": (
        lambda: changed("intoto", "content", "envelope", payload=b64(b"another")),
        f"[rejected] the log entry is about another payload, at {INTOTO}.envelope.payload",
    ),
    "signature of intoto": (
        lambda: changed("intoto", "content", "envelope", "signatures", 0, sig=b64(BLOB_SIGNATURE)),
        SIGNED,
    ),
    "key of intoto": (
        lambda: changed("intoto", "content", "envelope", "signatures", 0, publicKey=b64(OTHER_PEM)),
        BY,
    ),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_differs(make: Callable[[], tuple[Signed, bytes]], message: str) -> None:
    assert refusal(*make()) == message


def test_another_kind_than_the_bundle_claims() -> None:
    signed, body = BODIES["dsse"]
    for claimed in ({"kind": "intoto"}, {"version": "0.0.2"}):
        kind = claimed.get("kind", "dsse")
        assert refusal(signed, body, **claimed) == (
            f"[rejected] an entry of the kind ('dsse', '0.0.1'), where {kind!r} is claimed, at {ROOT}"
        )


@pytest.mark.parametrize("name", ["dsse", "dsse 2", "intoto"])
def test_the_entry_of_a_statement_with_an_artifact(name: str) -> None:
    _, body = BODIES[name]
    document = json.loads(body)
    kind = (document["kind"], document["apiVersion"])
    assert refusal(BLOB, body) == (
        f"[rejected] an entry of the kind {kind} with such a bundle, at {ROOT}"
    )


@pytest.mark.parametrize(("kind", "version"), [("intoto", "0.0.1"), ("rpm", "0.0.1")])
def test_kinds_that_are_not_known(kind: str, version: str) -> None:
    body = json.dumps({"kind": kind, "apiVersion": version, "spec": {}}).encode()
    assert refusal(CLAIM, body) == (
        f"[rejected] an entry of the kind {(kind, version)} with such a bundle, at {ROOT}"
    )
