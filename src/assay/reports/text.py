"""The report for a terminal: colours there, plain in a pipe.

Text from outside is printed as `Text`, never as markup, and without control characters.
"""

import io

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.reports.wording import advice, by_severity, examined, place, refusals, sentence

REASONS_SHOWN = 8
GAPS_SHOWN = 10
COLOURS = {Verdict.PASSED: "bold green", Verdict.FAILED: "bold red", Verdict.UNKNOWN: "bold yellow"}


def print_text(report: CheckReport) -> None:
    """Print the report on stdout."""
    console = Console(highlight=False, soft_wrap=True)
    _print(console, report)


def render_text(report: CheckReport) -> bytes:
    """Return the report as plain text."""
    into = io.StringIO()
    _print(Console(file=into, highlight=False, soft_wrap=True, no_color=True), report)
    return into.getvalue().encode()


def _print(console: Console, report: CheckReport) -> None:
    seen = ", ".join(f"{number:,} {words}" for words, number in examined(report) if number)
    console.print(
        Text.assemble((report.verdict.value, COLOURS[report.verdict]), f"  {sentence(report)}")
    )
    branch = f" ({printable(report.branch)})" if report.branch else ""
    console.print(
        _plain(f"{report.product} at {report.commit[:12]}{branch}; looked at {seen}", "dim")
    )
    for rule in refusals(report):
        console.print()
        _print_rule(console, rule)
    _print_findings(console, report)
    _print_advice(console, report)
    _print_gaps(console, report)
    console.print()
    console.print(
        _plain(
            f"Recorded: verdict {report.logged.index}, {len(report.evidence)} pieces of evidence; "
            f"replay with: assay replay {report.logged.index} --repository {report.path}",
            "dim",
        )
    )


def _print_rule(console: Console, rule: JudgedRule) -> None:
    metadata, result = rule.result.rule, rule.result
    console.print(
        Text.assemble(
            (f"{result.verdict.value:<7} ", COLOURS[result.verdict]),
            (printable(metadata.title), "bold"),
            (f"  {metadata.id}", "dim"),
        )
    )
    console.print(Padding(_plain(f"→ {metadata.solution}", "cyan"), (0, 0, 0, 8)))
    table = Table.grid(padding=(0, 1))
    for reason in result.reasons[:REASONS_SHOWN]:
        table.add_row(_plain("•"), _plain(f"{reason.what}  [{reason.where}]"))
        if reason.remedy and reason.remedy != metadata.solution:
            table.add_row(_plain(""), _plain(f"→ {reason.remedy}", "cyan"))
    if (more := len(result.reasons) - REASONS_SHOWN) > 0:
        table.add_row(_plain("•"), _plain(f"and {more} more (see the JSON or HTML report)", "dim"))
    console.print(Padding(table, (0, 0, 0, 8)))


def _print_findings(console: Console, report: CheckReport) -> None:
    counts = by_severity(report.findings)
    if not report.findings:
        return
    words = ", ".join(f"{number} {severity.value}" for severity, number in counts.items() if number)
    below = [f for f in report.findings if not _is_reason(report, f.identity)]
    console.print()
    console.print(_plain(f"Findings: {words}", "bold"))
    for finding in below[:REASONS_SHOWN]:
        line = f"{finding.severity.value:<8} {finding.title}  [{place(finding)}]"
        console.print(Padding(_plain(line, "dim"), (0, 0, 0, 8)))
    if (more := len(below) - REASONS_SHOWN) > 0:
        console.print(Padding(_plain(f"and {more} more that refuse nothing", "dim"), (0, 0, 0, 8)))


def _is_reason(report: CheckReport, identity: str) -> bool:
    return any(
        reason.finding == identity for rule in refusals(report) for reason in rule.result.reasons
    )


def _print_advice(console: Console, report: CheckReport) -> None:
    for rule in advice(report):
        reason = rule.result.reasons[0].what if rule.result.reasons else ""
        console.print()
        console.print(_plain(f"Advice  {rule.result.rule.title}: {reason}", "dim"))
        console.print(Padding(_plain(f"→ {rule.result.rule.solution}", "cyan dim"), (0, 0, 0, 8)))


def _print_gaps(console: Console, report: CheckReport) -> None:
    if not report.not_checked:
        return
    console.print()
    console.print(_plain(f"Not checked: {len(report.not_checked)}", "bold"))
    for item in report.not_checked[:GAPS_SHOWN]:
        accepted = f" (accepted: {item.accepted})" if item.accepted else ""
        line = f"{item.what} {item.where}: {item.why}{accepted}"
        console.print(Padding(_plain(line), (0, 0, 0, 8)))
    if (more := len(report.not_checked) - GAPS_SHOWN) > 0:
        console.print(Padding(_plain(f"and {more} more", "dim"), (0, 0, 0, 8)))


def _plain(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)
