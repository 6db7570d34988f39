"""A finding: one problem, under one identity, at one or more locations, seen by one or more tools.

The identity is computed from what the problem *is*, never from a tool's text, its opinion of the
severity, or a line number: those change without the problem changing (`assay.findings.identity`).
What each tool said is kept beside it, so that identities can be computed anew by other rules.
"""

import enum
import hashlib
from dataclasses import dataclass

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.fixes.edit import Fix, parse_fix
from assay.findings.observation import Location, Observation, parse_location, parse_observation
from assay.findings.reach import Reach, join_reach
from assay.findings.severity import Severity

__all__ = [
    "Finding",
    "Kind",
    "Location",
    "Observation",
    "Severity",
    "identity_of",
    "parse_finding",
]


class Kind(enum.StrEnum):
    """What sort of problem it is; each has its own identity key."""

    SECRET = "secret"  # noqa: S105  # a kind of finding, not one
    VULNERABILITY = "vulnerability"  # of a component
    WEAKNESS = "weakness"  # in code
    MISCONFIGURATION = "misconfiguration"
    DYNAMIC = "dynamic"  # seen from outside, in the answers of a running service


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem. `rule` is `tool/rule-id`; `remedy` says what to do about it, never empty.

    Title, severity, message and remedy are those of the gravest report (`assay.findings.merge`);
    `observations` are all of them, as the tools gave them. `fixes` are edits that mend it safely.
    """

    identity: str
    kind: Kind
    rule: str
    title: str
    severity: Severity
    message: str
    remedy: str
    locations: tuple[Location, ...]
    references: tuple[str, ...] = ()  # URLs and ids: CWE-798, CVE-2024-1234
    observations: tuple[Observation, ...] = ()
    fixes: tuple[Fix, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a finding that nobody could act on."""
        if not self.locations:
            raise ValueError("a finding without a location")
        if not self.remedy:
            raise ValueError("a finding without a remedy")

    @property
    def reach(self) -> Reach | None:
        """Return how near the product comes to it, by all who looked; None where nobody did."""
        return join_reach(reach for seen in self.observations for reach in seen.reach)

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value in statements and reports."""
        return {
            "identity": self.identity,
            "kind": self.kind.value,
            "rule": self.rule,
            "title": self.title,
            "severity": self.severity.value,
            "message": self.message,
            "remedy": self.remedy,
            "locations": [location.as_json() for location in self.locations],
            "references": list(self.references),
            "observations": [item.as_json() for item in self.observations],
            "fixes": [fix.as_json() for fix in self.fixes],
        }


def identity_of(kind: Kind, *parts: str, version: int = 1) -> str:
    """Return the stable identity of the problem that `parts` describe, as `kind/v1:32 hex`.

    Every part goes in with its length, so that `("ab", "c")` and `("a", "bc")` differ.
    """
    encoded = [part.encode("utf-8", "surrogateescape") for part in (kind.value, *parts)]
    keyed = b"".join([b"%d:%b," % (len(part), part) for part in encoded])
    return f"{kind.value}/v{version}:{hashlib.sha256(keyed).hexdigest()[:32]}"


def parse_finding(value: JsonValue) -> Finding:
    """Read one finding that `Finding.as_json` wrote.

    Raises:
        MalformedError: A field is missing, of another type, or outside its closed set.
    """
    try:
        return Finding(
            identity=value.field("identity").text(),
            kind=Kind(value.field("kind").text()),
            rule=value.field("rule").text(),
            title=value.field("title").text(),
            severity=Severity(value.field("severity").text()),
            message=value.field("message").text(),
            remedy=value.field("remedy").text(),
            locations=tuple(parse_location(item) for item in value.field("locations").items()),
            references=tuple(item.text() for item in value.field("references").items()),
            observations=tuple(
                parse_observation(item) for item in value.field("observations").items()
            ),
            fixes=tuple(parse_fix(item) for item in value.field("fixes").items()),
        )
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error
