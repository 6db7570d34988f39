"""The rules of RFC 5280, section 6.1, on a chain that is given: one chain breaks each."""

from datetime import datetime, timedelta
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.core.errors import AssayError
from assay.evidence.sigstore.x509 import CODE_SIGNING, TIME_STAMPING, load_certificate, verify_chain
from tests.evidence.sigstore.case import INSTANCE
from tests.fakes import der
from tests.fakes.certificates import AT, Authority, authority, name, p256, sign, spki

NOW: Final = AT + timedelta(minutes=1)
ROOT: Final = authority("root")
SHORT: Final = (AT - timedelta(days=1), AT)


def leaf(by: Authority) -> x509.Certificate:
    return INSTANCE.certificate(p256(), by=by)


def refusal(certificate: x509.Certificate, *issuers: Authority, at: datetime = NOW) -> str:
    chain = tuple(issuer.certificate for issuer in issuers)
    with pytest.raises(AssayError) as caught:
        verify_chain(certificate, chain, at=at, usage=CODE_SIGNING)
    return str(caught.value)


def test_a_chain_of_three() -> None:
    middle = authority("middle", above=ROOT, path_length=1)
    low = authority("low", above=middle, path_length=0)
    chain = tuple(a.certificate for a in (low, middle, ROOT))
    verify_chain(leaf(low), chain, at=NOW, usage=CODE_SIGNING)


def test_an_anchor_that_is_no_root() -> None:
    """sigstore_trustroot.proto: "The trust anchor MAY be an intermediate CA certificate"."""
    middle = authority("middle", above=ROOT)
    verify_chain(leaf(middle), (middle.certificate,), at=NOW, usage=CODE_SIGNING)


def test_no_issuers() -> None:
    assert refusal(leaf(ROOT)) == "[rejected] a chain without issuers"


def test_another_issuer_of_the_same_name() -> None:
    assert refusal(leaf(ROOT), authority("root")) == (
        "[signature-invalid] a certificate that its issuer did not sign"
    )


def test_an_issuer_that_is_no_authority() -> None:
    key = p256()
    own = Authority(key=key, certificate=INSTANCE.certificate(key, by=ROOT))
    assert refusal(leaf(own), own, ROOT) == "[rejected] an issuer that is no certificate authority"


def test_a_leaf_that_is_an_authority() -> None:
    low = authority("low", above=ROOT)
    assert refusal(low.certificate, ROOT) == "[rejected] the leaf is a certificate authority"


def test_too_deep() -> None:
    middle = authority("middle", above=ROOT, path_length=0)
    low = authority("low", above=middle)
    assert refusal(leaf(low), low, middle, ROOT) == (
        "[rejected] 1 authorities below one that allows 0"
    )


def test_an_issuer_for_another_usage() -> None:
    middle = authority("middle", above=ROOT, usage=TIME_STAMPING)
    assert refusal(leaf(middle), middle, ROOT) == (
        "[rejected] an issuer that may not issue for 1.3.6.1.5.5.7.3.3"
    )
    anything = authority("any", above=ROOT, usage=ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
    chain = (anything.certificate, ROOT.certificate)
    verify_chain(leaf(anything), chain, at=NOW, usage=CODE_SIGNING)


@pytest.mark.parametrize("which", ["middle", "root"])
def test_every_certificate_must_be_valid(which: str) -> None:
    root = authority("root", window=SHORT) if which == "root" else ROOT
    middle = (
        authority("middle", above=root, window=SHORT)
        if which == "middle"
        else authority("middle", above=root)
    )
    assert refusal(leaf(middle), middle, root) == (
        f"[rejected] a certificate that was not valid at 2026-06-01T12:01:00+00:00: 'CN={which}'"
    )


def test_name_constraints_are_not_supported() -> None:
    limits = x509.NameConstraints(
        permitted_subtrees=[x509.DNSName("example.test")], excluded_subtrees=None
    )
    middle = authority("middle", above=ROOT, extra=((limits, False),))
    assert refusal(leaf(middle), middle, ROOT) == (
        "[rejected] a certificate with the extension 2.5.29.30, which is not supported"
    )


def test_a_key_that_may_not_sign_certificates() -> None:
    key = p256()
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name("middle"))
        .issuer_name(ROOT.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(ROOT.key, hashes.SHA256())
    )
    own = Authority(key=key, certificate=certificate)
    assert refusal(leaf(own), own, ROOT) == (
        "[rejected] an issuer whose key may not sign certificates"
    )


def test_issuers_that_sign_otherwise() -> None:
    """Ed25519 has no hash of its own to be weak."""
    key = ed25519.Ed25519PrivateKey.generate()
    usage = x509.BasicConstraints(ca=True, path_length=None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("edwards"))
        .issuer_name(name("edwards"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .add_extension(usage, critical=True)
    )
    leaf_key = p256()
    below = (
        x509.CertificateBuilder()
        .subject_name(name("leaf"))
        .issuer_name(name("edwards"))
        .public_key(leaf_key.public_key())
        .serial_number(8)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([CODE_SIGNING]), critical=False)
        .sign(key, None)
    )
    verify_chain(below, (builder.sign(key, None),), at=NOW, usage=CODE_SIGNING)


@pytest.mark.parametrize(("scheme", "digest"), [("1.5", "sha1"), ("1.4", "md5")])
def test_a_hash_of_which_there_are_two_documents(scheme: str, digest: str) -> None:
    key = rsa.generate_private_key(65537, 2048)
    made = (
        x509.CertificateBuilder()
        .subject_name(name("leaf"))
        .issuer_name(ROOT.certificate.subject)
        .public_key(p256().public_key())
        .serial_number(8)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    sound, weak = der.oid("1.2.840.113549.1.1.11"), der.oid(f"1.2.840.113549.1.{scheme}")
    certificate = load_certificate(made.replace(sound, weak))
    assert refusal(certificate, ROOT) == f"[rejected] a certificate signed with {digest}"


def test_extensions_that_are_read_may_be_critical() -> None:
    policies = x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), policy_qualifiers=None)]
    )
    middle = authority("middle", above=ROOT, extra=((policies, True),))
    chain = (middle.certificate, ROOT.certificate)
    verify_chain(leaf(middle), chain, at=NOW, usage=CODE_SIGNING)
    unread = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    odd = authority("middle", above=ROOT, extra=((unread, True),))
    assert refusal(leaf(odd), odd, ROOT) == (
        "[rejected] a certificate with the extension 1.2.3.4, which is not supported"
    )


def test_bytes_that_are_no_certificate() -> None:
    with pytest.raises(AssayError) as caught:
        load_certificate(b"\x30\x00")
    assert str(caught.value).startswith(
        "[malformed] a certificate that cannot be read: error parsing"
    )


def test_a_certificate_of_version_1() -> None:
    """It has no extensions, and so nothing that says what it is for."""
    key = p256()
    algorithm = der.sequence(der.oid("1.2.840.10045.4.3.2"))
    named = name("old").public_bytes()
    validity = der.sequence(der.time(AT), der.time(AT + timedelta(days=1)))
    body = der.sequence(der.integer(1), algorithm, named, validity, named, spki(key))
    signature = der.element(0x03, b"\0" + sign(key, body))
    with pytest.raises(AssayError) as caught:
        load_certificate(der.sequence(body, algorithm, signature))
    assert str(caught.value) == "[malformed] a certificate that is not of version 3"


def test_a_serial_number_that_is_not_positive() -> None:
    """RFC 5280, section 4.1.2.2; the library reads it, and only warns. Found by fuzzing."""
    der = leaf(ROOT).public_bytes(Encoding.DER)
    version = bytes.fromhex("a003020102")  # what stands before the serial number
    at = der.index(version) + len(version)
    length = der[at + 1]
    zero = der[:at] + bytes([0x02, length]) + bytes(length) + der[at + 2 + length :]
    negative = der[: at + 2] + b"\xff" + der[at + 3 :]
    for odd in (zero, negative):
        with pytest.raises(AssayError, match="a certificate that cannot be read"):
            load_certificate(odd)
