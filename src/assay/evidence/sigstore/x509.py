"""X.509 certificates of a Sigstore instance: read, and checked along a chain that is given.

A trusted root spells out each chain from the issuer of leaves to the trust anchor, so that no
path is searched for: the one certificate that comes from elsewhere is the leaf. What RFC 5280,
section 6.1, asks of a path is checked on that chain as of one time: signatures, names, validity,
CA and its depth, key usage, extended key usage, and that no critical extension goes unread. Name
constraints are not supported, and refused.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError

CODE_SIGNING: Final = ExtendedKeyUsageOID.CODE_SIGNING
TIME_STAMPING: Final = ExtendedKeyUsageOID.TIME_STAMPING

_READ: Final = frozenset(
    {
        *(ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE),
        *(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, ExtensionOID.CERTIFICATE_POLICIES),
        *(ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER),
    }
)
_WEAK: Final = frozenset({"md5", "sha1"})
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@contextmanager
def reading_certificate() -> Iterator[None]:
    """Turn what the library says of a certificate that it cannot read into one error."""
    try:
        yield
    except (
        ValueError,
        TypeError,
        CryptographyDeprecationWarning,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        x509.InvalidVersion,
        UnsupportedAlgorithm,
    ) as error:
        raise MalformedError(f"a certificate that cannot be read: {error}") from error


def load_certificate(der: bytes) -> Certificate:
    """Read a certificate of version 3, all its extensions included.

    What the library reads with a warning that the standard forbids it is not read here.

    Raises:
        MalformedError: It cannot be read.
    """
    with reading_certificate(), warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        certificate = x509.load_der_x509_certificate(der)
        if certificate.version is not x509.Version.v3:
            raise MalformedError("a certificate that is not of version 3")
        list(certificate.extensions)
        # All of these are decoded when they are first asked for, and fail only then.
        certificate.subject.rfc4514_string()
        certificate.issuer.public_bytes()
        _ = certificate.serial_number, certificate.not_valid_before_utc
        _ = certificate.not_valid_after_utc
        return certificate


def der_of(certificate: Certificate) -> bytes:
    """Return the bytes of a certificate."""
    return certificate.public_bytes(Encoding.DER)


def public_key_of(certificate: Certificate) -> object:
    """Return the key of a certificate, of whatever kind.

    Raises:
        MalformedError: It cannot be read.
    """
    with reading_certificate():
        return certificate.public_key()


def extension(
    certificate: Certificate, kind: type[_Extension]
) -> x509.Extension[_Extension] | None:
    """Return the extension of this kind, or None where there is none."""
    with reading_certificate():
        try:
            return certificate.extensions.get_extension_for_class(kind)
        except x509.ExtensionNotFound:
            return None


def is_authority(certificate: Certificate) -> bool:
    """Tell whether a certificate may issue others."""
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.value.ca


def is_self_issued(certificate: Certificate) -> bool:
    """Tell whether a certificate names itself as its issuer: a root."""
    return certificate.issuer == certificate.subject


def verify_chain(
    leaf: Certificate,
    issuers: tuple[Certificate, ...],
    *,
    at: datetime,
    usage: x509.ObjectIdentifier,
) -> None:
    """Refuse unless `leaf` was issued for `usage` through `issuers`, all valid at the time `at`.

    `issuers` lead from the issuer of the leaf to the trust anchor.

    Raises:
        MalformedError: A certificate cannot be read.
        RejectedError: The chain does not hold; the text says which rule it breaks.
        SignatureInvalidError: A certificate is not signed by the next one.
    """
    if not issuers:
        raise RejectedError("a chain without issuers")
    if is_authority(leaf):
        raise RejectedError("the leaf is a certificate authority")
    for certificate, issuer in zip((leaf, *issuers), issuers, strict=False):
        _check_issued(certificate, issuer)
    for depth, issuer in enumerate(issuers):
        _check_issuer(issuer, below=depth, usage=usage)
    for certificate in (leaf, *issuers):
        check_validity(certificate, at)
        _check_critical(certificate)


def has_usage(certificate: Certificate, usage: x509.ObjectIdentifier) -> bool:
    """Tell whether the extended key usage names `usage`."""
    found = extension(certificate, x509.ExtendedKeyUsage)
    return found is not None and usage in found.value


def check_validity(certificate: Certificate, at: datetime) -> None:
    """Refuse a certificate that was not valid at the time `at`; both ends are included.

    Raises:
        RejectedError: It was not.
    """
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise RejectedError(
            f"a certificate that was not valid at {at.isoformat()}: "
            f"{certificate.subject.rfc4514_string()!r}"
        )


def _check_critical(certificate: Certificate) -> None:
    with reading_certificate():
        for found in certificate.extensions:
            constrains = found.oid == ExtensionOID.NAME_CONSTRAINTS
            if constrains or (found.critical and found.oid not in _READ):
                raise RejectedError(
                    f"a certificate with the extension {found.oid.dotted_string}, "
                    "which is not supported"
                )


def _check_issuer(issuer: Certificate, *, below: int, usage: x509.ObjectIdentifier) -> None:
    """Refuse an issuer that may not issue; `below` counts the authorities under it."""
    constraints = extension(issuer, x509.BasicConstraints)
    if constraints is None or not constraints.value.ca:
        raise RejectedError("an issuer that is no certificate authority")
    depth = constraints.value.path_length
    if depth is not None and depth < below:
        raise RejectedError(f"{below} authorities below one that allows {depth}")
    key_usage = extension(issuer, x509.KeyUsage)
    if key_usage is not None and not key_usage.value.key_cert_sign:
        raise RejectedError("an issuer whose key may not sign certificates")
    purposes = extension(issuer, x509.ExtendedKeyUsage)
    allowed = {usage, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if purposes is not None and not allowed & set(purposes.value):
        raise RejectedError(f"an issuer that may not issue for {usage.dotted_string}")


def _check_issued(certificate: Certificate, issuer: Certificate) -> None:
    with reading_certificate():
        algorithm = certificate.signature_hash_algorithm
        if algorithm is not None and algorithm.name in _WEAK:
            raise RejectedError(f"a certificate signed with {algorithm.name}")
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SignatureInvalidError("a certificate that its issuer did not sign") from error
