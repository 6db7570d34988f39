"""`assay vex record` and `withdraw`: what somebody says about vulnerabilities, into the log.

A document that somebody else signed goes in as what an importer brought; its own signature decides.
Any other is signed here, by a `vex-author`: as a document of their own, or as one of somebody else
that they answer for. Without that role it goes in as an import as well, and counts for nothing.

What does not count is recorded all the same, and said: that it was known is worth knowing.
"""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import MalformedError, RejectedError, UsageError, inside
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.evidence.envelope import parse_claims, parse_envelope
from assay.evidence.reading import LogEntry
from assay.evidence.statement import Statement, Subject
from assay.operations.entryname import named_entry
from assay.operations.ledger import Ledger
from assay.operations.record import Recorder, open_recorder
from assay.operations.vexrecords import ROLES, RecordedVex, load_entry
from assay.operations.vexsearch import IMPORTER
from assay.operations.vexsignatures import is_signed_by_others
from assay.signing.principals import VEX_AUTHOR
from assay.signing.standing import why_not
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import load_file
from assay.vuln.vex.record import (
    DOCUMENT_TYPE,
    IMPORT_TYPE,
    MAX_DOCUMENT_BYTES,
    MAX_SIGNATURE_BYTES,
    WITHDRAWAL_TYPE,
    VexRecord,
    VexWithdrawal,
)
from assay.vuln.vexformats import parse_vex


@dataclass(frozen=True, slots=True, kw_only=True)
class VexRecorded:
    """What was recorded, and whether it counts."""

    recorded: RecordedVex

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return why it does not count, and what in it cannot be read."""
        if self.why_not:
            return (self.recorded.as_gap(self.why_not),)
        signed = self.recorded.signed
        return () if signed is None else signed.document.not_checked

    @property
    def why_not(self) -> str:
        """Say why it is not applied, whatever it is about; empty where it may be."""
        signed = self.recorded.signed
        if signed is None:
            return self.recorded.why
        return "it was withdrawn" if self.recorded.withdrawn else signed.why_unheard

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "document": self.recorded.as_json(),
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VexWithdrawn:
    """What was withdrawn, and by which entry."""

    document: RecordedVex
    reason: str
    index: int

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "document": self.document.as_json(),
            "reason": self.reason,
            "entry": self.index,
            "notChecked": [],
        }


def record_vex(
    path: Path, file: Path, *, signature: Path | None, clock: Clock = now
) -> VexRecorded:
    """Record a VEX document; `signature` is an OpenPGP signature beside it.

    Raises:
        UsageError: No repository, no log, no such file.
        RejectedError: It is no VEX document, or the key here may neither author nor import.
        UnavailableError: The log cannot be written; nothing was recorded.
    """
    repository, at = open_repository(path), clock()
    record = VexRecord(
        file=printable(file.name),
        observed_at=at.replace(microsecond=0),
        content=load_file(file, max_bytes=MAX_DOCUMENT_BYTES),
        signature=b"" if signature is None else load_file(signature, max_bytes=MAX_SIGNATURE_BYTES),
    )
    with inside(printable(str(file))):
        foreign = bool(record.signature) or is_signed_by_others(record.content)
        _check_readable(record, foreign=foreign)
    with open_recorder(repository, at=at, clock=clock) as recorder:
        kind = IMPORT_TYPE if foreign or _may_not_author(recorder) else DOCUMENT_TYPE
        subject = Subject(name=record.file, digest=record.digest)
        statement = Statement(subjects=(subject,), predicate_type=kind, predicate=record.as_json())
        [receipt] = recorder.record((statement,), role=ROLES[kind])
        return VexRecorded(recorded=_find(recorder.ledger, recorder.ledger.entry(receipt.index)))


def withdraw_vex(path: Path, *, name: str, reason: str, clock: Clock = now) -> VexWithdrawn:
    """Record that a document, named by its entry or digest, is not to count any more.

    Raises:
        UsageError: No such document, or no reason.
        RejectedError: The trust root does not make the signer a `vex-author`.
        UnavailableError: The log cannot be written; nothing was recorded.
    """
    repository, at = open_repository(path), clock()
    with open_recorder(repository, at=at, clock=clock) as recorder:
        entry = recorder.ledger.entry(named_entry(recorder.ledger, name))
        if parse_claims(entry.envelope).predicate_type not in ROLES:
            raise UsageError(f"entry {entry.index} is no VEX document", hint="assay vex list")
        document = _find(recorder.ledger, entry)
        try:
            withdrawal = VexWithdrawal(document=entry.digest, reason=reason)
        except MalformedError as error:
            raise UsageError(error.what, where=f"--{error.where}", hint=error.hint) from error
        statement = Statement(
            subjects=(Subject(name=document.file, digest=entry.digest),),
            predicate_type=WITHDRAWAL_TYPE,
            predicate=withdrawal.as_json(),
        )
        [receipt] = recorder.record((statement,), role=VEX_AUTHOR)
    return VexWithdrawn(document=document, reason=reason, index=receipt.index)


def _check_readable(record: VexRecord, *, foreign: bool) -> None:
    """Refuse what nobody could ever apply; who signed it is another question."""
    if not foreign or record.signature:
        parse_vex(record.content)
    else:
        parse_envelope(record.content)


def _may_not_author(recorder: Recorder) -> bool:
    """Tell whether the key here could only bring in, and not answer for anything."""
    key = recorder.signers.statements.public.key_id
    at, trusted = recorder.record_time(), recorder.ledger.trust.undated()
    return bool(why_not(trusted, key, role=VEX_AUTHOR, at=at)) and not why_not(
        trusted, key, role=IMPORTER, at=at
    )


def _find(ledger: Ledger, entry: LogEntry) -> RecordedVex:
    found = load_entry(ledger, entry)
    if found is None:
        raise RejectedError(f"the record {entry.digest} does not count", hint="assay log reverify")
    return found
