"""SSH signatures by hand: what a security token signs, and each way to be refused."""

import base64
import hashlib
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError
from assay.signing.sshwire import string_of
from assay.source.sshsig import parse_ssh_signature, verify_ssh_signature

KEY = ed25519.Ed25519PrivateKey.generate()
RAW = KEY.public_key().public_bytes_raw()
PLAIN = string_of(b"ssh-ed25519") + string_of(RAW)
TOKEN = b"sk-ssh-ed25519@openssh.com"
MESSAGE = b"what is signed"


def armour(data: bytes) -> bytes:
    text = base64.b64encode(data)
    return b"-----BEGIN SSH SIGNATURE-----\n" + text + b"\n-----END SSH SIGNATURE-----"


def body(
    *,
    blob: bytes = PLAIN,
    namespace: bytes = b"git",
    hashed: bytes = b"sha512",
    signature: bytes = b"",
    start: bytes = b"SSHSIG" + bytes([0, 0, 0, 1]),
) -> bytes:
    parts = (blob, namespace, b"", hashed, signature)
    return start + b"".join(string_of(part) for part in parts)


def signed_data(namespace: bytes = b"git") -> bytes:
    digest = hashlib.sha512(MESSAGE).digest()
    return b"SSHSIG" + b"".join(string_of(p) for p in (namespace, b"", b"sha512", digest))


def plain(*, tail: bytes = b"", scheme: bytes = b"ssh-ed25519") -> bytes:
    value = KEY.sign(signed_data())
    return armour(body(signature=string_of(scheme) + string_of(value) + tail))


def token(*, application: bytes = b"ssh:", flags: int = 1, counter: bool = True) -> bytes:
    tail = bytes([flags]) + (struct.pack(">I", 7) if counter else b"")
    digests = [hashlib.sha256(part).digest() for part in (application, signed_data())]
    value = KEY.sign(digests[0] + tail + digests[1])
    blob = string_of(TOKEN) + string_of(RAW) + string_of(application)
    return armour(body(blob=blob, signature=string_of(TOKEN) + string_of(value) + tail))


@pytest.mark.parametrize("armoured", [plain(), token(), token(flags=5)], ids=["key", "sk", "pin"])
def test_good_signatures(armoured: bytes) -> None:
    verify_ssh_signature(parse_ssh_signature(armoured), MESSAGE)


REFUSED = {
    "another message": (
        armour(body(signature=string_of(b"ssh-ed25519") + string_of(KEY.sign(b"other")))),
        "[signature-invalid] not a signature by this key",
    ),
    "another namespace": (
        armour(body(namespace=b"file", signature=string_of(b"ssh-ed25519") + string_of(b""))),
        "[rejected] signed for 'file', not for Git",
    ),
    "another kind than the key's": (
        plain(scheme=b"ssh-rsa"),
        "[malformed] an SSH signature of another kind than its key",
    ),
    "RSA with SHA-1": (
        plain(scheme=b"rsa-sha2-512"),
        "[malformed] an SSH signature of another kind than its key",
    ),
    "something behind it": (
        plain(tail=b"\x01"),
        "[malformed] an SSH signature with something after its end",
    ),
    "a token that nobody touched": (
        token(flags=0),
        "[rejected] a token's signature that nobody was present at",
    ),
    "a token for another application": (
        token(application=b"webauthn"),
        "[rejected] a token's signature for another application than SSH",
    ),
    "a token without its counter": (
        token(counter=False),
        "[malformed] a token's signature without flags and counter",
    ),
    "another version": (
        armour(body(start=b"SSHSIG" + bytes([0, 0, 0, 2]))),
        "[malformed] not an SSH signature of version 1",
    ),
    "another hash": (
        armour(body(hashed=b"md5")),
        "[malformed] an SSH signature on a 'md5'",
    ),
    "another armour": (b"-----BEGIN PGP SIGNATURE-----", "[malformed] not one SSH signature"),
    "not base64": (
        b"-----BEGIN SSH SIGNATURE-----\n!\n-----END SSH SIGNATURE-----",
        "[malformed] not base64",
    ),
    "too long": (
        armour(bytes(64 * 2**10)),
        "[malformed] not one SSH signature",
    ),
}


@pytest.mark.parametrize(("armoured", "message"), REFUSED.values(), ids=[*map(str, REFUSED)])
def test_refused(armoured: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        verify_ssh_signature(parse_ssh_signature(armoured), MESSAGE)
    assert str(caught.value) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        verify_ssh_signature(parse_ssh_signature(armour(body(signature=data))), MESSAGE)
    except AssayError:
        return
