"""The Markdown report, short enough for a job summary or a comment."""

import re

from assay.core.printable import printable
from assay.operations.checkreport import CheckReport
from assay.reports.wording import advice, by_severity, place, refusals, sentence

REASONS_SHOWN = 10
GAPS_SHOWN = 20
_MARKS = {"PASSED": "✅", "FAILED": "❌", "UNKNOWN": "❔"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+|!~@&])")


def render_markdown(report: CheckReport) -> bytes:
    """Return the report; text from outside can form no markup, link or mention."""
    verdict = report.verdict.value
    lines = [
        f"# {_MARKS[verdict]} {verdict}: {_text(report.product)}",
        "",
        sentence(report),
        "",
        f"Commit `{report.commit}`, gate `{report.gate.decision.stage}`.",
        "",
    ]
    for rule in refusals(report):
        metadata = rule.result.rule
        lines += [
            f"## {_MARKS[rule.result.verdict.value]} {_text(metadata.title)}",
            "",
            f"`{metadata.id}` · **What to do:** {_text(metadata.solution)}",
            "",
        ]
        for reason in rule.result.reasons[:REASONS_SHOWN]:
            remedy = f" → {_text(reason.remedy)}" if reason.remedy else ""
            lines.append(f"* {_text(reason.what)} ({_text(reason.where)}){remedy}")
        if (more := len(rule.result.reasons) - REASONS_SHOWN) > 0:
            lines.append(f"* and {more} more")
        lines.append("")
    lines += _findings(report) + _rest(report)
    return "\n".join(lines).encode()


def _findings(report: CheckReport) -> list[str]:
    if not report.findings:
        return []
    counts = ", ".join(f"{n} {s.value}" for s, n in by_severity(report.findings).items() if n)
    lines = [f"## Findings: {counts}", "", "| Severity | What | Where |", "|---|---|---|"]
    lines += [
        f"| {f.severity.value} | {_text(f.title)} | {_text(place(f))} |"
        for f in report.findings[:REASONS_SHOWN]
    ]
    if (more := len(report.findings) - REASONS_SHOWN) > 0:
        lines.append(f"| | and {more} more | |")
    return [*lines, ""]


def _rest(report: CheckReport) -> list[str]:
    lines = [
        f"Advice: {_text(rule.result.rule.title)} (`{rule.result.rule.id}`)  "
        for rule in advice(report)
    ]
    lines += ["", f"## Not checked: {len(report.not_checked)}", ""]
    lines += [
        f"* {_text(item.what)} {_text(item.where)}: {_text(item.why)}"
        for item in report.not_checked[:GAPS_SHOWN]
    ]
    if (more := len(report.not_checked) - GAPS_SHOWN) > 0:
        lines.append(f"* and {more} more")
    return [
        *lines,
        "",
        f"Verdict in the log: entry {report.logged.index}, `{report.logged.digest}`",
        "",
    ]


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text).replace("\n", " "))
