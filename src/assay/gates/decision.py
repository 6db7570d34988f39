"""The decision of a gate: the answers of its enforced rules, and nothing else.

* No rules is no answer: an empty policy never passes.
* A rule that only advises is shown and does not count; configuration may have it enforced.
* An enforced rule is relaxed only for a reason and until a date, and then it is listed among what
  was not checked.
* A gap of the gate itself (evidence that it could not read) makes the answer UNKNOWN at best.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assay.core.errors import UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.verdict import Verdict, all_of
from assay.gates.acceptance import render_acceptance
from assay.gates.parameters import Parameters, Relaxation
from assay.policy.metadata import Effect
from assay.policy.results import Reason, RuleResult


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRule:
    """The answer of one rule, and whether it counts here."""

    result: RuleResult
    effect: Effect  # in this decision, after the parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a gate decided, why, and what it did not look at."""

    stage: str
    verdict: Verdict
    rules: tuple[JudgedRule, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def reasons(self) -> tuple[tuple[JudgedRule, Reason], ...]:
        """Return why it is not PASSED: the reasons of enforced rules, FAILED before UNKNOWN."""
        counted = [rule for rule in self.rules if rule.effect is Effect.ENFORCE]
        counted.sort(key=lambda rule: rule.result.verdict is not Verdict.FAILED)
        return tuple((rule, reason) for rule in counted for reason in rule.result.reasons)


def decide_gate(
    *,
    stage: str,
    results: tuple[RuleResult, ...],
    document: dict[str, object],
    parameters: Parameters,
    at: datetime,
) -> Decision:
    """Return the decision of the gate `stage`; `results` are the answers about `document`.

    Raises:
        UsageError: The parameters name a rule that this gate does not have, or both require and
            relax one.
    """
    of_stage = tuple(result for result in results if result.rule.stage == stage)
    _check_parameters(parameters, {result.rule.id for result in of_stage})
    facts = JsonValue(document)
    refused = tuple(parse_not_checked(item) for item in facts.field("refused").items())
    rules = tuple(
        JudgedRule(result=result, effect=_effect(result, parameters, at)) for result in of_stage
    )
    verdicts = [rule.result.verdict for rule in rules if rule.effect is Effect.ENFORCE]
    blind = [Verdict.UNKNOWN for item in refused if not item.accepted]
    return Decision(
        stage=stage,
        # `blind` alone must not stand in for rules, and no rules must not pass.
        verdict=all_of([*verdicts, *blind]),
        rules=rules,
        not_checked=tuple(sorted({*refused, *_gaps(facts), *_relaxed(of_stage, parameters, at)})),
    )


def _check_parameters(parameters: Parameters, known: set[str]) -> None:
    relaxed = {item.rule for item in parameters.relax}
    for name in sorted({*parameters.require, *relaxed} - known):
        raise UsageError(
            f"the gate has no rule {name!r}", hint=f"it has {', '.join(sorted(known)) or 'none'}"
        )
    for name in sorted(relaxed & set(parameters.require)):
        raise UsageError(f"the rule {name!r} is both required and relaxed")


def _effect(result: RuleResult, parameters: Parameters, at: datetime) -> Effect:
    if result.rule.id in parameters.require:
        return Effect.ENFORCE
    if _relaxation(result, parameters, at):
        return Effect.ADVISE
    return result.rule.effect


def _relaxation(result: RuleResult, parameters: Parameters, at: datetime) -> Relaxation | None:
    """Return the one of `parameters` that holds longest for this enforced rule, if any does."""
    if result.rule.effect is not Effect.ENFORCE:
        return None
    holding = (item for item in parameters.relax if item.covers(result.rule.id, at=at))
    return max(holding, key=lambda item: (item.until, item.reason), default=None)


def _relaxed(
    results: tuple[RuleResult, ...], parameters: Parameters, at: datetime
) -> Iterator[NotChecked]:
    for result in results:
        if relaxation := _relaxation(result, parameters, at):
            yield NotChecked(
                what="rule",
                where=result.rule.id,
                why=f"its answer {result.verdict.value} does not count here",
                remedy=result.rule.solution,
                accepted=render_acceptance(relaxation.reason, until=relaxation.until),
            )


def _gaps(facts: JsonValue) -> Iterator[NotChecked]:
    """Yield what the collectors did not look at."""
    parts = [scan for _, scan in facts.field("scans").members()]
    parts += [scan for _, scan in (facts.optional("imported") or JsonValue({})).members()]
    named = ("inventory", "source", "forge", "owners", "reviews", "vex")
    parts += [part for name in named if (part := facts.optional(name))]
    for part in parts:
        for item in part.field("not_checked").items():
            yield parse_not_checked(item)
