"""What the log knows of VEX: each document with whose word it is, as of its time of record.

A record is verified like anything in the log. That is enough for a document which its signer
answers for (`DOCUMENT_TYPE`). What an importer brought in (`IMPORT_TYPE`) is verified once more, by
the signature of its own: DSSE, a Sigstore bundle, or OpenPGP beside it; all of them as of the time
of record, under the trust root in force, in the role `vex-author`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from assay.core.clock import ALLOWED_SKEW, format_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.reliance import Reliance
from assay.core.strictjson import parse_json
from assay.evidence.envelope import VerifiedStatement, parse_envelope
from assay.evidence.reading import LogEntry
from assay.operations.record import Ledger
from assay.signing.principals import VEX_AUTHOR
from assay.signing.standing import why_revoked
from assay.signing.trust import TrustRoot
from assay.source.pgpsig import PgpSignature, parse_pgp_signature, verify_pgp_signature
from assay.vuln.vex.record import (
    DOCUMENT_TYPE,
    IMPORT_TYPE,
    MAX_DOCUMENT_BYTES,
    WITHDRAWAL_TYPE,
    VexRecord,
    parse_vex_record,
)
from assay.vuln.vex.signed import SignedVex
from assay.vuln.vex.statement import VexDocument
from assay.vuln.vexformats import parse_vex, vex_format_of

IMPORTER: Final = "importer"
ROLES: Final[Mapping[str, str]] = {DOCUMENT_TYPE: VEX_AUTHOR, IMPORT_TYPE: IMPORTER}
# What others put into in-toto statements: OpenVEX (cosign leaves its version out), CycloneDX.
PREDICATES: Final = frozenset(
    {
        "https://openvex.dev/ns",
        "https://openvex.dev/ns/v0.2.0",
        "https://cyclonedx.org/bom",
        "https://cyclonedx.org/vex",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVex:
    """One record: its file, who brought it in, and the document, or why that counts for nothing."""

    index: int
    statement: Digest
    file: str
    recorded_at: datetime
    recorded_by: tuple[str, ...]
    signed: SignedVex | None
    why: str  # empty where `signed` is there

    @property
    def withdrawn(self) -> bool:
        """Tell whether somebody ended it."""
        return self.signed is not None and (self.signed.ended or self.signed.withdrawn)

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        document = None if self.signed is None else self.signed.document
        return {
            "entry": self.index,
            "statement": str(self.statement),
            "file": self.file,
            "recordedAt": format_time(self.recorded_at),
            "recordedBy": list(self.recorded_by),
            "author": "" if document is None else document.author,
            "id": "" if document is None else document.id,
            "format": "" if document is None else document.format,
            "statements": 0 if document is None else len(document.statements),
            "unread": 0 if document is None else len(document.unread),
            "signedBy": [] if self.signed is None else [p.name for p in self.signed.signers],
            "vouched": self.signed is not None and self.signed.vouched,
            "withdrawn": self.withdrawn,
            "why": self.why,
        }

    def as_gap(self) -> NotChecked:
        """Return what it means that it counts for nothing."""
        return NotChecked(
            what="VEX",
            where=str(self.statement),
            why=f"{self.file} is not applied: {self.why}",
            remedy="See the documents and whose word counts: assay vex list, assay trust show.",
        )


def has_vex(ledger: Ledger) -> bool:
    """Tell whether anything was recorded at all: most logs hold none, and need not look further."""
    return any(
        next(iter(ledger.store.entries(log_key=ledger.log_key, predicate_type=kind)), None)
        for kind in ROLES
    )


def load_vex(ledger: Ledger) -> tuple[RecordedVex, ...]:
    """Return every document in the log, in its order.

    Raises:
        RejectedError: A record was not to be trusted when it was made.
    """
    found = [
        _read(ledger, entry, verified)
        for kind, role in ROLES.items()
        for entry, verified in ledger.of_type(kind, role=role)
    ]
    ended = _withdrawals(ledger)
    return tuple(_with_end(one, ended) for one in sorted(found, key=lambda one: one.index))


def _withdrawals(ledger: Ledger) -> dict[Digest, set[str]]:
    """Return who withdrew which record."""
    found: dict[Digest, set[str]] = {}
    for _, verified in ledger.of_type(WITHDRAWAL_TYPE, role=VEX_AUTHOR):
        for subject in verified.subjects:
            found.setdefault(subject.digest, set()).update(verified.signed_by)
    return found


def _with_end(one: RecordedVex, ended: Mapping[Digest, set[str]]) -> RecordedVex:
    people = ended.get(one.statement)
    if people is None or one.signed is None:
        return one
    own = bool(people & {signer.name for signer in one.signed.signers})
    return replace(one, signed=replace(one.signed, ended=True, withdrawn=own))


def _read(ledger: Ledger, entry: LogEntry, verified: VerifiedStatement) -> RecordedVex:
    signed, why, file = None, "", str(verified.digest)
    try:
        record = parse_vex_record(verified.predicate())
        file = record.file
        if {subject.digest for subject in verified.subjects} != {record.digest}:
            raise MalformedError("about something else than it holds", where="digest")
        signed = _signed(ledger, entry, verified, record)
    except RejectedError as error:
        why = str(error)
    return RecordedVex(
        index=entry.index,
        statement=verified.digest,
        file=file,
        recorded_at=verified.at,
        recorded_by=tuple(sorted(verified.signed_by)),
        signed=signed,
        why=why,
    )


def _signed(
    ledger: Ledger, entry: LogEntry, verified: VerifiedStatement, record: VexRecord
) -> SignedVex:
    if verified.predicate_type == DOCUMENT_TYPE:
        document, names, keys = parse_vex(record.content), verified.signed_by, verified.keys
    else:
        document, names, keys = _of_others(ledger, entry, record, verified.at)
    return SignedVex(
        document=document,
        reliance=Reliance(
            statement=verified.digest, keys=tuple(sorted(keys)), role=VEX_AUTHOR, at=verified.at
        ),
        place=entry.index,
        signers=tuple(p for p in ledger.trust.principals if p.name in names),
        vouched=verified.predicate_type == DOCUMENT_TYPE,
    )


_Opened = tuple[VexDocument, frozenset[str], frozenset[str]]  # the document, names, ids of keys


def _of_others(ledger: Ledger, entry: LogEntry, record: VexRecord, at: datetime) -> _Opened:
    try:
        return open_foreign(record, trusted=ledger.trust, at=at)
    except SignatureInvalidError as error:
        if revoked := _revoked_since(ledger, entry, record, at):
            raise SignatureInvalidError(revoked) from error
        raise


def _revoked_since(ledger: Ledger, entry: LogEntry, record: VexRecord, at: datetime) -> str:
    """Say by which revocation a signature counts no more that counted when it was recorded."""
    try:
        _, _, keys = open_foreign(record, trusted=ledger.chain.in_force(entry.index), at=at)
    except RejectedError:
        return ""
    return "; ".join(filter(None, (why_revoked(ledger.trust, k, at=at) for k in sorted(keys))))


def open_foreign(record: VexRecord, *, trusted: TrustRoot, at: datetime) -> _Opened:
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
        MalformedError: It is not strict JSON.
    """
    members = dict(JsonValue(parse_json(content, max_bytes=MAX_DOCUMENT_BYTES)).members())
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
