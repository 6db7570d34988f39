"""The status of a framework for a terminal."""

from rich.console import Console
from rich.text import Text

from assay.assurance.status import WORDS, TaskStatus, tally
from assay.assurance.statusjson import Status
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.reports.html import describe_age
from assay.reports.text import COLOURS


def print_status(status: Status, *, brief: bool, gaps: int) -> None:
    """Print all tasks with their evidence (not if `brief`), the counts, and `gaps` next steps."""
    console = Console(highlight=False, soft_wrap=True)
    counts = tally(status.tasks)
    if not brief:
        for task in status.tasks:
            _print_task(console, task)
        console.print()
    console.print(
        _text(
            f"{status.catalogue.name} {status.catalogue.version} for {status.subject}: "
            f"{counts.met} met, {counts.not_met} not met, {counts.unknown} unknown "
            f"of {counts.tasks} tasks",
            "bold",
        )
    )
    partly = [task for task in status.tasks if task.verdict is Verdict.UNKNOWN and _seen(task)]
    if brief and partly:
        names = ", ".join(f"{task.task.id} ({_seen(task)}/{len(task.evidence)})" for task in partly)
        console.print(_text(f"Unknown, but partly seen: {names}"))
    for number, gap in enumerate(status.gaps[:gaps], start=1):
        if number == 1:
            console.print(_text("What to do next:", "bold"))
        console.print(_text(f"{number:>3}. {gap.task} {gap.title}", ""))
        console.print(_text(f"     → {gap.next}", "cyan"))


def _print_task(console: Console, status: TaskStatus) -> None:
    console.print(
        Text.assemble(
            (f"{status.word:<8}", COLOURS[status.verdict]),
            (f"{status.task.id:<7}", "bold"),
            printable(status.task.title),
        )
    )
    for line in status.evidence:
        age = f", seen {describe_age(line.age)} ago" if line.age is not None else ""
        console.print(
            Text.assemble(
                "          ",
                (f"{WORDS[line.verdict]:<8}", COLOURS[line.verdict]),
                (f"{line.wanted.type}: ", ""),
                (printable(line.reason) + age, "dim"),
            )
        )


def _seen(status: TaskStatus) -> int:
    return sum(line.verdict is Verdict.PASSED for line in status.evidence)


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)
