"""Ed25519ph against the vector of RFC 8032, and its equation against the library's Ed25519."""

import hashlib
from typing import Final

import pytest

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
