"""RFC 3161 timestamps: a token that a trusted authority signed over a signature, and its time.

* The signature of the token is on its signed attributes, which hold the digest of the content and
  of the signer's certificate (RFC 5652, section 5.4; RFC 5035). All of it is checked.
* The signer is the certificate that the trusted root pins, or one that the token carries and a
  pinned chain issued. Time-stamping must be its sole extended usage, and critical (RFC 3161, 2.3).
* The chain must have been valid at the time in the token, and the authority trusted then.
* A token by an authority that the trusted root does not know says nothing, and is not refused for
  it. One in the name of a known authority must hold in all of this.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import Certificate

from assay.core import der
from assay.core.der import Element, integer_of, oid_of
from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError
from assay.evidence.sigstore.keys import HASHES
from assay.evidence.sigstore.trustedroot import Authority
from assay.evidence.sigstore.tsptoken import (
    TST_INFO,
    Info,
    Token,
    digest_of,
    parse_info,
    parse_response,
)
from assay.evidence.sigstore.x509 import (
    TIME_STAMPING,
    der_of,
    extension,
    is_authority,
    load_certificate,
    public_key_of,
    verify_chain,
)
from assay.signing.algorithms import MAX_RSA_BITS, MIN_RSA_BITS

_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamped:
    """When a signature existed, by the word of which authority."""

    authority: str
    at: datetime


def verify_timestamp(
    response: bytes, *, signature: bytes, authorities: tuple[Authority, ...]
) -> Timestamped | None:
    """Return when a trusted authority stamped `signature`; None if only an unknown one did.

    Raises:
        MalformedError: Not a granted response in DER.
        RejectedError: It is about something else, or the authority was not trusted or valid then.
        SignatureInvalidError: The authority that it names did not sign it.
    """
    token = parse_response(response)
    info = parse_info(token.content)
    if not hmac.compare_digest(hashlib.new(info.digest, signature).digest(), info.imprint):
        raise RejectedError("a timestamp of another signature")
    refused: RejectedError | None = None
    for authority in authorities:
        signer = _signer(token, authority)
        if signer is None:
            continue
        try:
            _verify_by(token, info, signer, authority)
        except RejectedError as error:
            refused = error
            continue
        return Timestamped(authority=authority.name, at=info.at)
    if refused is not None:
        raise refused
    return None


def _verify_by(token: Token, info: Info, signer: Certificate, authority: Authority) -> None:
    """Refuse unless this authority made the token, in its own time."""
    if token.certificates and der_of(signer) not in token.certificates:
        raise RejectedError("a timestamp that shows another certificate than its signer's")
    _verify_attributes(token, signer)
    _verify_signature(token, signer)
    _check_usage(signer)
    first, *rest = authority.chain
    issuers = authority.chain if is_authority(first) else tuple(rest)
    verify_chain(signer, issuers, at=info.at, usage=TIME_STAMPING)
    if not authority.period.covers(info.at):
        raise RejectedError(f"the authority was not trusted at {info.at.isoformat()}")


def _signer(token: Token, authority: Authority) -> Certificate | None:
    """Return the certificate of this authority that the token names, None where it names none.

    That is the one which the trusted root pins; or, where it pins only who issues them, one that
    the token carries.
    """
    first = authority.chain[0]
    if not is_authority(first):
        return first if _is_named(token.signer, first) else None
    for raw in token.certificates:
        certificate = load_certificate(raw)
        if _is_named(token.signer, certificate) and certificate.issuer == first.subject:
            return certificate
    return None


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


def _verify_attributes(token: Token, signer: Certificate) -> None:
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
    if oid_of(content_type) != TST_INFO:
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
        algorithm = digest_of(named)
    expected = hashlib.new(algorithm, der_of(signer), usedforsecurity=False).digest()
    if first.take(der.OCTET_STRING).value != expected:
        raise SignatureInvalidError("a signature that names another certificate")


def _verify_signature(token: Token, signer: Certificate) -> None:
    """Check the signature on the attributes, as the SET that they are (RFC 5652, section 5.4)."""
    signed = b"\x31" + token.attributes.raw[1:]
    try:
        match public_key_of(signer):
            case ec.EllipticCurvePublicKey() as key if token.scheme in _ECDSA:
                algorithm = HASHES[_ECDSA[token.scheme]]
                key.verify(token.signature, signed, ec.ECDSA(algorithm))
            case rsa.RSAPublicKey() as key if (
                token.scheme in _RSA and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
            ):
                algorithm = HASHES[_RSA[token.scheme] or token.digest]
                key.verify(token.signature, signed, padding.PKCS1v15(), algorithm)
            case _:
                raise SignatureInvalidError("a timestamp signed in a way that is not known")
    except (InvalidSignature, ValueError, UnsupportedAlgorithm) as error:
        raise SignatureInvalidError("a timestamp that the authority did not sign") from error


def _only(attributes: dict[str, Element], name: str) -> Element:
    """Return the one value of a signed attribute."""
    values = der.parse_elements(attributes[name].value) if name in attributes else ()
    if len(values) != 1:
        raise MalformedError(f"not exactly one signed attribute {name}")
    return values[0]
