"""Keys of AWS, against moto's server and, for Ed25519, which it does not know, a fake."""

import sys
from collections.abc import Iterator

import boto3
import pytest

from assay.core.errors import AssayError
from assay.signing.signers import open_signer
from tests.fakes.keyservices import TOKEN, Aws
from tests.fakes.moto import REGION, aws_server, create_key
from tests.fakes.restserver import Answered, document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with aws_server() as url:
        yield url


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", TOKEN)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")


def told(uri: str) -> str:
    with pytest.raises(AssayError) as caught:
        open_signer(uri, passphrase=None).sign(b"message")
    return str(caught.value)


def test_an_alias_is_followed_once(url: str) -> None:
    """Where it points to later is another key, and this signer has nothing to do with it."""
    first, second = create_key(url, "ecdsa-p256"), create_key(url, "ecdsa-p256")
    client = boto3.client("kms", region_name=REGION, endpoint_url=url)
    client.create_alias(AliasName="alias/moving", TargetKeyId=first)
    uri = f"awskms:alias/moving?region={REGION}&endpoint={url}"
    signer = open_signer(uri, passphrase=None)
    client.update_alias(AliasName="alias/moving", TargetKeyId=second)
    signer.sign(b"message")
    by_id = f"awskms:///{first.rpartition('/')[2]}?region={REGION}&endpoint={url}"
    assert open_signer(by_id, passphrase=None).public == signer.public
    assert open_signer(uri, passphrase=None).public != signer.public


def test_no_such_key(url: str) -> None:
    uri = f"awskms:alias/nothing?region={REGION}&endpoint={url}"
    assert told(uri) == f"[usage] the service answers 400: 'NotFoundException', at {uri!r}"


def test_a_curve_that_is_not_ours(url: str) -> None:
    uri = f"awskms:{create_key(url, 'p-521')}?endpoint={url}"
    assert told(uri) == (
        "[malformed] a key of another algorithm "
        "(one of ed25519, ecdsa-p256, ecdsa-p384, rsa-pss, ml-dsa-65)"
    )


def test_a_key_for_something_else(url: str) -> None:
    uri = f"awskms:{create_key(url, 'rsa-pss', usage='ENCRYPT_DECRYPT')}?endpoint={url}"
    assert told(uri) == (
        f"[usage] a key of algorithm 'rsa-pss' that may not sign like it, at {uri!r}"
    )


def test_no_region(url: str) -> None:
    uri = f"awskms:alias/a?endpoint={url}"
    assert told(uri) == (
        f"[usage] cannot ask: NoRegionError, at {uri!r} (is the AWS command line set up?)"
    )


def test_a_region_is_read_from_an_arn_alone(url: str) -> None:
    for name in ("urn:aws:kms:eu-west-1:123456789012:key", "arn:aws:kms:eu-west-1:123456789012"):
        assert told(f"awskms:{name}?endpoint={url}").startswith("[usage] cannot ask: NoRegionError")


@pytest.mark.parametrize(
    "endpoint", ["", "endpoint=http://[::1]:1", "endpoint=https://kms.example"]
)
def test_endpoints_that_are_taken(endpoint: str) -> None:
    """Nobody is asked there: the region is missing before."""
    uri = f"awskms:alias/a?{endpoint}".removesuffix("?")
    assert told(uri) == (
        f"[usage] cannot ask: NoRegionError, at {uri!r} (is the AWS command line set up?)"
    )


def test_a_region_that_is_none() -> None:
    uri = "awskms:alias/a?region=a%2Fb"
    assert told(uri) == (
        f"[usage] cannot ask: InvalidRegionError, at {uri!r} (is the AWS command line set up?)"
    )


@pytest.mark.parametrize(
    ("status", "kind"), [(399, "unavailable"), (400, "usage"), (499, "usage"), (500, "unavailable")]
)
def test_whose_fault_it_is(status: int, kind: str) -> None:
    with serving(lambda _: document({"__type": "Code"}, status)) as served:
        uri = f"awskms:alias/a?region={REGION}&endpoint={served.url}"
        assert told(uri) == f"[{kind}] the service answers {status}: 'Code', at {uri!r}"


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3.session", None)
    assert told("awskms:alias/a") == "[usage] boto3 is not installed (pip install 'assay[aws]')"


def test_no_credentials(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    uri = f"awskms:alias/a?region={REGION}&endpoint={url}"
    assert told(uri) == (
        f"[usage] cannot ask: NoCredentialsError, at {uri!r} (is the AWS command line set up?)"
    )


def test_nobody_is_there() -> None:
    uri = f"awskms:alias/a?region={REGION}&endpoint=http://127.0.0.1:1"
    assert told(uri) == f"[unavailable] cannot ask: EndpointConnectionError, at {uri!r}"


def test_no_key() -> None:
    assert told("awskms:") == (
        "[usage] no key, at 'awskms:' (awskms:KEY, awskms:alias/NAME or an ARN)"
    )


def test_an_endpoint_without_tls() -> None:
    uri = f"awskms:alias/a?region={REGION}&endpoint=http://kms.example"
    assert told(uri) == (
        "[usage] an endpoint without TLS that is not on this machine, at 'http://kms.example'"
    )


REFUSALS = {
    "AccessDeniedException": "usage",
    "DisabledException": "usage",
    "KMSInvalidStateException": "usage",
    "ThrottlingException": "unavailable",
    "KeyUnavailableException": "unavailable",
}


@pytest.mark.parametrize(("code", "kind"), REFUSALS.items())
def test_refusals(code: str, kind: str) -> None:
    """By status and code; the text of the service is not repeated."""
    said = {"__type": code, "message": f"you sent {TOKEN}"}
    with serving(lambda _: document(said, 400)) as served:
        uri = f"awskms:alias/a?region={REGION}&endpoint={served.url}"
        assert told(uri) == f"[{kind}] the service answers 400: {code!r}, at {uri!r}"


def test_a_fault_of_the_service() -> None:
    with serving(lambda _: document({"__type": "KMSInternalException"}, 500)) as served:
        uri = f"awskms:alias/a?region={REGION}&endpoint={served.url}"
        assert told(uri) == (
            f"[unavailable] the service answers 500: 'KMSInternalException', at {uri!r}"
        )
        assert len(served.asked) == 3


def test_a_checkpoint_fits_where_a_statement_does_not() -> None:
    with serving(Aws().answer) as served:
        uri = f"awskms:alias/assay?region={REGION}&endpoint={served.url}"
        signer = open_signer(uri, passphrase=None)
        signer.sign(b"x" * 4096)
        with pytest.raises(AssayError) as caught:
            signer.sign(b"x" * 4097)
        assert str(caught.value) == (
            "[usage] 4097 bytes to sign, where the service takes 4096 for an ed25519 key "
            "(use a P-256 key, which signs a digest)"
        )


@pytest.mark.parametrize("said", [{}, {"PublicKey": "AAAA"}])
def test_no_public_key_comes(said: dict[str, object]) -> None:
    with serving(lambda _: document(said)) as served:
        uri = f"awskms:alias/a?region={REGION}&endpoint={served.url}"
        assert told(uri) == "[malformed] not a public key of a known kind"


def test_no_signature_comes() -> None:
    with serving(Aws().answer) as served:
        uri = f"awskms:alias/assay?region={REGION}&endpoint={served.url}"
        signer = open_signer(uri, passphrase=None)
        served.answering = lambda _: document({})
        with pytest.raises(AssayError) as caught:
            signer.sign(b"message")
        assert caught.value.what == "what came back is no signature by this key"


def test_no_json_comes() -> None:
    with serving(lambda _: Answered(status=200, body=b"<html>")) as served:
        uri = f"awskms:alias/a?region={REGION}&endpoint={served.url}"
        assert told(uri) == "[malformed] not a public key of a known kind"
