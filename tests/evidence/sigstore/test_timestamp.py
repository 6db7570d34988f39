"""Each rule of RFC 3161 and RFC 5652 that a timestamp is held to."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from assay.core.der import parse_element
from assay.core.errors import AssayError
from assay.evidence.sigstore.timestamp import verify_timestamp
from assay.evidence.sigstore.trustedroot import Authority, Period
from tests.evidence.sigstore.case import INSTANCE
from tests.fakes import der
from tests.fakes.certificates import AT, StampForm
from tests.fakes.sigstore import tst_info

SIGNATURE: Final = b"any signature"
STAMPED: Final = AT + timedelta(minutes=1)
AUTHORITY: Final = Authority(
    name="stamper",
    chain=(INSTANCE.stamper.certificate, INSTANCE.stamper_root.certificate),
    period=Period(start=AT - timedelta(days=1), end=None),
)
UNPINNED: Final = replace(AUTHORITY, chain=(INSTANCE.stamper_root.certificate,))


def stamped(response: bytes, authority: Authority = AUTHORITY) -> datetime | None:
    found = verify_timestamp(response, signature=SIGNATURE, authorities=(authority,))
    return None if found is None else found.at


def refusal(response: bytes, authority: Authority = AUTHORITY) -> str:
    with pytest.raises(AssayError) as caught:
        stamped(response, authority)
    return str(caught.value)


def test_a_timestamp() -> None:
    assert stamped(INSTANCE.timestamp(SIGNATURE)) == STAMPED
    assert stamped(INSTANCE.timestamp(SIGNATURE, embedded=False)) == STAMPED


def test_a_signer_that_only_the_token_shows() -> None:
    assert stamped(INSTANCE.timestamp(SIGNATURE), UNPINNED) == STAMPED
    assert stamped(INSTANCE.timestamp(SIGNATURE, embedded=False), UNPINNED) is None


def test_nobody_known() -> None:
    assert (
        verify_timestamp(INSTANCE.timestamp(SIGNATURE), signature=SIGNATURE, authorities=()) is None
    )


def other_key() -> bytes:
    """The pinned certificate is named, and somebody else's key signed."""
    forged = replace(INSTANCE.stamper, key=ec.generate_private_key(ec.SECP256R1()))
    return INSTANCE.timestamp(SIGNATURE, by=forged)


def info(*, version: int = 1, time: bytes = b"") -> bytes:
    whole = tst_info(SIGNATURE, STAMPED)
    if time:
        return whole.replace(der.time(STAMPED)[2:], time)
    return whole.replace(der.integer(1), der.integer(version), 1)


def with_more_in_the_imprint() -> bytes:
    digest = hashlib.sha256(SIGNATURE).digest()
    algorithm = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
    imprint = der.sequence(algorithm, der.octets(digest), der.integer(1))
    return der.sequence(
        der.integer(1), der.oid("1.2.3.4"), imprint, der.integer(7), der.time(STAMPED)
    )


REFUSED: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "not granted": (
        lambda: INSTANCE.timestamp(SIGNATURE, status=2),
        "[malformed] a timestamp that was not granted",
    ),
    "granted with changes": (
        lambda: INSTANCE.timestamp(SIGNATURE, status=1),
        "[malformed] a timestamp that was not granted",
    ),
    "of another signature": (
        lambda: INSTANCE.timestamp(b"another"),
        "[rejected] a timestamp of another signature",
    ),
    "by another key": (
        other_key,
        "[signature-invalid] a timestamp that the authority did not sign",
    ),
    "names another certificate": (
        lambda: INSTANCE.timestamp(SIGNATURE, named=INSTANCE.stamper_root.certificate),
        "[signature-invalid] a signature that names another certificate",
    ),
    "signed as another type of content": (
        lambda: INSTANCE.timestamp(SIGNATURE, content_type="1.2.3"),
        "[signature-invalid] a signature on another type of content",
    ),
    "another version": (
        lambda: INSTANCE.timestamp(SIGNATURE, content=info(version=2)),
        "[malformed] a timestamp of another version",
    ),
    "no time": (
        lambda: INSTANCE.timestamp(SIGNATURE, content=info(time=b"20261301120100Z")),
        "[malformed] not a time of a timestamp",
    ),
    "before the authority": (
        lambda: INSTANCE.timestamp(SIGNATURE, at=AT - timedelta(days=2)),
        "[rejected] the authority was not trusted at 2026-05-30T12:00:00+00:00",
    ),
    "no signed data": (
        lambda: INSTANCE.timestamp(SIGNATURE).replace(
            der.oid("1.2.840.113549.1.7.2"), der.oid("1.2.840.113549.1.7.1")
        ),
        "[malformed] a timestamp token that is no signed data",
    ),
    "more behind the token": (
        lambda: der.sequence(
            parse_element(INSTANCE.timestamp(SIGNATURE), tag=0x30).value, der.integer(1)
        ),
        "[malformed] an element 0x02 too many",
    ),
    "more in the imprint": (
        lambda: INSTANCE.timestamp(SIGNATURE, content=with_more_in_the_imprint()),
        "[malformed] an element 0x02 too many",
    ),
    "no DER": (lambda: b"", "[malformed] not DER"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(make: Callable[[], bytes], message: str) -> None:
    assert refusal(make()) == message


def test_another_authority_may_have_stamped_it() -> None:
    """That one of two refuses does not matter where the other one holds, whichever comes first."""
    ended = replace(AUTHORITY, name="ended", period=Period(start=AT, end=AT))
    response = INSTANCE.timestamp(SIGNATURE)
    for authorities in ((ended, AUTHORITY), (AUTHORITY, ended)):
        found = verify_timestamp(response, signature=SIGNATURE, authorities=authorities)
        assert found is not None
        assert (found.authority, found.at) == ("stamper", STAMPED)
    with pytest.raises(AssayError) as caught:
        verify_timestamp(response, signature=SIGNATURE, authorities=(ended, ended))
    assert str(caught.value) == (
        "[rejected] the authority was not trusted at 2026-06-01T12:01:00+00:00"
    )


def replaced(old: str, new: str, *, form: StampForm | None = None, times: int = -1) -> bytes:
    """Return a timestamp with one object identifier in the place of another of its length."""
    response = INSTANCE.timestamp(SIGNATURE, form=form)
    assert der.oid(old) in response
    return response.replace(der.oid(old), der.oid(new), times)


TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
ATTRIBUTE: Final = "1.2.840.113549.1.9.{}"


def test_signed_data_of_another_content() -> None:
    assert refusal(replaced(TST_INFO, "1.2.840.113549.1.9.16.1.5", times=1)) == (
        "[malformed] signed data that is no timestamp"
    )


@pytest.mark.parametrize("count", [0, 2])
def test_one_signer(count: int) -> None:
    assert refusal(INSTANCE.timestamp(SIGNATURE, form=StampForm(count=count))) == (
        f"[malformed] {count} signers of a timestamp, where one is needed"
    )


@pytest.mark.parametrize("number", ["3", "4", "16.2.47"])
def test_each_signed_attribute_is_needed(number: str) -> None:
    """RFC 5652, section 11: content type and message digest; RFC 3161: the signer's certificate."""
    missing = ATTRIBUTE.format("16.2.12" if number == "16.2.47" else number)
    other = ATTRIBUTE.format("16.2.48" if number == "16.2.47" else "5")
    assert refusal(replaced(ATTRIBUTE.format(number), other)) == (
        f"[malformed] not exactly one signed attribute {missing}"
    )


def test_no_signed_attribute_is_there_twice() -> None:
    twice = ATTRIBUTE.format("3")
    assert refusal(replaced(ATTRIBUTE.format("4"), twice)) == (
        f"[malformed] the signed attribute {twice} twice"
    )


def test_the_old_attribute_names_no_digest() -> None:
    """RFC 2634, section 5.4: an ESSCertID is SHA-1, and has no place for another algorithm."""
    response = replaced(
        ATTRIBUTE.format("16.2.47"), ATTRIBUTE.format("16.2.12"), form=StampForm(names_by="sha384")
    )
    assert refusal(response) == "[malformed] an element 0x30, where 0x04 is needed"


def test_a_changed_content() -> None:
    response = INSTANCE.timestamp(SIGNATURE)
    later = response.replace(der.time(STAMPED), der.time(STAMPED + timedelta(seconds=1)))
    assert refusal(later) == "[signature-invalid] a signature on another content"


def test_another_certificate_under_the_same_name() -> None:
    """What the token shows must be what the trusted root pins."""
    shown = INSTANCE.stamper.certificate.public_bytes(Encoding.DER)
    changed = shown[:-1] + bytes((shown[-1] ^ 1,))
    assert refusal(INSTANCE.timestamp(SIGNATURE).replace(shown, changed)) == (
        "[rejected] a timestamp that shows another certificate than its signer's"
    )


def test_an_expired_signer() -> None:
    window = (AT - timedelta(days=3), AT)
    signer = INSTANCE.stamping_certificate(window=window)
    authority = replace(AUTHORITY, chain=(signer.certificate, INSTANCE.stamper_root.certificate))
    assert refusal(INSTANCE.timestamp(SIGNATURE, by=signer), authority) == (
        "[rejected] a certificate that was not valid at 2026-06-01T12:01:00+00:00: 'CN=stamper'"
    )


def test_the_last_moment_of_a_window() -> None:
    ended = replace(AUTHORITY, period=Period(start=AT, end=STAMPED))
    assert stamped(INSTANCE.timestamp(SIGNATURE), ended) == STAMPED


def test_fractions_of_a_second() -> None:
    fraction = b"20260601120100.25Z"
    content = tst_info(SIGNATURE, STAMPED)
    content = der.sequence(content[2:].replace(der.time(STAMPED), der.element(0x18, fraction)))
    found = stamped(INSTANCE.timestamp(SIGNATURE, content=content))
    assert found == datetime(2026, 6, 1, 12, 1, 0, 250_000, tzinfo=UTC)


def key_id(certificate: x509.Certificate) -> bytes:
    found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return found.value.digest


def test_a_signer_that_is_named_by_its_key() -> None:
    """RFC 5652, section 5.3: "subjectKeyIdentifier [0] SubjectKeyIdentifier"."""
    own = StampForm(signer=der.element(0x80, key_id(INSTANCE.stamper.certificate)))
    assert stamped(INSTANCE.timestamp(SIGNATURE, form=own)) == STAMPED
    other = StampForm(signer=der.element(0x80, key_id(INSTANCE.stamper_root.certificate)))
    assert stamped(INSTANCE.timestamp(SIGNATURE, form=other)) is None


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384"])
def test_a_signature_names_its_certificate(digest: str) -> None:
    """RFC 5035: SHA-1 in the old attribute, and in the new one what it says, or SHA-256."""
    form = StampForm(names_by=digest)
    assert stamped(INSTANCE.timestamp(SIGNATURE, form=form)) == STAMPED
    named = INSTANCE.stamper_root.certificate
    assert refusal(INSTANCE.timestamp(SIGNATURE, form=form, named=named)) == (
        "[signature-invalid] a signature that names another certificate"
    )


UNKNOWN = "[signature-invalid] a timestamp signed in a way that is not known"
FORGED = "[signature-invalid] a timestamp that the authority did not sign"


@pytest.mark.parametrize(
    ("bits", "scheme", "message"),
    [
        (2048, "1.2.840.113549.1.1.1", ""),
        (2048, "1.2.840.113549.1.1.11", ""),
        (2048, "1.2.840.113549.1.1.12", FORGED),
        (2048, "1.2.840.10045.4.3.2", UNKNOWN),
        (1024, "1.2.840.113549.1.1.11", UNKNOWN),
    ],
)
def test_rsa(bits: int, scheme: str, message: str) -> None:
    """PKCS #1; the plain identifier leaves the hash to the digest algorithm."""
    key = rsa.generate_private_key(65537, bits)
    signer = INSTANCE.stamping_certificate(public=key)
    authority = replace(AUTHORITY, chain=(signer.certificate, INSTANCE.stamper_root.certificate))
    response = INSTANCE.timestamp(SIGNATURE, by=signer, form=StampForm(key=key, scheme=scheme))
    if message:
        assert refusal(response, authority) == message
    else:
        assert stamped(response, authority) == STAMPED


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_each_digest_of_an_imprint(digest: str) -> None:
    content = tst_info(SIGNATURE, STAMPED, digest=digest)
    assert stamped(INSTANCE.timestamp(SIGNATURE, content=content)) == STAMPED


HASHES: Final = (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
RSA: Final = rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("number", range(3))
def test_each_way_to_sign(number: int) -> None:
    """The scheme says the hash; the last number of its identifier counts them."""
    signer = INSTANCE.stamping_certificate(public=RSA)
    authority = replace(AUTHORITY, chain=(signer.certificate, INSTANCE.stamper_root.certificate))
    for used in HASHES:
        ecdsa = StampForm(scheme=f"1.2.840.10045.4.3.{2 + number}", hash=used)
        pkcs1 = StampForm(scheme=f"1.2.840.113549.1.1.{11 + number}", hash=used, key=RSA)
        responses = (
            (INSTANCE.timestamp(SIGNATURE, form=ecdsa), AUTHORITY),
            (INSTANCE.timestamp(SIGNATURE, by=signer, form=pkcs1), authority),
        )
        for response, trusted in responses:
            if used is HASHES[number]:
                assert stamped(response, trusted) == STAMPED
            else:
                assert refusal(response, trusted) == FORGED
