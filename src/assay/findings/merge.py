"""Findings of several tools or runs made into one for each identity; nothing observed is lost.

Merging is associative, commutative and idempotent: the result does not depend on how many reports
there were, or in which order they came. What is shown (severity, rule, title, text, remedy) comes
together from the gravest one, and never from two.
"""

from collections import defaultdict
from collections.abc import Iterable

from assay.findings.finding import Finding


def merge_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return one finding for each identity, in the order of identities."""
    grouped: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.identity].append(finding)
    return tuple(_merged(same) for _, same in sorted(grouped.items()))


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings in the order in which people read them."""
    return tuple(sorted(findings, key=lambda f: (f.severity.rank, f.rule, f.identity)))


def _merged(same: list[Finding]) -> Finding:
    if len(same) == 1 or len(set(same)) == 1:  # most are alone, and hashing one is slow
        return same[0]  # in its own order of places, the most important one first
    lead = min(same, key=_gravity)
    return Finding(
        identity=lead.identity,
        kind=lead.kind,
        rule=lead.rule,
        title=lead.title,
        severity=lead.severity,
        message=lead.message,
        remedy=lead.remedy,
        locations=tuple(sorted({place for one in same for place in one.locations})),
        references=tuple(sorted({name for one in same for name in one.references})),
        observations=tuple(sorted({seen for one in same for seen in one.observations})),
        fixes=tuple(sorted({fix for one in same for fix in one.fixes})),
    )


def _gravity(finding: Finding) -> tuple[object, ...]:
    """Return the place of what a finding shows: the worst first, and no two that differ equal."""
    severity = finding.severity
    shown = (finding.rule, finding.title, finding.message, finding.remedy)
    return (severity.rank, severity.value, finding.kind.value, *shown)
