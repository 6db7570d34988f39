"""Who signed a VEX document that somebody brought in: by DSSE, a Sigstore bundle, or OpenPGP.

Signatures count by the trust root alone, in the role `vex-author`, as of the time of record.
"""

from datetime import datetime
from typing import Final

from assay.core.clock import ALLOWED_SKEW
from assay.core.errors import SignatureInvalidError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.evidence.envelope import parse_envelope
from assay.evidence.exactbase64 import decode_either_base64
from assay.signing.principals import VEX_AUTHOR
from assay.signing.trust import TrustRoot
from assay.source.pgpsig import PgpSignature, parse_pgp_signature, verify_pgp_signature
from assay.vuln.vex.record import MAX_DOCUMENT_BYTES, VexRecord
from assay.vuln.vex.statement import VexDocument
from assay.vuln.vexformats import is_vex_xml, parse_vex, parse_vex_tree, vex_format_of

# What others put into in-toto statements: OpenVEX (cosign leaves its version out), CycloneDX.
PREDICATES: Final = frozenset(
    {
        "https://openvex.dev/ns",
        "https://openvex.dev/ns/v0.2.0",
        "https://cyclonedx.org/bom",
        "https://cyclonedx.org/vex",
    }
)
Opened = tuple[VexDocument, frozenset[str], frozenset[str]]  # the document, names, ids of keys


def open_foreign(record: VexRecord, *, trusted: TrustRoot, at: datetime) -> Opened:
    """Return the document that others signed, and who of the trust root did so as `vex-author`.

    Raises:
        SignatureInvalidError: It has no signature, or none of somebody whom `trusted` names.
        RejectedError: It is no VEX document, or a part of its signature does not hold.
    """
    if record.signature:
        names, keys = _by_openpgp(record, trusted, at)
        return parse_vex(record.content), names, keys
    if not is_signed_by_others(record.content):
        raise SignatureInvalidError(
            "its author did not sign it, and nobody who may answers for it",
            hint=f"that takes the role {VEX_AUTHOR}, with its author among the names",
        )
    found = parse_envelope(record.content).verify_foreign(
        trusted=trusted, role=VEX_AUTHOR, predicate_types=PREDICATES, at=at
    )
    value = JsonValue(found.predicate, "predicate")
    return vex_format_of(value).read(value), found.signed_by, found.keys


def is_signed_by_others(content: bytes) -> bool:
    """Tell whether a file is an envelope around a document, and not one itself.

    Raises:
        MalformedError: It is neither XML nor strict JSON.
    """
    if is_vex_xml(content):
        return False
    members = dict(parse_vex_tree(content).members())
    return "mediaType" in members or {"payload", "payloadType", "signatures"} <= members.keys()


def _by_openpgp(
    record: VexRecord, trusted: TrustRoot, at: datetime
) -> tuple[frozenset[str], frozenset[str]]:
    """Return who signed the file with OpenPGP, in a signature beside it."""
    signature = parse_pgp_signature(record.signature)
    if signature.made_at > at + ALLOWED_SKEW:
        raise SignatureInvalidError("signed after it was recorded", where="signature")
    if signature.expires_at is not None and signature.expires_at <= at:
        raise SignatureInvalidError("the signature had expired", where="signature")
    found = {
        (holder.name, key.key_id)
        for holder in trusted.holders(VEX_AUTHOR, at=at)
        for key in holder.keys
        if _is_by(key.spki, record, signature)
    }
    if not found:
        raise SignatureInvalidError(f"no principal with the role {VEX_AUTHOR!r} signed it")
    return frozenset(name for name, _ in found), frozenset(key for _, key in found)


def _is_by(spki: bytes, record: VexRecord, signature: PgpSignature) -> bool:
    try:
        verify_pgp_signature(signature, record.content, spki=spki)
    except SignatureInvalidError:
        return False
    return True


def document_bytes(content: bytes) -> bytes:
    """Return the document, out of its envelope where it is in one; nothing is verified here."""
    if not is_signed_by_others(content):
        return content
    whole = JsonValue(parse_json(content, max_bytes=MAX_DOCUMENT_BYTES))
    envelope = whole.optional("dsseEnvelope") or whole
    return envelope.field("payload").parsed(decode_either_base64)
