"""From what a tool points at to findings whose identity outlives edits elsewhere in the file.

The identity of a problem in a file is made of four things: its family (a CWE, or a rule), the path,
the fingerprint of the offending text, and a counter for equal texts in one file. None of them is a
line number: code that moves keeps its identity, and code that is rewritten is a new problem.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assay.findings.finding import Finding, Kind, Location, Severity, identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a tool points at, before it has an identity.

    `family` is what the problem is, whatever tool says so ("CWE-78", "unpinned-uses"); `text` is
    the offending text, as it stands in the file or without what must not count (a literal that may
    be a secret). `line` counts from 1, `column` from 0. `note` goes to the location.
    """

    kind: Kind
    family: str
    rule: str
    path: str
    line: int
    text: str
    title: str
    severity: Severity
    message: str
    remedy: str
    column: int = 0
    note: str = ""
    references: tuple[str, ...] = ()


def fingerprint_of(text: str) -> str:
    """Return the SHA-256 of `text` in hex, with every run of white space folded into one space."""
    folded = " ".join(text.split())
    return hashlib.sha256(folded.encode("utf-8", "surrogateescape")).hexdigest()


def name_sightings(sightings: Iterable[Sighting]) -> tuple[Finding, ...]:
    """Return one finding for each sighting, in the order of path, line and rule.

    A sighting that repeats another one (same rule, same place, same text) is dropped. The counter
    runs over equal texts of one family in one file, from the top of the file down, so that it does
    not depend on the order in which the tool reports.
    """
    counted: defaultdict[tuple[Kind, str, str, str], int] = defaultdict(int)
    findings = []
    for sighting in sorted(dict.fromkeys(sightings), key=_place):
        key = (sighting.kind, sighting.family, sighting.path, fingerprint_of(sighting.text))
        findings.append(_finding(sighting, key, counted[key]))
        counted[key] += 1
    return tuple(findings)


def _place(sighting: Sighting) -> tuple[str, int, int, str, str]:
    return (sighting.path, sighting.line, sighting.column, sighting.rule, sighting.message)


def _finding(sighting: Sighting, key: tuple[Kind, str, str, str], occurrence: int) -> Finding:
    kind, *parts = key
    return Finding(
        identity=identity_of(kind, *parts, str(occurrence)),
        kind=kind,
        rule=sighting.rule,
        title=sighting.title,
        severity=sighting.severity,
        message=sighting.message,
        remedy=sighting.remedy,
        locations=(Location(path=sighting.path, line=sighting.line, note=sighting.note),),
        references=sighting.references,
    )
