"""The evidence about a commit, read back from the log and verified again by whoever decides."""

from dataclasses import replace
from typing import Final

from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement, parse_claims
from assay.evidence.store import Receipt
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.gates.reading import (
    FORGE_TYPE,
    IMPORTED_TYPE,
    LOG_CHECK_TYPE,
    OWNERS_TYPE,
    REVIEWS_TYPE,
    SBOM_TYPE,
    SOURCE_TYPE,
    SUPERSESSION_TYPE,
    VEX_TYPE,
    WAIVERS_TYPE,
    role_for,
)
from assay.gates.request import GateRequest, decide_verdict
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import render_vsa
from assay.operations.ledger import Ledger
from assay.operations.record import OvertakenError, Recorder
from assay.operations.standing import standing_verdicts
from assay.vuln.predicate import PREDICATE_TYPE as VULNS_TYPE

_ATTEMPTS: Final = 5  # each evaluates the policy once

# What a verdict is made from.
GATE_EVIDENCE: Final = (
    SOURCE_TYPE,
    SCAN_TYPE,
    SBOM_TYPE,
    VULNS_TYPE,
    FORGE_TYPE,
    OWNERS_TYPE,
    REVIEWS_TYPE,
    WAIVERS_TYPE,
    VEX_TYPE,
    IMPORTED_TYPE,
    SUPERSESSION_TYPE,
)


def gate_evidence(ledger: Ledger, subject: Digest) -> tuple[VerifiedStatement, ...]:
    """Return what a gate decides from: all that collectors said, and what supersedes what."""
    return tuple(
        verified
        for kind in GATE_EVIDENCE
        for verified in _of_types(ledger, subject, (kind,), role=role_for(kind))
    )


def voided_evidence(
    ledger: Ledger, subject: Digest, evidence: tuple[VerifiedStatement, ...]
) -> tuple[Digest, ...]:
    """Return what `gate_evidence` left out of `evidence`: what counted once, and does not now."""
    counted = {verified.digest for verified in evidence}
    types = set(GATE_EVIDENCE)
    return tuple(
        digest
        for digest, entry in ledger.about(subject).items()
        if digest not in counted and parse_claims(entry.envelope).predicate_type in types
    )


def all_evidence(ledger: Ledger, subject: Digest) -> tuple[VerifiedStatement, ...]:
    """Return what counts about a subject: what a gate reads, checks of the log, and verdicts."""
    return (
        *gate_evidence(ledger, subject),
        *_of_types(ledger, subject, (LOG_CHECK_TYPE,), role="collector"),
        *standing_verdicts(ledger, subject),
    )


def _of_types(
    ledger: Ledger, subject: Digest, types: tuple[str, ...], *, role: str
) -> tuple[VerifiedStatement, ...]:
    return tuple(
        verified
        for predicate_type in types
        for verified in ledger.verified(subject=subject, role=role, predicate_type=predicate_type)
    )


def record_verdict(recorder: Recorder, request: GateRequest) -> tuple[GateVerdict, Receipt]:
    """Decide from all that counts as evidence about the subject of `request`, and record that.

    A verdict knows of everything that is before it in the log: where somebody else records more
    about the subject meanwhile, it is decided again.

    Raises:
        UnavailableError: Others recorded more each time, or the log cannot be written.
    """
    ledger, subject = recorder.ledger, request.subject.digest
    for attempt in range(_ATTEMPTS):
        seen = ledger.seen(subject)
        evidence = gate_evidence(ledger, subject)
        voided = voided_evidence(ledger, subject, evidence)
        verdict = decide_verdict(replace(request, evidence=evidence, voided=voided))
        try:
            [receipt] = recorder.record((render_vsa(verdict),), role="gate", seen=seen)
        except OvertakenError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return verdict, receipt
    raise AssertionError  # the last attempt returns or raises
