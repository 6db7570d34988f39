"""VEX on a terminal: what was recorded, what is in force at a commit, and what is not, with why."""

from collections.abc import Sequence

from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.operations.list_vex import VexListing
from assay.operations.record_vex import VexRecorded, VexWithdrawn
from assay.operations.vexrecords import RecordedVex
from assay.reports.lines import Lines, stdout_lines
from assay.reports.wording import counted

SHOWN = 20
_WHOSE = "Whose word counts: assay trust show. The owners name others: assay trust update."


def print_recorded(done: VexRecorded) -> None:
    """Print what was recorded, whose word it is, and whether it counts."""
    lines, one = stdout_lines(), done.recorded
    lines.put((f"Recorded {one.file}, entry {one.index} of the log", "bold"))
    _print_whose(lines, one)
    if done.why_not:
        lines.put((f"It is not applied: {done.why_not}", "bold"))
        lines.put(_WHOSE, indent=2)
        return
    for gap in done.not_checked[:SHOWN]:
        lines.put(str(gap), indent=2, bullet="• ")
    _print_more(lines, len(done.not_checked))
    lines.put("Next: assay check; assay vex list tells what it comes to.")


def print_withdrawn(done: VexWithdrawn) -> None:
    """Print which document ended, and why."""
    lines = stdout_lines()
    lines.put((f"Withdrew {done.document.file}, entry {done.document.index}", "bold"))
    lines.put(f"Reason: {done.reason}", indent=2)
    lines.put(f"Entry {done.index} of the log. Next: assay check")


def print_listing(found: VexListing) -> None:
    """Print the documents, what they take away and confirm, and what was not applied."""
    lines = stdout_lines()
    lines.put((f"VEX: {counted(len(found.documents), 'document')}", "bold"))
    for one in found.documents:
        lines.put(f"entry {one.index}: {one.file}{_standing(one)}", bullet="  ")
        _print_whose(lines, one, indent=4)
    _print_applied(lines, found)
    _print_confirmed(lines, found)
    _print_gaps(lines, found.not_checked)


def _standing(one: RecordedVex) -> str:
    if one.signed is None:
        return "  not applied"
    return "  withdrawn" if one.withdrawn else ""


def _print_whose(lines: Lines, one: RecordedVex, *, indent: int = 2) -> None:
    if one.signed is None:
        lines.put(f"brought in by {' and '.join(one.recorded_by)}", indent=indent)
        return
    document, names = one.signed.document, tuple(p.name for p in one.signed.signers)
    how = "on the word of" if one.signed.vouches(names) else "signed by"
    said = counted(len(document.statements), "statement")
    who = " and ".join(names)
    lines.put(f"{document.format} by {document.author}, {how} {who}: {said}", indent=indent)


def _print_applied(lines: Lines, found: VexListing) -> None:
    applied = found.judged.set_aside
    lines.put()
    lines.put((f"In force at {found.commit[:12]}: {len(applied)}", "bold"))
    for finding, one in list(applied.items())[:SHOWN]:
        until = format_time(one.expires)[:10]
        lines.put(f"{found.titles.get(finding, finding)} {one.words}", bullet="  ")
        lines.put((f"{one.reason}, until {until}", "dim"), indent=4)
    _print_more(lines, len(applied))


def _print_confirmed(lines: Lines, found: VexListing) -> None:
    confirmed = found.judged.confirmed
    if not confirmed:
        return
    lines.put()
    lines.put((f"Kept in the count: {len(confirmed)}", "bold"))
    for finding, word in list(confirmed.items())[:SHOWN]:
        title = found.titles.get(finding, finding)
        lines.put(f"{title}: {word.whose} {word.told}", bullet="  ")
    _print_more(lines, len(confirmed))


def _print_gaps(lines: Lines, gaps: Sequence[NotChecked]) -> None:
    if not gaps:
        return
    lines.put()
    lines.put((f"Not applied: {len(gaps)}", "bold"))
    for gap in gaps[:SHOWN]:
        lines.put(gap.why, indent=2, bullet="• ")
    _print_more(lines, len(gaps))


def _print_more(lines: Lines, count: int) -> None:
    if count > SHOWN:
        lines.put(f"and {count - SHOWN} more; see --json", indent=2)
