"""The body of a log entry against the bundle it is in: the same signature, key and subject.

Without this an entry about something else would do (CVE-2022-36056). The kinds are hashedrekord
0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2, intoto 0.0.2; any other is refused, intoto 0.0.1 too: it
does not say which signature was logged.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from assay.core.errors import MalformedError, RejectedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.evidence.exactbase64 import decode_base64
from assay.evidence.sigstore.bundle import MAX_BUNDLE_BYTES, DsseContent, MessageSignature
from assay.evidence.sigstore.keys import SignatureKey
from assay.evidence.sigstore.message import BytesMessage, Message
from assay.evidence.sigstore.protojson import HASH_NAMES, bytes_of
from assay.evidence.sigstore.tlogentry import LogEntry
from assay.evidence.sigstore.x509 import der_of

_NAMES: Final = frozenset(HASH_NAMES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the bundle shows, to be found again in each entry.

    `certificate` is the DER of the signer's certificate, empty where it is a bare key. `message`
    is what the signature is on: the artifact, or the envelope's PAE.
    """

    content: MessageSignature | DsseContent
    message: Message
    key: SignatureKey
    certificate: bytes


def verify_entry_body(entry: LogEntry, signed: Signed) -> None:
    """Refuse unless the entry is about this signature, by this key, on this subject.

    Raises:
        MalformedError: The body is not of its kind.
        RejectedError: It is of a kind that is not known, or about something else.
    """
    with inside("canonicalizedBody"):
        body = JsonValue(parse_json(entry.body, max_bytes=MAX_BUNDLE_BYTES))
        named = (body.field("kind").text(), body.field("apiVersion").text())
        if named != (entry.kind, entry.version):
            raise RejectedError(f"an entry of the kind {named}, where {entry.kind!r} is claimed")
        spec = body.field("spec")
        match signed.content, *named:
            case _, "hashedrekord", "0.0.1":
                _hashedrekord_1(spec, signed)
            case _, "hashedrekord", "0.0.2":
                _hashedrekord_2(spec.field("hashedRekordV002"), signed)
            case DsseContent() as envelope, "dsse", "0.0.1":
                _dsse_1(spec, signed, envelope)
            case DsseContent() as envelope, "dsse", "0.0.2":
                _dsse_2(spec.field("dsseV002"), signed, envelope)
            case DsseContent() as envelope, "intoto", "0.0.2":
                _intoto_2(spec.field("content"), signed, envelope)
            case _:
                raise RejectedError(f"an entry of the kind {named} with such a bundle")


def _hashedrekord_1(spec: JsonValue, signed: Signed) -> None:
    digest, signature = spec.field("data").field("hash"), spec.field("signature")
    _match_digest(digest.field("algorithm"), _hex(digest.field("value")), signed.message)
    _match_signature(bytes_of(signature.field("content")), signed)
    _match_pem(bytes_of(signature.field("publicKey").field("content")), signed)


def _hashedrekord_2(spec: JsonValue, signed: Signed) -> None:
    data, signature = spec.field("data"), spec.field("signature")
    _match_proto_digest(data, signed.message)
    _match_signature(bytes_of(signature.field("content")), signed)
    _match_verifier(signature.field("verifier"), signed)


def _dsse_1(spec: JsonValue, signed: Signed, envelope: DsseContent) -> None:
    digest = spec.field("payloadHash")
    payload = BytesMessage(data=envelope.payload)
    _match_digest(digest.field("algorithm"), _hex(digest.field("value")), payload)
    signature = _only(spec.field("signatures"))
    _match_signature(bytes_of(signature.field("signature")), signed)
    _match_pem(bytes_of(signature.field("verifier")), signed)


def _dsse_2(spec: JsonValue, signed: Signed, envelope: DsseContent) -> None:
    _match_proto_digest(spec.field("payloadHash"), BytesMessage(data=envelope.payload))
    signature = _only(spec.field("signatures"))
    _match_signature(bytes_of(signature.field("content")), signed)
    _match_verifier(signature.field("verifier"), signed)


def _intoto_2(content: JsonValue, signed: Signed, envelope: DsseContent) -> None:
    """Compare an intoto entry; what is base64 in the envelope may be in base64 once more there."""
    digest, logged = content.field("payloadHash"), content.field("envelope")
    payload = BytesMessage(data=envelope.payload)
    _match_digest(digest.field("algorithm"), _hex(digest.field("value")), payload)
    kind = logged.field("payloadType")
    if kind.text() != envelope.payload_type:
        raise RejectedError("the log entry is about another type of payload", where=kind.where)
    stored = logged.optional("payload")
    if stored is not None and stored.value and envelope.payload not in _unwrapped(stored):
        raise RejectedError("the log entry is about another payload", where=stored.where)
    signature = _only(logged.field("signatures"))
    if signed.content.signature not in _unwrapped(signature.field("sig")):
        raise RejectedError("the log entry is about another signature")
    _match_pem(bytes_of(signature.field("publicKey")), signed)


def _match_proto_digest(value: JsonValue, message: Message) -> None:
    algorithm = value.field("algorithm")
    if algorithm.text() not in HASH_NAMES:
        raise MalformedError(f"a digest of {algorithm.text()!r}", where=algorithm.where)
    name = JsonValue(HASH_NAMES[algorithm.text()], algorithm.where)
    _match_digest(name, bytes_of(value.field("digest")), message)


def _match_digest(algorithm: JsonValue, digest: bytes, message: Message) -> None:
    if algorithm.text() not in _NAMES:
        raise MalformedError(f"a digest of {algorithm.text()!r}", where=algorithm.where)
    if not hmac.compare_digest(message.digest(algorithm.text()), digest):
        raise RejectedError("the log entry is about something else", where=algorithm.where)


def _match_signature(logged: bytes, signed: Signed) -> None:
    if logged != signed.content.signature:
        raise RejectedError("the log entry is about another signature")


def _match_verifier(verifier: JsonValue, signed: Signed) -> None:
    """Compare the key of a Rekor v2 entry."""
    details = verifier.field("keyDetails")
    if not signed.key.details_fit(details.text()):
        raise RejectedError(f"a key of another kind: {details.text()!r}", where=details.where)
    certificate, key = verifier.optional("x509Certificate"), verifier.optional("publicKey")
    if (certificate is None) is (key is None):
        raise MalformedError("not exactly one key in a log entry", where=verifier.where)
    if certificate is not None:
        _match_key(bytes_of(certificate.field("rawBytes")), b"", signed)
    elif key is not None:
        _match_key(b"", bytes_of(key.field("rawBytes")), signed)


def _match_pem(pem: bytes, signed: Signed) -> None:
    """Compare the key of a Rekor v1 entry: a certificate or a public key in PEM."""
    try:
        if pem.startswith(b"-----BEGIN CERTIFICATE-----"):
            certificate = der_of(x509.load_pem_x509_certificate(pem))
            _match_key(certificate, b"", signed)
        else:
            key = load_pem_public_key(pem)
            _match_key(
                b"", key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), signed
            )
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("a log entry whose key cannot be read") from error


def _match_key(certificate: bytes, spki: bytes, signed: Signed) -> None:
    expected = (signed.certificate, b"") if signed.certificate else (b"", signed.key.spki)
    if (certificate, spki) != expected:
        raise RejectedError("the log entry is by another key")


def _only(values: JsonValue) -> JsonValue:
    if len(values.items()) != 1:
        raise RejectedError(f"a log entry with {len(values.items())} signatures")
    return values.items()[0]


def _hex(value: JsonValue) -> bytes:
    try:
        return bytes.fromhex(value.text())
    except ValueError as error:
        raise MalformedError("not hexadecimal", where=value.where) from error


def _unwrapped(value: JsonValue) -> tuple[bytes, ...]:
    """Return what `value` holds in base64, and where that is base64 again, what that holds."""
    once = bytes_of(value)
    try:
        return once, decode_base64(once.decode("ascii"))
    except (UnicodeDecodeError, MalformedError):
        return (once,)
