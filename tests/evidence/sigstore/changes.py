"""What is changed of a bundle, of its trusted root or of what is expected, to break one check."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cryptography import x509

from assay.evidence.sigstore.expectation import KeyAlone, LoggedKey
from tests.evidence.sigstore.case import (
    ARTIFACT,
    INSTANCE,
    SIGNED_AT,
    Case,
    at,
    entry_of,
    keyless_v1,
    keyless_v2,
    stamps,
)
from tests.fakes import certificates
from tests.fakes.certificates import AT, Json, b64
from tests.fakes.sigstore import period


def alone(case: Case) -> Case:
    assert isinstance(case.signer, LoggedKey)
    return replace(case, signer=KeyAlone(key=case.signer.key))


def without_entries(bundle: Json) -> None:
    at(bundle, "verificationMaterial")["tlogEntries"] = []


def unpromised(bundle: Json) -> None:
    entry_of(bundle).pop("inclusionPromise")


def with_entry(bundle: Json, **changes: object) -> None:
    entry_of(bundle).update(changes)


def other_tree(bundle: Json) -> None:
    at(entry_of(bundle), "inclusionProof")["treeSize"] = "99"


def other_place(bundle: Json) -> None:
    at(entry_of(bundle), "inclusionProof")["logIndex"] = "1"


def other_root(bundle: Json) -> None:
    at(entry_of(bundle), "inclusionProof")["rootHash"] = b64(bytes(32))


def note_of(bundle: Json, note: str) -> None:
    at(entry_of(bundle), "inclusionProof", "checkpoint")["envelope"] = note


def renamed_origin(bundle: Json) -> None:
    """Sign the same tree under another name with the log's own key."""
    note = str(at(entry_of(bundle), "inclusionProof", "checkpoint")["envelope"])
    _, size, root = note.split("\n")[:3]
    note_of(bundle, INSTANCE.tiles.note(f"other.example.test\n{size}\n{root}\n"))


def other_log_v1(bundle: Json) -> None:
    """Sign the same tree as if it were that of another log, under the log's own name."""
    note = str(at(entry_of(bundle), "inclusionProof", "checkpoint")["envelope"])
    _, size, root = note.split("\n")[:3]
    note_of(bundle, INSTANCE.rekor.note(f"other.example.test - 7\n{size}\n{root}\n"))


def other_signature(bundle: Json) -> None:
    at(bundle, "messageSignature")["signature"] = b64(
        certificates.sign(certificates.p256(), ARTIFACT)
    )


def other_hint(bundle: Json) -> None:
    at(bundle, "messageSignature", "messageDigest")["digest"] = b64(bytes(32))


def unknown_hint(bundle: Json) -> None:
    at(bundle, "messageSignature", "messageDigest")["algorithm"] = "SHA3_256"


def two_signatures(bundle: Json) -> None:
    envelope = at(bundle, "dsseEnvelope")
    signatures = envelope["signatures"]
    assert isinstance(signatures, list)
    envelope["signatures"] = signatures * 2


def twice_logged(bundle: Json) -> None:
    material = at(bundle, "verificationMaterial")
    entries = material["tlogEntries"]
    assert isinstance(entries, list)
    material["tlogEntries"] = entries * 2


def ended_log(root: Json) -> None:
    at(root, "tlogs", 0, "publicKey")["validFor"] = period(end=SIGNED_AT - timedelta(seconds=1))


def ended_authority(root: Json) -> None:
    at(root, "certificateAuthorities", 0)["validFor"] = period(end=SIGNED_AT - timedelta(seconds=1))


def ended_stamper(root: Json) -> None:
    at(root, "timestampAuthorities", 0)["validFor"] = period(end=AT)


def ended_certificate_log(root: Json) -> None:
    at(root, "ctlogs", 0, "publicKey")["validFor"] = period(end=AT - timedelta(seconds=1))


def without(name: str) -> Callable[[Json], None]:
    def change(root: Json) -> None:
        root[name] = []

    return change


def late_certificate() -> Case:
    key = certificates.p256()
    late = (SIGNED_AT + timedelta(seconds=1), SIGNED_AT + timedelta(minutes=9))
    return keyless_v1(key=key, certificate=INSTANCE.certificate(key, window=late))


def certificate_with(**changes: object) -> Case:
    key = certificates.p256()
    return keyless_v1(key=key, certificate=INSTANCE.certificate(key, **changes))  # type: ignore[arg-type]


def somebody(name: str) -> tuple[x509.GeneralName, ...]:
    return (x509.UniformResourceIdentifier(name),)


def swapped_entry() -> Case:
    """The entry of another signature by another key, itself without fault (CVE-2022-36056)."""
    other = entry_of(keyless_v1().bundle)
    return keyless_v1().changed(lambda b: with_entry(b, **other))


def same_key_other_signature() -> Case:
    key = certificates.p256()
    certificate = INSTANCE.certificate(key)
    other = entry_of(keyless_v1(key=key, certificate=certificate).bundle)
    case = keyless_v1(key=key, certificate=certificate)
    return case.changed(lambda b: with_entry(b, **other))


def other_kind() -> Case:
    return keyless_v1().changed(lambda b: at(entry_of(b), "kindVersion").update({"kind": "dsse"}))


def dated_outside() -> Case:
    """A claimed integrated time that nothing proves, and that does not fit either."""
    late = str(int((AT + timedelta(days=3)).timestamp()))
    return keyless_v2().changed(lambda b: with_entry(b, integratedTime=late))


def one_timestamp_outside() -> Case:
    def two(signature: bytes) -> bytes:
        return INSTANCE.timestamp(signature)

    case = keyless_v2(stamp=two)
    signature = base64.b64decode(str(at(case.bundle, "messageSignature")["signature"]))
    late = INSTANCE.timestamp(signature, at=AT + timedelta(hours=1))
    first = INSTANCE.timestamp(signature)
    return case.changed(
        lambda b: at(b, "verificationMaterial").update(
            {"timestampVerificationData": stamps(first, late)}
        )
    )


def replace_data(case: Case, data: bytes) -> None:
    from assay.evidence.sigstore.verify import verify_bundle  # noqa: PLC0415  # named once

    verify_bundle(data, expected=case.expected, signer=case.signer, at=case.at)
