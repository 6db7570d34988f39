"""Ed25519ph against the vector of RFC 8032, and its equation against the library's Ed25519."""

import hashlib
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import SignatureInvalidError
from assay.signing.ed25519ph import verify_ed25519ph

# RFC 8032, section 7.3
KEY: Final = bytes.fromhex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")
SIGNATURE: Final = bytes.fromhex(
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
)
DIGEST: Final = hashlib.sha512(b"abc").digest()
ORDER: Final = 2**252 + 27742317777372353535851937790883648493


def refused(key: bytes, digest: bytes, signature: bytes) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_ed25519ph(key, digest, signature)


def test_the_vector_of_the_rfc() -> None:
    verify_ed25519ph(KEY, DIGEST, SIGNATURE)


def test_another_message() -> None:
    refused(KEY, hashlib.sha512(b"abd").digest(), SIGNATURE)


@pytest.mark.parametrize("place", range(0, 64, 9))
def test_a_changed_signature(place: int) -> None:
    changed = bytearray(SIGNATURE)
    changed[place] ^= 1
    refused(KEY, DIGEST, bytes(changed))


@pytest.mark.parametrize("place", range(0, 32, 7))
def test_another_key(place: int) -> None:
    changed = bytearray(KEY)
    changed[place] ^= 1
    refused(bytes(changed), DIGEST, SIGNATURE)


def test_a_second_form_of_the_same_signature() -> None:
    """Section 5.1.7: "decode the second half as an integer S, in the range 0 <= s < L"."""
    scalar = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    refused(KEY, DIGEST, SIGNATURE[:32] + scalar.to_bytes(32, "little"))


def test_a_key_that_is_no_point() -> None:
    refused((2).to_bytes(32, "little"), DIGEST, SIGNATURE)
    refused((2**255 - 19).to_bytes(32, "little"), DIGEST, SIGNATURE)
    refused((1 | 1 << 255).to_bytes(32, "little"), DIGEST, SIGNATURE)


def test_lengths() -> None:
    refused(KEY[:-1], DIGEST, SIGNATURE)
    refused(KEY, DIGEST[:-1], SIGNATURE)
    refused(KEY, DIGEST, SIGNATURE[:-1])


def scalar_of(seed: bytes) -> int:
    """Return the secret scalar of a seed (section 5.1.5)."""
    low = bytearray(hashlib.sha512(seed).digest()[:32])
    low[0] &= 248
    low[31] = low[31] & 127 | 64
    return int.from_bytes(low, "little")


def point_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def signed(seed: bytes, nonce: bytes, digest: bytes) -> bytes:
    """Sign (section 5.1.6); the library multiplies, by taking the nonce for a seed too."""
    first = point_of(nonce)
    before = b"SigEd25519 no Ed25519 collisions\x01\x00"
    hashed = hashlib.sha512(before + first + point_of(seed) + digest).digest()
    second = scalar_of(nonce) + int.from_bytes(hashed, "little") * scalar_of(seed)
    return first + (second % ORDER).to_bytes(32, "little")


seeds = st.binary(min_size=32, max_size=32)


@given(seeds, seeds, st.binary(min_size=64, max_size=64), st.integers(0, 511))
def test_any_key_signs_any_digest_and_no_other(
    seed: bytes, nonce: bytes, digest: bytes, bit: int
) -> None:
    signature = signed(seed, nonce, digest)
    verify_ed25519ph(point_of(seed), digest, signature)
    number = int.from_bytes(signature, "little") ^ 1 << bit
    refused(point_of(seed), digest, number.to_bytes(64, "little"))


def test_what_is_said_of_each_refusal() -> None:
    for key, signature, what in (
        (KEY[:-1], SIGNATURE, "an Ed25519ph key, digest or signature of another length"),
        ((2).to_bytes(32, "little"), SIGNATURE, "not an Ed25519ph signature"),
        (KEY, SIGNATURE[:32] + b"\xff" * 32, "not an Ed25519ph signature"),
        (KEY, SIGNATURE[:63] + b"\x00", "not an Ed25519ph signature by this key"),
    ):
        with pytest.raises(SignatureInvalidError) as caught:
            verify_ed25519ph(key, DIGEST, signature)
        assert str(caught.value) == f"[signature-invalid] {what}"
