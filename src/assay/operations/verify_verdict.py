"""`assay verify`: a saved verdict against a trust root; no repository, log or network needed."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.core.errors import RejectedError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.envelope import parse_envelope
from assay.evidence.leaf import leaf_of
from assay.evidence.tlogproof import parse_tlog_proof, verify_tlog_proof
from assay.gates.reading import VERDICT_TYPE
from assay.gates.replay import parse_verdict
from assay.operations.home import load_trust_file
from assay.operations.savedverdict import load_verdict, named_digest
from assay.signing.notekey import parse_note_key
from assay.signing.trust import trust_root_digest
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictVerified:
    """What was verified: the verdict, who signed it, and where in which log it is."""

    verdict: Verdict
    subject: str
    stage: str
    decided_at: str
    signed_by: tuple[str, ...]
    policy: str
    origin: str
    index: int
    log_size: int
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return the document that `--json` prints."""
        return {
            "schema": "assay.verify/v1",
            "verdict": self.verdict.value,
            "subject": self.subject,
            "stage": self.stage,
            "decidedAt": self.decided_at,
            "signedBy": list(self.signed_by),
            "policy": self.policy,
            "log": {"origin": self.origin, "index": self.index, "size": self.log_size},
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def verify_verdict(
    path: Path, *, subject: str, trust_file: Path, stage: str, clock: Clock = now
) -> VerdictVerified:
    """Verify the saved verdict in `path`: signature, role, subject, stage, and place in the log.

    Raises:
        UsageError: A file is not there, or `subject` is no digest.
        RejectedError: Anything about the verdict is not what was asked for.
    """
    about = named_digest(subject)
    saved, trust = load_verdict(path), load_trust_file(trust_file)
    verified = parse_envelope(saved.envelope).verify(
        trusted=trust,
        role="gate",
        threshold=1,
        subject=about,
        predicate_type=VERDICT_TYPE,
        at=clock(),
    )
    proof = parse_tlog_proof(saved.proof)
    log_key = parse_note_key(trust.log_key)
    checkpoint = verify_tlog_proof(proof, entry=leaf_of(saved.envelope), log_key=log_key)
    verdict = parse_verdict(verified.payload)
    if verdict.decision.stage != stage:
        raise RejectedError(
            f"a verdict of the gate {verdict.decision.stage!r}, where {stage!r} is asked for",
            where="assay_verdict.stage",
        )
    if verdict.trust_root != trust_root_digest(trust):
        raise RejectedError(
            "the verdict was made under another trust root",
            where="assay_verdict.trustRoot",
            hint="use the trust root that was in force, or decide again",
        )
    return VerdictVerified(
        verdict=verdict.decision.verdict,
        subject=str(about),
        stage=stage,
        decided_at=format_time(verdict.at),
        signed_by=tuple(sorted(verified.signed_by)),
        policy=str(verdict.policy),
        origin=checkpoint.origin,
        index=proof.index,
        log_size=checkpoint.size,
        not_checked=verdict.decision.not_checked,
    )
