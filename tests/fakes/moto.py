"""AWS on the loopback: moto's server, asked over HTTP.

moto 5 does not implement `MessageType=DIGEST` (it hashes the digest again), and its RSA-PSS salts
are as long as they can be, where those of AWS are as long as the hash. `aws_server` puts a server
in front that signs with moto's keys as AWS documents, and passes everything else on;
`uncorrected_aws_server` is moto as it is: a service that makes signatures which do not hold.
"""

import base64
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import boto3
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.backends import get_backend
from moto.server import ThreadedMotoServer

from tests.fakes.keyservices import sign_digest, text
from tests.fakes.restserver import Answered, Asked, RefusedHere, document, serving

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
_SPECS: Final = {
    "ecdsa-p256": "ECC_NIST_P256",
    "ecdsa-p384": "ECC_NIST_P384",
    "rsa-pss": "RSA_2048",
    "p-521": "ECC_NIST_P521",
}
_DIGEST_BYTES: Final = {"ECDSA_SHA_256": 32, "ECDSA_SHA_384": 48, "RSASSA_PSS_SHA_256": 32}


@contextmanager
def uncorrected_aws_server() -> Iterator[str]:
    """Serve moto until the block ends; yield the address."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def aws_server() -> Iterator[str]:
    """Serve moto with signatures as AWS makes them; yield the address."""
    with uncorrected_aws_server() as moto:

        def answer(asked: Asked) -> Answered:
            if asked.headers.get("x-amz-target") == "TrentService.Sign":
                return _sign(asked.document())
            return _passed_on(moto, asked)

        with serving(answer) as front:
            yield front.url


def _sign(told: dict[str, object]) -> Answered:
    """Answer Sign (AWS KMS API reference) for a key that moto keeps."""
    given, how = base64.b64decode(text(told["Message"])), text(told["SigningAlgorithm"])
    if told.get("MessageType") != "DIGEST" or len(given) != _DIGEST_BYTES[how]:
        raise RefusedHere({"__type": "ValidationException"}, 400)
    arn = text(told["KeyId"])
    kept: object = get_backend("kms")[ACCOUNT][REGION].keys[arn.rpartition("/")[2]].private_key
    private = vars(kept)["private_key"]
    assert isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    signature = base64.b64encode(sign_digest(private, given)).decode()
    return document({"KeyId": arn, "Signature": signature, "SigningAlgorithm": how})


def _passed_on(moto: str, asked: Asked) -> Answered:
    connection = http.client.HTTPConnection(urlsplit(moto).netloc, timeout=10)
    try:
        connection.request(asked.method, asked.path, body=asked.body, headers=dict(asked.headers))
        response = connection.getresponse()
        return Answered(
            status=response.status,
            body=response.read(),
            headers={"Content-Type": response.headers.get("Content-Type", "")},
        )
    finally:
        connection.close()


def create_key(url: str, algorithm: str, usage: str = "SIGN_VERIFY") -> str:
    """Make a key, and return its ARN, which names the region."""
    client = boto3.client("kms", region_name=REGION, endpoint_url=url)
    made = client.create_key(KeySpec=_SPECS[algorithm], KeyUsage=usage)  # type: ignore[arg-type]
    return made["KeyMetadata"]["Arn"]
