"""Findings on a terminal: a list of them, one in full, and what was accepted."""

from assay.core.clock import format_time
from assay.findings.families import FAMILIES, family_of
from assay.findings.finding import Finding, Location
from assay.findings.observation import Observation
from assay.findings.waiver import SetAside
from assay.operations.accept_finding import Acceptance, FindingList, ListedFinding
from assay.reports.lines import Lines, stdout_lines
from assay.reports.reachtext import print_reach
from assay.reports.wording import counted, place, severity_words
from assay.vuln.vex.account import VexWord
from assay.vuln.vex.statement import Status

_SHORT = 8  # characters of the hash that are shown in a list, where no two begin alike
PLACES_SHOWN = 20


def print_findings(found: FindingList) -> None:
    """Print one line for each finding, and what to type next."""
    lines = stdout_lines()
    findings = tuple(one.finding for one in found.findings)
    lines.put((f"Findings in {found.commit[:12]}: {severity_words(findings)}", "bold"))
    shown = short_names(findings)
    for one in found.findings:
        finding = one.finding
        waived = _standing(one)
        name = (f"{shown[finding.identity]}  ", "bold")
        about = f"{finding.severity.value} {finding.title}"
        lines.put(name, about, (f"  [{place(finding)}]{waived}", "dim"), bullet="  ")
    _print_gaps(lines, found)
    if findings:
        lines.put()
        lines.put("One in full: assay finding show ID")


def print_finding(one: ListedFinding) -> None:
    """Print what, where, why it matters, how to mend it, and how to accept it."""
    lines, finding = stdout_lines(), one.finding
    lines.put((finding.title, "bold"), bullet=(f"{finding.severity.value}  ", "bold"))
    lines.put((finding.identity, "dim"))
    lines.put()
    lines.put(("What   ", "bold"), finding.message or finding.title)
    lines.put(("Where", "bold"))
    for location in finding.locations[:PLACES_SHOWN]:
        lines.put(_place(location), indent=2, bullet="• ")
    if len(finding.locations) > PLACES_SHOWN:
        lines.put(f"and {len(finding.locations) - PLACES_SHOWN} more", indent=2, bullet="• ")
    lines.put(("Why it matters", "bold"))
    for reason in _why(finding):
        lines.put(reason, indent=2, bullet="• ")
    lines.put(("Mend it", "bold"))
    lines.put((finding.remedy, "cyan"), indent=2, bullet="→ ")
    for fix in finding.fixes:
        lines.put((f"{fix.description} See: assay fix", "cyan"), indent=2, bullet="→ ")
    print_reach(lines, finding.reach)
    lines.put((f"Reported by {counted(len(finding.observations), 'rule')}", "bold"))
    for seen in finding.observations:
        lines.put(_observed(seen), indent=2, bullet="• ")
    _print_vex(lines, one)
    _print_waiver(lines, one)


def print_acceptance(done: Acceptance) -> None:
    """Print what was accepted, until when, and what follows."""
    lines, waiver = stdout_lines(), done.waiver
    lines.put((f"Accepted until {_day(waiver)}: {waiver.title}", "bold"))
    lines.put(f"{waiver.where}  {waiver.finding}", indent=2)
    lines.put(f"Reason: {waiver.reason}", indent=2)
    who = " and ".join(waiver.accepted_by)
    lines.put(f"Signed by {who or 'the key here'}, entry {done.index} of the log.")
    lines.put("Next: assay check")


def short_names(findings: tuple[Finding, ...]) -> dict[str, str]:
    """Return for each identity the shortest beginning of its hash that names it alone."""
    hashes = sorted(finding.identity.rpartition(":")[2] for finding in findings)
    length = _SHORT
    while length < max(map(len, hashes), default=0) and len({h[:length] for h in hashes}) < len(
        hashes
    ):
        length += 1
    return {f.identity: f.identity.rpartition(":")[2][:length] for f in findings}


def _standing(one: ListedFinding) -> str:
    """Return why it does not count, or that somebody says it does; empty where neither is so."""
    if one.waiver is not None:
        return f"  accepted until {_day(one.waiver)}"
    if one.vex is not None:
        return f"  {one.vex.word.status} until {_day(one.vex)}, says {one.vex.word.whose}"
    return f"  {_confirmed(one.confirmed)}" if one.confirmed is not None else ""


def _confirmed(word: VexWord) -> str:
    how = "confirmed" if word.status == Status.AFFECTED.value else "kept in the count"
    return f"{how}: {word.whose} {word.told}"


def _print_vex(lines: Lines, one: ListedFinding) -> None:
    if one.confirmed is not None:
        lines.put()
        lines.put((_confirmed(one.confirmed), "bold"))
        lines.put(one.confirmed.because or one.confirmed.vulnerability, indent=2)
    if one.vex is not None:
        lines.put()
        lines.put((f"It {one.vex.words}, until {_day(one.vex)}: ", "bold"), one.vex.reason)
        lines.put(f"Document {one.vex.word.document}", indent=2)


def _print_waiver(lines: Lines, one: ListedFinding) -> None:
    if one.waiver is None and one.vex is not None:
        return
    lines.put()
    if one.waiver is not None:
        who = " and ".join(one.waiver.accepted_by)
        lines.put((f"Accepted by {who} until {_day(one.waiver)}: ", "bold"), one.waiver.reason)
        return
    name = one.finding.identity.rpartition(":")[2][:_SHORT]
    lines.put(("Accept it, if it has to stay for now", "bold"))
    lines.put_whole(f"assay finding accept {name} --reason TEXT --expires YYYY-MM-DD", indent=2)


def _print_gaps(lines: Lines, found: FindingList) -> None:
    still_open = [gap for gap in found.not_checked if not gap.accepted]
    if still_open:
        lines.put()
        lines.put((f"Not checked: {counted(len(still_open), 'thing')}", "bold"))
        for gap in still_open[:PLACES_SHOWN]:
            lines.put(str(gap), indent=2, bullet="• ")
        if len(still_open) > PLACES_SHOWN:
            lines.put(f"and {len(still_open) - PLACES_SHOWN} more; see --json", indent=2)


def _why(finding: Finding) -> list[str]:
    """Return what the weakness behind it lets others do, and where to read on."""
    names = {family_of(seen.tool, seen.rule, seen.weaknesses) for seen in finding.observations}
    families = [FAMILIES[name].risk for name in sorted(names & {*FAMILIES})]
    read = [f"Read {name}" for name in finding.references]
    return [*families, *read] or [f"It is rated {finding.severity.value}."]


def _observed(seen: Observation) -> str:
    rated = f" rates it {seen.severity}:" if seen.severity else ""
    version = f" {seen.version}" if seen.version else ""
    return f"{seen.tool}{version}, {seen.rule}:{rated} {seen.message}".replace(":  ", ": ")


def _place(location: Location) -> str:
    line = f":{location.line}" if location.line else ""
    column = f":{location.column}" if location.line and location.column else ""
    since = f", since {location.commit[:12]}" if location.commit else ""
    note = f" ({location.note})" if location.note else ""
    return f"{location.path}{line}{column}{since}{note}"


def _day(until: SetAside) -> str:
    return format_time(until.expires)[:10]
