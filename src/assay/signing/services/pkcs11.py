"""`pkcs11:…` (RFC 7512): a key in a hardware security module or a smart card.

The module (a shared library) is named by `module-path`, or by the variable `ASSAY_PKCS11_MODULE`.
The PIN comes from `pin-source` (`file:/path` of a private file, or `env:NAME`), from
`ASSAY_PKCS11_PIN`, or from a prompt.

The token is given the digest where the algorithm allows it. Ed25519, P-256, P-384 and RSA-PSS are
used, by the mechanisms CKM_EDDSA, CKM_ECDSA and CKM_RSA_PKCS_PSS of PKCS #11, version 3.0.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assay.core.errors import MalformedError, UsageError
from assay.core.secret import Secret
from assay.signing.algorithms import RSA_SALT_BYTES
from assay.signing.asymmetric import (
    AsymmetricKey,
    algorithm_of,
    der_of_concatenated,
    parse_public_der,
    rsa_from_numbers,
)
from assay.signing.keys import Passphrase
from assay.signing.services.pkcs11token import OpenToken
from assay.signing.services.pkcs11uri import Pkcs11Uri, parse_pkcs11
from assay.signing.services.remote import RemoteSigner
from assay.signing.signeruri import SignerUri
from assay.signing.spki import ECDSA_P256, ECDSA_P384, ED25519, spki_of_raw
from assay.system.environment import get_variable
from assay.system.files import load_private_file

if TYPE_CHECKING:
    from pkcs11 import Object, PrivateKey, Session

_MAX_PIN_BYTES: Final = 256
_OCTET_STRING: Final = 0x04
_CURVES: Final = {  # CKA_EC_PARAMS: the curve's object identifier in DER
    bytes.fromhex("06082a8648ce3d030107"): ECDSA_P256,
    bytes.fromhex("06052b81040022"): ECDSA_P384,
}
_POINT_BYTES: Final = {ED25519: 32, ECDSA_P256: 65, ECDSA_P384: 97}


def open_pkcs11(uri: SignerUri, *, passphrase: Passphrase | None) -> RemoteSigner:
    """Return the signer with a key of a token.

    Raises:
        UsageError: python-pkcs11 is not installed, no such module, token or key, several that
            fit, no PIN or a wrong one, or the public key is not there.
        MalformedError: A key of another algorithm.
        UnavailableError: The token fails.
    """
    try:
        import pkcs11  # noqa: F401, PLC0415  # an extra
    except ImportError as error:
        hint = "pip install 'assay[pkcs11]'"
        raise UsageError("python-pkcs11 is not installed", hint=hint) from error
    wanted = parse_pkcs11(uri)
    module = str(wanted.module or "") or get_variable("ASSAY_PKCS11_MODULE")
    if not module.startswith("/"):
        raise UsageError(
            "no PKCS #11 module", where=uri.where, hint="?module-path=/path/to/the/module.so"
        )
    token = OpenToken(
        uri,
        wanted,
        module=module,
        pin=_pin(wanted, passphrase),
        find=lambda session: _private(session, wanted, uri),
    )
    public = token.use(lambda session, private: _public(session, private, uri))

    def ask(message: bytes) -> bytes:
        return token.use(lambda _session, private: _sign(private, public, message))

    return RemoteSigner(public=public, uri=uri, ask=ask)


def _pin(wanted: Pkcs11Uri, passphrase: Passphrase | None) -> Callable[[], Secret]:
    source = wanted.pin_source

    def pin() -> Secret:
        if source is not None:
            value = _pin_from(source)
        elif not (value := get_variable("ASSAY_PKCS11_PIN")) and passphrase is not None:
            value = passphrase().decode(errors="replace")
        if not value:  # an empty PIN is a wrong one, and counts as a try
            raise UsageError(
                "no PIN for the token",
                hint="pin-source=, ASSAY_PKCS11_PIN, or a terminal to ask at",
            )
        return Secret(value)

    return pin


def _pin_from(source: str) -> str:
    if source.startswith("env:"):
        return get_variable(source.removeprefix("env:"))
    path = source.removeprefix("file://").removeprefix("file:")
    if not path.startswith("/"):  # RFC 7512 knows `|command`, too
        raise UsageError(
            f"pin-source {source!r} is not read", hint="file:/path of a private file, or env:NAME"
        )
    return (
        load_private_file(Path(path), max_bytes=_MAX_PIN_BYTES)
        .decode(errors="replace")
        .rstrip("\r\n")
    )


def _private(session: "Session", wanted: Pkcs11Uri, uri: SignerUri) -> "PrivateKey":
    from pkcs11 import Attribute, ObjectClass, PrivateKey  # noqa: PLC0415  # an extra

    sought: dict[Attribute, object] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    if (label := wanted.text("object")) is not None:
        sought[Attribute.LABEL] = label
    if wanted.id is not None:
        sought[Attribute.ID] = wanted.id
    found = [key for key in session.get_objects(sought) if isinstance(key, PrivateKey)]
    if len(found) != 1:
        raise UsageError(
            f"{len(found)} private keys fit, where 1 is needed",
            where=uri.where,
            hint="name it: object=… or id=%…",
        )
    return found[0]


def _public(session: "Session", private: "PrivateKey", uri: SignerUri) -> AsymmetricKey:
    from pkcs11 import Attribute, KeyType, ObjectClass  # noqa: PLC0415  # an extra

    if private.key_type == KeyType.RSA:
        numbers = (private[Attribute.MODULUS], private[Attribute.PUBLIC_EXPONENT])
        return rsa_from_numbers(modulus=numbers[0], exponent=numbers[1])
    found = list(
        session.get_objects(
            {
                Attribute.CLASS: ObjectClass.PUBLIC_KEY,
                Attribute.KEY_TYPE: private.key_type,
                Attribute.ID: private[Attribute.ID],
            }
        )
    )
    if len(found) != 1:
        raise UsageError(
            f"{len(found)} public keys with the id of the private one",
            where=uri.where,
            hint="put the public key onto the token, under the same id",
        )
    if private.key_type == KeyType.EC_EDWARDS:
        return parse_public_der(spki_of_raw(ED25519, _point(found[0], ED25519)))
    algorithm = _CURVES.get(found[0][Attribute.EC_PARAMS])
    if private.key_type != KeyType.EC or algorithm is None:
        raise MalformedError("a key of another algorithm, or on another curve", where=uri.where)
    return parse_public_der(spki_of_raw(algorithm, _point(found[0], algorithm)))


def _point(key: "Object", algorithm: str) -> bytes:
    """Return CKA_EC_POINT, which is to be wrapped in an OCTET STRING, and on some tokens is not."""
    from pkcs11 import Attribute  # noqa: PLC0415  # an extra

    point: bytes = key[Attribute.EC_POINT]
    size = _POINT_BYTES[algorithm]
    wrapped = len(point) == size + 2 and point[0] == _OCTET_STRING
    return point[2:] if wrapped else point


def _sign(private: "PrivateKey", public: AsymmetricKey, message: bytes) -> bytes:
    from pkcs11 import MGF, Mechanism  # noqa: PLC0415  # an extra
    from pkcs11.types import SignMixin  # noqa: PLC0415

    if not isinstance(private, SignMixin):
        raise UsageError("a key that may not sign (CKA_SIGN is false)")
    algorithm = algorithm_of(public)
    match algorithm.name:
        case "ed25519":
            return private.sign(message, mechanism=Mechanism.EDDSA)
        case "rsa-pss":
            return private.sign(
                algorithm.digest(message),
                mechanism=Mechanism.RSA_PKCS_PSS,
                mechanism_param=(Mechanism.SHA256, MGF.SHA256, RSA_SALT_BYTES),
            )
        case _:
            digest = algorithm.digest(message)
            return der_of_concatenated(private.sign(digest, mechanism=Mechanism.ECDSA))
