"""Both algorithms keep the one contract of keys, and nothing else is let in."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from assay.core.errors import AssayError, MalformedError, SignatureInvalidError, UsageError
from assay.signing.asymmetric import (
    ed25519_from_raw,
    generate_signer,
    parse_private_pem,
    render_private_pem,
)
from assay.signing.keys import PublicKey, Signer, load_public_key
from assay.signing.spki import ALGORITHMS, key_id_of

RSA = rsa.generate_private_key(65537, 2048)
P384 = ec.generate_private_key(ec.SECP384R1())


@pytest.fixture(params=ALGORITHMS)
def signer(request: pytest.FixtureRequest) -> Signer:
    return generate_signer(str(request.param))


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


def test_every_flipped_byte(signer: Signer) -> None:
    signature = signer.sign(b"message")
    for place in range(len(signature)):
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
    assert "_key" not in repr(signer)
    assert signer.public.key_id in repr(signer)


def test_ecdsa_signatures_are_der_of_two_numbers_below_the_order() -> None:
    r, s = decode_dss_signature(generate_signer("ecdsa-p256").sign(b"message"))
    assert 0 < r < 2**256
    assert 0 < s < 2**256
    refused(generate_signer("ecdsa-p256").public, b"message", encode_dss_signature(0, 0))


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


REFUSED = {
    "not-pem": (b"key", "[malformed] not a public key in PEM"),
    "rsa": (
        RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "[malformed] a key of another algorithm (one of ed25519, ecdsa-p256)",
    ),
    "p-384": (
        P384.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "[malformed] a key of another algorithm (one of ed25519, ecdsa-p256)",
    ),
    "a-private-key": (
        render_private_pem(generate_signer("ed25519")),
        "[malformed] not a public key in PEM",
    ),
}


@pytest.mark.parametrize(("pem", "message"), REFUSED.values(), ids=REFUSED)
def test_public_keys_refused(pem: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        load_public_key(pem)
    assert str(caught.value) == message


ENCRYPTED = P384.private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
)
PRIVATE_REFUSED = {
    "not-pem": (b"key", "[malformed] not an unencrypted private key in PEM"),
    "encrypted": (ENCRYPTED, "[malformed] not an unencrypted private key in PEM"),
    "p-384": (
        P384.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "[malformed] a key of another algorithm (one of ed25519, ecdsa-p256)",
    ),
    "rsa": (
        RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "[malformed] a key of another algorithm (one of ed25519, ecdsa-p256)",
    ),
}


@pytest.mark.parametrize(("pem", "message"), PRIVATE_REFUSED.values(), ids=PRIVATE_REFUSED)
def test_private_keys_refused(pem: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_private_pem(pem)
    assert str(caught.value) == message


def test_private_pem_round_trip(signer: Signer) -> None:
    made = generate_signer(signer.public.algorithm)
    assert parse_private_pem(render_private_pem(made)).public == made.public


def test_an_unknown_algorithm() -> None:
    with pytest.raises(UsageError) as caught:
        generate_signer("dsa")
    assert str(caught.value) == "[usage] no key algorithm 'dsa' (one of ed25519, ecdsa-p256)"


def test_a_raw_key_of_another_length() -> None:
    with pytest.raises(AssayError) as caught:
        ed25519_from_raw(b"\x00" * 31)
    assert str(caught.value) == "[malformed] an Ed25519 key of 31 bytes, where 32 are needed"
