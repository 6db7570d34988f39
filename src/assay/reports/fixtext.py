"""Fixes on a terminal: the diff, what was left alone and why, and what to do next."""

from typing import Final

from assay.operations.fix_files import FixReport
from assay.reports.lines import Lines, stdout_lines
from assay.reports.wording import counted

_STYLES: Final = {"+": "green", "-": "red", "@": "cyan"}


def print_fixes(report: FixReport) -> None:
    """Print the diff of every file, then what was done, and what was not."""
    lines = stdout_lines()
    for file in report.files:
        for line in file.diff.splitlines():
            style = "bold" if line.startswith(("+++", "---")) else _STYLES.get(line[:1], "")
            lines.put_whole((line, style))
    number = sum(len(file.fixes) for file in report.files)
    done = "made" if report.written else "to make"
    where = counted(len(report.files), "file")
    if report.files:
        lines.put()
    lines.put((f"{counted(number, 'edit')} {done} in {where}.", "bold"))
    _print_left(lines, report)
    if report.written:
        lines.put("Next: git diff, commit, assay check")
    elif report.files:
        lines.put("Next: assay fix --write")


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
