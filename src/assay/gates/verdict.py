"""A verdict: a decision with everything that it was made from, so that it can be replayed."""

from dataclasses import dataclass
from datetime import datetime

from assay.core.digest import Digest
from assay.core.reliance import Reliance
from assay.evidence.statement import Subject
from assay.gates.decision import Decision
from assay.gates.parameters import Parameters
from assay.gates.withdrawal import Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """A decision, and the digests, parameters, time and versions that it follows from."""

    subject: Subject
    resource_uri: str
    at: datetime
    decision: Decision
    parameters: Parameters
    evidence: tuple[Digest, ...]  # sorted
    policy: Digest
    trust_root: Digest
    versions: tuple[tuple[str, str], ...]  # of what decided, by name
    relies_on: tuple[Reliance, ...] = ()  # `evidence`, and what that was made from; sorted
    withdraws: tuple[Withdrawal, ...] = ()  # sorted
    voided: tuple[Digest, ...] = ()  # sorted
