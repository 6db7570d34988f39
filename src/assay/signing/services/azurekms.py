"""`azurekms:VAULT/KEY[/VERSION]`: Azure Key Vault, or a managed HSM.

`VAULT` is the name of a vault in the public cloud, or a whole host name of one of Azure's clouds:
a token is sent to nobody else. Without a version the newest signs, as of when the signer is opened.

The access token is in `AZURE_ACCESS_TOKEN` or in the file that `?token-file=` names; on a machine
of Azure's it comes from the metadata service (`?client-id=` picks an identity).
`?endpoint=` is for a proxy on this machine.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.secret import Secret
from assay.signing.asymmetric import (
    AsymmetricKey,
    algorithm_of,
    der_of_concatenated,
    parse_public_der,
    rsa_from_numbers,
)
from assay.signing.services.remote import RemoteSigner, answering
from assay.signing.services.restservice import (
    NEAR_LIMITS,
    RestService,
    decode_value,
    service_url,
    token_from,
)
from assay.signing.signeruri import SignerUri, decode_percent
from assay.signing.spki import ECDSA_P256, ECDSA_P384, RSA_PSS, spki_of_raw
from assay.system.environment import get_variable
from assay.system.hosts import LINK_LOCAL, LOOPBACK

_API: Final = "api-version=7.4"
_DOMAINS: Final = (
    "vault.azure.net",
    "managedhsm.azure.net",
    "vault.azure.cn",
    "vault.usgovcloudapi.net",
)
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,127}", re.ASCII)
_VERSION: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_CURVES: Final = {"P-256": ECDSA_P256, "P-384": ECDSA_P384}
_JOSE: Final = {ECDSA_P256: "ES256", ECDSA_P384: "ES384", RSA_PSS: "PS256"}  # RFC 7518, section 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    host: str
    resource: str  # whom a token is for
    key: str
    version: str  # empty for the newest


def open_azure(uri: SignerUri) -> RemoteSigner:
    """Return the signer with a key of a vault; the version that signs is settled here.

    Raises:
        UsageError: No key of a vault, no token, no such key, or not for us.
        MalformedError: A key of another algorithm.
        UnavailableError: The service does not answer, or not as documented.
    """
    parameters = uri.parameters("endpoint", "token-file", "client-id")
    place = _place(uri)
    token = token_from(parameters.get("token-file"), "AZURE_ACCESS_TOKEN")
    identity = parameters.get("client-id", "")

    def headers() -> dict[str, str | Secret]:
        found = token or _metadata_token(place.resource, identity)
        return {"Authorization": Secret(f"Bearer {found.reveal()}")}

    endpoint = parameters.get("endpoint")
    service = RestService(
        url=f"https://{place.host}" if endpoint is None else _near(endpoint), headers=headers
    )
    with answering(uri):
        key = service.get(f"/keys/{place.key}/{place.version}?{_API}").field("key")
        version = key.field("kid").text().rpartition("/")[2]
        if not _VERSION.fullmatch(version) or place.version not in {"", version}:
            raise MalformedError("no version of this key", where="key.kid")
    public = _public(key)
    path = f"/keys/{place.key}/{version}"

    def ask(message: bytes) -> bytes:
        algorithm = algorithm_of(public)
        digest = base64.urlsafe_b64encode(algorithm.digest(message)).decode().rstrip("=")
        answer = service.post(
            f"{path}/sign?{_API}", {"alg": _JOSE[public.algorithm], "value": digest}
        )
        if answer.field("kid").text().rpartition("/")[2] != version:
            raise UnavailableError(f"the key {answer.field('kid').text()!r} signed, not ours")
        signature = decode_value(answer.field("value"), urlsafe=True)
        return signature if public.algorithm == RSA_PSS else der_of_concatenated(signature)

    return RemoteSigner(public=public, uri=uri, ask=ask)


def _place(uri: SignerUri) -> _Place:
    parts = decode_percent(uri.path).removeprefix("//").split("/")
    vault, key, version = (*parts, "", "")[:3]
    host = vault if "." in vault else f"{vault}.{_DOMAINS[0]}"
    name, _, domain = host.partition(".")
    sound = _NAME.fullmatch(name) and domain in _DOMAINS and _NAME.fullmatch(key)
    if not sound or len(parts) > 3 or (version and not _VERSION.fullmatch(version)):
        raise UsageError(
            "no key of a vault",
            where=uri.where,
            hint=f"azurekms:VAULT/KEY[/VERSION]; the vault's domain is {' or '.join(_DOMAINS)}",
        )
    return _Place(host=host, resource=f"https://{domain}", key=key, version=version)


def _near(endpoint: str) -> str:
    url = service_url(endpoint)
    if urlsplit(url).hostname not in LOOPBACK:
        raise UsageError("an endpoint that is not on this machine", where=repr(endpoint))
    return url


def _public(key: JsonValue) -> AsymmetricKey:
    """Read a JSON Web Key (RFC 7518, section 6)."""
    kind = key.field("kty").text().removesuffix("-HSM")
    if kind == "RSA":
        modulus, exponent = (decode_value(key.field(name), urlsafe=True) for name in ("n", "e"))
        return rsa_from_numbers(modulus=modulus, exponent=exponent)
    curve = key.optional_text("crv")
    if kind != "EC" or curve not in _CURVES:
        raise MalformedError(f"a key of kind {kind!r} on the curve {curve!r}")
    x, y = (decode_value(key.field(name), urlsafe=True) for name in ("x", "y"))
    return parse_public_der(spki_of_raw(_CURVES[curve], b"\x04" + x + y))


def _metadata_token(resource: str, identity: str) -> Secret:
    base = get_variable("AZURE_POD_IDENTITY_AUTHORITY_HOST") or f"http://{LINK_LOCAL}"
    service = RestService(
        url=service_url(base), headers=lambda: {"Metadata": "true"}, limits=NEAR_LIMITS
    )
    query = f"api-version=2018-02-01&resource={quote(resource, safe='')}"
    if identity:
        query += f"&client_id={quote(identity, safe='')}"
    try:
        answer = service.get(f"/metadata/identity/oauth2/token?{query}")
        return Secret(answer.field("access_token").text())
    except (UsageError, UnavailableError) as error:
        raise UsageError(
            "no access token, and no metadata service that has one",
            hint=f"export AZURE_ACCESS_TOKEN=$(az account get-access-token --resource {resource} "
            "--query accessToken --output tsv)",
        ) from error
