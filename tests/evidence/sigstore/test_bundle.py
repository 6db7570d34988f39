"""The form of a bundle: what follows from its version, and the place of each fault."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.evidence.sigstore.bundle import (
    MAX_PARTS,
    BundleVersion,
    DsseContent,
    MessageSignature,
    parse_bundle,
)
from tests.evidence.sigstore.case import (
    ARTIFACT,
    at,
    entry_of,
    keyless_v1,
    managed,
    stamps,
    statement_v1,
)
from tests.evidence.sigstore.case import statement as in_toto
from tests.fakes.certificates import Json, b64
from tests.fakes.sigstorebundles import PAYLOAD_TYPE

V1, V2, V3_OLD, V3 = (version.value for version in BundleVersion)
BLOB, STATEMENT, KEY = keyless_v1().bundle, statement_v1().bundle, managed().bundle
DER = at(BLOB, "verificationMaterial", "certificate")["rawBytes"]


def changed(document: Json, change: Callable[[Json], object]) -> bytes:
    copied: Json = json.loads(json.dumps(document))
    change(copied)
    return json.dumps(copied).encode()


def material(document: Json) -> Json:
    return at(document, "verificationMaterial")


def as_chain(document: Json, *certificates: object, version: str = V1) -> Json:
    """Name the certificates as bundles before 0.3 did, and return the document."""
    document["mediaType"] = version
    del material(document)["certificate"]
    items = [{"rawBytes": item} for item in certificates or (DER, DER)]
    material(document)["x509CertificateChain"] = {"certificates": items}
    return document


def test_versions() -> None:
    assert [(v.one_certificate, v.needs_proof) for v in BundleVersion] == [
        (False, False),
        (False, True),
        (True, True),
        (True, True),
    ]


def test_a_signature_on_an_artifact() -> None:
    found = parse_bundle(json.dumps(BLOB).encode())
    assert found.version is BundleVersion.V0_3
    assert isinstance(found.content, MessageSignature)
    assert found.content.digest_algorithm == "SHA2_256"
    assert (len(found.certificates), len(found.entries), found.timestamps) == (1, 1, ())
    bare = parse_bundle(changed(BLOB, lambda d: at(d, "messageSignature").pop("messageDigest")))
    assert isinstance(bare.content, MessageSignature)
    assert (bare.content.digest_algorithm, bare.content.digest) == ("", b"")


def test_a_statement() -> None:
    found = parse_bundle(json.dumps(STATEMENT).encode())
    assert isinstance(found.content, DsseContent)
    assert (found.content.payload_type, found.content.payload) == (PAYLOAD_TYPE, in_toto())


def test_what_is_large_is_in_no_text() -> None:
    for document in (BLOB, STATEMENT):
        shown = repr(parse_bundle(json.dumps(document).encode()))
        for name in ("certificates=", "entries=", "timestamps=", "payload="):
            assert name not in shown


def test_a_key_is_named_by_a_hint() -> None:
    assert parse_bundle(json.dumps(KEY).encode()).certificates == ()
    without = changed(KEY, lambda d: at(d, "verificationMaterial", "publicKey").clear())
    assert parse_bundle(without).certificates == ()


@pytest.mark.parametrize("version", [V1, V2])
def test_a_chain_of_earlier_versions(version: str) -> None:
    found = parse_bundle(changed(BLOB, lambda d: as_chain(d, version=version)))
    assert len(found.certificates) == 2


@pytest.mark.parametrize("version", [V3_OLD, V3])
def test_one_certificate(version: str) -> None:
    found = parse_bundle(changed(BLOB, lambda d: d.update(mediaType=version)))
    assert len(found.certificates) == 1


def test_timestamps() -> None:
    responses = [b"%d" % number for number in range(MAX_PARTS)]
    data = changed(BLOB, lambda d: material(d).update(timestampVerificationData=stamps(*responses)))
    assert parse_bundle(data).timestamps == tuple(responses)
    empty = changed(BLOB, lambda d: material(d).update(timestampVerificationData={}))
    assert parse_bundle(empty).timestamps == ()


def test_as_many_parts_as_are_read() -> None:
    data = changed(BLOB, lambda d: as_chain(d, *[DER] * MAX_PARTS))
    assert len(parse_bundle(data).certificates) == MAX_PARTS


WAYS = "publicKey, certificate, x509CertificateChain, where exactly one is needed"
ONE_CONTENT = "not exactly one of messageSignature and dsseEnvelope"
MATERIAL = "verificationMaterial"
REFUSED: dict[str, tuple[Json, Callable[[Json], object], str]] = {
    "version": (
        BLOB,
        lambda d: d.update(mediaType=f"{V3}+gzip"),
        f"media type '{V3}+gzip' is no bundle of version 0.1 to 0.3, at mediaType",
    ),
    "unknown-member": (BLOB, lambda d: d.update(more=1), "unknown member 'more', at more"),
    "unknown-material": (
        BLOB,
        lambda d: material(d).update(more=1),
        f"unknown member 'more', at {MATERIAL}.more",
    ),
    "no-certificate": (
        BLOB,
        lambda d: material(d).pop("certificate"),
        f"0 of {WAYS}, at {MATERIAL}",
    ),
    "a-certificate-and-a-key": (
        BLOB,
        lambda d: material(d).update(publicKey={"hint": "any"}),
        f"2 of {WAYS}, at {MATERIAL}",
    ),
    "a-chain-in-0.3": (
        BLOB,
        lambda d: as_chain(d, version=V3),
        f"a bundle of this version has no x509CertificateChain, at {MATERIAL}.x509CertificateChain",
    ),
    "one-certificate-in-0.2": (
        BLOB,
        lambda d: d.update(mediaType=V2),
        f"a bundle of this version has no certificate, at {MATERIAL}.certificate",
    ),
    "an-empty-chain": (
        BLOB,
        lambda d: (as_chain(d), material(d).update(x509CertificateChain={"certificates": []})),
        f"no certificates, at {MATERIAL}.x509CertificateChain",
    ),
    "too-many-certificates": (
        BLOB,
        lambda d: as_chain(d, *[DER] * (MAX_PARTS + 1)),
        "17 certificates, where at most 16 are read",
    ),
    "unknown-of-a-chain": (
        BLOB,
        lambda d: (as_chain(d), at(d, MATERIAL, "x509CertificateChain").update(more=1)),
        f"unknown member 'more', at {MATERIAL}.x509CertificateChain.more",
    ),
    "unknown-of-a-certificate": (
        BLOB,
        lambda d: at(d, MATERIAL, "certificate").update(more=1),
        f"unknown member 'more', at {MATERIAL}.certificate.more",
    ),
    "unknown-of-a-key": (
        KEY,
        lambda d: at(d, MATERIAL, "publicKey").update(more=1),
        f"unknown member 'more', at {MATERIAL}.publicKey.more",
    ),
    "a-hint-that-is-no-text": (
        KEY,
        lambda d: at(d, MATERIAL, "publicKey").update(hint=1),
        f"int where text is needed, at {MATERIAL}.publicKey.hint",
    ),
    "too-many-entries": (
        BLOB,
        lambda d: material(d).update(tlogEntries=[entry_of(d)] * (MAX_PARTS + 1)),
        "17 log entries, where at most 16 are read",
    ),
    "too-many-timestamps": (
        BLOB,
        lambda d: material(d).update(
            timestampVerificationData=stamps(*(b"%d" % n for n in range(MAX_PARTS + 1)))
        ),
        "17 timestamps, where at most 16 are read",
    ),
    "a-timestamp-twice": (
        BLOB,
        lambda d: material(d).update(timestampVerificationData=stamps(b"1", b"2", b"1")),
        f"the same timestamp twice, at {MATERIAL}.timestampVerificationData",
    ),
    "unknown-of-timestamps": (
        BLOB,
        lambda d: material(d).update(timestampVerificationData={"more": 1}),
        f"unknown member 'more', at {MATERIAL}.timestampVerificationData.more",
    ),
    "neither-content": (BLOB, lambda d: d.pop("messageSignature"), ONE_CONTENT),
    "both-contents": (
        BLOB,
        lambda d: d.update(dsseEnvelope=STATEMENT["dsseEnvelope"]),
        ONE_CONTENT,
    ),
    "unknown-of-a-message": (
        BLOB,
        lambda d: at(d, "messageSignature").update(more=1),
        "unknown member 'more', at messageSignature.more",
    ),
    "unknown-of-a-digest": (
        BLOB,
        lambda d: at(d, "messageSignature", "messageDigest").update(more=1),
        "unknown member 'more', at messageSignature.messageDigest.more",
    ),
    "no-signature": (
        STATEMENT,
        lambda d: at(d, "dsseEnvelope").update(signatures=[]),
        "0 signatures, where a bundle has exactly one, at dsseEnvelope.signatures",
    ),
    "two-signatures": (
        STATEMENT,
        lambda d: at(d, "dsseEnvelope")["signatures"].append({"sig": b64(b"x")}),  # type: ignore[attr-defined]
        "2 signatures, where a bundle has exactly one, at dsseEnvelope.signatures",
    ),
    "unknown-of-an-envelope": (
        STATEMENT,
        lambda d: at(d, "dsseEnvelope").update(more=1),
        "unknown member 'more', at dsseEnvelope.more",
    ),
    "unknown-of-a-signature": (
        STATEMENT,
        lambda d: at(d, "dsseEnvelope", "signatures", 0).update(more=1),
        "unknown member 'more', at dsseEnvelope.signatures[0].more",
    ),
}


@pytest.mark.parametrize(("document", "change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(document: Json, change: Callable[[Json], object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_bundle(changed(document, change))
    assert str(caught.value) == f"[malformed] {message}"


@given(st.binary(max_size=60))
def test_any_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_bundle(data)


def test_the_artifact_is_not_in_it() -> None:
    assert b64(ARTIFACT).encode() not in json.dumps(BLOB).encode()
