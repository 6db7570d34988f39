"""What one scanner saw: its findings, what it examined, and what it did not look at.

This is the predicate of a scan statement (`PREDICATE_TYPE`); no standard one carries all three.
`inputs` names, by digest or version, everything besides the subject that the result depends on
(rules, tool, advisory data, configuration): two runs with equal inputs must agree, and only a run
with other inputs may supersede an earlier one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.findings.finding import Finding, parse_finding

PREDICATE_TYPE: Final = "urn:assay:predicate:scan:v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """The result of one scanner on one subject.

    `scanner` is the collector's name ("secrets", "code", "workflows", "vulnerabilities");
    `tool` and `version` are what did the work. `examined` counts what was looked at, by noun.
    """

    scanner: str
    tool: str
    version: str
    observed_at: datetime
    inputs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    examined: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the predicate, findings in the order of their identity."""
        return {
            "scanner": self.scanner,
            "tool": {"name": self.tool, "version": self.version},
            "observedAt": format_time(self.observed_at),
            "inputs": dict(self.inputs),
            "examined": dict(self.examined),
            "findings": [f.as_json() for f in sorted(self.findings, key=lambda f: f.identity)],
            "notChecked": [item.as_json() for item in sorted(self.not_checked)],
        }


def parse_scan_report(value: JsonValue) -> ScanReport:
    """Read a predicate that `ScanReport.as_json` wrote.

    Raises:
        MalformedError: A field is missing or of another type.
    """
    tool = value.field("tool")
    return ScanReport(
        scanner=value.field("scanner").text(),
        tool=tool.field("name").text(),
        version=tool.field("version").text(),
        observed_at=parse_time(value.field("observedAt").text()),
        inputs=MappingProxyType({k: v.text() for k, v in value.field("inputs").members()}),
        examined=MappingProxyType({k: v.integer() for k, v in value.field("examined").members()}),
        findings=tuple(parse_finding(item) for item in value.field("findings").items()),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )
