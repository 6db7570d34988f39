"""Signatures of SSH and OpenPGP: what holds, and what each kind of key refuses."""

import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.core.errors import SignatureInvalidError
from assay.signing.rawsignature import verify_ecdsa, verify_ed25519, verify_rsa

MESSAGE = b"message"
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha224": hashes.SHA224(),
}
EDWARDS = ed25519.Ed25519PrivateKey.generate()
CURVE = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


def spki(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


SPKI = {"ed25519": spki(EDWARDS), "ecdsa": spki(CURVE), "rsa": spki(RSA_KEY)}


def digest(hashed: str, message: bytes = MESSAGE) -> bytes:
    return hashlib.new(hashed, message).digest()


def numbers(hashed: str = "sha256") -> tuple[int, int]:
    """Sign with the ECDSA key."""
    signed = CURVE.sign(digest(hashed), ec.ECDSA(Prehashed(HASHES[hashed])))
    return decode_dss_signature(signed)


def by_rsa(hashed: str = "sha256", message: bytes = MESSAGE) -> bytes:
    signed = Prehashed(HASHES[hashed])
    return RSA_KEY.sign(digest(hashed, message), padding.PKCS1v15(), signed)


def test_what_holds() -> None:
    verify_ed25519(SPKI["ed25519"], MESSAGE, EDWARDS.sign(MESSAGE))
    for hashed in ("sha256", "sha384", "sha512"):
        verify_ecdsa(SPKI["ecdsa"], digest(hashed), numbers(hashed), hashed=hashed)
        verify_rsa(SPKI["rsa"], digest(hashed), by_rsa(hashed), hashed=hashed)


def test_zeros_in_front_may_be_left_out() -> None:
    """RFC 9580, section 3.2: a number is written without them; one signature in 256 has one."""
    number = next(n for n in range(10_000) if by_rsa(message=b"%d" % n)[0] == 0)
    signed = by_rsa(message=b"%d" % number)
    verify_rsa(SPKI["rsa"], digest("sha256", b"%d" % number), signed.lstrip(b"\0"), hashed="sha256")


GOOD = EDWARDS.sign(MESSAGE)
OTHER = hashlib.sha256(b"another").digest()
REFUSED: dict[str, Callable[[], object]] = {
    "ed25519-another-message": lambda: verify_ed25519(SPKI["ed25519"], b"another", GOOD),
    "ed25519-cut-off": lambda: verify_ed25519(SPKI["ed25519"], MESSAGE, GOOD[:-1]),
    "ed25519-by-ecdsa": lambda: verify_ed25519(SPKI["ecdsa"], MESSAGE, GOOD),
    "ed25519-no-key": lambda: verify_ed25519(b"", MESSAGE, GOOD),
    "ecdsa-another-message": lambda: verify_ecdsa(SPKI["ecdsa"], OTHER, numbers(), hashed="sha256"),
    "ecdsa-another-length": lambda: verify_ecdsa(
        SPKI["ecdsa"], OTHER[:-1], numbers(), hashed="sha256"
    ),
    "ecdsa-nothing": lambda: verify_ecdsa(SPKI["ecdsa"], digest("sha256"), (0, 0), hashed="sha256"),
    "ecdsa-negative": lambda: verify_ecdsa(
        SPKI["ecdsa"], digest("sha256"), (-1, -1), hashed="sha256"
    ),
    "ecdsa-weak": lambda: verify_ecdsa(
        SPKI["ecdsa"], digest("sha224"), numbers("sha224"), hashed="sha224"
    ),
    "ecdsa-by-rsa": lambda: verify_ecdsa(SPKI["rsa"], digest("sha256"), numbers(), hashed="sha256"),
    "rsa-another-message": lambda: verify_rsa(SPKI["rsa"], OTHER, by_rsa(), hashed="sha256"),
    "rsa-another-hash": lambda: verify_rsa(
        SPKI["rsa"], digest("sha256"), by_rsa(), hashed="sha512"
    ),
    "rsa-weak": lambda: verify_rsa(
        SPKI["rsa"], digest("sha224"), by_rsa("sha224"), hashed="sha224"
    ),
    "rsa-too-long": lambda: verify_rsa(
        SPKI["rsa"], digest("sha256"), b"\0" + by_rsa(), hashed="sha256"
    ),
    "rsa-nothing": lambda: verify_rsa(SPKI["rsa"], digest("sha256"), b"", hashed="sha256"),
    "rsa-by-ed25519": lambda: verify_rsa(
        SPKI["ed25519"], digest("sha256"), by_rsa(), hashed="sha256"
    ),
}


@pytest.mark.parametrize("attempt", REFUSED.values(), ids=REFUSED)
def test_refused(attempt: Callable[[], object]) -> None:
    with pytest.raises(SignatureInvalidError) as caught:
        attempt()
    assert str(caught.value) == "[signature-invalid] not a signature by this key"
