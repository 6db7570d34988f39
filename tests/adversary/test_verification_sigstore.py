"""Verification that was none, for Sigstore bundles: one test for each fault.

What breaks is made with the instance's own keys wherever that is what an attacker could have: a
certificate of theirs, an entry of theirs, a timestamp that they asked for.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.core.errors import MalformedError, UsageError
from assay.operations.verify_bundle import Expected, verify_bundle_file
from assay.signing.principals import OidcIdentity
from tests.evidence.sigstore.case import (
    INSTANCE,
    SIGNED_AT,
    Case,
    at,
    entry_of,
    keyless_v1,
    keyless_v2,
    managed,
)
from tests.fakes import certificates, sigstore
from tests.fakes.certificates import AT, IDENTITY, ISSUER, Json

STAMPING: Final = ExtendedKeyUsageOID.TIME_STAMPING
SOLE: Final = (
    "[rejected] a timestamp signer whose sole critical extended usage is not time-stamping, "
    "at rfc3161Timestamps[0]"
)


def without_entries(bundle: Json) -> None:
    at(bundle, "verificationMaterial").pop("tlogEntries")


def issued(**changes: object) -> Case:
    key = certificates.p256()
    return keyless_v1(key=key, certificate=INSTANCE.certificate(key, **changes))  # type: ignore[arg-type]


def test_timestamp_only_bundle() -> None:
    for case in (keyless_v2(), managed()):
        case.verify()
        assert case.changed(without_entries).refusal() == (
            "[rejected] no log entry, at verificationMaterial.tlogEntries"
        )


def test_inclusion_proof_for_another_tree_size_than_its_checkpoint() -> None:
    def grown(bundle: Json) -> None:
        proof = at(entry_of(bundle), "inclusionProof")
        proof["treeSize"] = str(int(str(proof["treeSize"])) + 1)

    for make in (keyless_v1, keyless_v2):
        assert make().changed(grown).refusal() == (
            "[proof-invalid] the checkpoint is of another tree than the proof, "
            "at tlogEntries[0].inclusionProof"
        )


def test_certificate_expired_when_it_signed() -> None:
    assert issued(window=(AT, SIGNED_AT - timedelta(seconds=1))).refusal() == (
        "[rejected] a certificate that was not valid at 2026-06-01T12:02:00+00:00: ''"
    )


def test_certificate_valid_now_but_not_when_it_signed() -> None:
    window = (SIGNED_AT + timedelta(seconds=1), SIGNED_AT + timedelta(days=300))
    case = replace(issued(window=window), at=SIGNED_AT + timedelta(days=1))
    assert case.refusal() == (
        "[rejected] a certificate that was not valid at 2026-06-01T12:02:00+00:00: ''"
    )


@pytest.mark.parametrize(
    ("usages", "critical"),
    [
        ((STAMPING,), False),
        ((STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True),
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True),
    ],
    ids=["not critical", "not the only one", "another one"],
)
def test_timestamp_signer_without_the_sole_critical_usage(
    usages: tuple[x509.ObjectIdentifier, ...], *, critical: bool
) -> None:
    """The trusted root itself pins this signer; its certificate is still held to RFC 3161, 2.3."""
    signer = INSTANCE.stamping_certificate(usages=usages, critical=critical)

    def trust(root: Json) -> None:
        at(root, "timestampAuthorities")[0] = INSTANCE.chain(  # type: ignore[index]
            signer.certificate, INSTANCE.stamper_root.certificate
        )

    case = keyless_v2(stamp=lambda signature: INSTANCE.timestamp(signature, by=signer))
    assert case.trusting(trust).refusal() == SOLE


def test_optional_issuer_not_checked(tmp_path: Path) -> None:
    """The same subject by another issuer is somebody else, and neither of the two is optional."""
    assert issued(issuer="https://evil.example.test").refusal() == (
        "[rejected] an identity of 'https://evil.example.test', "
        f"where one of {ISSUER!r} is expected"
    )
    for expected in (
        Expected(identity=IDENTITY, trusted_root=tmp_path),
        Expected(issuer=ISSUER, trusted_root=tmp_path),
    ):
        with pytest.raises(UsageError) as caught:
            verify_bundle_file("artifact", bundle=tmp_path, expected=expected)
        assert str(caught.value) == (
            "[usage] an identity without its issuer, or an issuer without an identity "
            "(give both --identity and --issuer)"
        )


def test_empty_identity_accepts_anybody(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        verify_bundle_file("artifact", bundle=tmp_path, expected=Expected())
    assert str(caught.value) == (
        "[usage] who must have signed is not said (either --identity with --issuer, or --key)"
    )
    for issuer, subject in (("", IDENTITY), (ISSUER, "")):
        with pytest.raises(MalformedError, match="empty"):
            OidcIdentity(issuer=issuer, subject=subject)


def test_identity_and_key_at_once(tmp_path: Path) -> None:
    expected = Expected(identity=IDENTITY, issuer=ISSUER, key="key.pub", trusted_root=tmp_path)
    with pytest.raises(UsageError, match="who must have signed is not said"):
        verify_bundle_file("artifact", bundle=tmp_path, expected=expected)


def test_entry_of_another_signature() -> None:
    """CVE-2022-36056: the entry is genuine, logged, and about something else."""
    other = entry_of(keyless_v1().bundle)
    swapped = keyless_v1().changed(lambda b: entry_of(b).update(other))
    assert swapped.refusal() == (
        "[rejected] the log entry is about another signature, at canonicalizedBody"
    )


def test_time_of_another_authority_is_borrowed() -> None:
    """A signer whose authority had ended is not saved by the window of another authority."""

    def two(root: Json) -> None:
        known = at(root, "timestampAuthorities", 0)
        other = INSTANCE.stamping_certificate()
        root["timestampAuthorities"] = [
            dict(known, validFor=sigstore.period(end=AT)),
            INSTANCE.chain(other.certificate, INSTANCE.stamper_root.certificate),
        ]

    assert keyless_v2().trusting(two).refusal() == (
        "[rejected] the authority was not trusted at 2026-06-01T12:01:00+00:00, "
        "at rfc3161Timestamps[0]"
    )


@pytest.mark.parametrize("make", [keyless_v1, keyless_v2, managed])
def test_duplicate_entries_count_once(make: Callable[[], Case]) -> None:
    def twice(bundle: Json) -> None:
        material = at(bundle, "verificationMaterial")
        material["tlogEntries"] = [entry_of(bundle), entry_of(bundle)]

    assert make().changed(twice).refusal() == (
        "[malformed] the same log entry twice, at tlogEntries"
    )
