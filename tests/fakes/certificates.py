"""Keys and certificates as Sigstore has them: made when asked for, and each of them real."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

IDENTITY: Final = "https://example.test/shop/.build.yml@refs/heads/main"
ISSUER: Final = "https://issuer.example.test"
AT: Final = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Json = dict[str, object]

START: Final = AT - timedelta(days=365)
END: Final = AT + timedelta(days=365)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def spki(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def sign(key: PrivateKey, message: bytes) -> bytes:
    """Sign as Sigstore's algorithm registry has it for this kind of key."""
    match key:
        case ec.EllipticCurvePrivateKey():
            algorithm = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
            return key.sign(message, ec.ECDSA(algorithm[key.curve.key_size]))
        case rsa.RSAPrivateKey():
            return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        case ed25519.Ed25519PrivateKey():
            return key.sign(message)


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True, kw_only=True)
class StampForm:
    """How a timestamp says who signed it, and how, in the ways that RFC 5652 and 5035 allow."""

    signer: bytes = b""  # in the place of issuer and serial number
    names_by: str = ""  # the digest that names the signer's certificate
    scheme: str = "1.2.840.10045.4.3.2"  # ECDSA with SHA-256
    hash: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    key: "PrivateKey | None" = None  # in the place of the authority's
    count: int = 1  # of signers, all alike

    def sign(self, key: "PrivateKey", message: bytes) -> bytes:
        """Sign with the hash."""
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(message, ec.ECDSA(self.hash))
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.sign(message, padding.PKCS1v15(), self.hash)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A key with its certificate, and the certificate above it, if any."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def authority(
    common: str,
    *,
    above: Authority | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
    path_length: int | None = None,
    window: tuple[datetime, datetime] = (START, END),
    usage: x509.ObjectIdentifier | None = None,
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> Authority:
    """Make a certificate authority: a root, or one below `above`."""
    own = key or p256()
    issuer = above.certificate.subject if above else name(common)
    builder = builder_for(common, own, issuer, window, above.key if above else own)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=path_length), critical=True
    )
    builder = builder.add_extension(key_usage(sign_certificates=True), critical=True)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    return Authority(
        key=own, certificate=builder.sign(above.key if above else own, hashes.SHA256())
    )


def builder_for(
    common: str,
    key: PrivateKey,
    issuer: x509.Name,
    window: tuple[datetime, datetime],
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name(common) if common else x509.Name([]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(window[0])
        .not_valid_after(window[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(key_id, critical=False)
    )


def key_usage(*, sign_certificates: bool = False, digital: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def pem_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
