"""`hashivault:KEY`: a key in the transit engine of Vault or OpenBao.

`?mount=` says where the engine is (`transit`), `?version=` which version of the key signs (the
newest when the signer is opened), `?token-file=` where the token lies.

The address is in `VAULT_ADDR` (or `BAO_ADDR`), the token in `VAULT_TOKEN` (`BAO_TOKEN`), else in
the file `~/.vault-token`; `VAULT_NAMESPACE` and `VAULT_CACERT` are heeded. `VAULT_SKIP_VERIFY` is
not: whoever sits in between would sign with our token.

The service is given the digest of a message where the algorithm allows it: it need not see the
statement, and a large one need not travel.
"""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.signing.algorithms import Algorithm
from assay.signing.asymmetric import (
    AsymmetricKey,
    algorithm_of,
    ed25519_from_raw,
    parse_public_pem,
)
from assay.signing.services.remote import RemoteSigner, answering
from assay.signing.services.restservice import (
    RestService,
    decode_value,
    service_url,
    token_from,
)
from assay.signing.signeruri import SignerUri, decode_percent
from assay.signing.spki import ED25519, RSA_PSS
from assay.system.environment import get_variable, user_home

_SEGMENT: Final = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+"  # no . and no .., which lead elsewhere
_NAME: Final = re.compile(_SEGMENT, re.ASCII)
_MOUNT: Final = re.compile(f"{_SEGMENT}(?:/{_SEGMENT})*", re.ASCII)
_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_SIGNATURE: Final = re.compile(r"vault:v([0-9]+):([A-Za-z0-9+/=]+)", re.ASCII)


def open_transit(uri: SignerUri) -> RemoteSigner:
    """Return the signer with a transit key; the version that signs is settled here.

    Raises:
        UsageError: No address, no token, no such key, or not for us.
        MalformedError: A key of another algorithm.
        UnavailableError: The service does not answer, or not as documented.
    """
    parameters = uri.parameters("mount", "version", "token-file")
    key = decode_percent(uri.path).removeprefix("//")
    mount, version = parameters.get("mount", "transit"), parameters.get("version")
    if not (_NAME.fullmatch(key) and _MOUNT.fullmatch(mount)):
        raise UsageError("no name of a transit key", where=uri.where, hint="hashivault:KEY")
    if version is not None and not _VERSION.fullmatch(version):
        raise UsageError(f"no version of a key: {version!r}", where=uri.where)
    service = _service(parameters.get("token-file"))
    with answering(uri):
        data = service.get(f"/v1/{mount}/keys/{key}").field("data")
        version = version or str(data.field("latest_version").integer())
        material = data.field("keys").optional(version)
    if material is None:
        raise UsageError(f"the key has no version {version}", where=uri.where)
    public = _public(data.field("type").text(), material.field("public_key").text(), uri)
    path = f"/v1/{mount}/sign/{key}"

    def ask(message: bytes) -> bytes:
        document = _question(algorithm_of(public), message, int(version))
        return _signature(service.post(path, document).field("data"), version)

    return RemoteSigner(public=public, uri=uri, ask=ask)


def _service(token_file: str | None) -> RestService:
    address = get_variable("VAULT_ADDR") or get_variable("BAO_ADDR")
    if not address:
        raise UsageError("VAULT_ADDR is not set", hint="it is to hold https://host:port")
    token = token_from(token_file, "VAULT_TOKEN", "BAO_TOKEN")
    if token is None:
        file = user_home() / ".vault-token"
        token = token_from(str(file)) if file.exists() else None
    if token is None:
        raise UsageError("no token for the service", hint="set VAULT_TOKEN, or log in")
    namespace = get_variable("VAULT_NAMESPACE") or get_variable("BAO_NAMESPACE")
    within = {"X-Vault-Namespace": namespace} if namespace else {}
    authorities = get_variable("VAULT_CACERT") or get_variable("BAO_CACERT")
    return RestService(
        url=service_url(address),
        headers=lambda: {"X-Vault-Token": token, "X-Vault-Request": "true", **within},
        authorities=Path(authorities) if authorities else None,
    )


def _public(kind: str, text: str, uri: SignerUri) -> AsymmetricKey:
    if kind != ED25519:  # the others are in PEM
        return parse_public_pem(text.encode())
    with answering(uri):
        return ed25519_from_raw(decode_value(JsonValue(text, "public_key")))


def _question(algorithm: Algorithm, message: bytes, version: int) -> Mapping[str, object]:
    if not algorithm.prehash:
        return {"input": base64.b64encode(message).decode(), "key_version": version}
    scheme = (
        {"signature_algorithm": "pss", "salt_length": "hash"}
        if algorithm.name == RSA_PSS
        else {"marshaling_algorithm": "asn1"}
    )
    return {
        "input": base64.b64encode(algorithm.digest(message)).decode(),
        "prehashed": True,
        "hash_algorithm": algorithm.prehash.replace("sha", "sha2-"),
        "key_version": version,
        **scheme,
    }


def _signature(data: JsonValue, version: str) -> bytes:
    found = _SIGNATURE.fullmatch(data.field("signature").text())
    if found is None:
        raise MalformedError("not vault:vN:…", where="data.signature")
    if found[1] != version:
        raise UnavailableError(f"version {found[1]} signed, where {version} was asked to")
    return decode_value(JsonValue(found[2], "data.signature"))
