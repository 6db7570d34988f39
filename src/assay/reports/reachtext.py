"""How near a product comes to its vulnerabilities, for people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from assay.findings.reach import Reach, Scope, Sight
from assay.reports.lines import Lines, stdout_lines
from assay.reports.wording import counted

if TYPE_CHECKING:
    from assay.operations.ask_reach import ReachReport  # not loaded to show one finding

_SCOPES: Final = {Scope.TESTS: " (a test)", Scope.TYPES: " (for types only)"}
LIMITS_SHOWN: Final = 5


def print_reach(lines: Lines, reach: Reach | None) -> None:
    """Print the level, what shows it, and what could raise it; nothing where nobody looked."""
    if reach is None:
        return
    lines.put(("Reach  ", "bold"), reach.sentence)
    _print_details(lines, reach, indent=2)


def print_reach_report(report: "ReachReport") -> None:
    """Print each vulnerability with its reach, the nearest first."""
    lines = stdout_lines()
    number = counted(len(report.findings), "finding")
    lines.put((f"{number} about known vulnerabilities in {report.name}", "bold"))
    for finding in report.shown:
        reach = finding.reach
        if reach is not None:
            lines.put()
            where = " in tests only" if reach.only_in_tests else ""
            about = (f"{reach.level.word}{where}  ", "bold")
            lines.put(about, f"{finding.severity.value} {finding.title}")
            _print_details(lines, reach, indent=2)
    if report.below:
        lines.put()
        lines.put(f"{report.below} more below {report.at_least.word}.")
    if report.not_checked:
        lines.put()
        lines.put((f"Not checked: {counted(len(report.not_checked), 'thing')}", "bold"))
        for gap in report.not_checked:
            lines.put(str(gap), indent=2, bullet="• ")


def print_sights(lines: Lines, sights: Iterable[Sight], *, indent: int) -> None:
    """Print the places that show a level, each with the way there."""
    for sight in sights:
        chain = f", by way of {' > '.join(sight.chain)}" if sight.chain else ""
        scope = _SCOPES.get(sight.scope, "")
        lines.put(f"{sight.place}{scope}: {sight.what}{chain}", indent=indent, bullet="• ")


def _print_details(lines: Lines, reach: Reach, *, indent: int) -> None:
    print_sights(lines, reach.sights, indent=indent)
    for what in reach.hidden[:LIMITS_SHOWN]:
        lines.put((what, "dim"), indent=indent, bullet=("not seen through: ", "dim"))
    for limit in reach.limits[:LIMITS_SHOWN]:
        lines.put((limit, "dim"), indent=indent, bullet=("could be nearer: ", "dim"))
    more = sum(max(0, len(some) - LIMITS_SHOWN) for some in (reach.hidden, reach.limits))
    if more > 0:
        lines.put((f"and {more} more; see --json", "dim"), indent=indent, bullet="• ")
