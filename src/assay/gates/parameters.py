"""What the owner of a product may set for a gate; recorded in every verdict, for its replay."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.severity import Severity

MAX_VEX_AGE_HOURS: Final = 366 * 24  # as of a waiver: nobody's word holds for ever


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Relaxation:
    """An enforced rule that only advises for a while.

    `until` is the first moment at which it is enforced again.
    """

    rule: str
    reason: str
    until: datetime

    def __post_init__(self) -> None:
        """Refuse a relaxation that nobody has to answer for."""
        if not self.reason.strip():
            raise ValueError("a relaxation without a reason")

    def covers(self, rule: str, *, at: datetime) -> bool:
        """Tell whether `rule` is relaxed at the time `at`."""
        return rule == self.rule and at < self.until

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {"rule": self.rule, "reason": self.reason, "until": format_time(self.until)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Thresholds and ages of a gate; a finding counts from its threshold upwards.

    `scanners` are those that have to report besides the default ones. `require` names rules that
    advise by default and are enforced here.
    """

    secrets: Severity = Severity.MEDIUM
    vulnerabilities: Severity = Severity.HIGH
    workflows: Severity = Severity.MEDIUM
    code: Severity = Severity.HIGH
    configuration: Severity = Severity.HIGH
    advisory_max_age_hours: int = 168
    vex_max_age_hours: int = MAX_VEX_AGE_HOURS
    evidence_max_age_hours: int = 720
    scanners: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    relax: tuple[Relaxation, ...] = ()

    @property
    def vex_max_age(self) -> timedelta:
        """Return for how long a word of VEX counts after it was said."""
        return timedelta(hours=self.vex_max_age_hours)

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that a verdict records."""
        return {
            "secrets": self.secrets.value,
            "vulnerabilities": self.vulnerabilities.value,
            "workflows": self.workflows.value,
            "code": self.code.value,
            "configuration": self.configuration.value,
            "advisoryMaxAgeHours": self.advisory_max_age_hours,
            "evidenceMaxAgeHours": self.evidence_max_age_hours,
            "vexMaxAgeHours": self.vex_max_age_hours,
            "scanners": sorted(self.scanners),
            "require": sorted(self.require),
            "relax": [item.as_json() for item in sorted(self.relax)],
        }


def parse_parameters(value: JsonValue) -> Parameters:
    """Read what `Parameters.as_json` wrote.

    Raises:
        MalformedError: A field is missing, of another type, or outside its set.
    """
    try:
        return Parameters(
            secrets=Severity(value.field("secrets").text()),
            vulnerabilities=Severity(value.field("vulnerabilities").text()),
            workflows=Severity(value.field("workflows").text()),
            code=Severity(value.field("code").text()),
            configuration=Severity(value.field("configuration").text()),
            advisory_max_age_hours=value.field("advisoryMaxAgeHours").integer(),
            evidence_max_age_hours=value.field("evidenceMaxAgeHours").integer(),
            vex_max_age_hours=_vex_hours(value.field("vexMaxAgeHours")),
            scanners=tuple(item.text() for item in value.field("scanners").items()),
            require=tuple(item.text() for item in value.field("require").items()),
            relax=tuple(_parse_relaxation(item) for item in value.field("relax").items()),
        )
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error


def _vex_hours(value: JsonValue) -> int:
    if not 0 <= value.integer() <= MAX_VEX_AGE_HOURS:
        raise MalformedError(
            f"{value.integer()} hours, where {MAX_VEX_AGE_HOURS} are the most", where=value.where
        )
    return value.integer()


def _parse_relaxation(item: JsonValue) -> Relaxation:
    return Relaxation(
        rule=item.field("rule").text(),
        reason=item.field("reason").text(),
        until=parse_time(item.field("until").text()),
    )
