"""The sentences and counts that every report of a check has in common.

A verdict, a reason or a command reads the same in a terminal, on a page and in a job summary.
"""

import shlex
from collections import Counter
from datetime import timedelta
from typing import Final

from assay.core.verdict import Verdict
from assay.findings.finding import Finding, Severity
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.policy.metadata import Effect

SEVERITIES = tuple(Severity)
OTHER_REPORTS = "the JSON report has all"


def sentence(report: CheckReport) -> str:
    """Say in one sentence what was decided, and what that leaves open."""
    rules = [rule for rule in report.gate.decision.rules if rule.effect is Effect.ENFORCE]
    failed = sum(rule.result.verdict is Verdict.FAILED for rule in rules)
    unknown = sum(rule.result.verdict is Verdict.UNKNOWN for rule in rules)
    match report.verdict:
        case Verdict.PASSED:
            all_hold = "The one enforced rule holds"
            if len(rules) > 1:
                all_hold = f"All {len(rules)} enforced rules hold"
            return f"{all_hold} for this commit{_exceptions(report)}."
        case Verdict.FAILED:
            also = f", and {unknown} could not tell" if unknown else ""
            refuse = "refuses" if failed == 1 else "refuse"
            return f"{failed} of {len(rules)} enforced rules {refuse} this commit{also}."
        case Verdict.UNKNOWN:
            return f"{_who_cannot_tell(len(rules), unknown)}; unknown is never yes."


def _who_cannot_tell(rules: int, unknown: int) -> str:
    if not rules:
        return "No rule is enforced at this gate"
    if not unknown:
        return "The gate could not read all of its evidence"
    return f"{unknown} of {rules} enforced rules could not tell"


def _exceptions(report: CheckReport) -> str:
    accepted = sum(item.accepted != "" for item in report.not_checked)
    return f", with {counted(accepted, 'accepted exception')}" if accepted else ""


def counted(number: int, noun: str) -> str:
    """Return "1 rule" or "1,200 rules"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def refusals(report: CheckReport) -> tuple[JudgedRule, ...]:
    """Return the enforced rules that stand in the way: FAILED before UNKNOWN, then the worst."""
    return tuple(
        rule
        for rule in ordered_rules(report)
        if rule.effect is Effect.ENFORCE and rule.result.verdict is not Verdict.PASSED
    )


def advice(report: CheckReport) -> tuple[JudgedRule, ...]:
    """Return the rules that only advise and have something to say, in the same order."""
    return tuple(
        rule
        for rule in ordered_rules(report)
        if rule.effect is Effect.ADVISE and rule.result.verdict is not Verdict.PASSED
    )


def advice_title(report: CheckReport) -> str:
    """Return the heading over `advice`, which says where a rule was taken out of force."""
    waived = any(effect_word(rule) == "waived" for rule in advice(report))
    return "Advice, and rules that are waived" if waived else "Advice"


def blank_title(count: int) -> str:
    """Return the heading over the rules that had nothing to judge."""
    return f"{counted(count, 'rule')} had no evidence to judge"


def ordered_rules(report: CheckReport) -> tuple[JudgedRule, ...]:
    """Return all rules: the enforced ones first, then by verdict, the worst first."""
    order = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED)
    return tuple(
        sorted(
            report.gate.decision.rules,
            key=lambda rule: (
                rule.effect is not Effect.ENFORCE,
                order.index(rule.result.verdict),
                rule.result.rule.severity.rank,
                rule.result.rule.id,
            ),
        )
    )


def effect_word(rule: JudgedRule) -> str:
    """Say whether a rule counts: "enforced", "advises", or "waived" where it would else count."""
    if rule.effect is Effect.ENFORCE:
        return "enforced"
    return "waived" if rule.result.rule.effect is Effect.ENFORCE else "advises"


def not_checked_words(report: CheckReport) -> str:
    """Count what was not checked, and tell what blocks from what somebody accepted."""
    accepted = sum(item.accepted != "" for item in report.not_checked)
    still_open = len(report.not_checked) - accepted
    return f"{still_open:,} open, {accepted:,} accepted"


def by_severity(findings: tuple[Finding, ...]) -> dict[Severity, int]:
    """Count findings; every severity is there, the worst first."""
    numbers = Counter(finding.severity for finding in findings)
    return {severity: numbers[severity] for severity in SEVERITIES}


def severity_words(findings: tuple[Finding, ...]) -> str:
    """Return "3 critical, 10 high", or "none"."""
    numbers = by_severity(findings)
    return ", ".join(f"{n:,} {s.value}" for s, n in numbers.items() if n) or "none"


def place(finding: Finding) -> str:
    """Return where a finding is, with the number of further places."""
    first = finding.locations[0]
    line = f":{first.line}" if first.line else ""
    note = f" ({first.note})" if first.note else ""
    more = f" and {len(finding.locations) - 1} more" if len(finding.locations) > 1 else ""
    return f"{first.path}{line}{note}{more}"


_SETTINGS: Final = {  # named where there are any: most repositories have none of them
    "dockerfiles": "Dockerfile{s}",
    "compose_files": "Compose file{s}",
    "gitlab_pipelines": "GitLab pipeline file{s}",
}


def examined(report: CheckReport) -> tuple[tuple[str, int], ...]:
    """Return what was looked at, in words, with its count."""
    scans = {scan.scanner: scan.examined for scan in report.reports}
    secrets, settings = scans.get("secrets", {}), scans.get("configuration", {})
    numbers = (
        ("object{s} searched for secrets", secrets.get("blobs", 0)),
        ("commit{s}", secrets.get("commits", 0)),
        ("component{s}", len(report.inventory.components)),
        ("advisor{ies} about them", scans.get("vulnerabilities", {}).get("advisories", 0)),
        ("workflow file{s}", scans.get("workflows", {}).get("workflows", 0)),
        ("Python file{s}", scans.get("code", {}).get("files", 0)),
        *((words, settings[noun]) for noun, words in _SETTINGS.items() if settings.get(noun)),
    )
    return tuple(
        (words.format(s="" if n == 1 else "s", ies="y" if n == 1 else "ies"), n)
        for words, n in numbers
    )


def replay_command(report: CheckReport) -> str:
    """Return what to type to decide again; nothing in the folder's name is read by the shell.

    A name that a terminal would not show as it is cannot be typed from here; there the command is
    one for the folder itself.
    """
    path = report.path if report.path.isprintable() else "."
    return f"assay replay {report.logged.index} --repository {shlex.quote(path)}"


def describe_age(age: timedelta) -> str:
    """Return an age as people say it: `3 s`, `5 min`, `2 h`, `40 days`."""
    seconds = int(age.total_seconds())
    for unit, size, limit in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} days"
