"""Does a verdict in the log still stand, under the trust root in force now?

It does while its own signature counts and so does that of every statement which it was made from,
each as of its time of record, and no later verdict withdraws it. Ends and retirements of keys that
lie after that time change nothing; a revocation that reaches back before it does.
"""

from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement, parse_claims
from assay.evidence.reading import LogEntry
from assay.gates.reading import VERDICT_TYPE, role_for
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import parse_verdict
from assay.operations.ledger import Expected, Ledger


def read_verdict(ledger: Ledger, entry: LogEntry, subject: Digest) -> GateVerdict:
    """Return the verdict of `entry` as it was believed when it was recorded.

    Raises:
        RejectedError: It was not to be trusted then either, or is no verdict.
    """
    then = ledger.chain.in_force(entry.index)
    return parse_verdict(ledger.judge_under(then, entry, _by_gate(subject)).payload)


def why_verdict_fallen(ledger: Ledger, entry: LogEntry, subject: Digest) -> tuple[str, ...]:
    """Say why the verdict of `entry` does not stand any more; nothing where it does.

    Raises:
        RejectedError: The log holds what was not to be trusted when it was recorded either.
    """
    verdict = read_verdict(ledger, entry, subject)
    reasons = [f"the verdict: {why}" for why in ledger.why_fallen(entry, _by_gate(subject))]
    if verdict.trust_root not in {version.digest for version in ledger.chain.versions}:
        reasons.append(f"the trust root {verdict.trust_root} is none of this log's")
    entries = ledger.about(subject)
    for digest in verdict.evidence:
        reasons.extend(_why_evidence_fallen(ledger, entries.get(digest), digest, subject))
    return tuple(reasons)


def withdrawn_verdicts(ledger: Ledger, subject: Digest) -> frozenset[Digest]:
    """Return the verdicts on `subject` that a gate whose word still counts has withdrawn."""
    verdicts = ledger.verified(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
    return frozenset(
        withdrawal.verdict
        for verified in verdicts
        for withdrawal in parse_verdict(verified.payload).withdraws
    )


def standing_verdicts(ledger: Ledger, subject: Digest) -> tuple[VerifiedStatement, ...]:
    """Return the verdicts on `subject` that count, oldest first."""
    withdrawn, entries = withdrawn_verdicts(ledger, subject), ledger.about(subject)
    return tuple(
        verified
        for verified in ledger.verified(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
        if verified.digest not in withdrawn
        and not why_verdict_fallen(ledger, entries[verified.digest], subject)
    )


def _why_evidence_fallen(
    ledger: Ledger, entry: LogEntry | None, digest: Digest, subject: Digest
) -> tuple[str, ...]:
    if entry is None:
        return (f"statement {digest} is not in the log",)
    kind = parse_claims(entry.envelope).predicate_type
    expected = Expected(subject=subject, role=role_for(kind), predicate_type=kind)
    return tuple(f"statement {digest}: {why}" for why in ledger.why_fallen(entry, expected))


def _by_gate(subject: Digest) -> Expected:
    return Expected(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
