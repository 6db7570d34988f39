"""Runs the tests that a bundle brings along: rules of `*_test.rego` packages named `test_…`.

A test is either a condition, which must be true, or a case: an object with

* `rule`: the id of the rule, `given`: the document, `verdict`: the answer expected, and
* optionally `reasons`: what the reasons must say, in their order.

Rego's own way, `with input as …`, crashes the engine; hence the case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import AssayError, MalformedError
from assay.core.jsonvalue import JsonValue
from assay.policy.bundle import PolicyBundle
from assay.policy.engine import evaluate, evaluate_package

_PREFIX: Final = "test_"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CaseOutcome:
    """One test: its name with its package, and what went wrong; empty where nothing did."""

    name: str
    complaint: str


def run_tests(bundle: PolicyBundle) -> tuple[CaseOutcome, ...]:
    """Return the outcome of every test of `bundle`; a package that does not answer is one."""
    return tuple(sorted(_outcomes(bundle)))


def _outcomes(bundle: PolicyBundle) -> Iterator[CaseOutcome]:
    for module in bundle.tests:
        expected = sorted(
            name.removeprefix(f"{module.package}.")
            for name in module.defines
            if name.startswith(f"{module.package}.{_PREFIX}")
        )
        if not expected:
            yield CaseOutcome(name=module.package, complaint="it holds no test")
        answer = evaluate_package(bundle, module.package, {})
        values = answer if isinstance(answer, dict) else {}
        for name in expected:
            complaint = _complaint(bundle, values.get(name))
            yield CaseOutcome(name=f"{module.package}.{name}", complaint=complaint)


def _complaint(bundle: PolicyBundle, value: object) -> str:
    if value is True:
        return ""
    if not isinstance(value, dict):
        return f"it is {value!r}, not true"
    try:
        return _run_case(bundle, JsonValue(value))
    except AssayError as error:
        return str(error)


def _run_case(bundle: PolicyBundle, case: JsonValue) -> str:
    given = case.field("given").value
    if not isinstance(given, dict):
        raise MalformedError("not a document", where="given")
    rule_id = case.field("rule").text()
    results = [result for result in evaluate(bundle, given) if result.rule.id == rule_id]
    if not results:
        raise MalformedError(f"no rule {rule_id!r}", where="rule")
    expected = case.field("verdict").text()
    if results[0].verdict.value != expected:
        return f"{results[0].verdict.value}, where {expected} is expected"
    said = [reason.what for reason in results[0].reasons]
    reasons = case.optional("reasons")
    if reasons is not None and said != [item.text() for item in reasons.items()]:
        return f"the reasons {said}, where {[item.text() for item in reasons.items()]} are expected"
    return ""
