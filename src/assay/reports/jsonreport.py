"""The JSON report of a check, schema `assay.check/v1`: everything, for other programs."""

from assay.core.clock import format_time
from assay.operations.checkreport import CheckReport, LoggedStatement
from assay.policy.metadata import Effect
from assay.reports.grouping import FirstStep, first_step
from assay.reports.wording import effect_word, sentence


def check_json(report: CheckReport) -> dict[str, object]:
    """Return the document."""
    decision = report.gate.decision
    first = first_step(report)
    return {
        "schema": "assay.check/v1",
        "verdict": report.verdict.value,
        "summary": sentence(report),
        "first": _first(first) if first else None,
        "stage": decision.stage,
        "product": report.product,
        "subject": str(report.gate.subject.digest),
        "resourceUri": report.gate.resource_uri,
        "branch": report.branch,
        "decidedAt": format_time(report.gate.at),
        "policy": str(report.gate.policy),
        "trustRoot": str(report.gate.trust_root),
        "versions": dict(report.gate.versions),
        "rules": [
            {
                "id": rule.result.rule.id,
                "title": rule.result.rule.title,
                "verdict": rule.result.verdict.value,
                "enforced": rule.effect is Effect.ENFORCE,
                "effect": effect_word(rule),
                "severity": rule.result.rule.severity.value,
                "solution": rule.result.rule.solution,
                "controls": list(rule.result.rule.controls),
                "reasons": [reason.as_json() for reason in rule.result.reasons],
            }
            for rule in decision.rules
        ],
        "findings": [finding.as_json() for finding in report.findings],
        "examined": {scan.scanner: dict(scan.examined) for scan in report.reports},
        "components": len(report.inventory.components),
        "notChecked": [item.as_json() for item in report.not_checked],
        "frameworks": [report.status.as_json()],
        "log": {
            "verdict": _logged(report.logged),
            "evidence": [_logged(item) for item in report.evidence],
            "proof": report.proof.decode(),
        },
    }


def _first(step: FirstStep) -> dict[str, object]:
    return {"remedy": step.remedy, "what": step.what, "where": step.where, "others": step.others}


def _logged(item: LoggedStatement) -> dict[str, object]:
    return {
        "index": item.index,
        "title": item.title,
        "predicateType": item.predicate_type,
        "signedBy": list(item.signed_by),
        "envelope": str(item.digest),
    }
