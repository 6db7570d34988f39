"""What is known against an inventory, on a terminal: the most urgent first, with what to do."""

from typing import Final

from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.findings.reach import Reach
from assay.operations.match_inventory import Known, Matched
from assay.reports.grouping import group_gaps
from assay.reports.lines import COLOURS, Lines, stdout_lines
from assay.reports.reachtext import print_sights
from assay.reports.text import print_steps
from assay.reports.wording import counted, place
from assay.vuln.priority import Priority
from assay.vuln.signals.store import NAMES
from assay.vuln.vex.standing import VexAnswer

KNOWN_SHOWN: Final = 100
SIGHTS_SHOWN: Final = 2  # `assay vulns reach` shows all
_INDENT: Final = 4


def print_matched(matched: Matched) -> None:
    """Print the vulnerabilities, what nobody can tell, from which advisories, and the verdict."""
    lines = stdout_lines()
    for one in matched.known[:KNOWN_SHOWN]:
        _print_known(lines, one)
    if len(matched.known) > KNOWN_SHOWN:
        lines.put(f"and {len(matched.known) - KNOWN_SHOWN:,} more; --json has all")
    gaps = matched.not_checked
    if gaps:
        lines.put((f"Not checked: {counted(len(gaps), 'thing')}", "bold"))
        print_steps(lines, group_gaps(gaps))
    for feed in matched.feeds:
        days = matched.age(feed)
        newest = f"{feed.newest_modified:%Y-%m-%d}" if feed.newest_modified else "no date"
        newest += "" if days is None else f" ({counted(days, 'day')} old)"
        lines.put(
            f"{feed.ecosystem}: {feed.advisories:,} advisories, newest of {newest}, "
            f"imported {feed.imported_at:%Y-%m-%d %H:%M}"
        )
    here = {signal.name: signal for signal in matched.signals}
    for name in NAMES if matched.known else ():
        said = f"of {here[name].dated:%Y-%m-%d}" if name in here else "not here"
        lines.put(f"{name}: {said}")
    lines.put(_sentence(matched), bullet=(f"{matched.verdict.name}  ", COLOURS[matched.verdict]))


def priority_words(priority: Priority) -> str:
    """Return a decision in one line: what is not known for it, whether exploited, how likely."""
    decided, facts = priority.decided, priority.facts
    doubt = ""
    if decided.at_least is not decided.decision:
        missing = f"; not known: {', '.join(decided.missing)}" if decided.missing else ""
        doubt = f" (at least {decided.at_least}{missing})"
    told = [f"{name.upper()} {facts[name]}" for name in ("kev", "epss") if name in facts]
    return "; ".join([f"SSVC: {decided.decision}{doubt}", *told])


def _print_known(lines: Lines, one: Known) -> None:
    finding = one.finding
    title = finding.title if one.counts else f"{finding.title} (does not count)"
    lines.put(title, (f"  [{place(finding)}]", "dim"), bullet=f"{finding.severity.value:<9}")
    lines.put((priority_words(one.priority), "dim"), indent=_INDENT)
    if finding.reach is not None:
        _print_reach(lines, finding.reach)
    if one.vex is not None:
        lines.put((f"VEX: {_vex_words(one.vex)}", "dim"), indent=_INDENT)
    lines.put((finding.remedy, "cyan"), indent=_INDENT, bullet="→ ")


def _vex_words(answer: VexAnswer) -> str:
    """Return what is said, by whom, and that nobody looked whose word it is."""
    if answer.status is None:
        return f"nothing clear: {'; '.join(answer.doubts[:1])}"
    said = next((one for one in answer.claims if one.startswith(f"{answer.status} ")), "")
    return f"{said}; nobody looked who signed it"


def _print_reach(lines: Lines, reach: Reach) -> None:
    """Print how near it is, the places that show it, and how much could bring it nearer."""
    number = len(reach.limits) + len(reach.hidden)
    nearer = f"; {counted(number, 'thing')} could raise it" if number else ""
    lines.put((f"reach: {reach.sentence}{nearer}", "dim"), indent=_INDENT)
    print_sights(lines, reach.sights[:SIGHTS_SHOWN], indent=_INDENT)


def _sentence(matched: Matched) -> str:
    subject = matched.subject
    name = printable(f"{subject.name} {subject.version}".strip())
    count = counted(matched.report.examined["components"], "component")
    known = sum(one.counts for one in matched.known)
    match matched.verdict:
        case Verdict.FAILED:
            words = "vulnerability" if known == 1 else "vulnerabilities"
            return f"{known:,} known {words} in {name}, of {count}"
        case Verdict.UNKNOWN:
            return f"nobody can tell for all of {name}, of {count}"
        case Verdict.PASSED:
            return f"nothing is known against {name}, of {count}"
