"""Keys of a signer and of a log: which kinds there are, and the ways in which each signs."""

import hashlib
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.core.digest import sha256_of
from assay.core.errors import AssayError, MalformedError, SignatureInvalidError, UsageError
from assay.evidence.sigstore.keys import ED25519_PH, Scheme, load_log_key, parse_signature_key
from assay.evidence.sigstore.message import BytesMessage, DigestMessage
from tests.fakes.certificates import PrivateKey, p256, public_pem, sign, spki
from tests.signing.test_ed25519ph import KEY, SIGNATURE

DATA: Final = b"data"
MESSAGE: Final = BytesMessage(data=DATA)
P384: Final = ec.generate_private_key(ec.SECP384R1())
RSA: Final = rsa.generate_private_key(65537, 2048)


def test_the_hash_follows_from_the_curve() -> None:
    key = parse_signature_key(public_pem(P384))
    assert key.verify(MESSAGE, sign(P384, DATA)) == Scheme("ecdsa", "sha384")


def test_earlier_clients_signed_with_another_hash() -> None:
    key = parse_signature_key(public_pem(P384))
    signature = P384.sign(DATA, ec.ECDSA(hashes.SHA256()))
    assert key.verify(MESSAGE, signature) == Scheme("ecdsa", "sha256")
    assert key.verify(DigestMessage(known=sha256_of(DATA)), signature) == Scheme("ecdsa", "sha256")


def test_a_p256_key_signs_one_way() -> None:
    private = p256()
    key = parse_signature_key(public_pem(private))
    with pytest.raises(SignatureInvalidError):
        key.verify(MESSAGE, private.sign(DATA, ec.ECDSA(hashes.SHA384())))


@pytest.mark.parametrize("scheme", ["pkcs1", "pss"])
def test_both_paddings_of_rsa(scheme: str) -> None:
    salted = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    signature = RSA.sign(DATA, padding.PKCS1v15() if scheme == "pkcs1" else salted, hashes.SHA256())
    assert parse_signature_key(public_pem(RSA)).verify(MESSAGE, signature).name == scheme


def test_ed25519_prehashed() -> None:
    key = ed25519.Ed25519PublicKey.from_public_bytes(KEY)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert parse_signature_key(pem).verify(BytesMessage(data=b"abc"), SIGNATURE) == ED25519_PH


def test_ed25519_needs_the_bytes() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    key = parse_signature_key(public_pem(private))
    with pytest.raises(UsageError) as caught:
        key.verify(DigestMessage(known=sha256_of(DATA)), private.sign(DATA))
    assert str(caught.value) == (
        "[usage] a key of the kind ed25519 signs the bytes themselves or sha512, and only another "
        "digest of the artifact is given (give the file itself)"
    )


def test_a_digest_that_is_not_known() -> None:
    with pytest.raises(UsageError) as caught:
        DigestMessage(known=sha256_of(DATA)).digest("sha512")
    assert str(caught.value) == (
        "[usage] the sha512 of the artifact is needed, and only its sha256 is given "
        "(give the file itself)"
    )


def test_keys_are_named_by_their_bytes() -> None:
    private = p256()
    key = parse_signature_key(public_pem(private))
    assert key.key_id == hashlib.sha256(spki(private)).hexdigest()
    assert key == parse_signature_key(public_pem(private))
    assert key.details_fit("PKIX_ECDSA_P256_SHA_256")
    assert not key.details_fit("PKIX_ECDSA_P384_SHA_384")
    assert not key.details_fit("PKIX_SOMETHING")


def pem_of(key: object) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


WEAK: Final = {
    "another curve": pem_of(ec.generate_private_key(ec.SECP256K1()).public_key()),
    "not for signatures": pem_of(x25519.X25519PrivateKey.generate().public_key()),
    "a short rsa key": pem_of(rsa.generate_private_key(65537, 1024).public_key()),  # noqa: S505  # the point
    "a point of small order": pem_of(ed25519.Ed25519PublicKey.from_public_bytes(bytes(32))),
}


@pytest.mark.parametrize("pem", WEAK.values(), ids=WEAK)
def test_kinds_that_are_refused(pem: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_signature_key(pem)
    assert caught.value.what == "a key of a kind that is not known, or too weak"


@pytest.mark.parametrize("pem", [b"", b"key", public_pem(p256())[:60]])
def test_no_keys(pem: bytes) -> None:
    with pytest.raises(MalformedError, match="not a public key in PEM"):
        parse_signature_key(pem)


# --- logs


def test_a_log_signs_one_way() -> None:
    private = p256()
    key = load_log_key(spki(private), details="PKIX_ECDSA_P256_SHA_256")
    key.verify(DATA, sign(private, DATA))
    with pytest.raises(SignatureInvalidError) as caught:
        key.verify(DATA, private.sign(DATA, ec.ECDSA(hashes.SHA384())))
    assert caught.value.what == "not a signature by the log's key"


def test_a_log_with_an_rsa_key_of_pkcs1() -> None:
    raw = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    key = load_log_key(raw, details="PKCS1_RSA_PKCS1V5")
    key.verify(DATA, sign(RSA, DATA))


def test_a_log_of_an_unknown_kind_verifies_nothing() -> None:
    """It does not spoil the trusted root for the other logs either."""
    key = load_log_key(b"anything", details="ML_DSA_65")
    with pytest.raises(AssayError) as caught:
        key.verify(DATA, b"signature")
    assert str(caught.value) == (
        "[signature-invalid] a log's key of the kind 'ML_DSA_65' is not known"
    )


def test_a_key_that_is_not_of_the_kind_that_is_claimed() -> None:
    with pytest.raises(MalformedError) as caught:
        load_log_key(spki(p256()), details="PKIX_ED25519")
    assert caught.value.what == "a key of the kind secp256r1, where PKIX_ED25519 is claimed"
    with pytest.raises(MalformedError, match="not a public key in DER"):
        load_log_key(b"\x30\x00", details="PKIX_ED25519")


P521: Final = ec.generate_private_key(ec.SECP521R1())
P256: Final = p256()
ED: Final = ed25519.Ed25519PrivateKey.generate()
SALTED: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
HASHES: Final = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def of_curve(key: ec.EllipticCurvePrivateKey, hashed: str) -> tuple[PrivateKey, bytes]:
    return key, key.sign(DATA, ec.ECDSA(HASHES[hashed]))


PKCS1: Final = (RSA, RSA.sign(DATA, padding.PKCS1v15(), hashes.SHA256()))
PSS: Final = (RSA, RSA.sign(DATA, SALTED, hashes.SHA256()))
REGISTRY: Final[dict[str, tuple[PrivateKey, bytes]]] = {
    "PKIX_ECDSA_P256_SHA_256": of_curve(P256, "256"),
    "PKIX_ECDSA_P384_SHA_384": of_curve(P384, "384"),
    "PKIX_ECDSA_P384_SHA_256": of_curve(P384, "256"),
    "PKIX_ECDSA_P521_SHA_512": of_curve(P521, "512"),
    "PKIX_ECDSA_P521_SHA_256": of_curve(P521, "256"),
    "PKIX_ED25519": (ED, ED.sign(DATA)),
    "PKIX_RSA_PKCS1V5": PKCS1,
    "PKIX_RSA_PKCS1V15_2048_SHA256": PKCS1,
    "PKIX_RSA_PKCS1V15_3072_SHA256": PKCS1,
    "PKIX_RSA_PKCS1V15_4096_SHA256": PKCS1,
    "PKIX_RSA_PSS": PSS,
    "PKIX_RSA_PSS_2048_SHA256": PSS,
    "PKIX_RSA_PSS_3072_SHA256": PSS,
    "PKIX_RSA_PSS_4096_SHA256": PSS,
}


@pytest.mark.parametrize("details", REGISTRY)
def test_each_kind_of_the_registry_signs_its_own_way(details: str) -> None:
    """And its key is told from every other kind's."""
    private, signature = REGISTRY[details]
    key = load_log_key(spki(private), details=details)
    key.verify(DATA, signature)
    for other, (_, forged) in REGISTRY.items():
        if forged != signature:
            with pytest.raises(SignatureInvalidError):
                key.verify(DATA, forged)
        fits = parse_signature_key(public_pem(private)).details_fit(other)
        assert fits is (type(private) is type(REGISTRY[other][0]) and same_size(private, other))


def same_size(key: PrivateKey, other: str) -> bool:
    """Tell whether a key is of the size of another one's, where that makes its kind."""
    sizes = (getattr(key, "key_size", 0), getattr(REGISTRY[other][0], "key_size", 0))
    return sizes[0] == sizes[1]


def test_a_prehashed_ed25519_log() -> None:
    raw = ed25519.Ed25519PublicKey.from_public_bytes(KEY)
    pem = raw.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    load_log_key(pem, details="PKIX_ED25519_PH").verify(b"abc", SIGNATURE)


@pytest.mark.parametrize("private", [P521, P384], ids=["p521", "p384"])
def test_all_the_ways_of_a_curve(private: ec.EllipticCurvePrivateKey) -> None:
    key = parse_signature_key(public_pem(private))
    own = {521: "512", 384: "384"}[private.curve.key_size]
    for hashed in (own, "256"):
        signature = private.sign(DATA, ec.ECDSA(HASHES[hashed]))
        assert key.verify(MESSAGE, signature) == Scheme("ecdsa", f"sha{hashed}")
