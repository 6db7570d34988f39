"""`gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N`: Google Cloud KMS.

The access token is in `CLOUDSDK_AUTH_ACCESS_TOKEN` or `GOOGLE_OAUTH_ACCESS_TOKEN`, or in the file
that `?token-file=` names; on a machine of Google's it comes from the metadata service.
`?endpoint=` is for a private endpoint.

Both ways are guarded by CRC-32C, as Google's guidelines on data integrity ask: what was garbled on
the way in would be signed, and what was garbled on the way out is asked for again.
"""

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.secret import Secret
from assay.signing.algorithms import Algorithm
from assay.signing.asymmetric import AsymmetricKey, algorithm_of, parse_public_pem
from assay.signing.services.crc32c import crc32c
from assay.signing.services.remote import RemoteSigner, answering
from assay.signing.services.restservice import (
    NEAR_LIMITS,
    RestService,
    decode_value,
    service_url,
    token_from,
)
from assay.signing.signeruri import SignerUri, decode_percent
from assay.system.environment import get_variable
from assay.system.hosts import LINK_LOCAL

MAX_DATA_BYTES: Final = 64 * 2**10  # what the service takes where it takes no digest
_ATTEMPTS: Final = 3
_ENDPOINT: Final = "https://cloudkms.googleapis.com"
_PART: Final = r"(?!\.{1,2}/)[A-Za-z0-9_.:-]+"  # no . and no .., which lead elsewhere
_VERSION: Final = re.compile(
    rf"projects/{_PART}/locations/{_PART}/keyRings/{_PART}/cryptoKeys/{_PART}"
    r"/cryptoKeyVersions/[0-9]+",
    re.ASCII,
)
_TOKEN_PATH: Final = "/computeMetadata/v1/instance/service-accounts/default/token"  # noqa: S105
_SIGNS_LIKE_US: Final = frozenset(
    {
        "EC_SIGN_ED25519",
        "EC_SIGN_P256_SHA256",
        "EC_SIGN_P384_SHA384",
        "RSA_SIGN_PSS_2048_SHA256",
        "RSA_SIGN_PSS_3072_SHA256",
        "RSA_SIGN_PSS_4096_SHA256",
    }
)


def open_gcp(uri: SignerUri) -> RemoteSigner:
    """Return the signer with one version of a key.

    Raises:
        UsageError: No version of a key, no token, no such key, not for us, or a key that signs
            in a way that is not ours.
        MalformedError: A key of another algorithm.
        UnavailableError: The service does not answer, or not as documented.
    """
    parameters = uri.parameters("endpoint", "token-file")
    name = decode_percent(uri.path).removeprefix("//")
    if not _VERSION.fullmatch(name):
        raise UsageError(
            "no version of a key",
            where=uri.where,
            hint="gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/1",
        )
    token = token_from(
        parameters.get("token-file"), "CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"
    )
    service = RestService(
        url=service_url(parameters.get("endpoint", _ENDPOINT)),
        headers=lambda: {"Authorization": _bearer(token or _metadata_token())},
    )
    with answering(uri):
        answer = service.get(f"/v1/{name}/publicKey")
        pem = answer.field("pem").text()
        _check_sum(answer.field("pemCrc32c"), pem.encode())
        kind = answer.field("algorithm").text()
    if kind not in _SIGNS_LIKE_US:
        raise UsageError(
            f"a key for {kind!r}",
            where=uri.where,
            hint=f"one of {', '.join(sorted(_SIGNS_LIKE_US))}",
        )
    public = parse_public_pem(pem.encode())
    return RemoteSigner(
        public=public, uri=uri, ask=lambda message: _sign(service, name, public, message)
    )


def _sign(service: RestService, name: str, public: AsymmetricKey, message: bytes) -> bytes:
    member, document = _question(algorithm_of(public), message)

    def attempt() -> bytes:
        answer = service.post(f"/v1/{name}:asymmetricSign", document)
        return _signature(answer, name, f"verified{member}Crc32c")

    for _ in range(_ATTEMPTS - 1):
        with suppress(MalformedError):  # garbled: asked for again
            return attempt()
    return attempt()


def _signature(answer: JsonValue, name: str, verified: str) -> bytes:
    if answer.field("name").text() != name:
        raise UnavailableError(f"the key {answer.field('name').text()!r} signed, not ours")
    if not answer.field(verified).boolean():
        raise MalformedError("garbled on the way to the service", where=verified)
    signature = decode_value(answer.field("signature"))
    _check_sum(answer.field("signatureCrc32c"), signature)
    return signature


def _question(algorithm: Algorithm, message: bytes) -> tuple[str, Mapping[str, object]]:
    if algorithm.prehash:
        digest = algorithm.digest(message)
        encoded = base64.b64encode(digest).decode()
        return "Digest", {
            "digest": {algorithm.prehash: encoded},
            "digestCrc32c": str(crc32c(digest)),
        }
    if len(message) > MAX_DATA_BYTES:
        raise UsageError(
            f"{len(message)} bytes to sign, where the service takes {MAX_DATA_BYTES} "
            f"for an {algorithm.name} key",
            hint="use a P-256 key, which signs a digest",
        )
    encoded = base64.b64encode(message).decode()
    return "Data", {"data": encoded, "dataCrc32c": str(crc32c(message))}


def _check_sum(value: JsonValue, data: bytes) -> None:
    if value.text() != str(crc32c(data)):  # 64-bit numbers are text in Google's JSON
        raise MalformedError("garbled on the way: the checksum differs", where=value.where)


def _bearer(token: Secret) -> Secret:
    return Secret(f"Bearer {token.reveal()}")


def _metadata_token() -> Secret:
    host = get_variable("GCE_METADATA_HOST") or LINK_LOCAL
    service = RestService(
        url=service_url(f"http://{host}"),
        headers=lambda: {"Metadata-Flavor": "Google"},
        limits=NEAR_LIMITS,
    )
    try:
        return Secret(service.get(_TOKEN_PATH).field("access_token").text())
    except (UsageError, UnavailableError) as error:
        raise UsageError(
            "no access token, and no metadata service that has one",
            hint="export CLOUDSDK_AUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)",
        ) from error
