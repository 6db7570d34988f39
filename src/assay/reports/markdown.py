"""The Markdown report, short enough for a job summary or a comment.

Lists only, no tables: nothing from outside can end a cell.
"""

from collections.abc import Iterator
from typing import Final

from assay.core.verdict import Verdict
from assay.operations.checkreport import CheckReport
from assay.reports.grouping import (
    Point,
    Step,
    advised,
    blocking_gaps,
    by_identity,
    first_step,
    group_blank,
    group_findings,
    group_gaps,
    group_reasons,
)
from assay.reports.marktext import code, prose
from assay.reports.wording import (
    OTHER_REPORTS,
    advice,
    advice_title,
    blank_title,
    effect_word,
    not_checked_words,
    refusals,
    replay_command,
    sentence,
    severity_words,
)

STEPS_SHOWN: Final = 8
POINTS_SHOWN: Final = 3
PLACES_SHOWN: Final = 3
_MARKS: Final = {Verdict.PASSED: "✅", Verdict.FAILED: "❌", Verdict.UNKNOWN: "❔"}


def render_markdown(report: CheckReport) -> bytes:
    """Return the report; text from outside can form no markup, link or mention."""
    lines = [
        *_head(report),
        *_refusals(report),
        *_findings(report),
        *_gaps(report),
        *_advice(report),
        *_end(report),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _head(report: CheckReport) -> Iterator[str]:
    yield f"# {_MARKS[report.verdict]} {report.verdict.value}: {prose(report.product)}"
    yield ""
    yield prose(sentence(report))
    yield ""
    branch = f" on {code(report.branch)}" if report.branch else ""
    yield f"Commit {code(report.commit)}{branch}, gate {code(report.gate.decision.stage)}."
    yield ""
    if first := first_step(report):
        about = f"{prose(first.what)} {code(first.where)}"
        yield f"**Do this first:** {about} → {prose(first.remedy)}"
        yield ""


def _refusals(report: CheckReport) -> Iterator[str]:
    findings = by_identity(report.findings)
    for rule in refusals(report):
        metadata = rule.result.rule
        mark = _MARKS[rule.result.verdict]
        yield f"## {mark} {rule.result.verdict.value}: {prose(metadata.title)}"
        yield ""
        yield f"{code(metadata.id)} · **What to do:** {prose(metadata.solution)}"
        yield ""
        yield from _steps(group_reasons(rule, findings))
        yield ""
    if gaps := blocking_gaps(report):
        yield f"## {_MARKS[Verdict.UNKNOWN]} What the gate could not read"
        yield ""
        yield from _steps(gaps)
        yield ""


def _findings(report: CheckReport) -> Iterator[str]:
    if not report.findings:
        return
    named = {reason.finding for rule in refusals(report) for reason in rule.result.reasons}
    others = group_findings(f for f in report.findings if f.identity not in named)
    yield f"## Findings: {severity_words(report.findings)}"
    yield ""
    for group in others[:STEPS_SHOWN]:
        point = Point(severity=group.severity.value, what=group.title, places=group.places)
        yield _point(point)
    yield from _more(len(others) - STEPS_SHOWN)
    yield ""


def _gaps(report: CheckReport) -> Iterator[str]:
    yield f"## Not checked: {not_checked_words(report)}"
    yield ""
    steps = group_gaps(report.not_checked)
    yield from _steps(tuple(step for step in steps if not step.accepted))
    accepted = tuple(step for step in steps if step.accepted)
    for step in accepted[:STEPS_SHOWN]:
        for point in step.points[:POINTS_SHOWN]:
            yield f"{_point(point)} — *Accepted:* {prose(step.accepted)}"
        yield from _more(len(step.points) - POINTS_SHOWN)
    yield from _more(len(accepted) - STEPS_SHOWN)
    yield ""


def _advice(report: CheckReport) -> Iterator[str]:
    if not advice(report):
        return
    yield f"## {advice_title(report)}"
    yield ""
    for rule in advised(report):
        word = " *(waived)*" if effect_word(rule) == "waived" else ""
        metadata = rule.result.rule
        yield f"* {prose(metadata.title)} ({code(metadata.id)}){word}: {prose(metadata.solution)}"
    blank = group_blank(report)
    if blank:
        yield f"* {blank_title(sum(step.count for step in blank))}:"
        yield from (f"  {line}" for line in _steps(blank))
    yield ""


def _end(report: CheckReport) -> Iterator[str]:
    logged = report.logged
    yield f"Recorded as entry {logged.index} of the log, {code(str(logged.digest))}."
    yield f"Replay it: {code(replay_command(report))}"


def _steps(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps[:STEPS_SHOWN]:
        *before, last = [_point(point) for point in step.points[:POINTS_SHOWN]]
        yield from before
        yield f"{last}{f' → {prose(step.remedy)}' if step.remedy else ''}"
        yield from _more(len(step.points) - POINTS_SHOWN)
    yield from _more(len(steps) - STEPS_SHOWN)


def _point(point: Point) -> str:
    severity = f"**{prose(point.severity)}** " if point.severity else ""
    places = ", ".join(code(where) for where in point.places[:PLACES_SHOWN])
    more = len(point.places) - PLACES_SHOWN
    return f"* {severity}{prose(point.what)} {places}{f' and {more:,} more' if more > 0 else ''}"


def _more(more: int) -> Iterator[str]:
    if more > 0:
        yield f"* and {more:,} more; {OTHER_REPORTS}"
