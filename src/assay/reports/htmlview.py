"""What the HTML template shows: values, in its order; the template has no logic besides loops."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from assay import __version__
from assay.assurance.status import WORDS, EvidenceLine, Tally, TaskStatus, tally
from assay.assurance.statusjson import Status
from assay.core.clock import format_time
from assay.core.verdict import Verdict
from assay.findings.finding import Finding
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.reports.grouping import (
    Step,
    advised,
    blocking_gaps,
    by_identity,
    first_step,
    group_blank,
    group_findings,
    group_gaps,
    group_reasons,
)
from assay.reports.wheel import Segment, render_wheel
from assay.reports.wording import (
    OTHER_REPORTS,
    advice_title,
    blank_title,
    by_severity,
    describe_age,
    effect_word,
    examined,
    not_checked_words,
    ordered_rules,
    refusals,
    replay_command,
    sentence,
    severity_words,
)

NEXT_SHOWN: Final = 7  # steps towards the framework
_BAR_WIDTH: Final = 1000  # units of the bar of severities


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule with the steps that satisfy it."""

    id: str
    title: str
    why: str
    solution: str
    verdict: str
    effect: str
    controls: str
    reasons: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPart:
    """One severity's part of the bar."""

    name: str
    count: int
    start: int
    width: int


def page_view(report: CheckReport) -> dict[str, object]:
    """Return everything that the page shows about `report`."""
    return _decided(report) | _seen(report) | _framework(report.status) | _recorded(report)


def _decided(report: CheckReport) -> dict[str, object]:
    findings = by_identity(report.findings)
    return {
        "verdict": report.verdict.value,
        "sentence": sentence(report),
        "first": first_step(report),
        "product": report.product,
        "commit": report.commit,
        "branch": report.branch,
        "stage": report.gate.decision.stage,
        "decided_at": format_time(report.gate.at),
        "refusals": [_rule(rule, group_reasons(rule, findings)) for rule in refusals(report)],
        "blocking_gaps": blocking_gaps(report),
        "advice": [_rule(rule, group_reasons(rule, findings)) for rule in advised(report)],
        "blank": group_blank(report),
        "blank_title": blank_title(sum(step.count for step in group_blank(report))),
        "advice_title": advice_title(report),
        "rules": [_rule(rule, ()) for rule in ordered_rules(report)],
        "policy": str(report.gate.policy),
        "trust_root": str(report.gate.trust_root),
    }


def _seen(report: CheckReport) -> dict[str, object]:
    findings = report.findings
    gaps = group_gaps(report.not_checked)
    return {
        "tiles": [{"number": f"{n:,}", "caption": words} for words, n in examined(report)],
        "finding_count": len(findings),
        "finding_groups": group_findings(findings),
        "severity_words": severity_words(findings),
        "bar": _bar(findings),
        "not_checked": len(report.not_checked),
        "not_checked_words": not_checked_words(report),
        "open_gaps": [step for step in gaps if not step.accepted],
        "accepted_gaps": [step for step in gaps if step.accepted],
        "elsewhere": OTHER_REPORTS,
    }


def _framework(status: Status) -> dict[str, object]:
    counts = tally(status.tasks)
    return {
        "framework": f"{status.catalogue.name} {status.catalogue.version}",
        "tally": counts,
        "wheel": Markup(render_wheel(segments(status))),  # noqa: S704  # made of our own SVG
        "groups": [
            {"id": group, "title": title, "tally": _tally_of(status, group)}
            for group, title in status.catalogue.groups.items()
        ],
        "next": status.gaps[:NEXT_SHOWN],
        "tasks": [_task(task) for task in status.tasks],
        "unread": [f"{item.what} {item.where}: {item.why}" for item in status.not_checked],
    }


def _recorded(report: CheckReport) -> dict[str, object]:
    return {
        "evidence": (*report.evidence, report.logged),
        "logged": report.logged,
        "proof": report.proof.decode().splitlines(),
        "replay": replay_command(report),
        "version": __version__,
    }


def segments(status: Status) -> tuple[Segment, ...]:
    """Return the segments of the wheel, one for each task."""
    return tuple(_segment(task) for task in status.tasks)


def _segment(task: TaskStatus) -> Segment:
    verdicts = [line.verdict for line in task.evidence]
    return Segment(
        group=task.task.group,
        id=task.task.id,
        title=task.task.title,
        state=task.verdict,
        wanted=len(verdicts),
        passed=verdicts.count(Verdict.PASSED),
        failed=verdicts.count(Verdict.FAILED),
        in_part=sum(line.partial for line in task.evidence),
    )


def _rule(rule: JudgedRule, steps: tuple[Step, ...]) -> RuleView:
    metadata = rule.result.rule
    return RuleView(
        id=metadata.id,
        title=metadata.title,
        why=metadata.description,
        solution=metadata.solution,
        verdict=rule.result.verdict.value,
        effect=effect_word(rule),
        controls=", ".join(metadata.controls),
        reasons=len(rule.result.reasons),
        steps=steps,
    )


def _bar(findings: tuple[Finding, ...]) -> list[BarPart]:
    """Share the bar out by number; whole units, so that the page is the same everywhere."""
    parts, before = [], 0
    for severity, count in by_severity(findings).items():
        start = before * _BAR_WIDTH // max(1, len(findings))
        before += count
        end = before * _BAR_WIDTH // max(1, len(findings))
        if count:
            width = end - start
            parts.append(BarPart(name=severity.value, count=count, start=start, width=width))
    return parts


def _tally_of(status: Status, group: str) -> Tally:
    return tally(task for task in status.tasks if task.task.group == group)


def _task(status: TaskStatus) -> dict[str, object]:
    return {
        "id": status.task.id,
        "title": status.task.title,
        "verdict": status.verdict.value,
        "state": status.word,
        "evidence": [_line(line) for line in status.evidence],
    }


def _line(line: EvidenceLine) -> dict[str, str]:
    return {
        "type": line.wanted.type,
        "verdict": line.verdict.value,
        "state": "in part" if line.partial else WORDS[line.verdict],
        "why": line.reason,
        "age": f"seen {describe_age(line.age)} ago" if line.age is not None else "",
    }
