"""What verified statements show of one kind of evidence: the value between observers and status."""

from dataclasses import dataclass
from datetime import datetime

from assay.core.digest import Digest
from assay.core.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One answer about one kind of evidence, from the statements that it names.

    `observed_at` is when the thing reported happened, as the statement itself says; never when it
    was uploaded. `reason` is one sentence; where only a part of the evidence was seen it says
    which (`seen: …; not seen: …`), and `partial` is set.
    """

    evidence_type: str
    verdict: Verdict
    reason: str
    statements: tuple[Digest, ...] = ()
    observed_at: datetime | None = None  # None: nothing was seen that has a time
    partial: bool = False

    def __post_init__(self) -> None:
        """Refuse an answer that nothing stands behind."""
        if not self.reason:
            raise ValueError("an observation without a reason")
        if self.verdict is Verdict.UNKNOWN:
            return
        if self.partial:
            raise ValueError("a yes or no from a part of the evidence")
        if not self.statements or self.observed_at is None:
            raise ValueError("a yes or no without a statement and its time")
