"""Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256, through `cryptography`.

The only module that imports that library. Private keys never appear in a `repr` or an error.
"""

from dataclasses import dataclass, field
from typing import assert_never

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from assay.core.errors import MalformedError, SignatureInvalidError, UsageError
from assay.signing.spki import ALGORITHMS, ECDSA_P256, ED25519, key_id_of, render_public_pem

_Public = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
_Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetricKey:
    """A public key of either algorithm; two of them are equal when their bytes are."""

    algorithm: str
    spki: bytes = field(repr=False)
    key_id: str
    _key: _Public = field(repr=False, compare=False)

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
            match self._key:
                case ed25519.Ed25519PublicKey():
                    self._key.verify(signature, message)
                case ec.EllipticCurvePublicKey():
                    self._key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
                case _ as never:
                    assert_never(never)
        except InvalidSignature as error:
            raise SignatureInvalidError(f"not a signature by key {self.key_id[:16]}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetricSigner:
    """A private key in the memory of this process."""

    public: AsymmetricKey
    _key: _Private = field(repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature on `message`."""
        match self._key:
            case ed25519.Ed25519PrivateKey():
                return self._key.sign(message)
            case ec.EllipticCurvePrivateKey():
                return self._key.sign(message, ec.ECDSA(hashes.SHA256()))
            case _ as never:
                assert_never(never)


def generate_signer(algorithm: str) -> AsymmetricSigner:
    """Make a new key from the operating system's random numbers.

    Raises:
        UsageError: An algorithm that is not in `ALGORITHMS`.
    """
    if algorithm == ED25519:
        return _signer(ed25519.Ed25519PrivateKey.generate())
    if algorithm == ECDSA_P256:
        return _signer(ec.generate_private_key(ec.SECP256R1()))
    raise UsageError(f"no key algorithm {algorithm!r}", hint=f"one of {', '.join(ALGORITHMS)}")


def ed25519_from_raw(raw: bytes) -> AsymmetricKey:
    """Return the Ed25519 key whose 32 bytes (RFC 8032, section 5.1.5) are `raw`.

    Raises:
        MalformedError: Not 32 bytes.
    """
    if len(raw) != 32:
        raise MalformedError(f"an Ed25519 key of {len(raw)} bytes, where 32 are needed")
    return _public(ed25519.Ed25519PublicKey.from_public_bytes(raw))


def parse_public_pem(pem: bytes) -> AsymmetricKey:
    """Read one public key from PEM.

    Raises:
        MalformedError: Not a SubjectPublicKeyInfo of an algorithm of `ALGORITHMS`.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("not a public key in PEM") from error
    return _public(key)


def parse_private_pem(pem: bytes) -> AsymmetricSigner:
    """Read one unencrypted PKCS#8 private key from PEM.

    Raises:
        MalformedError: Not such a key, or not of an algorithm of `ALGORITHMS`.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: encrypted
        raise MalformedError("not an unencrypted private key in PEM") from error
    return _signer(key)


def render_private_pem(signer: AsymmetricSigner) -> bytes:
    """Write the private key as unencrypted PKCS#8 PEM."""
    return signer._key.private_bytes(  # noqa: SLF001  # a second half of the same module
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def _public(key: object) -> AsymmetricKey:
    match key:
        case ed25519.Ed25519PublicKey():
            algorithm = ED25519
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            algorithm = ECDSA_P256
        case _:
            raise MalformedError(
                "a key of another algorithm", hint=f"one of {', '.join(ALGORITHMS)}"
            )
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return AsymmetricKey(algorithm=algorithm, spki=spki, key_id=key_id_of(spki), _key=key)


def _signer(key: object) -> AsymmetricSigner:
    match key:
        case ed25519.Ed25519PrivateKey() | ec.EllipticCurvePrivateKey():
            return AsymmetricSigner(public=_public(key.public_key()), _key=key)
        case _:
            raise MalformedError(
                "a key of another algorithm", hint=f"one of {', '.join(ALGORITHMS)}"
            )
