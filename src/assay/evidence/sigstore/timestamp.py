"""RFC 3161 timestamps: a token that a trusted authority signed over a signature, and its time.

* The signature of the token is on its signed attributes, which hold the digest of the content and
  of the signer's certificate (RFC 5652, section 5.4; RFC 5035). All of it is checked.
* The signer is the certificate that the trusted root pins, or one that the token carries and a
  pinned chain issued. Time-stamping must be its sole extended usage, and critical (RFC 3161, 2.3).
* The chain must have been valid at the time in the token, and the authority trusted then.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import Certificate

from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError
from assay.evidence.sigstore import der
from assay.evidence.sigstore.der import Element, integer_of, oid_of, parse_element
from assay.evidence.sigstore.keys import MAX_RSA_BITS, MIN_RSA_BITS
from assay.evidence.sigstore.trustedroot import Authority
from assay.evidence.sigstore.x509 import (
    TIME_STAMPING,
    der_of,
    extension,
    is_authority,
    load_certificate,
    verify_chain,
)

_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_DIGESTS: Final = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_ECDSA: Final = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_RSA: Final = {
    "1.2.840.113549.1.1.1": "",  # rsaEncryption: the hash is the digest algorithm
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_HASHES: Final = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_TIME: Final = re.compile(r"(\d{14})(?:\.(\d{0,17}[1-9]))?Z\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamped:
    """When a signature existed, by the word of which authority."""

    authority: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """A parsed token: nothing in it is verified."""

    content: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)
    signer: Element
    digest: str
    attributes: Element
    scheme: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Info:
    """The content of a token: what was stamped, and when."""

    digest: str
    imprint: bytes
    at: datetime


def verify_timestamp(
    response: bytes, *, signature: bytes, authorities: tuple[Authority, ...]
) -> Timestamped:
    """Refuse unless a trusted authority stamped `signature`; return when.

    Raises:
        MalformedError: Not a granted response in DER.
        RejectedError: It is about something else, or no authority was trusted or valid then.
        SignatureInvalidError: No trusted authority signed it.
    """
    token = _parse_response(response)
    info = _parse_info(token.content)
    if not hmac.compare_digest(hashlib.new(info.digest, signature).digest(), info.imprint):
        raise RejectedError("a timestamp of another signature")
    refused = RejectedError("no timestamp authority is trusted")
    for authority in authorities:
        try:
            _verify_by(token, info, authority)
        except RejectedError as error:
            refused = error
            continue
        return Timestamped(authority=authority.name, at=info.at)
    raise refused


def _verify_by(token: _Token, info: _Info, authority: Authority) -> None:
    """Refuse unless this authority made the token, in its own time."""
    signer, issuers = _signer(token, authority)
    _verify_attributes(token, signer)
    _verify_signature(token, signer)
    _check_usage(signer)
    verify_chain(signer, issuers, at=info.at, usage=TIME_STAMPING)
    if not authority.period.covers(info.at):
        raise RejectedError(f"the authority was not trusted at {info.at.isoformat()}")


def _signer(token: _Token, authority: Authority) -> tuple[Certificate, tuple[Certificate, ...]]:
    """Return the signer's certificate and its issuers: what the trusted root pins comes first."""
    first, *rest = authority.chain
    if not is_authority(first):
        if not _is_named(token.signer, first):
            raise SignatureInvalidError("a timestamp that the authority did not sign")
        return first, tuple(rest)
    for raw in token.certificates:
        certificate = load_certificate(raw)
        if _is_named(token.signer, certificate):
            return certificate, authority.chain
    raise SignatureInvalidError("a timestamp without the certificate of its signer")


def _is_named(signer: Element, certificate: Certificate) -> bool:
    """Tell whether a SignerIdentifier (RFC 5652, section 5.3) is of this certificate."""
    if signer.tag == 0x80:
        key_id = extension(certificate, x509.SubjectKeyIdentifier)
        return key_id is not None and key_id.value.digest == signer.value
    fields = signer.fields()
    issuer, serial = fields.take(der.SEQUENCE), integer_of(fields.take(der.INTEGER))
    fields.end()
    return (issuer.raw, serial) == (certificate.issuer.public_bytes(), certificate.serial_number)


def _check_usage(signer: Certificate) -> None:
    usage = extension(signer, x509.ExtendedKeyUsage)
    if usage is None or not usage.critical or list(usage.value) != [TIME_STAMPING]:
        raise RejectedError(
            "a timestamp signer whose sole critical extended usage is not time-stamping"
        )
    key_usage = extension(signer, x509.KeyUsage)
    if key_usage is not None and not key_usage.value.digital_signature:
        raise RejectedError("a timestamp signer whose key may not sign")


def _verify_attributes(token: _Token, signer: Certificate) -> None:
    """Check what the signature is on: type and digest of the content, and the signer itself."""
    attributes = dict[str, Element]()
    for attribute in token.attributes.items(der.SEQUENCE):
        fields = attribute.fields()
        name, values = oid_of(fields.take(der.OBJECT_IDENTIFIER)), fields.take(der.SET)
        fields.end()
        if name in attributes:
            raise MalformedError(f"the signed attribute {name} twice")
        attributes[name] = values
    content_type = _only(attributes, _CONTENT_TYPE)
    if oid_of(content_type) != _TST_INFO:
        raise SignatureInvalidError("a signature on another type of content")
    digest = _only(attributes, _MESSAGE_DIGEST)
    expected = hashlib.new(token.digest, token.content).digest()
    if (digest.tag, digest.value) != (der.OCTET_STRING, expected):
        raise SignatureInvalidError("a signature on another content")
    _verify_signing_certificate(attributes, signer)


def _verify_signing_certificate(attributes: dict[str, Element], signer: Certificate) -> None:
    """Check that the signature names its signer's certificate (RFC 5035, sections 3 and 4)."""
    if _SIGNING_CERTIFICATE_V2 in attributes:
        listed = _only(attributes, _SIGNING_CERTIFICATE_V2)
    else:
        listed = _only(attributes, _SIGNING_CERTIFICATE)
    first = listed.fields().take(der.SEQUENCE).fields().take(der.SEQUENCE).fields()
    algorithm = "sha256" if _SIGNING_CERTIFICATE_V2 in attributes else "sha1"
    named = first.optional(der.SEQUENCE) if algorithm == "sha256" else None
    if named is not None:
        algorithm = _digest_of(named)
    expected = hashlib.new(algorithm, der_of(signer), usedforsecurity=False).digest()
    if first.take(der.OCTET_STRING).value != expected:
        raise SignatureInvalidError("a signature that names another certificate")


def _verify_signature(token: _Token, signer: Certificate) -> None:
    """Check the signature on the attributes, as the SET that they are (RFC 5652, section 5.4)."""
    signed = b"\x31" + token.attributes.raw[1:]
    try:
        match signer.public_key():
            case ec.EllipticCurvePublicKey() as key if token.scheme in _ECDSA:
                algorithm = _HASHES[_ECDSA[token.scheme]]
                key.verify(token.signature, signed, ec.ECDSA(algorithm))
            case rsa.RSAPublicKey() as key if (
                token.scheme in _RSA and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
            ):
                algorithm = _HASHES[_RSA[token.scheme] or token.digest]
                key.verify(token.signature, signed, padding.PKCS1v15(), algorithm)
            case _:
                raise SignatureInvalidError("a timestamp signed in a way that is not known")
    except (InvalidSignature, ValueError, UnsupportedAlgorithm) as error:
        raise SignatureInvalidError("a timestamp that the authority did not sign") from error


def _parse_response(response: bytes) -> _Token:
    """Read a TimeStampResp (RFC 3161, section 2.4.2) down to the one SignerInfo."""
    fields = parse_element(response).fields()
    status = fields.take(der.SEQUENCE).fields()
    if integer_of(status.take(der.INTEGER)) != 0:
        raise MalformedError("a timestamp that was not granted")
    token = fields.take(der.SEQUENCE).fields()
    fields.end()
    if oid_of(token.take(der.OBJECT_IDENTIFIER)) != _SIGNED_DATA:
        raise MalformedError("a timestamp token that is no signed data")
    return _parse_signed_data(parse_element(token.take(0xA0).value))


def _parse_signed_data(element: Element) -> _Token:
    fields = element.fields()
    integer_of(fields.take(der.INTEGER))
    fields.take(der.SET)  # digest algorithms, which the one signer names again
    content = fields.take(der.SEQUENCE).fields()
    if oid_of(content.take(der.OBJECT_IDENTIFIER)) != _TST_INFO:
        raise MalformedError("signed data that is no timestamp")
    held = parse_element(content.take(0xA0).value)
    certificates = fields.optional(0xA0)
    fields.optional(0xA1)  # revocation lists: the trusted root says who is trusted
    signers = fields.take(der.SET).items(der.SEQUENCE)
    fields.end()
    if len(signers) != 1 or held.tag != der.OCTET_STRING:
        raise MalformedError(f"{len(signers)} signers of a timestamp, where one is needed")
    raw = () if certificates is None else certificates.items(der.SEQUENCE)
    return _parse_signer(signers[0], content=held.value, certificates=tuple(c.raw for c in raw))


def _parse_signer(element: Element, *, content: bytes, certificates: tuple[bytes, ...]) -> _Token:
    fields = element.fields()
    integer_of(fields.take(der.INTEGER))
    signer = fields.optional(0x80) or fields.take(der.SEQUENCE)
    digest = _digest_of(fields.take(der.SEQUENCE))
    attributes = fields.take(0xA0)
    scheme = oid_of(fields.take(der.SEQUENCE).fields().take(der.OBJECT_IDENTIFIER))
    signature = fields.take(der.OCTET_STRING).value
    return _Token(
        content=content,
        certificates=certificates,
        signer=signer,
        digest=digest,
        attributes=attributes,
        scheme=scheme,
        signature=signature,
    )


def _parse_info(content: bytes) -> _Info:
    """Read a TSTInfo (RFC 3161, section 2.4.2); its policy and accuracy are not used."""
    fields = parse_element(content).fields()
    if integer_of(fields.take(der.INTEGER)) != 1:
        raise MalformedError("a timestamp of another version")
    oid_of(fields.take(der.OBJECT_IDENTIFIER))
    imprint = fields.take(der.SEQUENCE).fields()
    digest = _digest_of(imprint.take(der.SEQUENCE))
    imprinted = imprint.take(der.OCTET_STRING).value
    imprint.end()
    integer_of(fields.take(der.INTEGER))
    return _Info(
        digest=digest, imprint=imprinted, at=_parse_time(fields.take(der.GENERALIZED_TIME).value)
    )


def _parse_time(value: bytes) -> datetime:
    found = _TIME.match(value.decode("ascii", "replace"))
    if found is None:
        raise MalformedError("not a time of a timestamp")
    try:
        whole = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedError("not a time of a timestamp") from error
    return whole + timedelta(microseconds=int(f"{found[2] or '':0<6.6}"))


def _digest_of(algorithm: Element) -> str:
    name = oid_of(algorithm.fields().take(der.OBJECT_IDENTIFIER))
    if name not in _DIGESTS:
        raise MalformedError(f"a digest algorithm that is not known: {name}")
    return _DIGESTS[name]


def _only(attributes: dict[str, Element], name: str) -> Element:
    """Return the one value of a signed attribute."""
    values = der.parse_elements(attributes[name].value) if name in attributes else ()
    if len(values) != 1:
        raise MalformedError(f"not exactly one signed attribute {name}")
    return values[0]
