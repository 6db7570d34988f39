"""What a log knows of accepted findings: the account that a collector gives to the gates.

It is the predicate of a statement about a commit (`PREDICATE_TYPE`), and names every waiver in
force by the digest of the envelope that a person signed, so that anybody can go and look.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.reliance import Reliance, parse_reliance
from assay.findings.waiver import Waiver, parse_waiver

PREDICATE_TYPE: Final = "urn:assay:predicate:waivers:v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedWaiver:
    """A waiver in the log; `reliance` names its envelope, and who signed it when."""

    waiver: Waiver
    reliance: Reliance

    @property
    def statement(self) -> Digest:
        """Return the digest of its envelope."""
        return self.reliance.statement

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            **self.reliance.as_json(),
            "acceptedBy": list(self.waiver.accepted_by),
            "waiver": self.waiver.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverAccount:
    """The waivers in force when somebody looked, one for each finding, in the order of findings."""

    observed_at: datetime
    waivers: tuple[RecordedWaiver, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two waivers of one finding, and one that nobody signed."""
        named = [one.waiver.finding for one in self.waivers]
        if len(set(named)) != len(named):
            raise MalformedError("two waivers of one finding", where="waivers")
        if not all(one.waiver.accepted_by for one in self.waivers):
            raise MalformedError("a waiver that nobody signed", where="waivers")

    def in_force(self, *, at: datetime) -> dict[str, Waiver]:
        """Return the waivers that cover their finding at the time `at`, by finding."""
        known = ((one.waiver.finding, one.waiver) for one in self.waivers)
        return {name: waiver for name, waiver in known if waiver.covers(name, at=at)}

    def as_json(self) -> dict[str, object]:
        """Return the predicate."""
        return {
            "observedAt": format_time(self.observed_at),
            "waivers": [one.as_json() for one in self.waivers],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def parse_waiver_account(value: JsonValue) -> WaiverAccount:
    """Read what `WaiverAccount.as_json` wrote.

    Raises:
        MalformedError: A field is missing or of another type, or a waiver is none.
    """
    return WaiverAccount(
        observed_at=parse_time(value.field("observedAt").text()),
        waivers=tuple(_parse_recorded(item) for item in value.field("waivers").items()),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )


def _parse_recorded(value: JsonValue) -> RecordedWaiver:
    signers = tuple(name.text() for name in value.field("acceptedBy").items())
    with inside(value.where):
        return RecordedWaiver(
            waiver=parse_waiver(value.field("waiver"), accepted_by=signers),
            reliance=parse_reliance(value),
        )
