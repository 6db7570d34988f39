"""Bundles that break one rule each, and what is said of them."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.evidence.sigstore.expectation import Blob
from assay.evidence.sigstore.message import BytesMessage
from tests.evidence.sigstore.case import (
    ARTIFACT,
    INSTANCE,
    PREDICATE_TYPE,
    SIGNED_AT,
    Case,
    at,
    claim,
    entry_of,
    keyless,
    keyless_v1,
    keyless_v2,
    logged_key,
    managed,
    raw,
    statement,
    statement_v1,
)
from tests.evidence.sigstore.changes import (
    certificate_with,
    dated_outside,
    ended_authority,
    ended_certificate_log,
    ended_log,
    ended_stamper,
    late_certificate,
    one_timestamp_outside,
    other_hint,
    other_kind,
    other_log_v1,
    other_place,
    other_root,
    other_signature,
    other_tree,
    renamed_origin,
    replace_data,
    same_key_other_signature,
    somebody,
    swapped_entry,
    twice_logged,
    two_signatures,
    unknown_hint,
    unpromised,
    with_entry,
    without,
    without_entries,
)
from tests.fakes import certificates, sigstore, sigstorebundles
from tests.fakes.certificates import AT, IDENTITY, Json

NOT_THEN: Final = "was not valid at 2026-06-01T12:02:00+00:00: ''"
REFUSED: Final[dict[str, tuple[Callable[[], Case], str]]] = {
    "no log entry": (
        lambda: keyless_v1().changed(without_entries),
        "[rejected] no log entry, at verificationMaterial.tlogEntries",
    ),
    "a timestamp only": (
        lambda: keyless_v2().changed(without_entries),
        "[rejected] no log entry, at verificationMaterial.tlogEntries",
    ),
    "no time": (
        lambda: keyless_v1().changed(unpromised),
        "[rejected] no verified time: the certificate cannot be judged",
    ),
    "a key without a log entry": (
        lambda: managed().changed(without_entries),
        "[rejected] no log entry, at verificationMaterial.tlogEntries",
    ),
    "an unknown log": (
        lambda: keyless_v1().trusting(without("tlogs")),
        "[rejected] no entry in a log that the trusted root knows, at tlogEntries",
    ),
    "a log that had ended": (
        lambda: keyless_v1().trusting(ended_log),
        (
            "[rejected] the log 'https://rekor.example.test' was not trusted then, "
            "at tlogEntries[0].logId"
        ),
    ),
    "the same entry twice": (
        lambda: keyless_v1().changed(twice_logged),
        "[malformed] the same log entry twice, at tlogEntries",
    ),
    "a changed integrated time": (
        lambda: keyless_v1().changed(lambda b: with_entry(b, integratedTime="1780315321")),
        "[signature-invalid] not a signature by the log's key, at tlogEntries[0].inclusionPromise",
    ),
    "a changed index": (
        lambda: keyless_v1().changed(lambda b: with_entry(b, logIndex="5")),
        "[signature-invalid] not a signature by the log's key, at tlogEntries[0].inclusionPromise",
    ),
    "an index that not every reader of JSON has": (
        lambda: keyless_v1().changed(lambda b: with_entry(b, logIndex=str(2**53))),
        (
            "[malformed] a number out of range: 9007199254740992, "
            "at verificationMaterial.tlogEntries[0].logIndex"
        ),
    ),
    "a promise without a time": (
        lambda: keyless_v1().changed(lambda b: entry_of(b).pop("integratedTime")),
        "[malformed] an inclusion promise without an integrated time, at tlogEntries[0]",
    ),
    "a proof for another tree size": (
        lambda: keyless_v2().changed(other_tree),
        (
            "[proof-invalid] the checkpoint is of another tree than the proof, "
            "at tlogEntries[0].inclusionProof"
        ),
    ),
    "a proof of another root": (
        lambda: keyless_v2().changed(other_root),
        (
            "[proof-invalid] the checkpoint is of another tree than the proof, "
            "at tlogEntries[0].inclusionProof"
        ),
    ),
    "a proof of another entry": (
        lambda: keyless_v2().changed(other_place),
        (
            f"[proof-invalid] the proof is of entry 1, the entry is {len(INSTANCE.tiles.leaves)}, "
            "at tlogEntries[0].inclusionProof"
        ),
    ),
    "a checkpoint of another log": (
        lambda: keyless_v2().changed(renamed_origin),
        (
            "[proof-invalid] a checkpoint of 'other.example.test', where the log is "
            "'https://log.example.test', at tlogEntries[0].inclusionProof"
        ),
    ),
    "a checkpoint of another log, of version 1": (
        lambda: keyless_v1().changed(other_log_v1),
        (
            "[proof-invalid] a checkpoint of 'other.example.test - 7', signed as "
            "'rekor.example.test', at tlogEntries[0].inclusionProof"
        ),
    ),
    "the entry of another signature": (
        swapped_entry,
        "[rejected] the log entry is about another signature, at canonicalizedBody",
    ),
    "an earlier entry of the same key": (
        same_key_other_signature,
        "[rejected] the log entry is about another signature, at canonicalizedBody",
    ),
    "another kind of entry": (
        other_kind,
        (
            "[rejected] an entry of the kind ('hashedrekord', '0.0.1'), where 'dsse' is claimed, "
            "at canonicalizedBody"
        ),
    ),
    "another artifact": (
        lambda: replace(
            keyless_v1(), expected=Blob(artifact=BytesMessage(data=b"another\n"))
        ).changed(lambda b: at(b, "messageSignature").pop("messageDigest")),
        "[signature-invalid] not a signature by the key",
    ),
    "a hint at another artifact": (
        lambda: keyless_v1().changed(other_hint),
        "[rejected] the bundle is for another artifact, at messageSignature.messageDigest",
    ),
    "a hint of an unknown kind": (
        lambda: keyless_v1().changed(unknown_hint),
        "[malformed] a digest of 'SHA3_256', at messageSignature.messageDigest.algorithm",
    ),
    "another signature": (
        lambda: keyless_v1().changed(other_signature),
        "[signature-invalid] not a signature by the key",
    ),
    "somebody else": (
        lambda: certificate_with(names=somebody("https://example.test/evil")),
        f"[rejected] signed by 'https://example.test/evil', where {IDENTITY!r} is expected",
    ),
    "somebody whose name begins the same": (
        lambda: certificate_with(names=somebody(IDENTITY + "x")),
        f"[rejected] signed by {IDENTITY + 'x'!r}, where {IDENTITY!r} is expected",
    ),
    "another issuer": (
        lambda: certificate_with(issuer="https://other.example.test"),
        (
            "[rejected] an identity of 'https://other.example.test', "
            "where one of 'https://issuer.example.test' is expected"
        ),
    ),
    "no issuer": (
        lambda: certificate_with(issuer=""),
        "[malformed] 0 issuers in a certificate, where one is needed, at certificate",
    ),
    "two names": (
        lambda: certificate_with(names=somebody(IDENTITY) * 2),
        "[malformed] 2 names in a certificate, where one is needed",
    ),
    "no names": (
        lambda: certificate_with(names=()),
        "[malformed] 0 names in a certificate, where one is needed",
    ),
    "a name of an unknown kind": (
        lambda: certificate_with(names=(x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),)),
        "[malformed] a name of a kind that is not known, at certificate",
    ),
    "an expired certificate": (
        lambda: certificate_with(window=(AT, SIGNED_AT - timedelta(seconds=1))),
        f"[rejected] a certificate that {NOT_THEN}",
    ),
    "a certificate of later": (
        late_certificate,
        f"[rejected] a certificate that {NOT_THEN}",
    ),
    "a certificate that may not sign": (
        lambda: certificate_with(digital=False),
        "[rejected] a certificate that is not for signing code",
    ),
    "a certificate for another use": (
        lambda: certificate_with(usage=ExtendedKeyUsageOID.CLIENT_AUTH),
        "[rejected] a certificate that is not for signing code",
    ),
    "a critical extension that nobody reads": (
        lambda: certificate_with(
            extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\0"), True),)
        ),
        "[rejected] a certificate with the extension 1.2.3, which is not supported",
    ),
    "an authority that had ended": (
        lambda: keyless_v1().trusting(ended_authority),
        "[rejected] the certificate authority was not trusted at 2026-06-01T12:02:00+00:00",
    ),
    "no authority": (
        lambda: keyless_v1().trusting(without("certificateAuthorities")),
        "[rejected] no certificate authority is trusted",
    ),
    "no log of certificates": (
        lambda: keyless_v1().trusting(without("ctlogs")),
        "[rejected] no trusted log of certificates knows this one",
    ),
    "a log of certificates that had ended": (
        lambda: keyless_v1().trusting(ended_certificate_log),
        "[rejected] no trusted log of certificates knows this one",
    ),
    "a promise by another log of certificates": (
        lambda: certificate_with(
            logged_by=sigstore.Log(url="https://ct.example.test", key=certificates.p256())
        ),
        "[rejected] no trusted log of certificates knows this one",
    ),
    "an authority of timestamps that had ended": (
        lambda: keyless_v2().trusting(ended_stamper),
        (
            "[rejected] the authority was not trusted at 2026-06-01T12:01:00+00:00, "
            "at rfc3161Timestamps[0]"
        ),
    ),
    "one of two timestamps outside the certificate's time": (
        one_timestamp_outside,
        "[rejected] a certificate that was not valid at 2026-06-01T13:00:00+00:00: ''",
    ),
    "an unproven time outside the certificate's": (
        dated_outside,
        "[rejected] a certificate that was not valid at 2026-06-04T12:00:00+00:00: ''",
    ),
    "another type of statement": (
        lambda: statement_v1(payload=statement("https://example.test/other")),
        (
            "[rejected] a statement of type 'https://example.test/other', "
            f"where {PREDICATE_TYPE!r} is asked for, at payload.predicateType"
        ),
    ),
    "a statement about something else": (
        lambda: statement_v1(payload=statement(artifact=b"other")),
        "[rejected] the statement is not about the artifact, at payload.subject",
    ),
    "a statement of an unknown version": (
        lambda: statement_v1(payload=statement(kind="https://in-toto.io/Statement/v9")),
        (
            "[malformed] type 'https://in-toto.io/Statement/v9', "
            "where 'https://in-toto.io/Statement/v1' is read, at payload._type"
        ),
    ),
    "two signatures on an envelope": (
        lambda: statement_v1().changed(two_signatures),
        "[malformed] 2 signatures, where a bundle has exactly one, at dsseEnvelope.signatures",
    ),
    "a statement where a signature is expected": (
        lambda: replace(statement_v1(), expected=Blob(artifact=BytesMessage(data=ARTIFACT))),
        (
            "[rejected] a statement about an artifact, where a signature on it is expected "
            "(expect it with --type)"
        ),
    ),
    "a signature where a statement is expected": (
        lambda: replace(keyless_v1(), expected=claim()),
        "[rejected] a signature on an artifact, where a statement is expected",
    ),
    "a key where an identity is expected": (
        lambda: replace(managed(), signer=keyless()),
        "[rejected] signed with a key, where a certificate is expected (expect it with --key)",
    ),
    "an identity where a key is expected": (
        lambda: replace(keyless_v1(), signer=logged_key(certificates.p256())),
        (
            "[rejected] signed with a certificate, where a key is expected "
            "(expect it with --identity and --issuer)"
        ),
    ),
    "another key": (
        lambda: replace(managed(), signer=logged_key(certificates.p256())),
        "[signature-invalid] not a signature by the key",
    ),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(make: Callable[[], Case], message: str) -> None:
    told = make().refusal()
    if message.endswith("by the key"):  # its id is another one each time
        told, _, key_id = told.rpartition(" ")
        assert len(key_id) == 16
    if "the proof is of entry" in message:  # the log has grown since
        told, message = (text.split(", the entry")[0] for text in (told, message))
    assert told == message


def test_another_key_in_the_entry() -> None:
    """The signature and the subject are right; the log took them from somebody else."""
    key, other = certificates.p256(), certificates.p256()
    signature = certificates.sign(key, ARTIFACT)
    body = sigstorebundles.hashedrekord_1(
        hashlib.sha256(ARTIFACT).hexdigest(), "sha256", signature, certificates.public_pem(other)
    )
    entry = INSTANCE.promised("hashedrekord", "0.0.1", body, at=SIGNED_AT)
    material: Json = {"publicKey": {}, "tlogEntries": [entry]}
    case = Case(bundle=sigstorebundles.blob_bundle(material, signature), signer=logged_key(key))
    assert case.refusal() == "[rejected] the log entry is by another key, at canonicalizedBody"


def test_the_key_of_a_certificate_is_not_the_certificate() -> None:
    key = certificates.p256()
    issued = INSTANCE.certificate(key)
    signature = certificates.sign(key, ARTIFACT)
    body = sigstorebundles.hashedrekord_1(
        hashlib.sha256(ARTIFACT).hexdigest(), "sha256", signature, certificates.public_pem(key)
    )
    entry = INSTANCE.promised("hashedrekord", "0.0.1", body, at=SIGNED_AT)
    material: Json = {"certificate": raw(issued), "tlogEntries": [entry]}
    case = Case(bundle=sigstorebundles.blob_bundle(material, signature), signer=keyless())
    assert case.refusal() == "[rejected] the log entry is by another key, at canonicalizedBody"


def test_a_root_that_is_none() -> None:
    case = keyless_v1()
    broken = replace(case, signer=replace(keyless(), trusted_root=b"{}"))
    assert broken.refusal() == "[malformed] no mediaType, at trusted root.mediaType"


def test_bytes_that_are_no_bundle() -> None:
    case = keyless_v1()
    for data in (b"", b"[]", b"{}", json.dumps(case.bundle)[:-1].encode()):
        with pytest.raises(Exception, match=r"^\[malformed\]|object is needed"):
            replace_data(case, data)


def test_a_statement_of_another_payload_type() -> None:
    case = statement_v1()
    other = case.changed(lambda b: at(b, "dsseEnvelope").update(payloadType="text/plain"))
    assert other.refusal() == (
        "[malformed] payload type 'text/plain', where 'application/vnd.in-toto+json' is needed, "
        "at dsseEnvelope.payloadType"
    )


def test_a_proof_of_another_entry() -> None:
    """Only a Rekor v2 log has one number for both."""
    case = keyless_v2()
    index = int(str(entry_of(case.bundle)["logIndex"]))
    other = case.changed(lambda b: entry_of(b).update(logIndex=str(index + 1)))
    assert other.refusal() == (
        f"[proof-invalid] the proof is of entry {index}, the entry is {index + 1}, "
        "at tlogEntries[0].inclusionProof"
    )
