"""Each rule of RFC 3161 and RFC 5652 that a timestamp is held to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from assay.core.errors import AssayError
from assay.evidence.sigstore.timestamp import verify_timestamp
from assay.evidence.sigstore.trustedroot import Authority, Period
from tests.evidence.sigstore.case import INSTANCE
from tests.fakes import der
from tests.fakes.sigstore import AT, tst_info

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
    "no DER": (lambda: b"", "[malformed] not DER"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(make: Callable[[], bytes], message: str) -> None:
    assert refusal(make()) == message


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
