"""Fixes on a terminal: the diff, what was left alone and why, and what to do next."""

from collections.abc import Iterable
from typing import Final

from assay.core.verdict import Verdict
from assay.operations.fix_report import FixReport
from assay.reports.lines import Lines, stdout_lines
from assay.reports.wording import counted
from assay.vuln.remedy.plan import Mended, Plan, Unfixed, Upgrade

_STYLES: Final = {"+": "green", "-": "red", "@": "cyan"}


def print_fixes(report: FixReport) -> None:
    """Print the diff of every file, then what was done, and what was not."""
    lines = stdout_lines()
    for file in report.files:
        for line in file.diff.splitlines():
            style = "bold" if line.startswith(("+++", "---")) else _STYLES.get(line[:1], "")
            lines.put_whole((line, style))
    number = sum(len(file.fixes) for file in report.files)
    number += sum(one.verdict is Verdict.PASSED for one in report.plan.upgrades)
    done = "made" if report.written else "to make"
    where = counted(len(report.files), "file")
    if report.files:
        lines.put()
    lines.put((f"{counted(number, 'edit')} {done} in {where}.", "bold"))
    _print_plan(lines, report.plan)
    _print_left(lines, report)
    if report.written:
        lines.put("Next: git diff, commit, assay check")
    elif report.files:
        lines.put("Next: assay fix --write")


def _print_plan(lines: Lines, plan: Plan) -> None:
    """Print the upgrades, the most urgent first, and the vulnerable packages that stay."""
    if plan.upgrades:
        lines.put((f"Upgrades: {len(plan.upgrades)}", "bold"))
    for upgrade in plan.upgrades:
        _print_upgrade(lines, upgrade)
    if plan.unfixed:
        lines.put((f"Not mended: {counted(len(plan.unfixed), 'package')}", "bold"))
    for one in plan.unfixed:
        _print_unfixed(lines, one)
    for gap in plan.not_checked:
        lines.put((f"not checked: {gap}", "dim"), bullet="  • ")


def _print_upgrade(lines: Lines, one: Upgrade) -> None:
    lines.put(
        (f"{one.package} {one.old} → {one.new}", "bold"),
        f" ({one.step} step), {one.path}: {_purpose(one)}",
        bullet="  • ",
    )
    if one.left:
        lines.put((f"still has {', '.join(one.left)}", "yellow"), indent=4)
    for note in one.notes:
        lines.put((note, "yellow"), indent=4)
    if one.why_not:
        lines.put((f"not edited: {one.why_not}", "yellow"), indent=4)
    if one.command:
        lines.put_whole(one.command, indent=6)


def _purpose(one: Upgrade) -> str:
    reason = f"{one.because} needs it" if one.because else ""
    mends = f"mends {_listed(one.mends)}" if one.mends else ""
    return "; ".join(part for part in (mends, reason) if part)


def _print_unfixed(lines: Lines, one: Unfixed) -> None:
    lines.put(
        (f"{one.package} {one.version}", "bold"),
        f", {one.path}: {_listed(one.has)}: {one.why}",
        bullet="  • ",
    )
    if one.hint:
        lines.put((one.hint, "dim"), indent=4)


def _listed(mends: Iterable[Mended]) -> str:
    return ", ".join(f"{one.vulnerability} ({_told(one)})" for one in mends)


def _told(one: Mended) -> str:
    exploited = "known to be exploited" if one.exploited else ""
    return ", ".join(part for part in (one.severity.value, one.priority, exploited) if part)


def _print_left(lines: Lines, report: FixReport) -> None:
    """Print what was left alone, and what was not looked at."""
    if report.left:
        lines.put((f"Left alone: {len(report.left)}", "bold"))
    for one in report.left:
        lines.put(f"{one.path}:{one.line}", (f"  {one.rule}: {one.why}", "dim"), bullet="  • ")
    if report.not_checked:
        lines.put((f"Not looked at: {counted(len(report.not_checked), 'file')}", "bold"))
    for gap in report.not_checked:
        lines.put(str(gap), bullet="  • ")
