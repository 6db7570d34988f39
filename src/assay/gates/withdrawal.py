"""What a verdict takes away: an earlier one that was found fallen.

The new one names it, and can never say PASSED. Apart from `reliance`, which reads what people
signed, so that whoever verifies a saved verdict loads none of that.
"""

from dataclasses import dataclass

from assay.core.digest import Digest, parse_digest
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Withdrawal:
    """An earlier verdict that does not stand any more, and why."""

    verdict: Digest
    why: str

    def as_json(self) -> dict[str, object]:
        """Return the object that `parse_withdrawal` reads."""
        return {"verdict": str(self.verdict), "why": self.why}

    def as_gap(self) -> NotChecked:
        """Return the gap that this leaves in the decision which takes the verdict's place."""
        return NotChecked(
            what="verdict",
            where=str(self.verdict),
            why=f"it does not stand any more: {self.why}",
            remedy="Collect the evidence again with keys that hold, and decide anew: assay check.",
        )


def parse_withdrawal(value: JsonValue) -> Withdrawal:
    """Read one entry of `withdraws`.

    Raises:
        MalformedError: A member is missing or of another type.
    """
    verdict = value.field("verdict").parsed(parse_digest)
    return Withdrawal(verdict=verdict, why=value.field("why").text())
