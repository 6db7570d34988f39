"""Signatures as gitsign makes them, by an instance of Sigstore in memory."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.fakes import der
from tests.fakes.certificates import AT, Json, p256, pem_of, sign
from tests.fakes.sigstore import Instance
from tests.fakes.sigstorebundles import hashedrekord_1

EMAIL: Final = "alice@example.org"
DATA: Final = "1.2.840.113549.1.7.1"
LOG_ENTRY: Final = "1.3.6.1.4.1.57264.3.1"
TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.14"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


def attribute(name: str, value: bytes) -> bytes:
    """Return an attribute with one value."""
    return der.sequence(der.oid(name), der.set_of(value))


def proto(tag: int, value: bytes | int) -> bytes:
    """Return one field of a protocol buffer."""
    if isinstance(value, int):
        return _varint(tag << 3) + _varint(value)
    return _varint(tag << 3 | 2) + _varint(len(value)) + value


def entry_message(entry: Json) -> bytes:
    """Return a log entry as the message that gitsign keeps, without its body."""

    def text(value: object) -> bytes:
        return base64.b64decode(str(value))

    def inside(value: object, name: str) -> object:
        assert isinstance(value, dict)
        return value[name]

    proof, kind = entry["inclusionProof"], entry["kindVersion"]
    hashes = inside(proof, "hashes")
    assert isinstance(hashes, list)
    proven = (
        proto(1, int(str(inside(proof, "logIndex"))))
        + proto(2, text(inside(proof, "rootHash")))
        + proto(3, int(str(inside(proof, "treeSize"))))
        + b"".join(proto(4, text(item)) for item in hashes)
        + proto(5, proto(1, str(inside(inside(proof, "checkpoint"), "envelope")).encode()))
    )
    promise = text(inside(entry["inclusionPromise"], "signedEntryTimestamp"))
    return (
        proto(1, int(str(entry["logIndex"])))
        + proto(2, proto(1, text(inside(entry["logId"], "keyId"))))
        + proto(
            3,
            proto(1, str(inside(kind, "kind")).encode())
            + proto(2, str(inside(kind, "version")).encode()),
        )
        + proto(4, int(str(entry["integratedTime"])))
        + proto(5, proto(1, promise))
        + proto(6, proven)
    )


@dataclass(frozen=True, kw_only=True)
class GitsignForm:
    """A signature's parts; the defaults are those of a good one."""

    email: str = EMAIL
    content_type: str = DATA
    about: bytes | None = None  # what the attributes are about, if not the message
    logged: bool = True
    entry: bytes = b""  # in the place of its own log entry
    stamped: bool = False
    at: datetime = AT + timedelta(minutes=1)
    content: bytes = b""  # what is signed, if it is not detached
    shown: bool = True  # the certificate
    twice: bool = False  # the signer


def gitsign(instance: Instance, message: bytes, form: GitsignForm | None = None) -> bytes:
    """Return the armoured signature on `message`, with its log entry beside it."""
    form = form or GitsignForm()
    key = p256()
    certificate = instance.certificate(key, names=(x509.RFC822Name(form.email),))
    about = message if form.about is None else form.about
    signed = attribute("1.2.840.113549.1.9.3", der.oid(form.content_type)) + attribute(
        "1.2.840.113549.1.9.4", der.octets(hashlib.sha256(about).digest())
    )
    attributes = der.set_of(signed)
    signature = sign(key, attributes)
    unsigned = b""
    if form.logged:
        digest = hashlib.sha256(attributes).hexdigest()
        body = hashedrekord_1(digest, "sha256", signature, pem_of(certificate))
        entry = instance.promised("hashedrekord", "0.0.1", body, at=form.at)
        unsigned += attribute(LOG_ENTRY, der.octets(form.entry or entry_message(entry)))
    if form.stamped:
        # A response is the status and the token; the attribute holds the token alone.
        response = instance.timestamp(signature, at=form.at)
        unsigned += attribute(TIMESTAMP, _second(response))
    signer = der.sequence(
        der.integer(1),
        der.sequence(
            certificate.issuer.public_bytes(),
            der.integer(certificate.serial_number),
        ),
        der.sequence(der.oid(_SHA256)),
        der.element(0xA0, signed),
        der.sequence(der.oid("1.2.840.10045.4.3.2")),
        der.octets(signature),
        der.element(0xA1, unsigned) if unsigned else b"",
    )
    shown = der.element(0xA0, certificate.public_bytes(Encoding.DER)) if form.shown else b""
    held = der.element(0xA0, der.octets(form.content)) if form.content else b""
    data = der.sequence(
        der.integer(1),
        der.set_of(der.sequence(der.oid(_SHA256))),
        der.sequence(der.oid(DATA), held),
        shown,
        der.set_of(signer * (2 if form.twice else 1)),
    )
    return armoured(der.sequence(der.oid(_SIGNED_DATA), der.element(0xA0, data)))


def armoured(data: bytes) -> bytes:
    """Return `data` in the armour of a CMS signature."""
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    label = "SIGNED MESSAGE"
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"]).encode()


def _second(sequence: bytes) -> bytes:
    """Return the second element of a DER sequence."""
    from assay.core.der import parse_element  # noqa: PLC0415  # the one reader of DER there is

    return parse_element(sequence, tag=0x30).fields().left[1].raw


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])
