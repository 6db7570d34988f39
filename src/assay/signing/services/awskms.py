"""`awskms:KEY`: AWS Key Management Service, through boto3 and its usual configuration.

`KEY` is an id, an ARN or `alias/NAME`. `?region=` comes before that of an ARN, and both before the
configured one; `?endpoint=` is for a private endpoint.

The service is given a digest where the algorithm allows it. For Ed25519 it wants the whole message,
of at most 4,096 bytes: enough for checkpoints, and too little for most statements.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from assay.core.errors import UnavailableError, UsageError
from assay.signing.algorithms import Algorithm
from assay.signing.asymmetric import algorithm_of, parse_public_der
from assay.signing.services.remote import RemoteSigner
from assay.signing.services.restservice import service_url
from assay.signing.signeruri import SignerUri, decode_percent
from assay.signing.spki import ECDSA_P256, ECDSA_P384, ED25519, RSA_PSS
from assay.system.hosts import LOOPBACK
from assay.system.objectstore import SET_UP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.literals import SigningAlgorithmSpecType

MAX_MESSAGE_BYTES: Final = 4096
_SECONDS: Final = 10
_ATTEMPTS: Final = 3
_ALGORITHMS: Final[dict[str, "SigningAlgorithmSpecType"]] = {
    ED25519: "ED25519_SHA_512",
    ECDSA_P256: "ECDSA_SHA_256",
    ECDSA_P384: "ECDSA_SHA_384",
    RSA_PSS: "RSASSA_PSS_SHA_256",
}
_OURS_TO_MEND: Final = range(400, 500)
_FOR_THE_MOMENT: Final = frozenset(
    {"ThrottlingException", "LimitExceededException", "KeyUnavailableException"}
)


def open_aws(uri: SignerUri) -> RemoteSigner:
    """Return the signer with a key of AWS; an alias is followed once, here.

    Raises:
        UsageError: boto3 is not installed, no credentials or region, no such key, not for us,
            or it is not for signing.
        MalformedError: A key of another algorithm.
        UnavailableError: The service does not answer.
    """
    parameters = uri.parameters("region", "endpoint")
    name = decode_percent(uri.path).removeprefix("///").removeprefix("//")
    if not name:
        raise UsageError("no key", where=uri.where, hint="awskms:KEY, awskms:alias/NAME or an ARN")
    region = parameters.get("region") or _region_of(name)
    client, asking = _client(uri, region, _endpoint(parameters.get("endpoint")))
    with asking():
        answer = client.get_public_key(KeyId=name)
    public, key = parse_public_der(answer.get("PublicKey", b"")), answer.get("KeyId", name)
    spec = _ALGORITHMS.get(public.algorithm)
    if spec is None or spec not in answer.get("SigningAlgorithms", ()):
        raise UsageError(
            f"a key of algorithm {public.algorithm!r} that may not sign like it", where=uri.where
        )

    def ask(message: bytes) -> bytes:
        given = _given(algorithm_of(public), message)
        with asking():
            signed = client.sign(
                KeyId=key,
                Message=given,
                MessageType="DIGEST" if algorithm_of(public).prehash else "RAW",
                SigningAlgorithm=spec,
            )
        return signed.get("Signature", b"")

    return RemoteSigner(public=public, uri=uri, ask=ask)


def _given(algorithm: Algorithm, message: bytes) -> bytes:
    if algorithm.prehash:
        return algorithm.digest(message)
    if len(message) > MAX_MESSAGE_BYTES:
        raise UsageError(
            f"{len(message)} bytes to sign, where the service takes {MAX_MESSAGE_BYTES} "
            f"for an {algorithm.name} key",
            hint="use a P-256 key, which signs a digest",
        )
    return message


def _endpoint(text: str | None) -> str | None:
    if text is None:
        return None
    url = urlsplit(service_url(text))
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise UsageError("an endpoint without TLS that is not on this machine", where=repr(text))
    return text


def _region_of(name: str) -> str | None:
    """Return the region in `arn:partition:kms:REGION:account:key/id`."""
    parts = name.split(":")
    return parts[3] if len(parts) == 6 and parts[0] == "arn" else None


def _client(
    uri: SignerUri, region: str | None, endpoint: str | None
) -> tuple["KMSClient", Callable[[], AbstractContextManager[None]]]:
    """Return the client, and what turns the errors of its library into ours."""
    try:
        from boto3.session import Session  # noqa: PLC0415  # heavy, and an extra
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("boto3 is not installed", hint="pip install 'assay[aws]'") from error

    @contextmanager
    def asking() -> "Iterator[None]":
        try:
            yield
        except ClientError as error:
            raise _refusal(error.response.get("Error", {}).get("Code", ""), error, uri) from None
        except BotoCoreError as error:  # no credentials, no region, no way to the service
            what = f"cannot ask: {type(error).__name__}"
            if type(error).__name__ not in SET_UP:
                raise UnavailableError(what, where=uri.where) from error
            hint = "is the AWS command line set up?"
            raise UsageError(what, where=uri.where, hint=hint) from error

    config = Config(
        connect_timeout=_SECONDS,
        read_timeout=_SECONDS,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
    )
    with asking():
        client: KMSClient = Session().client(
            "kms", region_name=region, endpoint_url=endpoint, config=config
        )
    return client, asking


def _refusal(code: str, error: Exception, uri: SignerUri) -> UsageError | UnavailableError:
    """Tell by status and code alone: the text could repeat what was sent, the session token too."""
    response = getattr(error, "response", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    what = f"the service answers {status}: {code!r}"
    if status in _OURS_TO_MEND and code not in _FOR_THE_MOMENT:
        return UsageError(what, where=uri.where)
    return UnavailableError(what, where=uri.where)
