"""The report for a terminal, and the same as a text file.

The verdict stands at both ends: whoever reads from the top finds it there, and whoever looks at
the last lines of a terminal finds it again, with what to do first.
"""

import io
from typing import Final

from assay.assurance.status import tally
from assay.core.verdict import Verdict
from assay.findings.finding import Severity
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.reports.grouping import (
    FirstStep,
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
from assay.reports.lines import COLOURS, Lines, stdout_lines, text_lines
from assay.reports.wording import (
    OTHER_REPORTS,
    blank_title,
    counted,
    effect_word,
    examined,
    not_checked_words,
    refusals,
    replay_command,
    sentence,
    severity_words,
)

STEPS_SHOWN: Final = 8
POINTS_SHOWN: Final = 3
PLACES_SHOWN: Final = 3
_INDENT: Final = 9  # as wide as "UNKNOWN" and two spaces
_SEVERITY_STYLES: Final = {
    **dict.fromkeys(("critical", "unknown"), "bold magenta"),
    "high": "red",
    "medium": "yellow",
    "low": "blue",
}


def print_text(report: CheckReport) -> None:
    """Print the report on stdout."""
    _print(stdout_lines(), report)


def render_text(report: CheckReport) -> bytes:
    """Return the report as plain text."""
    into = io.StringIO()
    _print(text_lines(into), report)
    return into.getvalue().encode()


def _print(lines: Lines, report: CheckReport) -> None:
    _print_head(lines, report)
    findings = by_identity(report.findings)
    for rule in refusals(report):
        _print_rule(lines, rule, group_reasons(rule, findings))
    if gaps := blocking_gaps(report):
        lines.put()
        lines.put(("What the gate could not read", "bold"), bullet=_label("UNKNOWN"))
        print_steps(lines, gaps)
    _print_findings(lines, report)
    for rule in advised(report):
        _print_rule(lines, rule, group_reasons(rule, findings))
    _print_blank(lines, group_blank(report))
    _print_gaps(lines, report)
    _print_end(lines, report)


def _print_head(lines: Lines, report: CheckReport) -> None:
    lines.put(sentence(report), bullet=_verdict(report.verdict))
    branch = f" on {report.branch}" if report.branch else ""
    stage = report.gate.decision.stage
    about = f"{report.product} at {report.commit[:12]}{branch}, gate {stage}"
    seen = ", ".join(f"{number:,} {words}" for words, number in examined(report) if number)
    lines.put((about, "dim"), indent=_INDENT)
    lines.put((f"Looked at {seen or 'nothing'}", "dim"), indent=_INDENT)


def _print_rule(lines: Lines, rule: JudgedRule, steps: tuple[Step, ...]) -> None:
    metadata, verdict = rule.result.rule, rule.result.verdict
    effect = effect_word(rule)
    lines.put()
    if effect == "enforced":
        name = (f"  {metadata.id}", "dim")
        lines.put((metadata.title, "bold"), name, bullet=_verdict(verdict))
    else:
        word = {"advises": "Advice", "waived": "Waived"}[effect]
        answer = (f"  {metadata.id}, {verdict.value}", "dim")
        lines.put(metadata.title, answer, bullet=(_label(word), "bold"))
    if any(step.remedy != metadata.solution for step in steps):
        lines.put((metadata.solution, "cyan"), indent=_INDENT, bullet="→ ")
    print_steps(lines, steps if effect == "enforced" else steps[:POINTS_SHOWN])
    if effect != "enforced":
        _print_more(lines, len(steps) - POINTS_SHOWN, indent=_INDENT)


def _print_blank(lines: Lines, steps: tuple[Step, ...]) -> None:
    """Print the rules that advise and had nothing to judge, with how to change that, in one."""
    if not steps:
        return
    lines.put()
    title = blank_title(sum(step.count for step in steps))
    lines.put(title, ("  UNKNOWN", "dim"), bullet=(_label("Advice"), "bold"))
    print_steps(lines, steps)


def print_steps(lines: Lines, steps: tuple[Step, ...]) -> None:
    """Print what is wrong and where, then once what mends all of it."""
    for step in steps[:STEPS_SHOWN]:
        for point in step.points[:POINTS_SHOWN]:
            severity = _severity(point.severity)
            where = (f"  [{_places(point.places)}]", "dim")
            lines.put(*severity, point.what, where, indent=_INDENT, bullet="• ")
        _print_more(lines, len(step.points) - POINTS_SHOWN, indent=_INDENT)
        if step.remedy:
            lines.put((step.remedy, "cyan"), indent=_INDENT + 2, bullet="→ ")
    _print_more(lines, len(steps) - STEPS_SHOWN, indent=_INDENT)


def _print_findings(lines: Lines, report: CheckReport) -> None:
    """Print the counts of all findings, and those that no rule above has named."""
    if not report.findings:
        return
    named = {reason.finding for rule in refusals(report) for reason in rule.result.reasons}
    others = group_findings(f for f in report.findings if f.identity not in named)
    lines.put()
    lines.put((f"Findings: {severity_words(report.findings)}", "bold"))
    for group in others[:STEPS_SHOWN]:
        where = (f"  [{_places(group.places)}]", "dim")
        lines.put(*_severity(group.severity), group.title, where, indent=_INDENT, bullet="• ")
    _print_more(lines, len(others) - STEPS_SHOWN, indent=_INDENT)


def _print_gaps(lines: Lines, report: CheckReport) -> None:
    """Print what was not checked: the open gaps, which block, apart from the accepted ones."""
    if not report.not_checked:
        return
    steps = group_gaps(report.not_checked)
    lines.put()
    lines.put((f"Not checked: {not_checked_words(report)}", "bold"))
    still_open = tuple(step for step in steps if not step.accepted)
    print_steps(lines, still_open)
    accepted = [step for step in steps if step.accepted]
    for step in accepted[:STEPS_SHOWN]:
        for point in step.points[:POINTS_SHOWN]:
            text = f"{point.what}  [{_places(point.places)}]"
            lines.put(text, indent=_INDENT, bullet="• ")
        _print_more(lines, len(step.points) - POINTS_SHOWN, indent=_INDENT)
        lines.put((step.accepted, "dim"), indent=_INDENT + 2, bullet="Accepted: ")
    _print_more(lines, len(accepted) - STEPS_SHOWN, indent=_INDENT)


def _print_end(lines: Lines, report: CheckReport) -> None:
    lines.put()
    counts = tally(report.status.tasks)
    name = f"{report.status.catalogue.name} {report.status.catalogue.version}"
    lines.put(
        f"{name}: {counts.met} met, {counts.not_met} not met, {counts.unknown} unknown "
        f"of {counts.tasks} tasks; see assay status"
    )
    evidence = counted(len(report.evidence), "statement")
    lines.put(f"Recorded as entry {report.logged.index} of the log, from {evidence}. Replay it:")
    lines.put_whole((replay_command(report), "bold"), indent=2)
    lines.put()
    lines.put(sentence(report), bullet=_verdict(report.verdict))
    if step := first_step(report):
        _print_first(lines, step)


def _print_first(lines: Lines, step: FirstStep) -> None:
    lines.put(step.what, (f"  [{step.where}]", "dim"), bullet=(_label("First"), "bold"))
    lines.put((step.remedy, "bold cyan"), indent=_INDENT, bullet="→ ")
    if step.others:
        lines.put((f"Then {counted(step.others, 'more reason')}, above.", "dim"), indent=_INDENT)


def _print_more(lines: Lines, more: int, *, indent: int) -> None:
    if more > 0:
        lines.put((f"and {more:,} more; {OTHER_REPORTS}", "dim"), indent=indent, bullet="• ")


def _places(places: tuple[str, ...]) -> str:
    shown = ", ".join(places[:PLACES_SHOWN])
    more = len(places) - PLACES_SHOWN
    return f"{shown} and {more:,} more; {OTHER_REPORTS}" if more > 0 else shown


def _severity(name: Severity | str) -> tuple[tuple[str, str], ...]:
    """Return the part of a line that names a severity, none where there is none."""
    return ((f"{name} ", _SEVERITY_STYLES.get(name, "")),) if name else ()


def _verdict(verdict: Verdict) -> tuple[str, str]:
    return _label(verdict.value), COLOURS[verdict]


def _label(word: str) -> str:
    return f"{word:<{_INDENT}}"
