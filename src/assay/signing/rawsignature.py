"""Signatures that are not made the way this project makes them: those of SSH and OpenPGP.

The key says what it can do; hash and padding are what the caller's format fixes, never what a
signature asks for besides. SHA-1 and anything weaker is no hash here.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from assay.core.errors import SignatureInvalidError

_HASHES: Final = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def verify_ed25519(spki: bytes, message: bytes, signature: bytes) -> None:
    """Refuse unless the Ed25519 key signed `message`.

    Raises:
        SignatureInvalidError: It did not, or the key is of another kind.
    """
    key = _key(spki)
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise _refusal()
    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise _refusal() from error


def verify_ecdsa(spki: bytes, digest: bytes, numbers: tuple[int, int], *, hashed: str) -> None:
    """Refuse unless the ECDSA key signed what has this `digest`; `numbers` are r and s.

    Raises:
        SignatureInvalidError: It did not, or the key is of another kind.
    """
    key = _key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey) or hashed not in _HASHES:
        raise _refusal()
    try:
        key.verify(encode_dss_signature(*numbers), digest, ec.ECDSA(Prehashed(_HASHES[hashed])))
    except (InvalidSignature, ValueError) as error:
        raise _refusal() from error


def verify_rsa(spki: bytes, digest: bytes, signature: bytes, *, hashed: str) -> None:
    """Refuse unless the RSA key signed what has this `digest`, with the padding of PKCS #1 v1.5.

    Zeros in front of the signature may be left out, as OpenPGP does.

    Raises:
        SignatureInvalidError: It did not, or the key is of another kind.
    """
    key = _key(spki)
    if not isinstance(key, rsa.RSAPublicKey) or hashed not in _HASHES:
        raise _refusal()
    try:
        full = signature.rjust((key.key_size + 7) // 8, b"\0")
        key.verify(full, digest, padding.PKCS1v15(), Prehashed(_HASHES[hashed]))
    except (InvalidSignature, ValueError) as error:
        raise _refusal() from error


@lru_cache(maxsize=256)  # a history is signed by few keys, and by each of them often
def _key(spki: bytes) -> PublicKeyTypes:
    try:
        return load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _refusal() from error


def _refusal() -> SignatureInvalidError:
    return SignatureInvalidError("not a signature by this key")
