"""The status of a framework for a terminal."""

from assay.assurance.status import WORDS, TaskStatus, tally
from assay.assurance.statusjson import Status
from assay.core.verdict import Verdict
from assay.reports.lines import COLOURS, Lines, stdout_lines
from assay.reports.wording import describe_age

_STATE, _TASK = 9, 8  # columns for "not met" and for "PO.5.2", with two spaces behind


def print_status(status: Status, *, brief: bool, gaps: int) -> None:
    """Print the status on stdout, as `put_status` does."""
    put_status(stdout_lines(), status, brief=brief, gaps=gaps)


def put_status(lines: Lines, status: Status, *, brief: bool, gaps: int) -> None:
    """Put all tasks with their evidence (not if `brief`), the counts, and `gaps` next steps."""
    counts = tally(status.tasks)
    if not brief:
        for task in status.tasks:
            _print_task(lines, task)
        lines.put()
    name = f"{status.catalogue.name} {status.catalogue.version}"
    totals = f"{counts.met} met, {counts.not_met} not met, {counts.unknown} unknown"
    lines.put((f"{name} for {status.subject}: {totals} of {counts.tasks} tasks", "bold"))
    for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN) if brief else ():
        _print_seen(lines, status, verdict)
    _print_unread(lines, status)
    if status.gaps[:gaps]:
        lines.put(("What to do next:", "bold"))
    for number, gap in enumerate(status.gaps[:gaps], start=1):
        lines.put(f"{gap.task} {gap.title}", indent=2, bullet=f"{number}. ")
        lines.put((gap.next, "cyan"), indent=5, bullet="→ ")


def seen_of(task: TaskStatus) -> int:
    """Count the kinds of evidence that were seen, in full or in part, whatever they showed."""
    return sum(line.partial or line.verdict is not Verdict.UNKNOWN for line in task.evidence)


def _print_seen(lines: Lines, status: Status, verdict: Verdict) -> None:
    """Name the tasks of one state of which some evidence was seen, and how much of it."""
    seen = [
        f"{task.task.id} ({seen_of(task)} of {len(task.evidence)})"
        for task in status.tasks
        if task.verdict is verdict and (seen_of(task) or verdict is Verdict.FAILED)
    ]
    if seen:
        style = COLOURS[verdict]
        words = WORDS[verdict] if verdict is not Verdict.UNKNOWN else "unknown, seen in part"
        lines.put(", ".join(seen), indent=2, bullet=(f"{words}: ", style))


def _print_unread(lines: Lines, status: Status) -> None:
    for item in status.not_checked:
        lines.put(str(item), indent=2, bullet=("not checked: ", COLOURS[Verdict.UNKNOWN]))


def _print_task(lines: Lines, status: TaskStatus) -> None:
    state = (f"{status.word:<{_STATE}}", COLOURS[status.verdict])
    lines.put((f"{status.task.id:<{_TASK}}", "bold"), status.task.title, bullet=state)
    for line in status.evidence:
        age = f", seen {describe_age(line.age)} ago" if line.age is not None else ""
        words = "in part" if line.partial else WORDS[line.verdict]
        text = f"{line.wanted.type}: {line.reason}{age}"
        lines.put((text, "dim"), indent=_STATE, bullet=(f"{words:<{_STATE}}", "dim"))
