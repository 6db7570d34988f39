"""The sentences and counts that every report of a check has in common."""

from collections import Counter

from assay.core.verdict import Verdict
from assay.findings.finding import Finding, Severity
from assay.gates.decision import JudgedRule
from assay.operations.checkreport import CheckReport
from assay.policy.metadata import Effect

SEVERITIES = tuple(Severity)


def sentence(report: CheckReport) -> str:
    """Say in one sentence what was decided, and what that leaves open."""
    rules = [rule for rule in report.gate.decision.rules if rule.effect is Effect.ENFORCE]
    failed = sum(rule.result.verdict is Verdict.FAILED for rule in rules)
    unknown = sum(rule.result.verdict is Verdict.UNKNOWN for rule in rules)
    match report.verdict:
        case Verdict.PASSED:
            return f"All {len(rules)} enforced rules hold for this commit."
        case Verdict.FAILED:
            also = f", and {unknown} could not tell" if unknown else ""
            return f"{failed} of {len(rules)} enforced rules refuse this commit{also}."
        case Verdict.UNKNOWN:
            return f"{unknown} of {len(rules)} enforced rules could not tell; unknown is never yes."


def refusals(report: CheckReport) -> tuple[JudgedRule, ...]:
    """Return the enforced rules that stand in the way: FAILED before UNKNOWN, then the worst."""
    rules = [
        rule
        for rule in report.gate.decision.rules
        if rule.effect is Effect.ENFORCE and rule.result.verdict is not Verdict.PASSED
    ]
    order = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED)
    rules.sort(
        key=lambda r: (order.index(r.result.verdict), r.result.rule.severity.rank, r.result.rule.id)
    )
    return tuple(rules)


def advice(report: CheckReport) -> tuple[JudgedRule, ...]:
    """Return the rules that only advise and have something to say."""
    return tuple(
        rule
        for rule in report.gate.decision.rules
        if rule.effect is Effect.ADVISE and rule.result.verdict is not Verdict.PASSED
    )


def by_severity(findings: tuple[Finding, ...]) -> dict[Severity, int]:
    """Count findings; every severity is there, the worst first."""
    counted = Counter(finding.severity for finding in findings)
    return {severity: counted[severity] for severity in SEVERITIES}


def place(finding: Finding) -> str:
    """Return where a finding is, with the number of further places."""
    first = finding.locations[0]
    line = f":{first.line}" if first.line else ""
    note = f" ({first.note})" if first.note else ""
    more = f" and {len(finding.locations) - 1} more" if len(finding.locations) > 1 else ""
    return f"{first.path}{line}{note}{more}"


def examined(report: CheckReport) -> tuple[tuple[str, int], ...]:
    """Return what was looked at, in words, with its count."""
    scans = {scan.scanner: scan.examined for scan in report.reports}
    secrets = scans.get("secrets", {})
    return (
        ("objects searched for secrets", secrets.get("blobs", 0)),
        ("commits", secrets.get("commits", 0)),
        ("components", len(report.inventory.components)),
        ("advisories about them", scans.get("vulnerabilities", {}).get("advisories", 0)),
        ("workflow files", scans.get("workflows", {}).get("workflows", 0)),
        ("Python files", scans.get("code", {}).get("files", 0)),
    )
