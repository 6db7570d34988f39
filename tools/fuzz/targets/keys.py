"""Readers of keys, of where keys are, of trust roots, and of what key services answer."""

import base64
import struct
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from tests.fakes import der
from tests.fakes.trust import ALICE, ALICE_TOO, LOG, LOG_KEY, ORIGIN, ROOT

from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import cosigner_key, render_note_key
from assay.signing.privatepem import parse_private_pem, render_private_pem
from assay.signing.services.pkcs11uri import parse_pkcs11
from assay.signing.signeruri import parse_signer_uri, path_of
from assay.signing.spki import render_public_pem
from assay.signing.trust import parse_authored, render_trust_root
from fuzz.target import Target, raw, text, value


def _pems() -> Sequence[bytes]:
    return tuple(render_public_pem(signer.public.spki) for signer in (ALICE, ALICE_TOO))


def _ders() -> Sequence[bytes]:
    return tuple(base64.b64decode(b"".join(pem.splitlines()[1:-1])) for pem in _pems())


def _private_pems() -> Sequence[bytes]:
    """Return a key in the clear, and one whose passphrase costs little, so that many are tried."""
    signer = generate_signer("ed25519")
    encrypted = signer.private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")
    )
    return (render_private_pem(signer, passphrase=None), encrypted, _scrypt_pem())


def _scrypt_pem() -> bytes:
    """Return what states little work of scrypt; there is no key in it."""
    costs = der.sequence(der.octets(bytes(16)), *(der.integer(number) for number in (2, 8, 1)))
    cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.42"), der.octets(bytes(16)))
    function = der.sequence(der.oid("1.3.6.1.4.1.11591.4.11"), costs)
    scheme = der.sequence(der.oid("1.2.840.113549.1.5.13"), der.sequence(function, cipher))
    text = base64.encodebytes(der.sequence(scheme, der.octets(bytes(32))))
    label = b"ENCRYPTED PRIVATE " + b"KEY"
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, text, label)


def _identities() -> Sequence[bytes]:
    blob = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + bytes(32)
    comment = b"somebody@example.org"
    one = struct.pack(">I", len(blob)) + blob + struct.pack(">I", len(comment)) + comment
    return (struct.pack(">I", 1) + one, struct.pack(">I", 2) + one + one)


def _uri(data: bytes) -> object:
    """Take a URI apart as far as its kind lets it."""
    uri = parse_signer_uri(data.decode("utf-8", "surrogateescape"))
    if uri.kind == "pkcs11":
        return parse_pkcs11(uri)
    return path_of(uri)


_URIS: Final = (
    b"file:///keys/one.pem",
    b"keys/one.pem",
    b"pkcs11:token=assay;object=one;id=%01%02?module-path=/usr/lib/p11.so&pin-source=env:PIN",
    b"pkcs11:object=two?module-path=/usr/lib/p11.so",
)
TARGETS: Final[tuple[Target, ...]] = (
    raw("assay.signing.asymmetric:parse_public_pem", _pems),
    raw("assay.signing.asymmetric:parse_public_der", _ders),
    raw("assay.signing.keys:load_public_key", _pems),
    Target(
        name="assay.signing.privatepem:parse_private_pem",
        read=lambda data: parse_private_pem(data, passphrase=lambda: b"word"),
        seeds=_private_pems,
    ),
    text("assay.signing.notekey:parse_note_key", lambda: (render_note_key(LOG_KEY).encode(),)),
    text(
        "assay.signing.notekey:parse_witness_key",
        lambda: (render_note_key(cosigner_key(ORIGIN, LOG.public)).encode(),),
    ),
    raw("assay.signing.trust:parse_trust_root", lambda: (render_trust_root(ROOT),)),
    Target(
        name="assay.signing.trust:parse_authored",
        read=lambda data: parse_authored(data, after=None),
        seeds=lambda: (render_trust_root(ROOT),),
        refuses_examples=True,
    ),
    value("assay.signing.principaljson:parse_moment", lambda: (b'"2026-06-01T00:00:00Z"',)),
    Target(
        name="assay.signing.signeruri:parse_signer_uri",
        read=_uri,
        seeds=lambda: _URIS,
        also=("assay.signing.services.pkcs11uri:parse_pkcs11",),
    ),
    text("assay.signing.signeruri:decode_percent", lambda: (b"a%20b%C3%A9",)),
    value("assay.signing.services.restservice:decode_value", lambda: (b'"QUJD"',)),
    raw("assay.signing.services.sshagent:_identities", _identities),
)
