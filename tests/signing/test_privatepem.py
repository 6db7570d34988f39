"""Private keys as text: what is written is read, also by OpenSSL; the rest is refused."""

import base64
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from assay.core.der import OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, parse_element
from assay.core.errors import AssayError, UsageError
from assay.signing.algorithms import ALGORITHMS
from assay.signing.asymmetric import AsymmetricSigner, generate_signer
from assay.signing.privatepem import parse_private_pem, render_private_pem
from tests.signing.test_asymmetric import signer_for

P256 = ec.generate_private_key(ec.SECP256R1())
NEVER = "the passphrase was asked for"


def never() -> bytes:
    pytest.fail(NEVER)


def pem_of(
    key: PrivateKeyTypes,
    form: PrivateFormat = PrivateFormat.PKCS8,
    encryption: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


@pytest.fixture(params=ALGORITHMS)
def signer(request: pytest.FixtureRequest) -> AsymmetricSigner:
    return signer_for(str(request.param))


def test_in_the_clear(signer: AsymmetricSigner) -> None:
    again = parse_private_pem(render_private_pem(signer, passphrase=None), passphrase=never)
    assert again.public == signer.public
    again.public.verify(b"message", signer.sign(b"message"))


def test_encrypted(signer: AsymmetricSigner) -> None:
    pem = render_private_pem(signer, passphrase=b"correct horse")
    assert pem.startswith(b"-----BEGIN " + b"ENCRYPTED PRIVATE KEY-----")
    again = parse_private_pem(pem, passphrase=lambda: b"correct horse")
    assert again.public == signer.public
    again.public.verify(b"message", again.sign(b"message"))


def test_a_salt_of_128_bits() -> None:
    """NIST SP 800-132, section 5.1; and a block of AES to start from."""
    signer = generate_signer("ed25519")
    pem = render_private_pem(signer, passphrase=b"word")
    der = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    scheme = parse_element(der, tag=SEQUENCE).fields().take(SEQUENCE).fields()
    scheme.take(OBJECT_IDENTIFIER)
    derivation, cipher = (part.fields() for part in scheme.take(SEQUENCE).items(SEQUENCE))
    for part in (derivation, cipher):
        part.take(OBJECT_IDENTIFIER)
    salt = derivation.take(SEQUENCE).fields().take(OCTET_STRING)
    start = cipher.take(OCTET_STRING)
    assert (len(salt.value), len(start.value)) == (16, 16)


def test_two_encryptions_have_nothing_in_common() -> None:
    first, second = (
        render_private_pem(signer_for("ed25519"), passphrase=b"same").splitlines()[2:-1]
        for _ in range(2)
    )
    assert first != second


@pytest.mark.parametrize("passphrase", [b"wrong", b"", b"correct horse\n"])
def test_another_passphrase(passphrase: bytes) -> None:
    pem = render_private_pem(signer_for("ed25519"), passphrase=b"correct horse")
    with pytest.raises(UsageError) as caught:
        parse_private_pem(pem, passphrase=lambda: passphrase)
    assert str(caught.value) == "[usage] the passphrase is wrong, or the key is damaged"


def test_the_passphrase_is_asked_for_once() -> None:
    pem = render_private_pem(signer_for("ed25519"), passphrase=b"correct horse")
    asked = []

    def ask() -> bytes:
        asked.append(1)
        return b"wrong"

    with pytest.raises(UsageError):
        parse_private_pem(pem, passphrase=ask)
    assert asked == [1]


def test_no_passphrase() -> None:
    pem = render_private_pem(signer_for("ed25519"), passphrase=b"correct horse")
    with pytest.raises(UsageError) as caught:
        parse_private_pem(pem, passphrase=None)
    assert str(caught.value) == (
        "[usage] the key is encrypted, and there is no passphrase "
        "(set ASSAY_KEY_PASSPHRASE, name a ?passphrase-file=, or use a terminal)"
    )


@pytest.mark.parametrize("passphrase", [b"", b"x" * 1025])
def test_a_passphrase_that_is_not_taken(passphrase: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        render_private_pem(signer_for("ed25519"), passphrase=passphrase)
    assert str(caught.value) == (
        f"[usage] a passphrase of {len(passphrase)} bytes, where 1 to 1024 are taken"
    )


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if not name.startswith("ml-")])
def test_openssl_reads_what_is_written(algorithm: str, tmp_path: Path) -> None:
    """All but ML-DSA, which OpenSSL reads from 3.5 on."""
    openssl, signer = shutil.which("openssl"), signer_for(algorithm)
    if openssl is None:
        pytest.skip("openssl is not installed")
    path = tmp_path / "key.pem"
    path.write_bytes(render_private_pem(signer, passphrase=b"correct horse"))
    done = subprocess.run(
        [openssl, "pkey", "-in", path, "-passin", "pass:correct horse", "-pubout"],
        capture_output=True,
        check=True,
    )
    assert done.stdout == signer.public.pem


def test_openssl_s_own_encryption() -> None:
    """PBES2 with PBKDF2 and AES-256, what `openssl pkcs8 -topk8` and `cryptography` write."""
    pem = pem_of(P256, encryption=BestAvailableEncryption(b"word"))
    assert parse_private_pem(pem, passphrase=lambda: b"word").public.algorithm == "ecdsa-p256"


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.OpenSSH])
def test_other_forms(form: PrivateFormat) -> None:
    made = parse_private_pem(pem_of(P256, form), passphrase=never)
    assert made.public == parse_private_pem(pem_of(P256), passphrase=never).public


def test_the_key_of_a_person(tmp_path: Path) -> None:
    """As ssh-keygen writes it, in the clear and with a passphrase, which `ssh-agent` can open."""
    program = shutil.which("ssh-keygen")
    if program is None:
        pytest.skip("ssh-keygen is not installed")
    for name, word in (("open", ""), ("closed", "word")):
        command = [program, "-q", "-t", "ed25519", "-N", word, "-f", str(tmp_path / name)]
        subprocess.run(command, check=True)
    key = parse_private_pem((tmp_path / "open").read_bytes(), passphrase=never)
    assert key.public.algorithm == "ed25519"
    with pytest.raises(AssayError) as caught:
        parse_private_pem((tmp_path / "closed").read_bytes(), passphrase=never)
    assert str(caught.value) == UNREAD


UNREAD = (
    "[malformed] a private key in an encryption that is not read "
    "(put it into ssh-agent; or convert it: openssl pkcs8 -topk8 -scrypt)"
)
OTHER = (
    "[malformed] a key of another algorithm "
    "(one of ed25519, ecdsa-p256, ecdsa-p384, rsa-pss, ml-dsa-65)"
)
NOT_ONE = "[malformed] not a private key in PEM"
COSIGN = (
    "[malformed] a key in the encryption of cosign, which is not read "
    "(make one with assay key create; cosign import-key-pair reads it)"
)


def labelled(label: str) -> bytes:
    return f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n".encode()


REFUSED = {
    "empty": (b"", NOT_ONE),
    "not-pem": (b"key", NOT_ONE),
    "damaged": (labelled("PRIVATE " + "KEY"), NOT_ONE),
    "damaged-encrypted": (
        labelled("ENCRYPTED PRIVATE " + "KEY"),
        "[malformed] bytes after the end of a DER structure",
    ),
    "base64-with-a-character-too-few": (
        labelled("ENCRYPTED PRIVATE " + "KEY").replace(b"AAAA", b"AAA"),
        NOT_ONE,
    ),
    "encrypted-without-an-end": (
        labelled("ENCRYPTED PRIVATE " + "KEY").partition(b"-----END")[0],
        "[malformed] not DER",
    ),
    "ed448-of-the-length-of-ed25519": (
        labelled("PRIVATE " + "KEY").replace(
            b"AAAA",
            base64.b64encode(bytes.fromhex("302e020100300506032b657104220420") + bytes(32)),
        ),
        NOT_ONE,
    ),
    "damaged-openssh": (labelled("OPENSSH PRIVATE " + "KEY"), NOT_ONE),
    "a-public-key": (generate_signer("ed25519").public.pem, NOT_ONE),
    "old-encryption": (
        pem_of(P256, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"word")),
        UNREAD,
    ),
    "p-521": (pem_of(ec.generate_private_key(ec.SECP521R1())), OTHER),
    "secp256k1": (pem_of(ec.generate_private_key(ec.SECP256K1())), OTHER),
    "rsa-exponent-3": (
        pem_of(rsa.generate_private_key(3, 2048)),
        "[malformed] an RSA key with another exponent than 65537",
    ),
    "rsa-1024": (
        pem_of(rsa.generate_private_key(65537, 1024)),  # noqa: S505
        "[malformed] an RSA key of 1024 bits, where 2048 to 8192 are read",
    ),
    "cosign": (labelled("ENCRYPTED COSIGN PRIVATE " + "KEY"), COSIGN),
    "sigstore": (labelled("ENCRYPTED SIGSTORE PRIVATE " + "KEY"), COSIGN),
}


@pytest.mark.parametrize(("pem", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(pem: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_private_pem(pem, passphrase=never)
    assert str(caught.value) == message


def test_a_page_of_blanks_is_read_once() -> None:
    """And not once from each of them."""
    head = labelled("ENCRYPTED PRIVATE " + "KEY").partition(b"AAAA")[0]
    began = time.process_time()
    with pytest.raises(AssayError):
        parse_private_pem(head + b" " * 2**20, passphrase=never)
    assert time.process_time() - began < 1


def test_text_around_a_key_is_let_be() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    assert parse_private_pem(b"\n" + pem_of(key), passphrase=never).public.algorithm == "ed25519"
