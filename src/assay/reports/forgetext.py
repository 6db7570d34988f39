"""What a forge says, for a terminal."""

from collections.abc import Iterator

from assay.core.clock import format_time
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.operations.record_forge import RecordedForge, ShownForge
from assay.reports.lines import COLOURS, Lines, stdout_lines
from assay.source.forge.account import ForgeAccount, JudgedRequest
from assay.source.forge.facts import Control

_WORDS = {Verdict.PASSED: "enforced", Verdict.FAILED: "not enforced", Verdict.UNKNOWN: "not told"}
_SHOWN = 20  # of those who have one permission; --json has all of them
_WIDTH = max(len(control.value) for control in Control) + 2


def print_recorded(recorded: RecordedForge) -> None:
    """Print what was recorded, and what it comes to."""
    lines = stdout_lines()
    if recorded.account is not None:
        put_account(lines, recorded.account)
    _put_gaps(lines, recorded.state.not_checked)
    lines.put(f"Recorded as entry {recorded.index}: {recorded.statement}")


def print_shown(shown: ShownForge) -> None:
    """Print what the log holds about forges."""
    lines = stdout_lines()
    for account in shown.accounts:
        put_account(lines, account)
    _put_gaps(lines, shown.not_checked)


def put_account(lines: Lines, account: ForgeAccount) -> None:
    """Put what is enforced and since when, what was weakened, and who reviewed the commit."""
    protection = account.protection
    lines.put((f"{account.repository.kind} {account.repository.path}, {protection.ref}", "bold"))
    seen = format_time(protection.observed_at)
    lines.put(f"seen {protection.looks} times, last at {seen}; the word of the forge", indent=2)
    for control in Control:
        answer = protection.rules.answer(control)
        since = protection.since.get(control)
        when = f", without a break since {format_time(since)}" if since else ""
        text = f"{control.value:<{_WIDTH}}{_WORDS[answer]}{when}"
        lines.put((text, COLOURS[answer]), indent=2)
    for one in protection.weakenings:
        lines.put(
            f"{one.what}: {one.was} at {format_time(one.after)}, {one.now} at "
            f"{format_time(one.seen)}",
            indent=2,
            bullet=("weakened: ", COLOURS[Verdict.FAILED]),
        )
    for permission, names in _writers(account):
        lines.put(f"may {permission}: {names}", indent=2)
    for change in account.changes or ():
        word = "gained" if change.widened else "lost"
        lines.put(f"{change.kind} {change.name} {word}: {change.was} to {change.now}", indent=2)
    for request in account.requests or ():
        _put_request(lines, request)


def _writers(account: ForgeAccount) -> Iterator[tuple[str, str]]:
    """Yield each permission to change something, and who has it."""
    found: dict[str, list[str]] = {}
    for one in account.writers or ():
        kind = "" if one.kind == "user" else f"{one.kind} "
        number = f" ({one.number})" if one.number and one.kind in {"user", "bot"} else ""
        found.setdefault(one.permission, []).append(f"{kind}{one.name}{number}")
    for permission, names in found.items():
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield permission, ", ".join(names[:_SHOWN]) + more


def _put_request(lines: Lines, judged: JudgedRequest) -> None:
    request, approvals = judged.request, judged.approvals
    names = ", ".join(approvals.people) or "nobody that counts"
    about = f"request {request.number} by {request.author.label}: approved by {names}"
    lines.put((about, COLOURS[approvals.verdict]), indent=2)
    for one in approvals.discounted:
        lines.put(f"{one.by} does not count: {one.why}", indent=4)
    for one in approvals.unknown:
        lines.put(f"{one.by} may not count: {one.why}", indent=4)
    for doubt in approvals.doubts:
        lines.put(f"so two people are needed: {doubt}", indent=4)


def _put_gaps(lines: Lines, gaps: tuple[object, ...]) -> None:
    for gap in gaps:
        lines.put(printable(str(gap)), indent=2, bullet=("not checked: ", COLOURS[Verdict.UNKNOWN]))
