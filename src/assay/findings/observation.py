"""What one tool said about a problem, in its own words, and where.

`traits` are the facts that identities are made of (a path, the fingerprint of the offending text, a
component's purl). They are kept with the tool's own rule and weaknesses, so that identities can be
computed anew, by other rules, from what was observed once: `assay.findings.identity.rekey`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assay.core.jsonvalue import JsonValue
from assay.findings.reach import Reach, parse_reach


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Location:
    """Where a finding is.

    Lines and columns count from 1, and are 0 where there is none; a column is a Unicode code point,
    and `end_column` is the first one behind. `commit` introduced it.
    """

    path: str
    line: int = 0
    commit: str = ""
    note: str = ""  # "history only", "working tree", a dependency path
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "path": self.path,
            "line": self.line,
            "commit": self.commit,
            "note": self.note,
            "column": self.column,
            "endLine": self.end_line,
            "endColumn": self.end_column,
        }


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Observation:
    """One report of one tool. `rule` and `severity` are written as the tool writes them.

    `reach` is how near the product comes to a vulnerability, by this tool: one, or none that
    looked.
    """

    tool: str
    rule: str
    message: str
    location: Location
    version: str = ""
    severity: str = ""
    weaknesses: tuple[str, ...] = ()  # as in "CWE-78", in the tool's order
    traits: tuple[tuple[str, str], ...] = ()  # sorted by name
    reach: tuple[Reach, ...] = ()

    def trait(self, name: str) -> str:
        """Return the fact `name`, empty where the tool did not tell it."""
        for known, value in self.traits:  # a few: making a dictionary takes longer
            if known == name:
                return value
        return ""

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "tool": self.tool,
            "version": self.version,
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
            "location": self.location.as_json(),
            "weaknesses": list(self.weaknesses),
            "traits": dict(self.traits),
            **({"reach": [one.as_json() for one in self.reach]} if self.reach else {}),
        }


def traits_of(facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return `facts` in the form of `Observation.traits`; empty ones are left out."""
    return tuple(sorted([item for item in facts.items() if item[1]]))


def parse_location(value: JsonValue) -> Location:
    """Read what `Location.as_json` wrote.

    Raises:
        MalformedError: A field is missing or of another type.
    """
    return Location(
        path=value.field("path").text(),
        line=value.field("line").integer(),
        commit=value.field("commit").text(),
        note=value.field("note").text(),
        column=value.field("column").integer(),
        end_line=value.field("endLine").integer(),
        end_column=value.field("endColumn").integer(),
    )


def parse_observation(value: JsonValue) -> Observation:
    """Read what `Observation.as_json` wrote.

    Raises:
        MalformedError: A field is missing or of another type.
    """
    return Observation(
        tool=value.field("tool").text(),
        version=value.field("version").text(),
        rule=value.field("rule").text(),
        severity=value.field("severity").text(),
        message=value.field("message").text(),
        location=parse_location(value.field("location")),
        weaknesses=tuple(item.text() for item in value.field("weaknesses").items()),
        traits=traits_of({name: item.text() for name, item in value.field("traits").members()}),
        reach=tuple(parse_reach(item) for item in value.optional_items("reach")),
    )
