"""Keys in memory, of any algorithm of the registry, through `cryptography`.

Private keys never appear in a `repr` or an error.
"""

import binascii
import re
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from assay.core.errors import MalformedError, SignatureInvalidError, UsageError
from assay.signing.algorithms import (
    ALGORITHMS,
    MAX_RSA_BITS,
    REGISTRY,
    Algorithm,
    Sign,
    Verify,
    algorithm_named,
)
from assay.signing.spki import ED25519, key_id_of, raw_of_spki, render_public_pem, spki_of_raw

_PEM: Final = re.compile(
    rb"\s*-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----\s*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetricKey:
    """A public key; two of them are equal when their bytes are."""

    algorithm: str
    spki: bytes = field(repr=False)
    key_id: str
    _verify: Verify = field(repr=False, compare=False)

    @property
    def pem(self) -> bytes:
        """The key as PEM."""
        return render_public_pem(self.spki)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Refuse unless `signature` is this key's signature on `message`.

        Raises:
            SignatureInvalidError: It is not.
        """
        try:
            self._verify(signature, message)
        except InvalidSignature as error:
            raise SignatureInvalidError(f"not a signature by key {self.key_id[:16]}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetricSigner:
    """A private key in the memory of this process."""

    public: AsymmetricKey
    private: PrivateKeyTypes = field(repr=False, compare=False)
    _sign: Sign = field(repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature on `message`."""
        return self._sign(message)


def generate_signer(algorithm: str) -> AsymmetricSigner:
    """Make a new key from the operating system's random numbers.

    Raises:
        UsageError: An algorithm that is not in `ALGORITHMS`, or not in this build of the library.
    """
    try:
        return signer_of(algorithm_named(algorithm).generate())
    except UnsupportedAlgorithm as error:
        raise UsageError(f"{algorithm} is not in this build of cryptography") from error


def parse_public_pem(pem: bytes) -> AsymmetricKey:
    """Read one public key from PEM (RFC 7468, section 13); nothing else may stand beside it.

    Raises:
        MalformedError: Not a SubjectPublicKeyInfo of an algorithm of `ALGORITHMS`.
    """
    found = _PEM.fullmatch(pem)
    if found is None:
        raise MalformedError("not a public key in PEM")
    try:
        der = binascii.a2b_base64(b"".join(found[1].split()), strict_mode=True)
    except binascii.Error as error:
        raise MalformedError("not a public key in PEM") from error
    return parse_public_der(der)


def parse_public_der(spki: bytes) -> AsymmetricKey:
    """Read one public key from its SubjectPublicKeyInfo.

    One key has one form here, so that it has one key id: named curves, uncompressed points, and
    RSA keys without parameters. (A restriction to another hash would be lost unseen.)

    Raises:
        MalformedError: Not such a key, or not of an algorithm of `ALGORITHMS`.
    """
    try:
        key = _load(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("not a public key of a known kind") from error
    return _public(key, spki)


def ed25519_from_raw(raw: bytes) -> AsymmetricKey:
    """Return the Ed25519 key whose 32 bytes (RFC 8032, section 5.1.5) are `raw`.

    Raises:
        MalformedError: Not 32 bytes, or a key under which anybody can sign.
    """
    if len(raw) != 32:
        raise MalformedError(f"an Ed25519 key of {len(raw)} bytes, where 32 are needed")
    return parse_public_der(spki_of_raw(ED25519, raw))


def rsa_from_numbers(*, modulus: bytes, exponent: bytes) -> AsymmetricKey:
    """Return the RSA key with these two numbers, big-endian.

    Raises:
        MalformedError: They are not those of a key that may be used.
    """
    if len(modulus) > MAX_RSA_BITS // 8 + 1 or len(exponent) > len(modulus):
        raise MalformedError(f"an RSA key of {len(modulus)} bytes")
    n, e = (int.from_bytes(number, "big") for number in (modulus, exponent))
    try:
        key = RSAPublicNumbers(e, n).public_key()
        return _public(key, _spki_of(key))
    except ValueError as error:
        raise MalformedError("not an RSA key") from error


def der_of_concatenated(signature: bytes) -> bytes:
    """Return the ECDSA signature `r || s`, both of one length, in DER (RFC 3279, section 2.2.3).

    Raises:
        MalformedError: It cannot be cut in half.
    """
    half, odd = divmod(len(signature), 2)
    if odd or not half:
        raise MalformedError(f"an ECDSA signature of {len(signature)} bytes")
    r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    return encode_dss_signature(r, s)


def algorithm_of(key: AsymmetricKey) -> Algorithm:
    """Return the entry of the registry that `key` belongs to."""
    return algorithm_named(key.algorithm)


def signer_of(key: PrivateKeyTypes) -> AsymmetricSigner:
    """Return the signer with the private key `key`.

    Raises:
        MalformedError: It is of an algorithm that is not in `ALGORITHMS`.
    """
    for algorithm in REGISTRY:
        if (sign := algorithm.signer(key)) is not None:
            public = key.public_key()
            return AsymmetricSigner(
                public=_public(public, _spki_of(public)), private=key, _sign=sign
            )
    raise _unknown()


def _load(spki: bytes) -> PublicKeyTypes:
    """Return the key in `spki`, if that is its one form.

    A raw key behind its algorithm's fixed prefix has no other form, and is read without the
    library's formats: those take longer to import than a verdict takes to verify.
    """
    name, raw = raw_of_spki(spki)
    if name and (from_raw := algorithm_named(name).from_raw) is not None:
        return from_raw(raw)
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  # as above
        load_der_public_key,
    )

    key = load_der_public_key(spki)
    if _spki_of(key) != spki:
        raise MalformedError(
            "a public key in an unusual form",
            hint="named curve, uncompressed point, no parameters for RSA",
        )
    return key


def _spki_of(key: PublicKeyTypes) -> bytes:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  # see _load
        Encoding,
        PublicFormat,
    )

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _public(key: PublicKeyTypes, spki: bytes) -> AsymmetricKey:
    for algorithm in REGISTRY:
        if (verify := algorithm.verifier(key)) is not None:
            return AsymmetricKey(
                algorithm=algorithm.name, spki=spki, key_id=key_id_of(spki), _verify=verify
            )
    raise _unknown()


def _unknown() -> MalformedError:
    return MalformedError("a key of another algorithm", hint=f"one of {', '.join(ALGORITHMS)}")
