"""What a kit shows, for an auditor to read from the top: the answer, the log, who, what, gaps."""

import io

from assay.core.clock import format_time
from assay.core.verdict import Verdict
from assay.operations.kitstatements import AuditedStatement
from assay.operations.kitverdicts import AuditedVerdict
from assay.operations.verify_kit import KitVerified
from assay.reports.lines import COLOURS, Lines, stdout_lines, text_lines

SUMMARY = {
    Verdict.PASSED: "everything in this kit holds",
    Verdict.FAILED: "something in this kit does not hold",
    Verdict.UNKNOWN: "what is in this kit holds, and something could not be told",
}


def print_audit(found: KitVerified) -> None:
    """Print the audit on stdout."""
    _print(stdout_lines(), found)


def render_audit_text(found: KitVerified) -> bytes:
    """Return the audit as plain text."""
    into = io.StringIO()
    _print(text_lines(into), found)
    return into.getvalue().encode()


def _print(lines: Lines, found: KitVerified) -> None:
    colour = COLOURS[found.result]
    lines.put((f"{found.result.value}: {SUMMARY[found.result]}", colour))
    lines.put(answer(found), indent=2)
    for problem in found.audit.problems:
        lines.put(problem, indent=2, bullet=("does not hold: ", COLOURS[Verdict.FAILED]))
    for untold in found.untold:
        lines.put(untold, indent=2, bullet=("could not be told: ", COLOURS[Verdict.UNKNOWN]))
    _put_log(lines, found)
    _put_trust(lines, found)
    _put_statements(lines, found)
    for verdict in found.audit.verdicts:
        lines.put(_describe(verdict), indent=2, bullet="- ")
        for why in verdict.fallen:
            lines.put(f"fell since: {why}", indent=4)
    lines.put()
    for gap in found.not_checked:
        lines.put(str(gap), indent=2, bullet=("not checked: ", COLOURS[Verdict.UNKNOWN]))


def answer(found: KitVerified) -> str:
    """Say what the verdicts say, which is another thing than whether the kit holds."""
    newest = found.audit.newest
    if newest is None or newest.said is None:
        return "No verdict about this subject stands."
    said = newest.said.decision
    return (
        f"The newest verdict that stands, entry {newest.index}, says {said.verdict.value} "
        f"at the gate {said.stage}."
    )


def _put_log(lines: Lines, found: KitVerified) -> None:
    checkpoint = found.proven.checkpoint
    lines.put()
    lines.put(("Log", "bold"))
    lines.put(f"{checkpoint.origin}, {checkpoint.size} entries", indent=2)
    lines.put(f"root {checkpoint.root.hex()}, signed {format_time(found.proven.at)}", indent=2)
    names = ", ".join(f"{one.name} ({format_time(one.at)})" for one in found.cosigned)
    lines.put(f"cosigned by {names or 'nobody'}", indent=2)


def _put_trust(lines: Lines, found: KitVerified) -> None:
    lines.put()
    lines.put(("Trust root", "bold"))
    for version in found.chain.versions:
        when = f", entry {version.index}" if version.index >= 0 else ", not in the log"
        lines.put(f"version {version.root.version}: {version.digest}{when}", indent=2)


def _put_statements(lines: Lines, found: KitVerified) -> None:
    about = {entry.index for entry in found.proven.about(found.proven.subject)}
    lines.put()
    lines.put(("Statements", "bold"))
    count = found.proven.checkpoint.size
    told = f"all {len(about)} about {found.proven.subject} in the first {count} entries:"
    lines.put(told, indent=2)
    for one in found.audit.statements:
        if one.entry.index in about:
            lines.put(_describe_statement(one), indent=2, bullet="- ")
    lines.put()
    lines.put(("Verdicts", "bold"))


def _describe_statement(one: AuditedStatement) -> str:
    who = f"{', '.join(one.signed_by)} as {one.role}" if one.signed_by else "NOBODY WHO COUNTS"
    told = f"entry {one.entry.index}, {format_time(one.entry.at)}, by {who}: {one.kind}"
    return f"{told}; does not count any more: {one.fallen}" if one.fallen else told


def _describe(verdict: AuditedVerdict) -> str:
    if verdict.said is None:
        return f"entry {verdict.index}: not read, for it does not hold"
    decision = verdict.said.decision
    again = "decided again, byte for byte the same" if verdict.replayed else "NOT the same again"
    after = "" if verdict.withdrawn_by is None else f"; entry {verdict.withdrawn_by} took its place"
    evidence = len(verdict.said.evidence)
    return (
        f"entry {verdict.index}: {decision.verdict.value} at the gate {decision.stage}, "
        f"from all {evidence} pieces of evidence until then; {again}{after}"
    )
