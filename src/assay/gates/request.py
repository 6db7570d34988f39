"""What a gate is asked, and how it comes to its verdict: facts, rules, decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay import __version__
from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import Subject
from assay.gates.decision import decide_gate
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.reliance import relied_on
from assay.gates.verdict import GateVerdict
from assay.gates.withdrawal import Withdrawal
from assay.policy.bundle import PolicyBundle
from assay.policy.engine import engine_version, evaluate

ASSAY: Final = "assay"
ENGINE: Final = "engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequest:
    """What a gate is asked: everything that its answer depends on.

    `evidence` are all verified statements about `subject`, supersessions included; `withdraws` are
    earlier verdicts whose place this one takes, since they do not stand any more; `voided` are
    statements about `subject` that do not count any more, since a key was revoked. `resource_uri`
    says in whose name the subject is released; it proves nothing, and consumers compare it.
    """

    stage: str
    subject: Subject
    resource_uri: str
    evidence: tuple[VerifiedStatement, ...]
    bundle: PolicyBundle
    parameters: Parameters
    trust_root: Digest
    at: datetime
    withdraws: tuple[Withdrawal, ...] = ()
    voided: tuple[Digest, ...] = ()


def decide_verdict(request: GateRequest) -> GateVerdict:
    """Return the verdict on `request`.

    Raises:
        RejectedError: A statement is about another subject.
        UsageError: The parameters name a rule that the gate does not have.
    """
    document = build_facts(
        subject=request.subject.digest,
        evidence=request.evidence,
        parameters=request.parameters,
        at=request.at,
        gaps=tuple(item.as_gap() for item in request.withdraws),
        voided=frozenset(request.voided),
    )
    decision = decide_gate(
        stage=request.stage,
        results=evaluate(request.bundle, document),
        document=document,
        parameters=request.parameters,
        at=request.at,
    )
    return GateVerdict(
        subject=request.subject,
        resource_uri=request.resource_uri,
        at=request.at,
        decision=decision,
        parameters=request.parameters,
        evidence=tuple(sorted({verified.digest for verified in request.evidence})),
        policy=request.bundle.digest,
        trust_root=request.trust_root,
        versions=((ASSAY, __version__), (ENGINE, engine_version())),
        relies_on=relied_on(request.evidence),
        withdraws=tuple(sorted(set(request.withdraws))),
        voided=tuple(sorted(set(request.voided))),
    )
