"""Private keys as text: PKCS#8 in PEM, encrypted or not, and the other forms that are read.

* Written: PKCS#8; encrypted with PBES2, scrypt and AES-256-CBC (RFC 8018, RFC 7914), which OpenSSL
  reads. What `cryptography` writes derives the key with 2,048 rounds of PBKDF2, too few for a
  passphrase that a person remembers. N = 2^14, r = 8 and p = 5 are of the strength that OWASP
  asks for, in the memory that OpenSSL allows.
* Read: PKCS#8, the older forms of RSA and EC keys, and OpenSSH keys; encrypted only PKCS#8, within
  the bounds of `assay.signing.derivation`. Older encryption (`Proc-Type: 4,ENCRYPTED`) derives its
  key with one round of MD5.
* A passphrase is asked for only where there is something to open with it, and once.
"""

import base64
import re
import secrets
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
)

from assay.core.errors import MalformedError, UsageError
from assay.signing.asymmetric import AsymmetricSigner, signer_of
from assay.signing.derivation import check_derivation
from assay.signing.keys import Passphrase
from assay.signing.spki import render_pem

MAX_PASSPHRASE_BYTES: Final = 1024
_COST: Final = 2**14
_BLOCK: Final = 8
_PARALLEL: Final = 5
_AES_BLOCK_BITS: Final = 128
# Object identifiers in DER: PBES2, scrypt, aes256-CBC.
_PBES2: Final = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT: Final = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC: Final = bytes.fromhex("060960864801650304012a")
_ENCRYPTED: Final = "ENCRYPTED PRIVATE KEY"
_BODY: Final = re.compile(rb"-----\s([A-Za-z0-9+/=\s]*)-----END " + _ENCRYPTED.encode() + b"-----")
_LABEL: Final = re.compile(rb"\s*-----BEGIN ([A-Z0-9 ]{1,64})-----")


def parse_private_pem(pem: bytes, *, passphrase: Passphrase | None) -> AsymmetricSigner:
    """Read one private key from PEM; `passphrase` is called once if the key is encrypted.

    Raises:
        UsageError: It is encrypted, and there is no passphrase, or another one opens it.
        MalformedError: Not a key in a form that is read, not of a known algorithm, or with a
            passphrase that costs too much.
    """
    found = _LABEL.match(pem)
    label = found[1].decode() if found else ""
    match label:
        case value if value == _ENCRYPTED:
            return signer_of(_open_encrypted(_der(pem), passphrase))
        case "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY":
            return signer_of(_open_plain(pem, load_pem_private_key))
        case "OPENSSH PRIVATE KEY":
            return signer_of(_open_plain(pem, load_ssh_private_key))
        case "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY":
            raise MalformedError(
                "a key in the encryption of cosign, which is not read",
                hint="make one with assay key create; cosign import-key-pair reads it",
            )
        case _:
            raise MalformedError("not a private key in PEM")


def render_private_pem(signer: AsymmetricSigner, *, passphrase: bytes | None) -> bytes:
    """Write the private key as PKCS#8 PEM, encrypted unless `passphrase` is None.

    Raises:
        UsageError: An empty passphrase, or one that is too long.
    """
    der = signer.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    if passphrase is None:
        return render_pem("PRIVATE KEY", der)
    if not 0 < len(passphrase) <= MAX_PASSPHRASE_BYTES:
        raise UsageError(
            f"a passphrase of {len(passphrase)} bytes, where 1 to {MAX_PASSPHRASE_BYTES} are taken"
        )
    return render_pem(_ENCRYPTED, _encrypted(der, passphrase))


def _open_plain(
    pem: bytes, load: Callable[[bytes, bytes | None], PrivateKeyTypes]
) -> PrivateKeyTypes:
    try:
        return load(pem, None)
    except TypeError as error:  # what it says of keys that are encrypted
        raise MalformedError(
            "a private key in an encryption that is not read",
            hint="put it into ssh-agent; or convert it: openssl pkcs8 -topk8 -scrypt",
        ) from error
    except (ValueError, UnsupportedAlgorithm, InternalError) as error:
        # InternalError: what OpenSSL says of a key of X448 or Ed448 with another length.
        raise MalformedError("not a private key in PEM") from error


def _der(pem: bytes) -> bytes:
    """Return what an encrypted key is in DER: what is checked is what is opened."""
    found = _BODY.search(pem)
    try:
        return base64.b64decode(b"".join(found[1].split()) if found else b"", validate=True)
    except ValueError as error:
        raise MalformedError("not a private key in PEM") from error


def _open_encrypted(der: bytes, passphrase: Passphrase | None) -> PrivateKeyTypes:
    check_derivation(der)
    if passphrase is None:
        raise UsageError(
            "the key is encrypted, and there is no passphrase",
            hint="set ASSAY_KEY_PASSPHRASE, name a ?passphrase-file=, or use a terminal",
        )
    try:
        return load_der_private_key(der, passphrase())
    except (ValueError, TypeError) as error:  # TypeError: an empty passphrase
        raise UsageError("the passphrase is wrong, or the key is damaged") from error
    except (UnsupportedAlgorithm, InternalError) as error:
        raise MalformedError("a private key of an algorithm that is not read") from error


def _encrypted(der: bytes, passphrase: bytes) -> bytes:
    """Return EncryptedPrivateKeyInfo (RFC 5958, section 3) around PKCS#8 in DER."""
    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    key = Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_PARALLEL).derive(passphrase)
    pad = PKCS7(_AES_BLOCK_BITS).padder()
    encrypt = Cipher(AES256(key), CBC(start)).encryptor()
    sealed = encrypt.update(pad.update(der) + pad.finalize()) + encrypt.finalize()
    cost = b"".join(_integer(number) for number in (_COST, _BLOCK, _PARALLEL))
    derivation = _sequence(_SCRYPT, _sequence(_octets(salt), cost))
    cipher = _sequence(_AES_256_CBC, _octets(start))
    return _sequence(_sequence(_PBES2, _sequence(derivation, cipher)), _octets(sealed))


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _tagged(0x04, content)


def _integer(number: int) -> bytes:
    return _tagged(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
