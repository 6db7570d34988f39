"""What a passphrase may cost: the bounds on both sides, and nothing that is not read."""

import base64
import time

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError, UsageError
from assay.signing.derivation import check_derivation
from assay.signing.privatepem import parse_private_pem, render_private_pem
from tests.fakes import der
from tests.signing.test_asymmetric import signer_for

PBES2 = "1.2.840.113549.1.5.13"
PBKDF2 = "1.2.840.113549.1.5.12"
SCRYPT = "1.3.6.1.4.1.11591.4.11"
AES_256_CBC = "2.16.840.1.101.3.4.1.42"
ANEW = " (encrypt it anew: openssl pkcs8 -topk8 -scrypt)"
UNREAD = f"[malformed] a private key in an encryption that is not read{ANEW}"


def sealed(*numbers: int, function: str = SCRYPT, scheme: str = PBES2, body: bytes = b"x") -> bytes:
    """Return an EncryptedPrivateKeyInfo whose key derivation has these numbers."""
    costs = der.sequence(der.octets(bytes(16)), *(der.integer(number) for number in numbers))
    derivation = der.sequence(der.oid(function), costs)
    cipher = der.sequence(der.oid(AES_256_CBC), der.octets(bytes(16)))
    return der.sequence(
        der.sequence(der.oid(scheme), der.sequence(derivation, cipher)), der.octets(body)
    )


def pem_of(data: bytes) -> bytes:
    label, text = "ENCRYPTED PRIVATE " + "KEY", base64.encodebytes(data).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n".encode()


def hashed(rounds: int) -> str:
    return (
        f"[malformed] a key whose passphrase is hashed {rounds} times, "
        f"where 1 to 2000000 are done{ANEW}"
    )


def spent(numbers: str) -> str:
    return (
        f"[malformed] a key whose passphrase costs {numbers} of scrypt, "
        f"where 1 to 2097152 is spent{ANEW}"
    )


REFUSED = {
    "rounds": (sealed(2_000_001, function=PBKDF2), hashed(2_000_001)),
    "rounds-for-years": (sealed(2**63, function=PBKDF2), hashed(2**63)),
    "no-rounds": (sealed(0, function=PBKDF2), hashed(0)),
    "blocks": (sealed(2**18, 8, 2), spent("262144 * 8 * 2")),
    "memory": (sealed(2**22, 1, 1), spent("4194304 * 1 * 1")),
    "no-blocks": (sealed(0, 8, 1), spent("0 * 8 * 1")),
    "two-negative-numbers": (sealed(2**30, -1, -1), spent("1073741824 * -1 * -1")),
    "pbes1": (sealed(1, scheme="1.2.840.113549.1.5.3"), UNREAD),
    "another-function": (sealed(1, function="1.2.840.113549.1.5.14"), UNREAD),
    "no-number": (
        sealed(function=PBKDF2),
        "[malformed] no element 0x02 where one is needed",
    ),
    "two-of-three": (sealed(2, 8), "[malformed] no element 0x02 where one is needed"),
    "no-salt": (
        der.sequence(
            der.sequence(
                der.oid(PBES2),
                der.sequence(der.sequence(der.oid(SCRYPT), der.sequence(der.integer(2)))),
            )
        ),
        "[malformed] an element 0x02, where 0x04 is needed",
    ),
    "not-der": (b"", "[malformed] not DER"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        check_derivation(data)
    assert str(caught.value) == message


@pytest.mark.parametrize("data", [REFUSED[name][0] for name in ("rounds-for-years", "memory")])
def test_nobody_is_asked_for_the_passphrase_of_what_is_refused(data: bytes) -> None:
    """Nor is any of it spent: that would take years, or all memory."""
    began = time.process_time()
    with pytest.raises(MalformedError):
        parse_private_pem(pem_of(data), passphrase=lambda: pytest.fail("it was asked for"))
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "data",
    [sealed(2_000_000, function=PBKDF2), sealed(1, function=PBKDF2), sealed(2**18, 8, 1),
     sealed(2**14, 8, 16), sealed(1, 1, 1)],
)  # fmt: skip
def test_the_bounds_are_within(data: bytes) -> None:
    check_derivation(data)


def test_what_is_written_is_within() -> None:
    """OWASP asks for N = 2^14, r = 8 and p = 5, among others of that strength."""
    pem = render_private_pem(signer_for("ed25519"), passphrase=b"word")
    written = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    check_derivation(written)
    assert der.integer(2**14) + der.integer(8) + der.integer(5) in written


def encrypted(plain: bytes) -> bytes:
    """Encrypt with `word`, at the cost of 4, 2 and 3."""
    key = Scrypt(salt=bytes(16), length=32, n=4, r=2, p=3).derive(b"word")
    pad = PKCS7(128).padder()
    encrypt = Cipher(AES256(key), CBC(bytes(16))).encryptor()
    return encrypt.update(pad.update(plain) + pad.finalize()) + encrypt.finalize()


def test_an_encrypted_key_of_an_algorithm_that_nobody_knows() -> None:
    """What is in it shows when it is open."""
    gost = der.sequence(der.oid("1.2.643.7.1.1.1.1"), der.element(0x05))
    body = encrypted(der.sequence(der.integer(0), gost, der.octets(bytes(32))))
    with pytest.raises(MalformedError) as caught:
        parse_private_pem(pem_of(sealed(4, 2, 3, body=body)), passphrase=lambda: b"word")
    assert str(caught.value) == "[malformed] a private key of an algorithm that is not read"


def test_the_numbers_that_are_checked_are_those_that_count() -> None:
    """A key that is sealed with other numbers than our own opens with those that it states."""
    inner = render_private_pem(signer_for("ed25519"), passphrase=None)
    body = encrypted(base64.b64decode(b"".join(inner.splitlines()[1:-1])))
    opened = parse_private_pem(pem_of(sealed(4, 2, 3, body=body)), passphrase=lambda: b"word")
    assert opened.public == signer_for("ed25519").public
    with pytest.raises(UsageError):
        parse_private_pem(pem_of(sealed(4, 3, 2, body=body)), passphrase=lambda: b"word")


@given(st.integers(-5, 2**22), st.integers(-2, 20), st.integers(-2, 20))
def test_any_cost_is_decided(n: int, r: int, p: int) -> None:
    if min(n, r, p) >= 1 and n * r * p <= 2**21:
        check_derivation(sealed(n, r, p))
        return
    with pytest.raises(MalformedError) as caught:
        check_derivation(sealed(n, r, p))
    assert str(caught.value) == spent(f"{n} * {r} * {p}")
