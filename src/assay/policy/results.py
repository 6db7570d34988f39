"""The answer of a rule: a value that verdicts hold, whatever engine gave it."""

from dataclasses import dataclass

from assay.core.verdict import Verdict
from assay.policy.metadata import RuleMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule answers as it does: what is wrong, where, and what to do about it."""

    what: str
    where: str
    remedy: str
    finding: str = ""  # the identity of the finding, where there is one

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value in verdicts and reports."""
        return {
            "what": self.what,
            "where": self.where,
            "remedy": self.remedy,
            "finding": self.finding,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """The answer of one rule; every answer but PASSED has reasons."""

    rule: RuleMetadata
    verdict: Verdict
    reasons: tuple[Reason, ...]

    @property
    def without_evidence(self) -> bool:
        """Tell whether there was nothing to judge, and the rule says how to come by it."""
        return (
            self.verdict is Verdict.UNKNOWN
            and bool(self.rule.obtain)
            and all(
                (one.where, one.remedy) == (self.rule.id, self.rule.obtain) for one in self.reasons
            )
        )
