"""From what a tool points at to findings whose identity outlives edits elsewhere in the file.

A place in a file is told by the offending text, what encloses it, and a counter for equal texts
(`assay.findings.place`). None of them is a line number: code that moves keeps its identity, and
code that is rewritten is a new problem.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assay.findings.families import family_of
from assay.findings.finding import Finding, Kind, Severity
from assay.findings.fixes.edit import Fix
from assay.findings.identity import SCHEME
from assay.findings.merge import merge_findings
from assay.findings.observation import Location, Observation, traits_of
from assay.findings.place import Place, normal_path
from assay.findings.reach import Reach

_CREDENTIALS = "CWE-798"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a tool points at, before it has an identity.

    `rule` is `tool/rule-id`, and `weaknesses` are what the tool names ("CWE-78"): both together
    decide about the family. `place` comes from `SourceText.place`; without the source it is the
    offending text alone, or what the tool uses for one. Lines and columns are those of `Location`;
    `note` goes there. `rated` is the severity in the tool's word.

    `traits` are facts that identities of other kinds are made of: `resource` of a misconfiguration,
    `component` and `cluster` of a vulnerability, `method`, `route` and `parameter` of a dynamic
    test (`assay.findings.identity`).
    """

    kind: Kind
    rule: str
    path: str
    line: int
    place: Place
    title: str
    severity: Severity
    message: str
    remedy: str
    weaknesses: tuple[str, ...] = ()
    rated: str = ""
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    note: str = ""
    references: tuple[str, ...] = ()
    traits: tuple[tuple[str, str], ...] = ()
    fixes: tuple[Fix, ...] = ()
    reach: tuple[Reach, ...] = ()  # how near a product comes to a vulnerability, where told

    @property
    def location(self) -> Location:
        """Return where it is."""
        return Location(
            path=normal_path(self.path),
            line=self.line,
            note=self.note,
            column=self.column,
            end_line=self.end_line,
            end_column=self.end_column,
        )


def fingerprint_of(text: str) -> str:
    """Return the SHA-256 of `text` in hex, with every run of white space folded into one space."""
    folded = " ".join(text.split())
    return hashlib.sha256(folded.encode("utf-8", "surrogateescape")).hexdigest()


def hides_literals(rule: str, weaknesses: Sequence[str]) -> bool:
    """Tell whether a literal at such a finding may be a secret, which no fingerprint may show."""
    tool, _, name = rule.partition("/")
    return family_of(tool, name, weaknesses) == _CREDENTIALS


def name_sightings(sightings: Iterable[Sighting], *, version: str = "") -> tuple[Finding, ...]:
    """Return one finding for each problem, in the order of path, line and rule.

    `version` is that of the tool. Sightings of one problem (by several rules, or several times in
    one statement) become one finding with an observation for each. Where a place has no number
    among its equals, it gets one from the top of the file down, so that it does not depend on the
    order in which the tool reports; what is in one line is one.
    """
    numbers: _Numbers = defaultdict(dict)
    ordered = sorted(dict.fromkeys(sightings), key=_order)
    found = (_finding(_numbered(sighting, numbers), version) for sighting in ordered)
    return tuple(sorted(merge_findings(found), key=_place_of))


def _place_of(finding: Finding) -> tuple[str | int, ...]:
    """Return the order of a finding: that of its first place, as `Location` has it, only faster."""
    first = finding.locations[0]
    ends = (first.column, first.end_line, first.end_column)
    return (first.path, first.line, first.commit, first.note, *ends, finding.rule, finding.identity)


_Numbers = defaultdict[tuple[Kind, str, str, Place], dict[int, int]]


def _numbered(sighting: Sighting, numbers: _Numbers) -> Sighting:
    """Return `sighting` at a place that has a number among its equals."""
    if sighting.place.occurrence is not None:
        return sighting
    tool, _, rule = sighting.rule.partition("/")
    family = family_of(tool, rule, sighting.weaknesses)
    lines = numbers[sighting.kind, family, normal_path(sighting.path), sighting.place]
    number = lines.setdefault(sighting.line, len(lines))
    return replace(sighting, place=replace(sighting.place, occurrence=number))


def _order(sighting: Sighting) -> tuple[str, int, int, str, str]:
    return (
        normal_path(sighting.path),
        sighting.line,
        sighting.column,
        sighting.rule,
        sighting.message,
    )


def _observation(sighting: Sighting, version: str) -> Observation:
    tool, _, rule = sighting.rule.partition("/")
    return Observation(
        tool=tool,
        rule=rule,
        message=sighting.message,
        location=sighting.location,
        version=version,
        severity=sighting.rated,
        weaknesses=sighting.weaknesses,
        traits=_traits(sighting),
        reach=sighting.reach,
    )


def _traits(sighting: Sighting) -> tuple[tuple[str, str], ...]:
    place = sighting.place
    return traits_of(
        {
            "path": normal_path(sighting.path),
            "scope": place.scope,
            "fingerprint": fingerprint_of(place.text),
            "occurrence": str(place.occurrence or 0),
            **dict(sighting.traits),
        }
    )


def _finding(sighting: Sighting, version: str) -> Finding:
    observation = _observation(sighting, version)
    return Finding(
        identity=SCHEME.identity(sighting.kind, observation),
        kind=sighting.kind,
        rule=sighting.rule,
        title=sighting.title,
        severity=sighting.severity,
        message=sighting.message,
        remedy=sighting.remedy,
        locations=(sighting.location,),
        references=sighting.references,
        observations=(observation,),
        fixes=sighting.fixes,
    )
