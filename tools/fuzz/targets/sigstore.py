"""Readers of Sigstore's formats: bundles, trusted roots, certificates, timestamps, DER."""

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from tests.fakes.trust import ALICE, NOW, ROOT, statement

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.evidence.envelope import seal_statement
from assay.evidence.joined import join_bundle
from assay.evidence.sigstore.certificate import read_identity
from assay.evidence.sigstore.expectation import Blob, KeylessSigner
from assay.evidence.sigstore.message import BytesMessage
from assay.evidence.sigstore.timestamp import verify_timestamp
from assay.evidence.sigstore.tlogentry import parse_log_entry
from assay.evidence.sigstore.trustedroot import parse_trusted_root
from assay.evidence.sigstore.tsptoken import parse_info, parse_response
from assay.evidence.sigstore.verify import verify_bundle
from assay.evidence.sigstore.write import render_statement_bundle
from assay.evidence.sigstore.x509 import load_certificate
from assay.evidence.trustchain import draft_change
from assay.signing.principals import OidcIdentity
from assay.signing.spki import render_public_pem
from fuzz.target import MAX_BYTES, Target, raw

_VECTORS: Final = Path(__file__).resolve().parents[4] / "shared" / "data" / "vectors" / "sigstore"
_ROOT: Final = _VECTORS / "trusted_root.public-good.json"
_SOMEBODY: Final = OidcIdentity(issuer="https://issuer.example", subject="somebody@example.org")


def public_bundles() -> Sequence[bytes]:
    """Return the bundles of the public vectors; none where these are not there."""
    return tuple(file.read_bytes() for file in sorted(_VECTORS.glob("*/bundle.sigstore.json")))


def _bundles() -> Sequence[bytes]:
    envelope = seal_statement(statement(), signers=(ALICE,))
    return (render_statement_bundle(envelope, key=ALICE.public), *public_bundles())


def _roots() -> Sequence[bytes]:
    return (_ROOT.read_bytes(),) if _ROOT.is_file() else ()


def _verify(data: bytes) -> object:
    """Verify as far as it goes: the identity is expected to be another one."""
    return verify_bundle(
        data,
        expected=Blob(artifact=BytesMessage(data=b"artifact")),
        signer=KeylessSigner(identity=_SOMEBODY, trusted_root=_roots()[0]),
        at=NOW,
    )


def _found(node: object, name: str) -> Iterator[object]:
    """Yield the values of all members `name` in a document."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key == name:
                yield child
            yield from _found(child, name)
    elif isinstance(node, list):
        for child in node:
            yield from _found(child, name)


def _members(name: str) -> list[object]:
    found: list[object] = []
    for data in public_bundles():
        try:
            found.extend(_found(json.loads(data), name))
        except ValueError:
            continue  # a vector that is not JSON
    return found


def _timestamps() -> Sequence[bytes]:
    return tuple(base64.b64decode(str(one)) for one in _members("signedTimestamp"))


def _entries() -> Sequence[bytes]:
    lists = [found for found in _members("tlogEntries") if isinstance(found, list)]
    return tuple(json.dumps(entry).encode() for several in lists for entry in several)


def _infos() -> Sequence[bytes]:
    return tuple(parse_response(data).content for data in _timestamps())


def _certificates() -> Sequence[bytes]:
    """Return a certificate with the extensions that Fulcio writes."""
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fuzz")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    issuer = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(minutes=10))
        .add_extension(
            x509.SubjectAlternativeName([x509.RFC822Name(_SOMEBODY.subject)]), critical=True
        )
        .add_extension(
            x509.UnrecognizedExtension(issuer, _SOMEBODY.issuer.encode()), critical=False
        )
        .add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CODE_SIGNING]), critical=False
        )
        .sign(key, None)
    )
    return (made.public_bytes(Encoding.DER),)


def _entry(data: bytes) -> object:
    return parse_log_entry(JsonValue(parse_json(data, max_bytes=MAX_BYTES)), needs_proof=False)


def _stamped(data: bytes) -> object:
    authorities = parse_trusted_root(_roots()[0]).timestamp_authorities if _roots() else ()
    return verify_timestamp(data, signature=b"signature", authorities=authorities)


_DER: Final = "assay.core.der"
TARGETS: Final[tuple[Target, ...]] = (
    raw("assay.evidence.sigstore.bundle:parse_bundle", _bundles),
    Target(
        name="assay.evidence.sigstore.verify:verify_bundle",
        read=_verify,
        seeds=lambda: _bundles() if _roots() else (),
        refuses_examples=True,
    ),
    raw("assay.evidence.sigstore.trustedroot:parse_trusted_root", _roots),
    Target(name="assay.evidence.sigstore.tlogentry:parse_log_entry", read=_entry, seeds=_entries),
    raw("assay.evidence.sigstore.tsptoken:parse_response", _timestamps),
    Target(
        name="assay.evidence.sigstore.timestamp:verify_timestamp",
        read=_stamped,
        seeds=_timestamps,
        refuses_examples=True,
    ),
    Target(name="assay.evidence.sigstore.tsptoken:parse_info", read=parse_info, seeds=_infos),
    raw(f"{_DER}:parse_element", _certificates, tag=0x30),
    raw(f"{_DER}:parse_elements", _certificates),
    raw(
        "assay.evidence.sigstore.entry:parse_bundle_envelope",
        lambda: _bundles()[:1],
    ),
    raw(
        "assay.evidence.joined:parse_joined",
        lambda: tuple(join_bundle(draft_change(ROOT), bundle) for bundle in _bundles()[:1]),
    ),
    raw(
        "assay.evidence.sigstore.keys:parse_signature_key",
        lambda: (render_public_pem(ALICE.public.spki),),
    ),
    Target(
        name="assay.evidence.sigstore.certificate:read_identity",
        read=lambda data: read_identity(load_certificate(data)),
        seeds=_certificates,
        also=("assay.evidence.sigstore.x509:load_certificate",),
    ),
)
