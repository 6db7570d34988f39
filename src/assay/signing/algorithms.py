"""The algorithms that a key may have: one entry each, and nothing elsewhere that lists them.

* The key decides the algorithm. A message, an envelope or a signature never does: what names its
  own algorithm can be made to name a weaker one.
* A key that is in no entry, or that its entry refuses, is refused when it is read.
* Parameters that could vary (hash, salt, curve) are fixed for each entry.

To add one: write its entry and put it into `REGISTRY`. Callers see names only.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from assay.core.errors import MalformedError, UsageError
from assay.signing.spki import ECDSA_P256, ECDSA_P384, ED25519, ML_DSA_65, RSA_PSS
from assay.signing.weakpoints import is_weak_point

Verify = Callable[[bytes, bytes], None]  # (signature, message): InvalidSignature, or nothing
Sign = Callable[[bytes], bytes]

MIN_RSA_BITS: Final = 2048  # NIST SP 800-131A, revision 2, section 3
MAX_RSA_BITS: Final = 8192  # a verification grows with the square; keys come from outside
RSA_EXPONENT: Final = 65537
RSA_SALT_BYTES: Final = 32  # as long as the hash: FIPS 186-5, section 5.4, and what services make
_NEW_RSA_BITS: Final = 3072  # 128 bits of security


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """How keys of one kind sign.

    `verifier` and `signer` return None for a key of another kind. `prehash` names the hash of
    which a signer elsewhere may be given the digest in place of the message; it is empty where
    the whole message has to be given. `from_raw` reads a key of the raw form that
    `assay.signing.spki` knows, for the algorithms that have one there.
    """

    name: str
    prehash: str
    from_raw: Callable[[bytes], PublicKeyTypes] | None
    generate: Callable[[], PrivateKeyTypes]
    verifier: Callable[[PublicKeyTypes], Verify | None]
    signer: Callable[[PrivateKeyTypes], Sign | None]

    def digest(self, message: bytes) -> bytes:
        """Return the digest that stands for `message`; only where there is a `prehash`."""
        return hashlib.new(self.prehash, message).digest()


def _ed25519_verifier(key: PublicKeyTypes) -> Verify | None:
    if not isinstance(key, ed25519.Ed25519PublicKey):
        return None
    if is_weak_point(key.public_bytes_raw()):
        raise MalformedError("an Ed25519 key for which anybody can make signatures")
    return key.verify


def _ed25519_signer(key: PrivateKeyTypes) -> Sign | None:
    return key.sign if isinstance(key, ed25519.Ed25519PrivateKey) else None


def _mldsa65_verifier(key: PublicKeyTypes) -> Verify | None:
    return key.verify if isinstance(key, mldsa.MLDSA65PublicKey) else None


def _mldsa65_signer(key: PrivateKeyTypes) -> Sign | None:
    return key.sign if isinstance(key, mldsa.MLDSA65PrivateKey) else None


def _ecdsa(name: str, curve: ec.EllipticCurve, hashed: hashes.HashAlgorithm) -> Algorithm:
    def verifier(key: PublicKeyTypes) -> Verify | None:
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != curve.name:
            return None
        return lambda signature, message: key.verify(signature, message, ec.ECDSA(hashed))

    def signer(key: PrivateKeyTypes) -> Sign | None:
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != curve.name:
            return None
        return lambda message: key.sign(message, ec.ECDSA(hashed))

    return Algorithm(
        name=name,
        prehash=hashed.name,
        from_raw=lambda raw: ec.EllipticCurvePublicKey.from_encoded_point(curve, raw),
        generate=lambda: ec.generate_private_key(curve),
        verifier=verifier,
        signer=signer,
    )


def _pss() -> padding.PSS:
    return padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=RSA_SALT_BYTES)


def _rsa_verifier(key: PublicKeyTypes) -> Verify | None:
    if not isinstance(key, rsa.RSAPublicKey):
        return None
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise MalformedError(
            f"an RSA key of {key.key_size} bits, where {MIN_RSA_BITS} to {MAX_RSA_BITS} are read"
        )
    if key.public_numbers().e != RSA_EXPONENT:
        raise MalformedError(f"an RSA key with another exponent than {RSA_EXPONENT}")
    return lambda signature, message: key.verify(signature, message, _pss(), hashes.SHA256())


def _rsa_signer(key: PrivateKeyTypes) -> Sign | None:
    if not isinstance(key, rsa.RSAPrivateKey):
        return None
    return lambda message: key.sign(message, _pss(), hashes.SHA256())


REGISTRY: Final = (
    Algorithm(  # RFC 8032
        name=ED25519,
        prehash="",
        from_raw=ed25519.Ed25519PublicKey.from_public_bytes,
        generate=ed25519.Ed25519PrivateKey.generate,
        verifier=_ed25519_verifier,
        signer=_ed25519_signer,
    ),
    _ecdsa(ECDSA_P256, ec.SECP256R1(), hashes.SHA256()),  # FIPS 186-5; signatures in DER
    _ecdsa(ECDSA_P384, ec.SECP384R1(), hashes.SHA384()),
    Algorithm(  # RFC 8017, section 8.1
        name=RSA_PSS,
        prehash="sha256",
        from_raw=None,
        generate=lambda: rsa.generate_private_key(RSA_EXPONENT, _NEW_RSA_BITS),
        verifier=_rsa_verifier,
        signer=_rsa_signer,
    ),
    Algorithm(  # FIPS 204, pure, with an empty context
        name=ML_DSA_65,
        prehash="",
        from_raw=None,
        generate=mldsa.MLDSA65PrivateKey.generate,
        verifier=_mldsa65_verifier,
        signer=_mldsa65_signer,
    ),
)
ALGORITHMS: Final = tuple(algorithm.name for algorithm in REGISTRY)


def algorithm_named(name: str) -> Algorithm:
    """Return the entry called `name`.

    Raises:
        UsageError: There is none.
    """
    for algorithm in REGISTRY:
        if algorithm.name == name:
            return algorithm
    raise UsageError(f"no key algorithm {name!r}", hint=f"one of {', '.join(ALGORITHMS)}")
