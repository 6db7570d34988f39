"""Every algorithm keeps the one contract of keys, and nothing else is let in."""

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from assay.core.errors import AssayError, SignatureInvalidError, UsageError
from assay.signing.algorithms import ALGORITHMS
from assay.signing.asymmetric import (
    AsymmetricSigner,
    der_of_concatenated,
    ed25519_from_raw,
    generate_signer,
    rsa_from_numbers,
)
from assay.signing.keys import PublicKey, Signer, load_public_key
from assay.signing.privatepem import parse_private_pem, render_private_pem
from assay.signing.spki import key_id_of


@cache
def signer_for(algorithm: str) -> AsymmetricSigner:
    """Return one key for each algorithm: an RSA key takes half a second to make."""
    return generate_signer(algorithm)


@pytest.fixture(params=ALGORITHMS)
def signer(request: pytest.FixtureRequest) -> Signer:
    return signer_for(str(request.param))


def refused(key: PublicKey, message: bytes, signature: bytes) -> None:
    with pytest.raises(SignatureInvalidError) as caught:
        key.verify(message, signature)
    assert str(caught.value) == f"[signature-invalid] not a signature by key {key.key_id[:16]}"


def test_its_own_signature(signer: Signer) -> None:
    signer.public.verify(b"message", signer.sign(b"message"))


def test_another_message(signer: Signer) -> None:
    refused(signer.public, b"message!", signer.sign(b"message"))


def test_another_key(signer: Signer) -> None:
    other = generate_signer(signer.public.algorithm)
    refused(signer.public, b"message", other.sign(b"message"))


def test_flipped_bytes(signer: Signer) -> None:
    signature = signer.sign(b"message")
    for place in range(0, len(signature), 1 + len(signature) // 200):
        changed = bytearray(signature)
        changed[place] ^= 1
        refused(signer.public, b"message", bytes(changed))


@pytest.mark.parametrize("signature", [b"", b"\x00" * 64, b"\x30\x00"])
def test_no_signature_at_all(signer: Signer, signature: bytes) -> None:
    refused(signer.public, b"message", signature)


def test_bytes_behind_a_signature(signer: Signer) -> None:
    refused(signer.public, b"message", signer.sign(b"message") + b"\x00")


def test_pem_round_trip(signer: Signer) -> None:
    again = load_public_key(signer.public.pem)
    assert again == signer.public
    assert again.key_id == key_id_of(signer.public.spki)
    assert again.algorithm == signer.public.algorithm


def test_the_private_key_is_in_no_text(signer: Signer) -> None:
    assert "private" not in repr(signer)
    assert signer.public.key_id in repr(signer)


def test_ecdsa_signatures_are_der_of_two_numbers_below_the_order() -> None:
    r, s = decode_dss_signature(signer_for("ecdsa-p256").sign(b"message"))
    assert 0 < r < 2**256
    assert 0 < s < 2**256
    refused(signer_for("ecdsa-p256").public, b"message", encode_dss_signature(0, 0))


def test_signers_of_one_key_are_equal() -> None:
    """How they hold the private key is no part of what they are."""
    pem = render_private_pem(signer_for("ecdsa-p256"), passphrase=None)
    first, second = (parse_private_pem(pem, passphrase=None) for _ in range(2))
    assert first == second
    assert first != signer_for("ed25519")


def test_rfc_8032_test_1() -> None:
    key = ed25519_from_raw(
        bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    )
    key.verify(
        b"",
        bytes.fromhex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    )


@pytest.mark.parametrize(("algorithm", "curve"), [("ecdsa-p256", 256), ("ecdsa-p384", 384)])
def test_ecdsa_signatures_of_services(algorithm: str, curve: int) -> None:
    """PKCS #11 and JWS write `r || s`, each as long as the order of the curve."""
    signer = signer_for(algorithm)
    r, s = decode_dss_signature(signer.sign(b"message"))
    size = curve // 8
    joined = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    signer.public.verify(b"message", der_of_concatenated(joined))
    refused(signer.public, b"message", joined)


@pytest.mark.parametrize("signature", [b"", b"\x01" * 63])
def test_what_cannot_be_cut_in_half(signature: bytes) -> None:
    with pytest.raises(AssayError) as caught:
        der_of_concatenated(signature)
    assert str(caught.value) == f"[malformed] an ECDSA signature of {len(signature)} bytes"


def test_an_unknown_algorithm() -> None:
    with pytest.raises(UsageError) as caught:
        generate_signer("dsa")
    assert str(caught.value) == (
        "[usage] no key algorithm 'dsa' (one of ed25519, ecdsa-p256, ecdsa-p384, rsa-pss, "
        "ml-dsa-65)"
    )


def test_a_raw_key_of_another_length() -> None:
    with pytest.raises(AssayError) as caught:
        ed25519_from_raw(b"\x00" * 31)
    assert str(caught.value) == "[malformed] an Ed25519 key of 31 bytes, where 32 are needed"


def test_an_rsa_key_from_its_numbers() -> None:
    public = signer_for("rsa-pss").private.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    for length in (384, 385, 1025):  # a zero before it, as DER has, and room for 8192 bits
        modulus = numbers.n.to_bytes(length, "big")
        made = rsa_from_numbers(modulus=modulus, exponent=b"\x01\x00\x01")
        assert made == signer_for("rsa-pss").public


RSA_REFUSED = {
    "huge": (b"\xff" * 1026, b"\x03", "[malformed] an RSA key of 1026 bytes"),
    "exponent": (b"\xff" * 4, b"\x03" * 5, "[malformed] an RSA key of 4 bytes"),
    "small": (
        b"\xff" * 128,
        b"\x01\x00\x01",
        "[malformed] an RSA key of 1024 bits, where 2048 to 8192 are read",
    ),
    "even": (b"\xff" * 256, b"\x02", "[malformed] not an RSA key"),
}


@pytest.mark.parametrize(("modulus", "exponent", "message"), RSA_REFUSED.values(), ids=RSA_REFUSED)
def test_rsa_numbers_refused(modulus: bytes, exponent: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        rsa_from_numbers(modulus=modulus, exponent=exponent)
    assert str(caught.value) == message
