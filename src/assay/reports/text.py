"""The report for a terminal: colours and wrapping there, plain whole lines in a pipe.

Text from outside is printed as `Text`, never as markup, and without control characters.
"""

import io
import textwrap

from rich.console import Console
from rich.text import Text

from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.reports.wording import advice, by_severity, examined, place, refusals, sentence

REASONS_SHOWN = 8
GAPS_SHOWN = 10
COLOURS = {Verdict.PASSED: "bold green", Verdict.FAILED: "bold red", Verdict.UNKNOWN: "bold yellow"}
_INDENT = 8
_LONGEST = 2000  # characters of one line; what is longer is cut with an ellipsis


class Lines:
    """Prints indented lines: wrapped to the width of a terminal, whole in a pipe or a file."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def put(self, text: str = "", *, style: str = "", indent: int = 0, bullet: str = "") -> None:
        """Print one paragraph, its further lines under its first word."""
        safe = bullet + printable(text, limit=_LONGEST)
        hanging = " " * (indent + len(bullet))
        if self._console.is_terminal and safe:
            safe = textwrap.fill(
                safe,
                width=max(40, self._console.width),
                initial_indent=" " * indent,
                subsequent_indent=hanging,
                break_on_hyphens=False,
            )
        else:
            safe = " " * indent + safe
        self.put_text(Text(safe.rstrip(), style=style))

    def put_text(self, text: Text) -> None:
        """Print text that is styled and safe already."""
        self._console.print(text, soft_wrap=True)


def print_text(report: CheckReport) -> None:
    """Print the report on stdout."""
    _print(Lines(Console(highlight=False)), report)


def render_text(report: CheckReport) -> bytes:
    """Return the report as plain text."""
    into = io.StringIO()
    _print(Lines(Console(file=into, highlight=False, no_color=True)), report)
    return into.getvalue().encode()


def _print(lines: Lines, report: CheckReport) -> None:
    lines.put_text(
        Text.assemble((report.verdict.value, COLOURS[report.verdict]), f"  {sentence(report)}")
    )
    seen = ", ".join(f"{number:,} {words}" for words, number in examined(report) if number)
    branch = f" ({report.branch})" if report.branch else ""
    lines.put(f"{report.product} at {report.commit[:12]}{branch}; looked at {seen}", style="dim")
    for rule in refusals(report):
        _print_rule(lines, rule)
    _print_findings(lines, report)
    _print_advice(lines, report)
    _print_gaps(lines, report)
    lines.put()
    lines.put(
        f"Recorded: verdict {report.logged.index}, from {len(report.evidence)} pieces of evidence. "
        f"Replay it: assay replay {report.logged.index} --repository {report.path}",
        style="dim",
    )


def _print_rule(lines: Lines, rule: JudgedRule) -> None:
    metadata, result = rule.result.rule, rule.result
    lines.put()
    lines.put_text(
        Text.assemble(
            (f"{result.verdict.value:<{_INDENT}}", COLOURS[result.verdict]),
            (printable(metadata.title), "bold"),
            (f"  {metadata.id}", "dim"),
        )
    )
    lines.put(metadata.solution, style="cyan", indent=_INDENT, bullet="→ ")
    for reason in result.reasons[:REASONS_SHOWN]:
        lines.put(f"{reason.what}  [{reason.where}]", indent=_INDENT, bullet="• ")
        if reason.remedy and reason.remedy != metadata.solution:
            lines.put(reason.remedy, style="cyan", indent=_INDENT + 2, bullet="→ ")
    _print_more(lines, len(result.reasons) - REASONS_SHOWN)


def _print_findings(lines: Lines, report: CheckReport) -> None:
    if not report.findings:
        return
    counts = by_severity(report.findings)
    words = ", ".join(f"{number} {severity.value}" for severity, number in counts.items() if number)
    below = [f for f in report.findings if not _is_reason(report, f.identity)]
    lines.put()
    lines.put(f"Findings: {words}", style="bold")
    for finding in below[:REASONS_SHOWN]:
        text = f"{finding.title}  [{place(finding)}]"
        lines.put(text, style="dim", indent=_INDENT, bullet=f"{finding.severity.value:<8} ")
    _print_more(lines, len(below) - REASONS_SHOWN)


def _is_reason(report: CheckReport, identity: str) -> bool:
    return any(
        reason.finding == identity for rule in refusals(report) for reason in rule.result.reasons
    )


def _print_advice(lines: Lines, report: CheckReport) -> None:
    for rule in advice(report):
        reasons = "; ".join(reason.what for reason in rule.result.reasons[:3])
        lines.put()
        lines.put(f"{rule.result.rule.title}: {reasons}", bullet="Advice  ")
        lines.put(rule.result.rule.solution, style="cyan", indent=_INDENT, bullet="→ ")


def _print_gaps(lines: Lines, report: CheckReport) -> None:
    if not report.not_checked:
        return
    lines.put()
    lines.put(f"Not checked: {len(report.not_checked)}", style="bold")
    for item in report.not_checked[:GAPS_SHOWN]:
        accepted = f" (accepted {item.accepted})" if item.accepted else ""
        lines.put(f"{item.what} {item.where}: {item.why}{accepted}", indent=_INDENT, bullet="• ")
    _print_more(lines, len(report.not_checked) - GAPS_SHOWN)


def _print_more(lines: Lines, more: int) -> None:
    if more > 0:
        lines.put(
            f"and {more} more; the HTML and JSON reports have all", indent=_INDENT, bullet="• "
        )
