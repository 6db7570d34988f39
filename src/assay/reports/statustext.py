"""The status of a framework for a terminal."""

from rich.console import Console
from rich.text import Text

from assay.assurance.status import WORDS, TaskStatus, tally
from assay.assurance.statusjson import Status
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.reports.html import describe_age
from assay.reports.text import COLOURS, Lines


def print_status(status: Status, *, brief: bool, gaps: int) -> None:
    """Print all tasks with their evidence (not if `brief`), the counts, and `gaps` next steps."""
    lines = Lines(Console(highlight=False))
    counts = tally(status.tasks)
    if not brief:
        for task in status.tasks:
            _print_task(lines, task)
        lines.put()
    lines.put(
        f"{status.catalogue.name} {status.catalogue.version} for {status.subject}: "
        f"{counts.met} met, {counts.not_met} not met, {counts.unknown} unknown "
        f"of {counts.tasks} tasks",
        style="bold",
    )
    for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN) if brief else ():
        _print_seen(lines, status, verdict)
    if status.gaps[:gaps]:
        lines.put("What to do next:", style="bold")
    for number, gap in enumerate(status.gaps[:gaps], start=1):
        lines.put(f"{gap.task} {gap.title}", indent=2, bullet=f"{number}. ")
        lines.put(gap.next, style="cyan", indent=5, bullet="→ ")


def _print_seen(lines: Lines, status: Status, verdict: Verdict) -> None:
    """Name the tasks of one state of which some evidence was seen, and how much of it."""
    seen = [
        f"{task.task.id} ({_seen(task)} of {len(task.evidence)})"
        for task in status.tasks
        if task.verdict is verdict and (_seen(task) or verdict is Verdict.FAILED)
    ]
    if seen:
        lines.put(", ".join(seen), indent=2, bullet=f"{WORDS[verdict]}: ")


def _print_task(lines: Lines, status: TaskStatus) -> None:
    lines.put_text(
        Text.assemble(
            (f"{status.word:<8}", COLOURS[status.verdict]),
            (f"{status.task.id:<7}", "bold"),
            printable(status.task.title),
        )
    )
    for line in status.evidence:
        age = f", seen {describe_age(line.age)} ago" if line.age is not None else ""
        text = f"{line.wanted.type}: {line.reason}{age}"
        lines.put(text, style="dim", indent=10, bullet=f"{WORDS[line.verdict]:<8}")


def _seen(status: TaskStatus) -> int:
    """Count the evidence that was looked at, whatever it showed."""
    return sum(line.observed_at is not None for line in status.evidence)
