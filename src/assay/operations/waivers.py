"""What the log knows of waivers: every statement of a risk owner, as of its time of record.

Of several waivers of one finding the newest counts: who wants to end one early records one that
ends earlier. One that fell with its signer's key counts no more, and neither does the one that it
took the place of.
"""

from assay.core.errors import MalformedError, RejectedError
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import Statement, Subject
from assay.findings.waiver import PREDICATE_TYPE, ROLE, Waiver, parse_waiver, waiver_subject
from assay.findings.waiveraccount import PREDICATE_TYPE as ACCOUNT_TYPE
from assay.findings.waiveraccount import RecordedWaiver, WaiverAccount
from assay.gates.reliance import reliance_on
from assay.operations.ledger import Ledger
from assay.signing.principals import PrincipalKind


def waiver_statement(waiver: Waiver) -> Statement:
    """Return the statement that a risk owner signs."""
    subject = Subject(name=waiver.finding, digest=waiver_subject(waiver.finding))
    return Statement(subjects=(subject,), predicate_type=PREDICATE_TYPE, predicate=waiver.as_json())


def account_statements(ledger: Ledger, subject: Subject) -> tuple[Statement, ...]:
    """Return the account of all waivers, as a statement about `subject`; none without waivers."""
    entries = tuple(ledger.store.entries(log_key=ledger.log_key, predicate_type=PREDICATE_TYPE))
    if not entries:
        return ()
    predicate = load_waivers(ledger).as_json()
    return (Statement(subjects=(subject,), predicate_type=ACCOUNT_TYPE, predicate=predicate),)


def load_waivers(ledger: Ledger) -> WaiverAccount:
    """Return the waivers that hold now, one for each finding, and those that cannot be read.

    Raises:
        RejectedError: One was not to be trusted when it was recorded.
    """
    newest: dict[str, RecordedWaiver] = {}
    unread: list[NotChecked] = []
    for _, verified in ledger.of_type(PREDICATE_TYPE, role=ROLE):
        try:
            recorded = _read(ledger, verified)
        except MalformedError as error:
            unread.append(_unread(verified, error))
        else:
            newest[recorded.waiver.finding] = recorded
    held = (one for _, one in sorted(newest.items()))
    return WaiverAccount(
        observed_at=ledger.at,
        waivers=tuple(r for r in held if r.waiver.covers(r.waiver.finding, at=ledger.at)),
        not_checked=tuple(sorted(unread)),
    )


def _read(ledger: Ledger, verified: VerifiedStatement) -> RecordedWaiver:
    """Read a waiver; it must be about the finding that it names, and of people."""
    people = {p.name for p in ledger.trust.principals if p.kind is PrincipalKind.PERSON}
    signers = tuple(sorted(verified.signed_by & people))
    if not signers:
        raise MalformedError("signed by no person", hint="a machine cannot accept a finding")
    waiver = parse_waiver(verified.predicate(), accepted_by=signers)
    if {subject.digest for subject in verified.subjects} != {waiver_subject(waiver.finding)}:
        raise MalformedError("about something else than it says", where="finding")
    if waiver.accepted_at > verified.at:
        raise MalformedError("from a later time than it was recorded at", where="acceptedAt")
    return RecordedWaiver(waiver=waiver, reliance=reliance_on(verified))


def _unread(verified: VerifiedStatement, error: RejectedError) -> NotChecked:
    return NotChecked(
        what="waiver",
        where=str(verified.digest),
        why=f"it does not count: {error}",
        remedy="Have it given again, by a person whom the trust root makes a risk owner.",
    )
