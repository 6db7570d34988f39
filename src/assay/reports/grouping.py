"""What belongs together in a report: one remedy for many reasons, one reason at many places.

Eighty files that a scanner could not read are one step with eighty places, not eighty lines. All
groups keep the order in which their first member came; places are sorted.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.findings.finding import Finding, Severity
from assay.findings.reach import Level
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.policy.results import Reason
from assay.reports.wording import advice, effect_word, place, refusals

_DIGITS: Final = re.compile(r"([0-9]{1,9})")  # at most nine at once: int() stays quick
_UNRATED: Final = len(Severity)  # behind every finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that is wrong or was not looked at, and where; `severity` is that of a finding."""

    severity: str
    what: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One remedy, and what it would mend; `accepted` as in `NotChecked`."""

    remedy: str
    points: tuple[Point, ...]
    accepted: str = ""

    @property
    def count(self) -> int:
        """Return how many reasons or entries are behind it."""
        return sum(len(point.places) for point in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """Findings that differ only in where they are."""

    severity: Severity
    title: str
    rule: str
    remedy: str
    references: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """What to do first, about what, where, and how many reasons there are besides."""

    remedy: str
    what: str
    where: str
    others: int


_Entry = tuple[tuple[str, str], tuple[str, str], str]  # (remedy, accepted), (severity, what), place


def group_reasons(rule: JudgedRule, findings: Mapping[str, Finding]) -> tuple[Step, ...]:
    """Return the steps that satisfy `rule`, those against the worst and nearest findings first.

    `findings` are by identity; rules write their severities in front of their text.
    """
    ordered = sorted(rule.result.reasons, key=lambda reason: _rank(findings, reason))
    entries: list[_Entry] = []
    for reason in ordered:
        finding = findings.get(reason.finding)
        word = finding.severity.value if finding else ""
        what = reason.what.removeprefix(f"{word} ") + (reach_words(finding) if finding else "")
        entries.append(((reason.remedy, ""), (word, what), reason.where))
    return _group(entries)


def group_gaps(items: Iterable[NotChecked]) -> tuple[Step, ...]:
    """Return what was not checked: what nobody accepted first, for it is what blocks."""
    ordered = sorted(items, key=lambda item: item.accepted != "")
    return _group(
        ((item.remedy, item.accepted), ("", f"{item.what}: {item.why}"), item.where)
        for item in ordered
    )


def group_findings(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Return findings of one kind with one remedy as one."""
    groups: defaultdict[tuple[Severity, str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        title = finding.title + reach_words(finding)
        groups[finding.severity, title, finding.rule, finding.remedy].append(finding)
    return tuple(
        FindingGroup(
            severity=severity,
            title=title,
            rule=rule,
            remedy=remedy,
            references=members[0].references,
            places=_in_order(list({place(finding) for finding in members})),
        )
        for (severity, title, rule, remedy), members in groups.items()
    )


def advised(report: CheckReport) -> tuple[JudgedRule, ...]:
    """Return the rules that only advise and judged something, or were waived."""
    return tuple(rule for rule in advice(report) if not _is_blank(rule))


def group_blank(report: CheckReport) -> tuple[Step, ...]:
    """Return the rules that only advise and had no evidence to judge, by how to come by it.

    One remedy serves several of them, and none is against the commit.
    """
    return _group(
        ((rule.result.rule.obtain, ""), ("", rule.result.rule.title), rule.result.rule.id)
        for rule in advice(report)
        if _is_blank(rule)
    )


def _is_blank(rule: JudgedRule) -> bool:
    return rule.result.without_evidence and effect_word(rule) == "advises"


def by_identity(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return each finding by its identity, as `group_reasons` wants it."""
    return {finding.identity: finding for finding in findings}


def reach_words(finding: Finding) -> str:
    """Return how near the product is known to come, in brackets; nothing for a mere dependency."""
    reach = finding.reach
    if reach is None or reach.level < Level.IMPORTED:
        return ""
    return f" ({reach.level.word}{' in tests' if reach.only_in_tests else ''})"


def blocking_gaps(report: CheckReport) -> tuple[Step, ...]:
    """Return what keeps the gate from an answer although no rule stands in the way."""
    if report.verdict is Verdict.PASSED or refusals(report):
        return ()
    return group_gaps(item for item in report.not_checked if not item.accepted)


def first_step(report: CheckReport) -> FirstStep | None:
    """Return what to do first, None where nothing stands in the way."""
    rules = refusals(report)
    if not rules:
        return _first_gap(blocking_gaps(report))
    findings = by_identity(report.findings)
    reason = min(rules[0].result.reasons, key=lambda reason: _rank(findings, reason))
    return FirstStep(
        remedy=reason.remedy,
        what=reason.what,
        where=reason.where,
        others=sum(len(rule.result.reasons) for rule in rules) - 1,
    )


def _first_gap(steps: tuple[Step, ...]) -> FirstStep | None:
    if not steps:
        return None
    point = steps[0].points[0]
    others = sum(step.count for step in steps) - 1
    return FirstStep(remedy=steps[0].remedy, what=point.what, where=point.places[0], others=others)


def _rank(findings: Mapping[str, Finding], reason: Reason) -> tuple[int, int]:
    """Return the severity's rank, and among equals the nearest first."""
    finding = findings.get(reason.finding)
    if finding is None:
        return _UNRATED, 0
    reach = finding.reach
    return finding.severity.rank, 0 if reach is None else -reach.level


def _in_order(places: list[str]) -> tuple[str, ...]:
    return tuple(sorted(places, key=_by_line)) if len(places) > 1 else tuple(places)


def _by_line(where: str) -> tuple[tuple[str, int], ...]:
    """Return the key by which `a.py:9` comes before `a.py:11`."""
    parts = _DIGITS.split(where)
    return tuple(zip(parts[::2], [*map(int, parts[1::2]), 0], strict=True))


def _group(entries: Iterable[_Entry]) -> tuple[Step, ...]:
    steps: defaultdict[tuple[str, str], defaultdict[tuple[str, str], list[str]]]
    steps = defaultdict(lambda: defaultdict(list))
    for step, point, where in entries:
        steps[step][point].append(where)
    return tuple(
        Step(
            remedy=remedy,
            accepted=accepted,
            points=tuple(
                Point(severity=severity, what=what, places=_in_order(places))
                for (severity, what), places in points.items()
            ),
        )
        for (remedy, accepted), points in steps.items()
    )
