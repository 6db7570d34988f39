"""An earlier verdict decided again: by its policy and parameters, from what counts by now."""

from assay.gates.request import GateRequest
from assay.gates.verdict import GateVerdict
from assay.gates.withdrawal import Withdrawal
from assay.operations.evidence import record_verdict
from assay.operations.material import load_policy
from assay.operations.record import Recorder
from assay.signing.trust import trust_root_digest


def decide_again(
    recorder: Recorder, old: GateVerdict, *, withdraws: tuple[Withdrawal, ...] = ()
) -> GateVerdict:
    """Record, and return, the verdict that follows `old`.

    Raises:
        UnavailableError: Others recorded more each time, or the log cannot be written.
    """
    ledger = recorder.ledger
    verdict, _ = record_verdict(
        recorder,
        GateRequest(
            stage=old.decision.stage,
            subject=old.subject,
            resource_uri=old.resource_uri,
            evidence=(),
            bundle=load_policy(ledger, old.policy),
            parameters=old.parameters,
            trust_root=trust_root_digest(ledger.trust),
            at=ledger.at,
            withdraws=withdraws,
        ),
    )
    return verdict
