"""Keys of Google Cloud KMS, against a fake of its REST interface."""

import json
from collections.abc import Callable

import pytest

from assay.core.errors import AssayError, UsageError
from assay.signing.signers import open_signer
from tests.fakes.keyservices import GCP_NAME, TOKEN, Gcp
from tests.fakes.restserver import Answered, Asked, document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def told(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


NOT_UNDERSTOOD = "[unavailable] an answer that is not understood: "


def google(service: Gcp, url: str) -> str:
    return f"gcpkms:{service.name}?endpoint={url}"


CHECKSUMS = {
    "not-checked": (
        "verifiedDigestCrc32c",
        False,
        "garbled on the way to the service at verifiedDigestCrc32c",
    ),
    "signature": (
        "signatureCrc32c",
        "1",
        "garbled on the way: the checksum differs at signatureCrc32c",
    ),
    "no-checksum": ("signatureCrc32c", None, "no signatureCrc32c at signatureCrc32c"),
    "not-said": ("verifiedDigestCrc32c", None, "no verifiedDigestCrc32c at verifiedDigestCrc32c"),
}


@pytest.mark.parametrize(("member", "value", "what"), CHECKSUMS.values(), ids=CHECKSUMS)
def test_what_is_garbled_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, member: str, value: object, what: str
) -> None:
    """Cloud KMS: "Discard the response in case of non-matching checksum values".

    And: "perform a limited number of retries" (asymmetricSign, signatureCrc32c).
    """
    monkeypatch.setenv("CLOUDSDK_AUTH_ACCESS_TOKEN", TOKEN)
    service = Gcp(algorithm="ecdsa-p256")
    times = iter((True, True, False, True, True, True))

    def change(asked: Asked, answer: Answered) -> Answered:
        if asked.method == "GET" or not next(times):
            return answer
        told_ = {**json.loads(answer.body), member: value}
        return document(told_)

    with serving(service.answer) as served:
        served.garble(change)
        uri = google(service, served.url)
        signer = open_signer(uri, passphrase=None)
        signer.sign(b"message")
        assert told(lambda: signer.sign(b"message")) == f"{NOT_UNDERSTOOD}{what}, at {uri!r}"


def test_a_public_key_that_is_garbled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    service = Gcp(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        served.garble(lambda _, answer: document({**json.loads(answer.body), "pemCrc32c": "7"}))
        uri = google(service, served.url)
        assert told(lambda: open_signer(uri, passphrase=None)) == (
            f"{NOT_UNDERSTOOD}garbled on the way: the checksum differs at pemCrc32c, at {uri!r}"
        )


def test_another_version_of_googles_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    service = Gcp(algorithm="ecdsa-p256")
    other = service.name[:-1] + "8"
    with serving(service.answer) as served:
        signer = open_signer(google(service, served.url), passphrase=None)
        served.garble(lambda _, answer: document({**json.loads(answer.body), "name": other}))
        assert (
            told(lambda: signer.sign(b"m")) == f"[unavailable] the key {other!r} signed, not ours"
        )


def test_a_key_of_googles_that_signs_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    service = Gcp(algorithm="rsa-pss", kind="RSA_SIGN_PKCS1_2048_SHA256")
    with serving(service.answer) as served:
        with pytest.raises(UsageError) as caught:
            open_signer(google(service, served.url), passphrase=None)
        assert caught.value.what == "a key for 'RSA_SIGN_PKCS1_2048_SHA256'"


def test_the_metadata_service_of_google(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Gcp(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        monkeypatch.setenv("GCE_METADATA_HOST", served.url.removeprefix("http://"))
        open_signer(google(service, served.url), passphrase=None).sign(b"message")
        served.answering = lambda _: document({}, 503)
        assert told(lambda: open_signer(google(service, served.url), passphrase=None)) == (
            "[usage] no access token, and no metadata service that has one "
            "(export CLOUDSDK_AUTH_ACCESS_TOKEN=$(gcloud auth print-access-token))"
        )


def test_slashes_as_in_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    service = Gcp(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        uri = google(service, served.url)
        plain = open_signer(uri, passphrase=None)
        assert open_signer(uri.replace(":", "://", 1), passphrase=None).public == plain.public


GOOGLE_NAMES = (
    "gcpkms:",
    f"gcpkms:{GCP_NAME.rpartition('/cryptoKeyVersions')[0]}",
    f"gcpkms:{GCP_NAME}/../9",
    f"gcpkms:{GCP_NAME.replace('shop', 'shop%3Fa')}",
    f"gcpkms:{GCP_NAME.replace('shop', '..')}",
)


@pytest.mark.parametrize("uri", GOOGLE_NAMES)
def test_no_name_of_googles(uri: str) -> None:
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] no version of a key, at {uri!r} "
        "(gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/1)"
    )


def test_a_checkpoint_fits_where_a_large_statement_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    service = Gcp(algorithm="ed25519")
    with serving(service.answer) as served:
        signer = open_signer(google(service, served.url), passphrase=None)
        signer.sign(b"x" * 65536)
        assert told(lambda: signer.sign(b"x" * 65537)) == (
            "[usage] 65537 bytes to sign, where the service takes 65536 for an ed25519 key "
            "(use a P-256 key, which signs a digest)"
        )


def test_a_key_that_signs_otherwise_is_told_with_those_that_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    service = Gcp(algorithm="ecdsa-p256", kind="EC_SIGN_SECP256K1_SHA256")
    with serving(service.answer) as served:
        uri = google(service, served.url)
        message = told(lambda: open_signer(uri, passphrase=None))
    start = f"[usage] a key for 'EC_SIGN_SECP256K1_SHA256', at {uri!r} (one of EC_SIGN_ED25519, "
    assert message.startswith(start)
