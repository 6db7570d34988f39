"""The shape of keys and signers, whatever holds them: a file, an HSM, a key service, an agent.

* A key id is the SHA-256 of the key's SubjectPublicKeyInfo. It is a hint on what to try first
  and a name in messages; it is never a reason to trust or to skip a key.
* Nothing here imports a cryptographic library: `assay.signing.asymmetric` does, when needed.
"""

from collections.abc import Callable
from typing import Protocol

from assay.core.errors import SignatureInvalidError

Passphrase = Callable[[], bytes]  # asks for it, or looks it up; called only where one is needed


class PublicKey(Protocol):
    """A key that checks signatures."""

    @property
    def algorithm(self) -> str:
        """One of `assay.signing.algorithms.ALGORITHMS`."""

    @property
    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo in DER (RFC 5280, section 4.1)."""

    @property
    def key_id(self) -> str:
        """The SHA-256 of `spki` in hexadecimal: equal for equal keys, and only for those."""

    @property
    def pem(self) -> bytes:
        """`spki` as PEM."""

    def verify(self, message: bytes, signature: bytes) -> None:
        """Refuse unless `signature` is this key's signature on `message`.

        Raises:
            SignatureInvalidError: It is not.
        """


class Signer(Protocol):
    """A private key, wherever it is kept."""

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one signs."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature on `message`: 64 bytes for Ed25519, DER for ECDSA.

        A key elsewhere answers only with a signature that its public key verifies.

        Raises:
            UsageError: This key cannot sign this, or not without something that is missing.
            UnavailableError: It does not answer, or not with a signature that holds.
        """


def is_signed(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` is that of `key` on `message`: where several keys are tried."""
    try:
        key.verify(message, signature)
    except SignatureInvalidError:
        return False
    return True


def load_public_key(pem: bytes) -> PublicKey:
    """Read one public key from PEM.

    Raises:
        MalformedError: Not a SubjectPublicKeyInfo, or not of a known algorithm.
    """
    from assay.signing import asymmetric  # noqa: PLC0415  # 60 ms that `--help` need not pay

    return asymmetric.parse_public_pem(pem)
