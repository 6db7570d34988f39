"""The certificate of a signer: issued by a trusted authority, logged, and for whom.

Specification: Fulcio's certificate profile; RFC 6962, section 3.2, for the signed certificate
timestamp (SCT), which proves that the certificate was submitted to a log of certificates.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate
from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

from assay.core import der
from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError, inside
from assay.evidence.sigstore.trustedroot import Authority, TrustedRoot
from assay.evidence.sigstore.x509 import (
    CODE_SIGNING,
    extension,
    has_usage,
    is_authority,
    is_self_issued,
    load_certificate,
    reading_certificate,
    verify_chain,
)
from assay.signing.principals import OidcIdentity

_ISSUER: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")  # raw text
_ISSUER_V2: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")  # a UTF8String
_USER_NAME: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.7")  # an OtherName of Fulcio
_UTF8_STRING: Final = 0x0C
_PRECERT: Final = (1).to_bytes(2)


def load_leaf(certificates: tuple[bytes, ...]) -> Certificate:
    """Return the signer's certificate, the first one.

    Those after it are not used: issuers come from the trusted root. But a root among them is
    refused, as the bundle's specification forbids it: some verifier might trust it.

    Raises:
        MalformedError: One cannot be read.
        RejectedError: A root is among them.
    """
    leaf, *rest = (load_certificate(raw) for raw in certificates)
    if any(is_authority(other) and is_self_issued(other) for other in rest):
        raise RejectedError("a root certificate in the bundle")
    return leaf


def verify_certificate(
    leaf: Certificate, *, root: TrustedRoot, times: tuple[datetime, ...]
) -> None:
    """Refuse unless a trusted authority issued `leaf`, valid at all `times`, and logged it.

    Raises:
        RejectedError: No authority did; or the certificate may not sign; or no time is known.
    """
    if not times:
        raise RejectedError("no verified time: the certificate cannot be judged")
    usage = extension(leaf, x509.KeyUsage)
    if usage is None or not usage.value.digital_signature or not has_usage(leaf, CODE_SIGNING):
        raise RejectedError("a certificate that is not for signing code")
    refused = RejectedError("no certificate authority is trusted")
    for authority in root.authorities:
        try:
            _verify_issued(leaf, authority, times)
        except RejectedError as error:
            refused = error if _is_nearer(error, refused) else refused
            continue
        _verify_logged(leaf, authority.chain[0], root)
        return
    raise refused


def verify_identity(leaf: Certificate, *, expected: OidcIdentity) -> None:
    """Refuse unless the certificate is for exactly the `expected` subject of that issuer.

    Raises:
        MalformedError: The names in the certificate cannot be read.
        RejectedError: It is for somebody else.
    """
    found = read_identity(leaf)
    if found.subject != expected.subject:
        raise RejectedError(f"signed by {found.subject!r}, where {expected.subject!r} is expected")
    if found.issuer != expected.issuer:
        raise RejectedError(
            f"an identity of {found.issuer!r}, where one of {expected.issuer!r} is expected"
        )


def read_identity(leaf: Certificate) -> OidcIdentity:
    """Return whom the certificate is for: its one subject alternative name, and the issuer.

    Raises:
        MalformedError: Not exactly one name of a known kind, or no issuer, or two.
    """
    names = extension(leaf, x509.SubjectAlternativeName)
    found = () if names is None else tuple(names.value)
    if len(found) != 1:
        raise MalformedError(f"{len(found)} names in a certificate, where one is needed")
    with inside("certificate"):
        return OidcIdentity(issuer=_issuer(leaf), subject=_subject(found[0]))


def _subject(name: x509.GeneralName) -> str:
    match name:
        case x509.UniformResourceIdentifier() | x509.RFC822Name() | x509.DNSName():
            return name.value
        case x509.OtherName() if name.type_id == _USER_NAME:
            return _utf8_string(name.value)
        case _:
            raise MalformedError("a name of a kind that is not known")


def _issuer(leaf: Certificate) -> str:
    """Return the OIDC issuer; where both of its extensions are there they must agree."""
    found = set[str]()
    with reading_certificate():
        for item in leaf.extensions:
            if isinstance(item.value, x509.UnrecognizedExtension):
                if item.oid == _ISSUER_V2:
                    found.add(_utf8_string(item.value.value))
                elif item.oid == _ISSUER:
                    found.add(item.value.value.decode())
    if len(found) != 1:
        raise MalformedError(f"{len(found)} issuers in a certificate, where one is needed")
    return found.pop()


def _utf8_string(data: bytes) -> str:
    element = der.parse_element(data, tag=_UTF8_STRING)
    try:
        return element.value.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("a name that is no UTF-8 text") from error


def _verify_issued(leaf: Certificate, authority: Authority, times: tuple[datetime, ...]) -> None:
    for at in times:
        verify_chain(leaf, authority.chain, at=at, usage=CODE_SIGNING)
        if not authority.period.covers(at):
            raise RejectedError(f"the certificate authority was not trusted at {at.isoformat()}")


def _is_nearer(error: RejectedError, than: RejectedError) -> bool:
    """Tell which refusal says more: that of the authority which did sign."""
    return not isinstance(error, SignatureInvalidError) or isinstance(than, SignatureInvalidError)


def _verify_logged(leaf: Certificate, issuer: Certificate, root: TrustedRoot) -> None:
    """Refuse unless a trusted log of certificates promised to take up this one.

    Promises of unknown logs are ignored; one of a known log must hold.
    """
    embedded = extension(leaf, x509.PrecertificateSignedCertificateTimestamps)
    known = 0
    for promise in () if embedded is None else tuple(embedded.value):
        signed = _promised(promise, leaf, issuer)
        at = promise.timestamp.replace(tzinfo=UTC)
        for log in root.certificate_logs:
            if log.key_id == promise.log_id and log.period.covers(at):
                with inside("certificate timestamp"):
                    log.key.verify(signed, promise.signature)
                known += 1
    if not known:
        raise RejectedError("no trusted log of certificates knows this one")


def _promised(promise: SignedCertificateTimestamp, leaf: Certificate, issuer: Certificate) -> bytes:
    """Return what an embedded SCT is a signature on (RFC 6962, section 3.2)."""
    with reading_certificate():
        if not isinstance(promise.signature_hash_algorithm, hashes.SHA256):
            raise MalformedError("a certificate timestamp that is not with SHA-256")
        precertificate = leaf.tbs_precertificate_bytes
        since = promise.timestamp.replace(tzinfo=UTC) - datetime.fromtimestamp(0, tz=UTC)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return b"".join(
        (
            b"\x00\x00",  # version 1, a certificate timestamp
            (since // timedelta(milliseconds=1)).to_bytes(8),
            _PRECERT,
            digest.finalize(),
            len(precertificate).to_bytes(3),
            precertificate,
            len(promise.extension_bytes).to_bytes(2),
            promise.extension_bytes,
        )
    )
