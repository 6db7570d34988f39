"""Keys that Sigstore knows, and the ways in which they sign.

Specification: Sigstore's algorithm registry; names as in `PublicKeyDetails` of protobuf-specs.
A log's key has one way, which the trusted root names. A signer's key has those of its type: the
registry's, and for P-384 and P-521 also SHA-256, with which earlier clients signed.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from assay.core.errors import MalformedError, SignatureInvalidError, UsageError
from assay.evidence.sigstore.message import BytesMessage, Message
from assay.signing.algorithms import MAX_RSA_BITS, MIN_RSA_BITS
from assay.signing.ed25519ph import verify_ed25519ph
from assay.signing.weakpoints import is_weak_point

HASHES: Final = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to sign: `ecdsa`, `pkcs1`, `pss`, `ed25519` or `ed25519ph`, and the hash, if any."""

    name: str
    hash: str


ED25519: Final = Scheme("ed25519", "")
ED25519_PH: Final = Scheme("ed25519ph", "sha512")
RSA_PKCS1: Final = Scheme("pkcs1", "sha256")
RSA_PSS: Final = Scheme("pss", "sha256")

_CURVES: Final = {
    "secp256r1": (Scheme("ecdsa", "sha256"),),
    "secp384r1": (Scheme("ecdsa", "sha384"), Scheme("ecdsa", "sha256")),
    "secp521r1": (Scheme("ecdsa", "sha512"), Scheme("ecdsa", "sha256")),
}
_DETAILS: Final = {
    "PKIX_ECDSA_P256_SHA_256": ("secp256r1", Scheme("ecdsa", "sha256")),
    "PKIX_ECDSA_P384_SHA_384": ("secp384r1", Scheme("ecdsa", "sha384")),
    "PKIX_ECDSA_P384_SHA_256": ("secp384r1", Scheme("ecdsa", "sha256")),
    "PKIX_ECDSA_P521_SHA_512": ("secp521r1", Scheme("ecdsa", "sha512")),
    "PKIX_ECDSA_P521_SHA_256": ("secp521r1", Scheme("ecdsa", "sha256")),
    "PKIX_ED25519": ("ed25519", ED25519),
    "PKIX_ED25519_PH": ("ed25519", ED25519_PH),
    "PKCS1_RSA_PKCS1V5": ("rsa", RSA_PKCS1),
    "PKIX_RSA_PKCS1V5": ("rsa", RSA_PKCS1),
    "PKIX_RSA_PKCS1V15_2048_SHA256": ("rsa", RSA_PKCS1),
    "PKIX_RSA_PKCS1V15_3072_SHA256": ("rsa", RSA_PKCS1),
    "PKIX_RSA_PKCS1V15_4096_SHA256": ("rsa", RSA_PKCS1),
    "PKIX_RSA_PSS": ("rsa", RSA_PSS),
    "PKIX_RSA_PSS_2048_SHA256": ("rsa", RSA_PSS),
    "PKIX_RSA_PSS_3072_SHA256": ("rsa", RSA_PSS),
    "PKIX_RSA_PSS_4096_SHA256": ("rsa", RSA_PSS),
}

_Key = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureKey:
    """A key that signs artifacts and envelopes; two of them are equal when their bytes are."""

    spki: bytes = field(repr=False)
    kind: str  # the name of the curve, `rsa` or `ed25519`
    schemes: tuple[Scheme, ...]
    _key: _Key = field(repr=False, compare=False)

    @property
    def key_id(self) -> str:
        """The SHA-256 of the SubjectPublicKeyInfo, in hexadecimal."""
        return hashlib.sha256(self.spki).hexdigest()

    def verify(self, message: Message, signature: bytes) -> Scheme:
        """Return the way in which this key signed `message`.

        Raises:
            SignatureInvalidError: It did not.
            UsageError: It cannot be told, since more of the artifact is needed than its digest.
        """
        missing = []
        for scheme in self.schemes:
            if not _can_check(scheme, message):
                missing.append(scheme.hash or "the bytes themselves")
            elif _is_signed(self._key, scheme, message, signature):
                return scheme
        if missing:
            raise UsageError(
                f"a key of the kind {self.kind} signs {' or '.join(missing)}, "
                "and only another digest of the artifact is given",
                hint="give the file itself",
            )
        raise SignatureInvalidError(f"not a signature by the key {self.key_id[:16]}")

    def details_fit(self, details: str) -> bool:
        """Tell whether `details` of the registry can be said of this key."""
        return details in _DETAILS and _DETAILS[details][0] == self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """A log's key, and the one way in which it signs; none where we do not know that way."""

    spki: bytes = field(repr=False)
    details: str
    _scheme: Scheme | None = field(repr=False)
    _key: _Key | None = field(repr=False, compare=False)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Refuse unless this key signed `message`.

        Raises:
            SignatureInvalidError: It did not, or signs in a way that we do not know.
        """
        if self._key is None or self._scheme is None:
            raise SignatureInvalidError(f"a log's key of the kind {self.details!r} is not known")
        if not _is_signed(self._key, self._scheme, BytesMessage(data=message), signature):
            raise SignatureInvalidError("not a signature by the log's key")

    def note_id(self, name: str) -> bytes | None:
        """Return the id of an Ed25519 key under `name` (C2SP signed-note); None for others."""
        if not isinstance(self._key, ed25519.Ed25519PublicKey):
            return None
        return hashlib.sha256(name.encode() + b"\n\x01" + self._key.public_bytes_raw()).digest()[:4]


def load_log_key(raw: bytes, *, details: str) -> LogKey:
    """Read a log's key, as DER, of the kind that the trusted root says.

    Raises:
        MalformedError: A key that is not of that kind.
    """
    known = _DETAILS.get(details)
    if known is None:
        return LogKey(spki=raw, details=details, _scheme=None, _key=None)
    key = _parse(raw)
    if _kind(key) != known[0]:
        raise MalformedError(f"a key of the kind {_kind(key)}, where {details} is claimed")
    return LogKey(spki=_spki(key), details=details, _scheme=known[1], _key=key)


def parse_signature_key(pem: bytes) -> SignatureKey:
    """Read the public key of a signer from PEM; of RSA keys both paddings count.

    Raises:
        MalformedError: Not a public key in PEM, or of a kind that is not known.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("not a public key in PEM") from error
    return signature_key(key, rsa_schemes=(RSA_PKCS1, RSA_PSS))


def signature_key(key: object, *, rsa_schemes: tuple[Scheme, ...]) -> SignatureKey:
    """Return the signer's key around `key` of the cryptographic library.

    Raises:
        MalformedError: Of a kind that is not known, or too weak.
    """
    checked = _checked(key)
    schemes = {
        "rsa": rsa_schemes,
        "ed25519": (ED25519, ED25519_PH),
        **_CURVES,
    }[_kind(checked)]
    return SignatureKey(spki=_spki(checked), kind=_kind(checked), schemes=schemes, _key=checked)


def _can_check(scheme: Scheme, message: Message) -> bool:
    return message.has(scheme.hash) if scheme.hash else message.content() is not None


def _is_signed(key: _Key, scheme: Scheme, message: Message, signature: bytes) -> bool:
    try:
        match key:
            case ec.EllipticCurvePublicKey():
                prehashed = utils.Prehashed(HASHES[scheme.hash])
                key.verify(signature, message.digest(scheme.hash), ec.ECDSA(prehashed))
            case rsa.RSAPublicKey():
                _verify_rsa(key, scheme, message.digest(scheme.hash), signature)
            case _ if scheme == ED25519_PH:
                verify_ed25519ph(key.public_bytes_raw(), message.digest("sha512"), signature)
            case _:
                key.verify(signature, message.content() or b"")
    except (InvalidSignature, SignatureInvalidError):
        return False
    return True


def _verify_rsa(key: rsa.RSAPublicKey, scheme: Scheme, digest: bytes, signature: bytes) -> None:
    algorithm = HASHES[scheme.hash]
    if scheme.name == "pkcs1":
        key.verify(signature, digest, padding.PKCS1v15(), utils.Prehashed(algorithm))
        return
    pss = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=padding.PSS.AUTO)
    key.verify(signature, digest, pss, utils.Prehashed(algorithm))


def _parse(der: bytes) -> _Key:
    try:
        return _checked(load_der_public_key(der))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("not a public key in DER") from error


def _checked(key: object) -> _Key:
    match key:
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            return key
        case ed25519.Ed25519PublicKey() if not is_weak_point(key.public_bytes_raw()):
            return key
        case rsa.RSAPublicKey() if MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
            return key
        case _:
            raise MalformedError("a key of a kind that is not known, or too weak")


def _kind(key: _Key) -> str:
    match key:
        case ec.EllipticCurvePublicKey():
            return key.curve.name
        case rsa.RSAPublicKey():
            return "rsa"
        case _:
            return "ed25519"


def _spki(key: _Key) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
