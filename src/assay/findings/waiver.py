"""A waiver: a person's signed yes to living with one finding, for a reason, until a moment.

* It names one finding by its identity. There is none for a rule, a path or a severity: who accepts
  must have seen what is accepted, and a new finding is not accepted yet.
* It has an end, `MAX_AGE` after it was made at the latest. To go on is a new waiver.
* It is a statement (`PREDICATE_TYPE`) whose subject is the finding (`waiver_subject`), signed by a
  principal whom the trust root gives the role `ROLE`. A comment in the source is none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

PREDICATE_TYPE: Final = "urn:assay:predicate:waiver:v1"
ROLE: Final = "risk-owner"  # who answers for a risk, as ISO 31000 has it
MAX_AGE: Final = timedelta(days=366)  # a year: nothing is accepted for ever
MAX_REASON: Final = 2_000  # characters


class SetAside(Protocol):
    """What keeps a finding out of the count for a while: a waiver, or a word of VEX."""

    @property
    def words(self) -> str:
        """Whose word it is and what it says, to go on from "the finding"."""

    @property
    def accepted_by(self) -> tuple[str, ...]:
        """The principals who signed it."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def expires(self) -> datetime:
        """The first moment at which the finding counts again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One finding that is accepted until `expires`, the first moment at which it is not.

    `accepted_by` are the principals who signed; it is known from the signature, not from the text.
    """

    finding: str
    rule: str  # what the person saw when they accepted
    title: str
    where: str
    reason: str
    accepted_at: datetime
    expires: datetime
    accepted_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a waiver that nobody has to answer for, or that has no end."""
        if not self.finding:
            raise MalformedError("a waiver of nothing", where="finding")
        if not self.reason.strip():
            raise MalformedError("a waiver without a reason", where="reason", hint="say why")
        if len(self.reason) > MAX_REASON:
            raise MalformedError(f"a reason of over {MAX_REASON} characters", where="reason")
        if not self.accepted_at < self.expires <= self.accepted_at + MAX_AGE:
            raise MalformedError(
                f"it would end on {format_time(self.expires)}",
                where="expires",
                hint=f"after now, and within {MAX_AGE.days} days",
            )

    @property
    def words(self) -> str:
        """Return that it is accepted, and by whom."""
        return f"is accepted by {' and '.join(self.accepted_by)}"

    def covers(self, finding: str, *, at: datetime) -> bool:
        """Tell whether `finding` is accepted at the time `at`."""
        return finding == self.finding and self.accepted_at <= at < self.expires

    def as_json(self) -> dict[str, object]:
        """Return the predicate of the statement; who signs it is not part of it."""
        return {
            "finding": self.finding,
            "rule": self.rule,
            "title": self.title,
            "where": self.where,
            "reason": self.reason,
            "acceptedAt": format_time(self.accepted_at),
            "expires": format_time(self.expires),
        }


def waiver_subject(finding: str) -> Digest:
    """Return the digest that stands for a finding as the subject of statements about it."""
    return sha256_of(b"assay finding\0" + finding.encode())


def parse_waiver(value: JsonValue, *, accepted_by: tuple[str, ...]) -> Waiver:
    """Read what `Waiver.as_json` wrote; `accepted_by` are those whose signatures were verified.

    Raises:
        MalformedError: A field is missing or of another type, or it has no reason or no end.
    """
    return Waiver(
        finding=value.field("finding").text(),
        rule=value.field("rule").text(),
        title=value.field("title").text(),
        where=value.field("where").text(),
        reason=value.field("reason").text(),
        accepted_at=parse_time(value.field("acceptedAt").text()),
        expires=parse_time(value.field("expires").text()),
        accepted_by=accepted_by,
    )
