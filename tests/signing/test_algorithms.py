"""The registry: what is in it works the whole way, what is not in it is refused."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.core.errors import AssayError, SignatureInvalidError, UsageError
from assay.signing.algorithms import (
    ALGORITHMS,
    REGISTRY,
    RSA_EXPONENT,
    Algorithm,
    algorithm_named,
)
from assay.signing.asymmetric import ed25519_from_raw, parse_public_der
from assay.signing.keys import load_public_key
from assay.signing.spki import raw_of_spki, render_public_pem, spki_of_raw
from assay.signing.weakpoints import is_weak_point
from tests.signing.test_asymmetric import signer_for

OTHER = (
    "[malformed] a key of another algorithm "
    "(one of ed25519, ecdsa-p256, ecdsa-p384, rsa-pss, ml-dsa-65)"
)
UNUSUAL = (
    "[malformed] a public key in an unusual form "
    "(named curve, uncompressed point, no parameters for RSA)"
)
NOT_ONE = "[malformed] not a public key in PEM"
UNKNOWN = "[malformed] not a public key of a known kind"
P256 = signer_for("ecdsa-p256").public


def pem_of(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def compressed() -> bytes:
    """The key of `P256` with only the x of its point, and the sign of y."""
    point = P256.spki[-65:]
    start = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    return start + bytes([2 + point[-1] % 2]) + point[1:33]


def restricted_to_pss() -> bytes:
    """An RSA key whose algorithm is id-RSASSA-PSS (RFC 4055, section 1.2), without parameters."""
    spki = signer_for("rsa-pss").public.spki
    plain = bytes.fromhex("300d06092a864886f70d0101010500")
    pss = bytes.fromhex("300b06092a864886f70d01010a")
    assert spki[4:19] == plain
    rest = pss + spki[19:]
    return b"\x30\x82" + len(rest).to_bytes(2, "big") + rest


REFUSED = {
    "not-pem": (b"key", NOT_ONE),
    "empty": (render_public_pem(b""), UNKNOWN),
    "no-base64": (render_public_pem(P256.spki).replace(b"=", b""), NOT_ONE),
    "two-keys": (P256.pem + P256.pem, NOT_ONE),
    "text-before": (b"hello\n" + P256.pem, NOT_ONE),
    "a-certificate": (P256.pem.replace(b"PUBLIC KEY", b"CERTIFICATE"), NOT_ONE),
    "bytes-behind": (render_public_pem(P256.spki + b"\x00"), UNKNOWN),
    "p-521": (pem_of(ec.generate_private_key(ec.SECP521R1()).public_key()), OTHER),
    "secp256k1": (pem_of(ec.generate_private_key(ec.SECP256K1()).public_key()), OTHER),
    "ed448": (pem_of(ed448.Ed448PrivateKey.generate().public_key()), OTHER),
    "x25519": (pem_of(x25519.X25519PrivateKey.generate().public_key()), OTHER),
    "rsa-1024": (
        pem_of(rsa.generate_private_key(RSA_EXPONENT, 1024).public_key()),  # noqa: S505
        "[malformed] an RSA key of 1024 bits, where 2048 to 8192 are read",
    ),
    "rsa-8200": (
        pem_of(rsa.RSAPublicNumbers(RSA_EXPONENT, 2**8199 + 1).public_key()),
        "[malformed] an RSA key of 8200 bits, where 2048 to 8192 are read",
    ),
    "rsa-exponent-3": (
        pem_of(rsa.generate_private_key(3, 2048).public_key()),
        "[malformed] an RSA key with another exponent than 65537",
    ),
    "compressed-point": (render_public_pem(compressed()), UNUSUAL),
    "restricted-rsa": (render_public_pem(restricted_to_pss()), UNUSUAL),
    "a-point-in-hybrid-form": (
        render_public_pem(P256.spki[:-65] + bytes([6 + P256.spki[-1] % 2]) + P256.spki[-64:]),
        UNKNOWN,
    ),
    "not-on-the-curve": (render_public_pem(spki_of_raw("ecdsa-p256", b"\x04" * 65)), UNKNOWN),
}


@pytest.mark.parametrize(("pem", "message"), REFUSED.values(), ids=REFUSED)
def test_public_keys_refused(pem: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        load_public_key(pem)
    assert str(caught.value) == message


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_public_key_has_one_form(algorithm: str) -> None:
    public = signer_for(algorithm).public
    assert load_public_key(public.pem) == public
    assert load_public_key(public.pem.replace(b"\n", b"\r\n")) == public
    assert parse_public_der(public.spki) == public


@pytest.mark.parametrize("algorithm", REGISTRY, ids=ALGORITHMS)
def test_an_entry_knows_its_own_keys_only(algorithm: object) -> None:
    for name in ALGORITHMS:
        private = signer_for(name).private
        mine = algorithm_named(name) is algorithm
        entry = next(one for one in REGISTRY if one is algorithm)
        assert (entry.signer(private) is not None) == mine
        assert (entry.verifier(private.public_key()) is not None) == mine


def test_the_digest_that_services_are_given() -> None:
    digests = {a.name: len(a.digest(b"message")) for a in REGISTRY if a.prehash}
    assert digests == {"ecdsa-p256": 32, "ecdsa-p384": 48, "rsa-pss": 32}


def test_no_name_is_there_twice() -> None:
    assert len(set(ALGORITHMS)) == len(ALGORITHMS)


def test_an_unknown_name() -> None:
    with pytest.raises(UsageError) as caught:
        algorithm_named("none")
    assert str(caught.value) == (
        "[usage] no key algorithm 'none' (one of ed25519, ecdsa-p256, ecdsa-p384, rsa-pss, "
        "ml-dsa-65)"
    )


RSA_OTHERWISE = {
    "pkcs1v15": (padding.PKCS1v15(), hashes.SHA256()),
    "another-hash": (padding.PSS(padding.MGF1(hashes.SHA384()), 48), hashes.SHA384()),
    "another-salt": (padding.PSS(padding.MGF1(hashes.SHA256()), 20), hashes.SHA256()),
    "another-mask": (padding.PSS(padding.MGF1(hashes.SHA1()), 32), hashes.SHA256()),  # noqa: S303
}


@pytest.mark.parametrize(("pad", "hashed"), RSA_OTHERWISE.values(), ids=RSA_OTHERWISE)
def test_rsa_signs_in_one_way(
    pad: padding.PKCS1v15 | padding.PSS, hashed: hashes.HashAlgorithm
) -> None:
    """The key decides how it signs: a good RSA signature in another padding is none."""
    private = signer_for("rsa-pss").private
    assert isinstance(private, rsa.RSAPrivateKey)
    with pytest.raises(SignatureInvalidError):
        signer_for("rsa-pss").public.verify(b"message", private.sign(b"message", pad, hashed))


@pytest.mark.parametrize(("algorithm", "hashed"), [("ecdsa-p256", 384), ("ecdsa-p384", 256)])
def test_a_curve_has_one_hash(algorithm: str, hashed: int) -> None:
    private = signer_for(algorithm).private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    other = private.sign(b"message", ec.ECDSA({256: hashes.SHA256(), 384: hashes.SHA384()}[hashed]))
    with pytest.raises(SignatureInvalidError):
        signer_for(algorithm).public.verify(b"message", other)


PRIME = 2**255 - 19


def add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Add two points of Ed25519 (RFC 8032, section 5.1), slowly and plainly."""
    d = -121665 * pow(121666, -1, PRIME) % PRIME
    (x1, y1), (x2, y2) = one, other
    k = d * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + y1 * x2) * pow(1 + k, -1, PRIME) % PRIME
    return x, (y1 * y2 + x1 * x2) * pow(1 - k, -1, PRIME) % PRIME


def point_at(y: int) -> tuple[int, int] | None:
    d = -121665 * pow(121666, -1, PRIME) % PRIME
    square = (y * y - 1) * pow(d * y * y + 1, -1, PRIME) % PRIME
    for x in (
        pow(square, (PRIME + 3) // 8, PRIME),
        pow(square, (PRIME + 3) // 8, PRIME) * pow(2, (PRIME - 1) // 4, PRIME) % PRIME,
    ):
        if x * x % PRIME == square:
            return x, y
    return None


def times(number: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    for bit in f"{number:b}":
        total = add(total, total)
        total = add(total, point) if bit == "1" else total
    return total


def test_the_points_of_small_order_are_all_known() -> None:
    """A point times the order of the group lies in the subgroup of order 8: they all turn up."""
    order = 2**252 + 27742317777372353535851937790883648493
    found = {times(order, point) for y in range(2, 40) if (point := point_at(y)) is not None}
    small = {times(k, max(found, key=lambda p: p[1])) for k in range(8)} | found
    encoded = {(y | (x % 2) << 255).to_bytes(32, "little") for x, y in small}
    assert {times(8, point) for point in small} == {(0, 1)}
    assert all(is_weak_point(raw) for raw in encoded)
    assert {y for _, y in small} >= {0, 1, PRIME - 1}
    assert len({y for _, y in small}) == 5


WEAK = {
    "neutral": (1).to_bytes(32, "little"),
    "order-2": (PRIME - 1).to_bytes(32, "little"),
    "order-4": bytes(32),
    "order-4-negative": bytes(31) + b"\x80",
    "one-beyond-the-prime": (PRIME + 1).to_bytes(32, "little"),
    "largest": b"\xff" * 32,
}


@pytest.mark.parametrize("raw", WEAK.values(), ids=WEAK)
def test_a_key_under_which_anybody_can_sign(raw: bytes) -> None:
    with pytest.raises(AssayError) as caught:
        ed25519_from_raw(raw)
    assert str(caught.value) in {
        "[malformed] an Ed25519 key for which anybody can make signatures",
        "[malformed] not a public key of a known kind",  # where OpenSSL refuses it before us
    }


def test_what_a_weak_key_would_let_through() -> None:
    """Under the neutral point, one signature that anybody can write down holds for everything."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    neutral = (1).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), b"anything at all")


def test_an_entry_without_a_prehash_has_no_digest() -> None:
    with pytest.raises(ValueError, match="unsupported hash type"):
        replace(REGISTRY[0]).digest(b"message")


def test_a_raw_form_is_only_of_curves() -> None:
    with pytest.raises(AssayError) as caught:
        spki_of_raw("rsa-pss", b"\x00" * 32)
    assert str(caught.value) == "[malformed] a raw key of algorithm 'rsa-pss'"
    with pytest.raises(AssayError) as caught:
        spki_of_raw("ecdsa-p384", b"\x04" * 65)
    assert str(caught.value) == "[malformed] 65 bytes of an ecdsa-p384 key, where 97 are needed"


RAW_BYTES = {"ed25519": 32, "ecdsa-p256": 65, "ecdsa-p384": 97}


@pytest.mark.parametrize("algorithm", REGISTRY, ids=ALGORITHMS)
def test_a_raw_key_is_what_stands_behind_its_prefix(algorithm: Algorithm) -> None:
    public, length = signer_for(algorithm.name).public, RAW_BYTES.get(algorithm.name, 0)
    name, raw = raw_of_spki(public.spki)
    assert (name, raw) == ((algorithm.name, public.spki[-length:]) if length else ("", b""))
    assert (algorithm.from_raw is not None) == bool(length)
    if length:
        assert spki_of_raw(name, raw) == public.spki
        assert raw_of_spki(public.spki + b"\x00") == raw_of_spki(public.spki[:-1]) == ("", b"")


def test_the_pem_is_that_of_every_other_tool() -> None:
    """RFC 7468, section 13, which `cosign verify --key` reads."""
    head, *body, foot = P256.pem.decode().splitlines()
    assert (head, foot) == ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
    assert base64.b64decode("".join(body)) == P256.spki
    assert all(len(line) == 64 for line in body[:-1])
