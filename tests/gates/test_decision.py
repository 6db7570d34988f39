"""The decision: enforced rules alone, and never for want of an answer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict, all_of
from assay.findings.finding import Severity
from assay.gates.decision import Decision, decide_gate
from assay.gates.parameters import Parameters, Relaxation
from assay.policy.metadata import Effect, RuleMetadata
from assay.policy.results import Reason, RuleResult
from tests.fakes.trust import NOW
from tests.gates.evidencekit import ACCEPTED, GAP

DAY = timedelta(days=1)
REASON = Reason(what="w", where="here", remedy="r")


def result(
    name: str, verdict: Verdict, *, effect: Effect = Effect.ENFORCE, stage: str = "source"
) -> RuleResult:
    metadata = RuleMetadata(
        id=f"{stage}.{name}",
        title="A title",
        description="Why.",
        solution="What to do.",
        stage=stage,
        severity=Severity.HIGH,
        effect=effect,
        controls=(),
        answers=frozenset(Verdict),
    )
    reasons = () if verdict is Verdict.PASSED else (REASON,)
    return RuleResult(rule=metadata, verdict=verdict, reasons=reasons)


def decide(
    *results: RuleResult,
    parameters: Parameters = Parameters(),  # noqa: B008  # an immutable value
    refused: tuple[NotChecked, ...] = (),
    gaps: tuple[NotChecked, ...] = (),
) -> Decision:
    scans = {"secrets": {"not_checked": [gap.as_json() for gap in gaps]}}
    return decide_gate(
        stage="source",
        results=results,
        document={"refused": [gap.as_json() for gap in refused], "scans": scans},
        parameters=parameters,
        at=NOW,
    )


def relaxed(until_days: int, rule: str = "source.a") -> Parameters:
    relaxation = Relaxation(rule=rule, reason="the vendor mends it", until=NOW + until_days * DAY)
    return Parameters(relax=(relaxation,))


def test_every_enforced_rule_passed() -> None:
    assert decide(result("a", Verdict.PASSED)).verdict is Verdict.PASSED


@given(st.lists(st.sampled_from(Verdict)))
def test_it_is_all_of_the_enforced_answers(verdicts: list[Verdict]) -> None:
    results = [result(str(i), verdict) for i, verdict in enumerate(verdicts)]
    assert decide(*results).verdict is all_of(verdicts)


def test_no_rules_never_pass() -> None:
    assert decide().verdict is Verdict.UNKNOWN


def test_rules_of_another_stage_do_not_count() -> None:
    assert decide(result("a", Verdict.PASSED, stage="build")).verdict is Verdict.UNKNOWN


def test_advice_alone_never_passes() -> None:
    advice = result("a", Verdict.PASSED, effect=Effect.ADVISE)
    assert decide(advice).verdict is Verdict.UNKNOWN


def test_advice_is_shown_and_does_not_count() -> None:
    advice = result("b", Verdict.FAILED, effect=Effect.ADVISE)
    decision = decide(result("a", Verdict.PASSED), advice)
    assert decision.verdict is Verdict.PASSED
    assert [rule.result for rule in decision.rules] == [result("a", Verdict.PASSED), advice]
    assert decision.reasons == ()


def test_advice_counts_where_it_is_required() -> None:
    advice = result("b", Verdict.FAILED, effect=Effect.ADVISE)
    decision = decide(
        result("a", Verdict.PASSED), advice, parameters=Parameters(require=("source.b",))
    )
    assert decision.verdict is Verdict.FAILED
    assert [(rule.result.rule.id, reason) for rule, reason in decision.reasons] == [
        ("source.b", REASON)
    ]


def test_a_relaxed_rule_does_not_count_and_is_listed() -> None:
    decision = decide(
        result("a", Verdict.FAILED), result("b", Verdict.PASSED), parameters=relaxed(1)
    )
    assert decision.verdict is Verdict.PASSED
    assert decision.not_checked == (
        NotChecked(
            what="rule",
            where="source.a",
            why="its answer FAILED does not count here",
            remedy="What to do.",
            accepted="the vendor mends it, until 2026-06-02T00:00:00Z",
        ),
    )


def test_a_relaxation_ends_at_its_first_moment() -> None:
    decision = decide(
        result("a", Verdict.FAILED), result("b", Verdict.PASSED), parameters=relaxed(0)
    )
    assert (decision.verdict, decision.not_checked) == (Verdict.FAILED, ())


def test_a_relaxation_of_advice_changes_nothing() -> None:
    advice = result("a", Verdict.FAILED, effect=Effect.ADVISE)
    decision = decide(advice, result("b", Verdict.PASSED), parameters=relaxed(1))
    assert (decision.verdict, decision.not_checked) == (Verdict.PASSED, ())


def test_every_rule_relaxed_is_no_pass() -> None:
    decision = decide(result("a", Verdict.PASSED), parameters=relaxed(1))
    assert decision.verdict is Verdict.UNKNOWN


def test_a_gap_of_the_gate_is_unknown_whatever_the_rules_say() -> None:
    decision = decide(result("a", Verdict.PASSED), refused=(GAP,))
    assert (decision.verdict, decision.not_checked) == (Verdict.UNKNOWN, (GAP,))


def test_failed_stays_failed_beside_a_gap_of_the_gate() -> None:
    assert decide(result("a", Verdict.FAILED), refused=(GAP,)).verdict is Verdict.FAILED


def test_what_scanners_did_not_check_is_part_of_every_answer() -> None:
    decision = decide(result("a", Verdict.PASSED), gaps=(ACCEPTED, GAP))
    assert decision.not_checked == tuple(sorted((ACCEPTED, GAP)))


def test_reasons_come_failed_first() -> None:
    decision = decide(
        result("a", Verdict.UNKNOWN), result("b", Verdict.FAILED), result("c", Verdict.PASSED)
    )
    assert [rule.result.rule.id for rule, _ in decision.reasons] == ["source.b", "source.a"]


USAGE = {
    "a rule that is required and not there": (
        Parameters(require=("source.z",)),
        "[usage] the gate has no rule 'source.z' (it has source.a)",
    ),
    "a rule that is relaxed and not there": (
        relaxed(1, rule="source.z"),
        "[usage] the gate has no rule 'source.z' (it has source.a)",
    ),
    "a rule that is both": (
        Parameters(require=("source.a",), relax=relaxed(1).relax),
        "[usage] the rule 'source.a' is both required and relaxed",
    ),
}


@pytest.mark.parametrize(("parameters", "message"), USAGE.values(), ids=USAGE)
def test_refused(parameters: Parameters, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        decide(result("a", Verdict.PASSED), parameters=parameters)
    assert str(caught.value) == message


def test_a_relaxation_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="a relaxation without a reason"):
        Relaxation(rule="source.a", reason=" ", until=NOW)
