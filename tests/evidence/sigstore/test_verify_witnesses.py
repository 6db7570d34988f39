"""Times, certificates and logs at the edges of what they are trusted for."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.evidence.sigstore.case import (
    ARTIFACT,
    INSTANCE,
    SIGNED_AT,
    Case,
    at,
    entry_of,
    keyless_v1,
    keyless_v2,
    logged_key,
    stamps,
)
from tests.evidence.sigstore.changes import certificate_with
from tests.fakes import certificates, sigstore, sigstorebundles
from tests.fakes.certificates import AT, Json, b64
from tests.fakes.sigstore import period


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
    key = certificates.p256()
    signature = certificates.sign(key, ARTIFACT)
    verifier: Json = {
        "publicKey": {"rawBytes": b64(certificates.spki(key))},
        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
    }
    digest = hashlib.sha256(ARTIFACT).digest()
    body = sigstorebundles.hashedrekord_2(digest, "SHA2_256", signature, verifier)
    material: Json = {"publicKey": {}, "tlogEntries": [INSTANCE.tiled(body)]}
    case = Case(bundle=sigstorebundles.blob_bundle(material, signature), signer=logged_key(key))
    assert case.verify().times == ()

    def ended(root: Json) -> None:
        at(root, "tlogs", 1, "publicKey")["validFor"] = period(end=AT)

    assert case.trusting(ended).refusal() == (
        "[rejected] the log 'https://log.example.test' was not trusted then, "
        "at tlogEntries[0].logId"
    )


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
