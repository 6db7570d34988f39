"""A verdict as an in-toto statement: the predicate "SLSA Verification Summary" v1.

* The standard has no word for "could not tell": UNKNOWN is written FAILED there, and said as what
  it is in the extension member `assay_verdict`, with all that a replay needs. Its name has the form
  `<vendor>_<field>` of SLSA's own predicates; other readers ignore it.
* `verifiedLevels` never names an SLSA level: Assay did not evaluate one. The specification reserves
  the prefix `SLSA_`, and lets others be used.
"""

from enum import Enum
from typing import Final, TypeVar

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import parse_not_checked
from assay.core.reliance import parse_reliance
from assay.core.strictjson import canonical_form
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, Subject, parse_statement
from assay.findings.severity import Severity
from assay.gates.decision import Decision, JudgedRule
from assay.gates.parameters import parse_parameters
from assay.gates.verdict import GateVerdict
from assay.gates.withdrawal import parse_withdrawal
from assay.policy.metadata import Effect, RuleMetadata
from assay.policy.results import Reason, RuleResult

PREDICATE_TYPE: Final = "https://slsa.dev/verification_summary/v1"
SCHEMA: Final = "assay.verdict/v2"
VERIFIER_ID: Final = "urn:assay:gate"
SLSA_VERSION: Final = "1.1"  # the version whose VSA this is; 1.2 changed nothing in it
_Closed = TypeVar("_Closed", bound=Enum)
_STATEMENT_URI: Final = "urn:assay:statement:"
_POLICY_URI: Final = "urn:assay:policy:"


def render_vsa(verdict: GateVerdict) -> Statement:
    """Return the statement that records `verdict`."""
    passed = verdict.decision.verdict is Verdict.PASSED
    stage = verdict.decision.stage
    return Statement(
        subjects=(verdict.subject,),
        predicate_type=PREDICATE_TYPE,
        predicate={
            "verifier": {"id": VERIFIER_ID, "version": dict(verdict.versions)},
            "timeVerified": format_time(verdict.at),
            "resourceUri": verdict.resource_uri,
            "policy": {
                "uri": f"{_POLICY_URI}{stage}",
                "digest": {verdict.policy.algorithm: verdict.policy.hex},
            },
            "inputAttestations": [
                {"uri": f"{_STATEMENT_URI}{digest}", "digest": {digest.algorithm: digest.hex}}
                for digest in verdict.evidence
            ],
            "verificationResult": "PASSED" if passed else "FAILED",
            "verifiedLevels": [f"ASSAY_{stage.upper()}_GATE"] if passed else ["FAILED"],
            "slsaVersion": SLSA_VERSION,
            "assay_verdict": _extension(verdict),
        },
    )


def parse_verdict(payload: bytes) -> GateVerdict:
    """Read a verdict out of the statement `payload`.

    Raises:
        MalformedError: No statement, of another type, or about several subjects.
    """
    statement = parse_statement(payload)
    if statement.predicate_type != PREDICATE_TYPE:
        raise MalformedError(
            f"a statement of type {statement.predicate_type!r}", where="predicateType"
        )
    if len(statement.subjects) != 1:
        raise MalformedError(f"a verdict on {len(statement.subjects)} subjects", where="subject")
    predicate = JsonValue(dict(statement.predicate), "predicate")
    return parse_vsa(subject=statement.subjects[0], predicate=predicate)


def parse_vsa(*, subject: Subject, predicate: JsonValue) -> GateVerdict:
    """Read what `render_vsa` wrote; `subject` is the statement's.

    Both halves must tell the same: nobody who reads the standard members alone may see more than
    the gate granted.

    Raises:
        MalformedError: A member is missing or of another type, or the two halves differ.
    """
    own = predicate.field("assay_verdict")
    if own.field("schema").text() != SCHEMA:
        raise MalformedError(f"schema {own.field('schema').text()!r}", where="assay_verdict.schema")
    verdict = GateVerdict(
        subject=subject,
        resource_uri=predicate.field("resourceUri").text(),
        at=parse_time(predicate.field("timeVerified").text()),
        decision=Decision(
            stage=own.field("stage").text(),
            verdict=_closed(Verdict, own.field("result")),
            rules=tuple(_parse_rule(item) for item in own.field("rules").items()),
            not_checked=tuple(parse_not_checked(item) for item in own.field("notChecked").items()),
        ),
        parameters=parse_parameters(own.field("parameters")),
        evidence=tuple(_digest(item) for item in predicate.field("inputAttestations").items()),
        policy=_digest(predicate.field("policy")),
        trust_root=parse_digest(own.field("trustRoot").text()),
        versions=tuple(
            (name, version.text())
            for name, version in sorted(predicate.field("verifier").field("version").members())
        ),
        relies_on=tuple(parse_reliance(item) for item in own.field("reliesOn").items()),
        withdraws=tuple(parse_withdrawal(item) for item in own.field("withdraws").items()),
        voided=tuple(parse_digest(item.text()) for item in own.field("voided").items()),
    )
    if canonical_form(predicate.value) != canonical_form(dict(render_vsa(verdict).predicate)):
        raise MalformedError("the standard members and assay_verdict do not tell the same")
    return verdict


def _extension(verdict: GateVerdict) -> dict[str, object]:
    decision = verdict.decision
    return {
        "schema": SCHEMA,
        "stage": decision.stage,
        "result": decision.verdict.value,
        "rules": [_rule(rule) for rule in decision.rules],
        "notChecked": [item.as_json() for item in decision.not_checked],
        "parameters": verdict.parameters.as_json(),
        "trustRoot": str(verdict.trust_root),
        "reliesOn": [item.as_json() for item in verdict.relies_on],
        "withdraws": [item.as_json() for item in verdict.withdraws],
        "voided": [str(digest) for digest in verdict.voided],
    }


def _rule(rule: JudgedRule) -> dict[str, object]:
    metadata = rule.result.rule
    return {
        "id": metadata.id,
        "title": metadata.title,
        "description": metadata.description,
        "solution": metadata.solution,
        "stage": metadata.stage,
        "severity": metadata.severity.value,
        "effect": metadata.effect.value,
        "controls": list(metadata.controls),
        "answers": sorted(answer.value for answer in metadata.answers),
        "obtain": metadata.obtain,
        "counts": rule.effect is Effect.ENFORCE,
        "verdict": rule.result.verdict.value,
        "reasons": [reason.as_json() for reason in rule.result.reasons],
    }


def _parse_rule(item: JsonValue) -> JudgedRule:
    metadata = RuleMetadata(
        id=item.field("id").text(),
        title=item.field("title").text(),
        description=item.field("description").text(),
        solution=item.field("solution").text(),
        stage=item.field("stage").text(),
        severity=_closed(Severity, item.field("severity")),
        effect=_closed(Effect, item.field("effect")),
        controls=tuple(control.text() for control in item.field("controls").items()),
        answers=frozenset(_closed(Verdict, answer) for answer in item.field("answers").items()),
        obtain=item.field("obtain").text(),
    )
    result = RuleResult(
        rule=metadata,
        verdict=_closed(Verdict, item.field("verdict")),
        reasons=tuple(_parse_reason(reason) for reason in item.field("reasons").items()),
    )
    counts = item.field("counts").boolean()
    return JudgedRule(result=result, effect=Effect.ENFORCE if counts else Effect.ADVISE)


def _parse_reason(item: JsonValue) -> Reason:
    return Reason(
        what=item.field("what").text(),
        where=item.field("where").text(),
        remedy=item.field("remedy").text(),
        finding=item.field("finding").text(),
    )


def _closed(kind: type[_Closed], value: JsonValue) -> _Closed:
    """Return the member of the closed set `kind` that `value` names."""
    try:
        return kind(value.text())
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error


def _digest(descriptor: JsonValue) -> Digest:
    """Return the SHA-256 digest of a resource descriptor."""
    return Digest("sha256", descriptor.field("digest").field("sha256").text())
