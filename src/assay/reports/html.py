"""The HTML report: one file that loads nothing, readable at a glance.

Everything from outside goes through the template's automatic escaping, and through `printable`, so
that neither markup nor direction overrides in a name can change what the page shows.
"""

from datetime import timedelta
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from assay import __version__
from assay.assurance.status import WORDS, EvidenceLine, TaskStatus
from assay.assurance.statusjson import Status
from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Finding
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.policy.engine import Reason
from assay.policy.metadata import Effect
from assay.reports.wheel import Segment, render_wheel
from assay.reports.wording import by_severity, examined, place, refusals, sentence

GAPS_SHOWN = 7


def render_html(report: CheckReport) -> bytes:
    """Return the page."""
    text = resources.files("assay.reports").joinpath("templates/check.html.j2").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_printable, trim_blocks=False
    )
    return environment.from_string(text).render(view=_view(report)).encode()


def _printable(value: object) -> object:
    """Make every text that the template prints safe to look at; markup of our own stays."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "\n".join(printable(line, limit=2000) for line in value.split("\n"))


def _view(report: CheckReport) -> dict[str, object]:
    decision = report.gate.decision
    severity = {f.identity: f.severity.value for f in report.findings}
    return {
        "verdict": report.verdict.value,
        "sentence": sentence(report),
        "product": report.product,
        "commit": report.commit,
        "branch": report.branch,
        "stage": decision.stage,
        "decided_at": format_time(report.gate.at),
        "tiles": [{"number": f"{n:,}", "caption": words} for words, n in examined(report)],
        "refusals": [_refusal(rule, severity) for rule in refusals(report)],
        "findings": [_finding(finding) for finding in report.findings],
        "severities": [
            {"name": s.value, "count": n} for s, n in by_severity(report.findings).items() if n
        ],
        "rules": [_rule(rule) for rule in decision.rules],
        "policy_digest": str(report.gate.policy)[:23] + "…",
        "not_checked": [_gap(item) for item in report.not_checked],
        "wheel": Markup(render_wheel(segments(report.status))),  # noqa: S704  # made of our own SVG
        "gaps": [
            {"task": gap.task, "title": gap.title, "next": _with_code(gap.next)}
            for gap in report.status.gaps[:GAPS_SHOWN]
        ],
        "tasks": [_task(task) for task in report.status.tasks],
        "evidence": [
            {
                "index": line.index,
                "title": line.title,
                "type": line.predicate_type,
                "signed_by": ", ".join(line.signed_by),
                "digest": str(line.digest),
            }
            for line in (*report.evidence, report.logged)
        ],
        "proof": report.proof.decode(),
        "replay": f"assay replay {report.logged.index} --repository {report.path}",
        "verdict_digest": str(report.logged.digest),
        "version": __version__,
    }


def segments(status: Status) -> tuple[Segment, ...]:
    """Return the segments of the wheel, one for each task."""
    return tuple(
        Segment(
            group=task.task.group,
            id=task.task.id,
            title=task.task.title,
            state=task.verdict,
            seen=sum(line.observed_at is not None for line in task.evidence),
            wanted=len(task.evidence),
        )
        for task in status.tasks
    )


def describe_age(age: timedelta) -> str:
    """Return an age as people say it: `3 s`, `5 min`, `2 h`, `40 days`."""
    seconds = int(age.total_seconds())
    for unit, size, limit in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} days"


def _refusal(rule: JudgedRule, severity: dict[str, str]) -> dict[str, object]:
    metadata = rule.result.rule
    return {
        "verdict": rule.result.verdict.value,
        "id": metadata.id,
        "title": metadata.title,
        "why": metadata.description,
        "solution": _with_code(metadata.solution),
        "reasons": [_reason(reason, severity) for reason in rule.result.reasons],
    }


def _reason(reason: Reason, severity: dict[str, str]) -> dict[str, object]:
    shown = severity.get(reason.finding, "")
    return {
        "what": reason.what.removeprefix(f"{shown} "),  # it stands beside it, in colour
        "where": reason.where,
        "remedy": _with_code(reason.remedy),
        "severity": shown,
    }


def _with_code(text: str) -> Markup:
    """Return `text` with what stands between backticks as code; all of it is escaped."""
    parts = printable(text, limit=2000).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: leave them as they are
        return escape("`".join(parts))
    coded = (
        Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts)
    )
    return Markup("").join(coded)


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "severity": finding.severity.value,
        "title": finding.title,
        "rule": finding.rule,
        "where": place(finding),
        "remedy": _with_code(finding.remedy),
    }


def _rule(rule: JudgedRule) -> dict[str, str]:
    metadata = rule.result.rule
    return {
        "verdict": rule.result.verdict.value,
        "id": metadata.id,
        "title": metadata.title,
        "effect": "enforced" if rule.effect is Effect.ENFORCE else "advises",
        "controls": ", ".join(metadata.controls),
    }


def _gap(item: NotChecked) -> dict[str, str]:
    return {
        "what": item.what,
        "where": item.where,
        "why": item.why,
        "remedy": item.remedy,
        "accepted": item.accepted,
    }


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
        "state": WORDS[line.verdict],
        "why": line.reason,
        "age": f"seen {describe_age(line.age)} ago" if line.age is not None else "",
    }
