"""What a verdict stands on, and what a later one takes away.

A verdict says by which keys each statement that it relied on was signed, and when that was
recorded. So whoever has the verdict and the newest trust root can tell that it fell, without the
log; and a verdict that was found fallen is named by a new one, which can never say PASSED.
"""

from dataclasses import dataclass
from datetime import datetime

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reliance:
    """One statement that a verdict was made from: whose keys signed it, and its time of record."""

    statement: Digest
    keys: tuple[str, ...]  # sorted
    role: str
    at: datetime

    def as_json(self) -> dict[str, object]:
        """Return the object that `parse_reliance` reads."""
        return {
            "statement": str(self.statement),
            "keys": list(self.keys),
            "role": self.role,
            "recordedAt": format_time(self.at),
        }


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


def relied_on(evidence: tuple[VerifiedStatement, ...]) -> tuple[Reliance, ...]:
    """Return what a decision from `evidence` stands on, each statement once, in order."""
    found = {
        Reliance(
            statement=verified.digest,
            keys=tuple(sorted(verified.keys)),
            role=verified.role,
            at=verified.at,
        )
        for verified in evidence
    }
    return tuple(sorted(found))


def parse_reliance(value: JsonValue) -> Reliance:
    """Read one entry of `reliesOn`.

    Raises:
        MalformedError: A member is missing or of another type.
    """
    return Reliance(
        statement=value.field("statement").parsed(parse_digest),
        keys=tuple(key.text() for key in value.field("keys").items()),
        role=value.field("role").text(),
        at=value.field("recordedAt").parsed(parse_time),
    )


def parse_withdrawal(value: JsonValue) -> Withdrawal:
    """Read one entry of `withdraws`.

    Raises:
        MalformedError: A member is missing or of another type.
    """
    verdict = value.field("verdict").parsed(parse_digest)
    return Withdrawal(verdict=verdict, why=value.field("why").text())
