"""Bundles of every sort are accepted; each rule has one that only it refuses."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.core.digest import sha256_of
from assay.core.errors import UsageError
from assay.evidence.sigstore.expectation import Blob, KeyAlone, LoggedKey
from assay.evidence.sigstore.message import BytesMessage, DigestMessage
from assay.evidence.sigstore.verify import VerifiedBundle
from tests.evidence.sigstore.case import (
    ARTIFACT,
    INSTANCE,
    PREDICATE_TYPE,
    SIGNED_AT,
    Case,
    at,
    claim,
    dsse_v2,
    entry_of,
    keyless,
    keyless_v1,
    keyless_v2,
    logged_key,
    managed,
    raw,
    stamps,
    statement,
    statement_v1,
    statement_v2,
)
from tests.fakes import sigstore
from tests.fakes.sigstore import AT, IDENTITY, Json, b64, period

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
KEYS: Final[dict[str, tuple[Callable[[], sigstore.PrivateKey], str, str]]] = {
    "p256": (sigstore.p256, "PKIX_ECDSA_P256_SHA_256", "SHA2_256"),
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
    make: Callable[[], sigstore.PrivateKey], details: str, algorithm: str
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


# --- keys alone


def alone(case: Case) -> Case:
    assert isinstance(case.signer, LoggedKey)
    return replace(case, signer=KeyAlone(key=case.signer.key))


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


# --- refusals


def without_entries(bundle: Json) -> None:
    at(bundle, "verificationMaterial")["tlogEntries"] = []


def unpromised(bundle: Json) -> None:
    entry_of(bundle).pop("inclusionPromise")


def with_entry(bundle: Json, **changes: object) -> None:
    entry_of(bundle).update(changes)


def other_tree(bundle: Json) -> None:
    at(entry_of(bundle), "inclusionProof")["treeSize"] = "99"


def other_place(bundle: Json) -> None:
    at(entry_of(bundle), "inclusionProof")["logIndex"] = "1"


def other_root(bundle: Json) -> None:
    at(entry_of(bundle), "inclusionProof")["rootHash"] = b64(bytes(32))


def note_of(bundle: Json, note: str) -> None:
    at(entry_of(bundle), "inclusionProof", "checkpoint")["envelope"] = note


def renamed_origin(bundle: Json) -> None:
    """Sign the same tree under another name with the log's own key."""
    note = str(at(entry_of(bundle), "inclusionProof", "checkpoint")["envelope"])
    _, size, root = note.split("\n")[:3]
    note_of(bundle, INSTANCE.tiles.note(f"other.example.test\n{size}\n{root}\n"))


def other_log_v1(bundle: Json) -> None:
    """Sign the same tree as if it were that of another log, under the log's own name."""
    note = str(at(entry_of(bundle), "inclusionProof", "checkpoint")["envelope"])
    _, size, root = note.split("\n")[:3]
    note_of(bundle, INSTANCE.rekor.note(f"other.example.test - 7\n{size}\n{root}\n"))


def other_signature(bundle: Json) -> None:
    at(bundle, "messageSignature")["signature"] = b64(sigstore.sign(sigstore.p256(), ARTIFACT))


def other_hint(bundle: Json) -> None:
    at(bundle, "messageSignature", "messageDigest")["digest"] = b64(bytes(32))


def unknown_hint(bundle: Json) -> None:
    at(bundle, "messageSignature", "messageDigest")["algorithm"] = "SHA3_256"


def two_signatures(bundle: Json) -> None:
    envelope = at(bundle, "dsseEnvelope")
    signatures = envelope["signatures"]
    assert isinstance(signatures, list)
    envelope["signatures"] = signatures * 2


def twice_logged(bundle: Json) -> None:
    material = at(bundle, "verificationMaterial")
    entries = material["tlogEntries"]
    assert isinstance(entries, list)
    material["tlogEntries"] = entries * 2


def ended_log(root: Json) -> None:
    at(root, "tlogs", 0, "publicKey")["validFor"] = period(end=SIGNED_AT - timedelta(seconds=1))


def ended_authority(root: Json) -> None:
    at(root, "certificateAuthorities", 0)["validFor"] = period(end=SIGNED_AT - timedelta(seconds=1))


def ended_stamper(root: Json) -> None:
    at(root, "timestampAuthorities", 0)["validFor"] = period(end=AT)


def ended_certificate_log(root: Json) -> None:
    at(root, "ctlogs", 0, "publicKey")["validFor"] = period(end=AT - timedelta(seconds=1))


def without(name: str) -> Callable[[Json], None]:
    def change(root: Json) -> None:
        root[name] = []

    return change


def late_certificate() -> Case:
    key = sigstore.p256()
    late = (SIGNED_AT + timedelta(seconds=1), SIGNED_AT + timedelta(minutes=9))
    return keyless_v1(key=key, certificate=INSTANCE.certificate(key, window=late))


def certificate_with(**changes: object) -> Case:
    key = sigstore.p256()
    return keyless_v1(key=key, certificate=INSTANCE.certificate(key, **changes))  # type: ignore[arg-type]


def somebody(name: str) -> tuple[x509.GeneralName, ...]:
    return (x509.UniformResourceIdentifier(name),)


def swapped_entry() -> Case:
    """The entry of another signature by another key, itself without fault (CVE-2022-36056)."""
    other = entry_of(keyless_v1().bundle)
    return keyless_v1().changed(lambda b: with_entry(b, **other))


def same_key_other_signature() -> Case:
    key = sigstore.p256()
    certificate = INSTANCE.certificate(key)
    other = entry_of(keyless_v1(key=key, certificate=certificate).bundle)
    case = keyless_v1(key=key, certificate=certificate)
    return case.changed(lambda b: with_entry(b, **other))


def other_kind() -> Case:
    return keyless_v1().changed(lambda b: at(entry_of(b), "kindVersion").update({"kind": "dsse"}))


def dated_outside() -> Case:
    """A claimed integrated time that nothing proves, and that does not fit either."""
    late = str(int((AT + timedelta(days=3)).timestamp()))
    return keyless_v2().changed(lambda b: with_entry(b, integratedTime=late))


def one_timestamp_outside() -> Case:
    def two(signature: bytes) -> bytes:
        return INSTANCE.timestamp(signature)

    case = keyless_v2(stamp=two)
    signature = base64.b64decode(str(at(case.bundle, "messageSignature")["signature"]))
    late = INSTANCE.timestamp(signature, at=AT + timedelta(hours=1))
    first = INSTANCE.timestamp(signature)
    return case.changed(
        lambda b: at(b, "verificationMaterial").update(
            {"timestampVerificationData": stamps(first, late)}
        )
    )


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
            logged_by=sigstore.Log(url="https://ct.example.test", key=sigstore.p256())
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
        lambda: replace(keyless_v1(), signer=logged_key(sigstore.p256())),
        (
            "[rejected] signed with a certificate, where a key is expected "
            "(expect it with --identity and --issuer)"
        ),
    ),
    "another key": (
        lambda: replace(managed(), signer=logged_key(sigstore.p256())),
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
    key, other = sigstore.p256(), sigstore.p256()
    signature = sigstore.sign(key, ARTIFACT)
    body = sigstore.hashedrekord_1(
        hashlib.sha256(ARTIFACT).hexdigest(), "sha256", signature, sigstore.public_pem(other)
    )
    entry = INSTANCE.promised("hashedrekord", "0.0.1", body, at=SIGNED_AT)
    material: Json = {"publicKey": {}, "tlogEntries": [entry]}
    case = Case(bundle=sigstore.blob_bundle(material, signature), signer=logged_key(key))
    assert case.refusal() == "[rejected] the log entry is by another key, at canonicalizedBody"


def test_the_key_of_a_certificate_is_not_the_certificate() -> None:
    key = sigstore.p256()
    issued = INSTANCE.certificate(key)
    signature = sigstore.sign(key, ARTIFACT)
    body = sigstore.hashedrekord_1(
        hashlib.sha256(ARTIFACT).hexdigest(), "sha256", signature, sigstore.public_pem(key)
    )
    entry = INSTANCE.promised("hashedrekord", "0.0.1", body, at=SIGNED_AT)
    material: Json = {"certificate": raw(issued), "tlogEntries": [entry]}
    case = Case(bundle=sigstore.blob_bundle(material, signature), signer=keyless())
    assert case.refusal() == "[rejected] the log entry is by another key, at canonicalizedBody"


def test_the_certificate_may_have_expired_since() -> None:
    """It is judged by when it signed: a year later, and the verdict is the same."""
    replace(keyless_v1(), at=AT + timedelta(days=3650)).verify()


@pytest.mark.parametrize("seconds", [0, 1])
def test_the_last_moment_of_a_certificate(seconds: int) -> None:
    """RFC 5280, section 4.1.2.5: "the period of time from notBefore through notAfter, inclusive"."""
    window = (AT, SIGNED_AT - timedelta(seconds=seconds))
    case = certificate_with(window=window)
    if seconds:
        assert "was not valid" in case.refusal()
    else:
        case.verify()


@pytest.mark.parametrize("name", ["tlogs", "certificateAuthorities"])
def test_the_last_moment_of_a_window(name: str) -> None:
    """sigstore_common.proto: "The time range is closed and includes both the start and end"."""

    def change(root: Json) -> None:
        inner = at(root, name, 0)
        holder = at(inner, "publicKey") if name == "tlogs" else inner
        holder["validFor"] = period(end=SIGNED_AT)

    keyless_v1().trusting(change).verify()


def test_without_any_time_a_log_is_judged_now() -> None:
    """A key's entry in Rekor v2 has no time: a log that has ended may not vouch for it."""
    key = sigstore.p256()
    signature = sigstore.sign(key, ARTIFACT)
    verifier: Json = {
        "publicKey": {"rawBytes": b64(sigstore.spki(key))},
        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
    }
    digest = hashlib.sha256(ARTIFACT).digest()
    body = sigstore.hashedrekord_2(digest, "SHA2_256", signature, verifier)
    material: Json = {"publicKey": {}, "tlogEntries": [INSTANCE.tiled(body)]}
    case = Case(bundle=sigstore.blob_bundle(material, signature), signer=logged_key(key))
    assert case.verify().times == ()

    def ended(root: Json) -> None:
        at(root, "tlogs", 1, "publicKey")["validFor"] = period(end=AT)

    assert case.trusting(ended).refusal() == (
        "[rejected] the log 'https://log.example.test' was not trusted then, "
        "at tlogEntries[0].logId"
    )


# --- what nobody known says


def test_an_unknown_timestamp_neither_passes_nor_vetoes() -> None:
    stranger = sigstore.Instance()
    case = keyless_v1()
    signature = base64.b64decode(str(at(case.bundle, "messageSignature")["signature"]))
    stamped = case.changed(
        lambda b: at(b, "verificationMaterial").update(
            {"timestampVerificationData": stamps(stranger.timestamp(signature))}
        )
    )
    found = stamped.verify()
    assert [item.where for item in found.not_checked] == ["rfc3161Timestamps[0]"]
    assert len(found.times) == 1
    alone = keyless_v2(stamp=stranger.timestamp)
    assert alone.refusal() == "[rejected] no verified time: the certificate cannot be judged"


def test_an_entry_in_an_unknown_log_neither_passes_nor_vetoes() -> None:
    case = keyless_v1()
    entry = dict(entry_of(case.bundle), logId={"keyId": b64(bytes(32))})

    def add(bundle: Json) -> None:
        material = at(bundle, "verificationMaterial")
        material["tlogEntries"] = [entry, entry_of(bundle)]

    found = case.changed(add).verify()
    assert [item.where for item in found.not_checked] == ["tlogEntries[0]"]
    assert len(found.logged) == 1


def test_an_unknown_cosignature_is_listed() -> None:
    def cosigned(bundle: Json) -> None:
        held = at(entry_of(bundle), "inclusionProof", "checkpoint")
        held["envelope"] = f"{held['envelope']}— witness.example.test {b64(bytes(76))}\n"

    [gap] = keyless_v2().changed(cosigned).verify().not_checked
    assert (gap.what, gap.where) == ("cosignature", "witness.example.test")


def test_a_promise_is_enough_for_version_0_1_and_it_says_so() -> None:
    def older(bundle: Json) -> None:
        bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"
        material = at(bundle, "verificationMaterial")
        material["x509CertificateChain"] = {"certificates": [material.pop("certificate")]}
        entry_of(bundle).pop("inclusionProof")

    [gap] = keyless_v1().changed(older).verify().not_checked
    assert (gap.what, gap.why) == (
        "inclusion proof",
        "a bundle of version 0.1 with the log's promise only",
    )


def test_a_root_that_is_none() -> None:
    case = keyless_v1()
    broken = replace(case, signer=replace(keyless(), trusted_root=b"{}"))
    assert broken.refusal() == "[malformed] no mediaType, at trusted root.mediaType"


def test_bytes_that_are_no_bundle() -> None:
    case = keyless_v1()
    for data in (b"", b"[]", b"{}", json.dumps(case.bundle)[:-1].encode()):
        with pytest.raises(Exception, match=r"^\[malformed\]|object is needed"):
            replace_data(case, data)


def replace_data(case: Case, data: bytes) -> None:
    from assay.evidence.sigstore.verify import verify_bundle  # noqa: PLC0415  # named once

    verify_bundle(data, expected=case.expected, signer=case.signer, at=case.at)


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


def test_two_logs_of_one_id() -> None:
    """The first was not trusted any more; the second, with the same key, was."""
    case = keyless_v1()

    def both(root: Json) -> None:
        logs = root["tlogs"]
        assert isinstance(logs, list)
        ended = json.loads(json.dumps(logs[0]))
        ended["publicKey"]["validFor"] = period(end=AT - timedelta(days=1))
        logs.insert(0, ended)

    assert len(case.trusting(both).verify().logged) == 1


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
