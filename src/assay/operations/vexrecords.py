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

from assay.core.clock import format_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError
from assay.core.notchecked import NotChecked
from assay.core.reliance import Reliance
from assay.evidence.envelope import VerifiedStatement, parse_claims
from assay.evidence.reading import LogEntry
from assay.operations.ledger import Expected, Ledger
from assay.operations.vexsearch import IMPORTER, KeptVex, ended_by, keep_record, withdrawals
from assay.operations.vexsignatures import Opened, open_foreign
from assay.signing.principals import VEX_AUTHOR
from assay.signing.standing import why_revoked
from assay.vuln.vex.record import (
    DOCUMENT_TYPE,
    IMPORT_TYPE,
    VexRecord,
    parse_vex_record,
)
from assay.vuln.vex.signed import SignedVex
from assay.vuln.vexformats import parse_vex

ROLES: Final[Mapping[str, str]] = {DOCUMENT_TYPE: VEX_AUTHOR, IMPORT_TYPE: IMPORTER}


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
    matters: bool = True  # to the names that were asked for

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

    def as_gap(self, why: str = "") -> NotChecked:
        """Return what it means that it counts for nothing."""
        return NotChecked(
            what="VEX",
            where=str(self.statement),
            why=f"{self.file} is not applied: {why or self.why}",
            remedy="See the documents and whose word counts: assay vex list, assay trust show.",
        )


def has_vex(ledger: Ledger) -> bool:
    """Tell whether anything was recorded at all: most logs hold none, and need not look further."""
    return any(
        next(iter(ledger.store.entries(log_key=ledger.log_key, predicate_type=kind)), None)
        for kind in ROLES
    )


def load_vex(
    ledger: Ledger, *, naming: frozenset[str], whole: bool = False
) -> tuple[RecordedVex, ...]:
    """Return the documents in the log, in its order, that matter to some names; or all (`whole`).

    Reading a document costs a second for each megabyte. One that nowhere holds a vulnerability's
    name says nothing about it, unless it is a later version of one that does.

    Raises:
        RejectedError: A record was not to be trusted when it was made.
    """
    kept = [
        keep_record(entry, verified)
        for kind, role in ROLES.items()
        for entry, verified in ledger.of_type(kind, role=role)
    ]
    kept.sort(key=lambda one: one.entry.index)
    named = {one.entry.index: _read(ledger, one) for one in kept if one.holds(naming)}
    ids = frozenset(one.signed.document.id for one in named.values() if one.signed is not None)
    later = (one for one in kept if one.entry.index not in named and one.holds(ids))
    named |= {one.entry.index: _read(ledger, one) for one in later}
    others = {
        one.entry.index: replace(_read(ledger, one), matters=False)
        for one in kept
        if whole and one.entry.index not in named
    }
    ended = ended_by(withdrawals(ledger), kept)
    found = sorted((named | others).items())
    places = {one.entry.index: one for one in kept}
    return tuple(_with_end(one, ended.people(places[index])) for index, one in found)


def load_entry(ledger: Ledger, entry: LogEntry) -> RecordedVex | None:
    """Return the document of one entry, which is a record of one; None where it fell.

    Raises:
        RejectedError: It was not to be trusted when it was made.
    """
    claims = parse_claims(entry.envelope)
    kind = claims.predicate_type
    expected = Expected(subject=claims.subjects[0], role=ROLES[kind], predicate_type=kind)
    verified = ledger.judge(entry, expected)
    if verified is None:
        return None
    kept = keep_record(entry, verified)
    gone = withdrawals(ledger)
    imported = ledger.of_type(IMPORT_TYPE, role=IMPORTER) if gone else ()
    same = (keep_record(*one) for one in imported if one[1].digest in gone)
    return _with_end(_read(ledger, kept), ended_by(gone, same).people(kept))


def _with_end(one: RecordedVex, people: frozenset[str]) -> RecordedVex:
    """Return the record with its end: all of it only where all who signed it withdrew it."""
    if not people or one.signed is None:
        return one
    own = one.signed.signer_names <= people
    return replace(one, signed=replace(one.signed, ended=True, withdrawn=own))


def _read(ledger: Ledger, kept: KeptVex) -> RecordedVex:
    entry, verified = kept.entry, kept.verified
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


def _of_others(ledger: Ledger, entry: LogEntry, record: VexRecord, at: datetime) -> Opened:
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
