"""Keys of Azure Key Vault, against a fake of its REST interface."""

import json
from collections.abc import Callable

import pytest

from assay.core.errors import AssayError
from assay.signing.signers import open_signer
from tests.fakes.keyservices import TOKEN, Azure
from tests.fakes.restserver import document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def told(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


NOT_UNDERSTOOD = "[unavailable] an answer that is not understood: "


def test_the_metadata_service_of_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Azure(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", served.url)
        uri = f"azurekms:shop/assay?endpoint={served.url}&client-id=a%26b"
        open_signer(uri, passphrase=None).sign(b"message")
        resource = "api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
        assert set(service.resources) == {f"{resource}&client_id=a%26b"}
        served.answering = lambda _: document({}, 503)
        assert told(lambda: open_signer(uri, passphrase=None)) == (
            "[usage] no access token, and no metadata service that has one "
            "(export AZURE_ACCESS_TOKEN=$(az account get-access-token --resource "
            "https://vault.azure.net --query accessToken --output tsv))"
        )


def test_without_an_identity_the_one_of_the_machine_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Azure(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", served.url)
        uri = f"azurekms://shop/assay?endpoint={served.url}"  # slashes as in a URL
        open_signer(uri, passphrase=None).sign(b"message")
        resource = "api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
        assert set(service.resources) == {resource}


AZURE_PLACES = {
    "no-key": "azurekms:shop",
    "no-vault": "azurekms:/assay",
    "elsewhere": "azurekms:shop.example.com/assay",
    "looks-like-it": "azurekms:shop.vault.azure.net.example.com/assay",
    "two-labels": "azurekms:a.b.vault.azure.net/assay",
    "version": "azurekms:shop/assay/latest",
    "too-much": f"azurekms:shop/assay/{'0' * 32}/sign",
    "climbing": "azurekms:shop/..%2Fsecrets",
}


@pytest.mark.parametrize("uri", AZURE_PLACES.values(), ids=AZURE_PLACES)
def test_places_that_no_azure_token_is_sent_to(uri: str) -> None:
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] no key of a vault, at {uri!r} (azurekms:VAULT/KEY[/VERSION]; the vault's domain "
        "is vault.azure.net or managedhsm.azure.net or vault.azure.cn or vault.usgovcloudapi.net)"
    )


def test_an_azure_endpoint_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    uri = "azurekms:shop/assay?endpoint=https://proxy.example"
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        "[usage] an endpoint that is not on this machine, at 'https://proxy.example'"
    )


JWKS = {
    "curve": (
        {"kty": "EC", "crv": "P-256K"},
        "[malformed] a key of kind 'EC' on the curve 'P-256K'",
    ),
    "kind": ({"kty": "oct"}, "[malformed] a key of kind 'oct' on the curve ''"),
    "point": (
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        "[malformed] 3 bytes of an ecdsa-p256 key, where 65 are needed",
    ),
    "modulus": (
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        "[malformed] not an RSA key",
    ),
}


@pytest.mark.parametrize(("jwk", "message"), JWKS.values(), ids=JWKS)
def test_keys_of_azure_that_are_not_read(
    monkeypatch: pytest.MonkeyPatch, jwk: dict[str, object], message: str
) -> None:
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    service = Azure(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        served.answering = lambda _: document({"key": {"kid": service.kid, **jwk}})
        uri = f"azurekms:shop/assay?endpoint={served.url}"
        assert told(lambda: open_signer(uri, passphrase=None)) == message


def test_another_version_of_azures_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    service = Azure(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        uri = f"azurekms:shop/assay/{service.version}?endpoint={served.url}"
        signer = open_signer(uri, passphrase=None)
        other = service.kid.replace("0", "f")
        served.garble(lambda _, answer: document({**json.loads(answer.body), "kid": other}))
        assert (
            told(lambda: signer.sign(b"m")) == f"[unavailable] the key {other!r} signed, not ours"
        )
        served.garble(
            lambda *_: document({"key": {"kid": other, "kty": "EC"}}),
        )
        assert told(lambda: open_signer(uri, passphrase=None)) == (
            f"{NOT_UNDERSTOOD}no version of this key at key.kid, at {uri!r}"
        )


def test_a_version_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What signs is settled when the signer is opened: `latest` would settle nothing."""
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    service = Azure(algorithm="ecdsa-p256")
    with serving(service.answer) as served:
        named = service.kid.rpartition("/")[0]
        served.answering = lambda _: document({"key": {"kid": f"{named}/latest", "kty": "EC"}})
        uri = f"azurekms:shop/assay?endpoint={served.url}"
        assert told(lambda: open_signer(uri, passphrase=None)) == (
            f"{NOT_UNDERSTOOD}no version of this key at key.kid, at {uri!r}"
        )
