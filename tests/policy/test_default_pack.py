"""The default pack: its own tests, one case each."""

import pytest

from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.tester import CaseOutcome, run_tests

BUNDLE = load_bundle(load_default_pack())
OUTCOMES = {outcome.name: outcome for outcome in run_tests(BUNDLE)}


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_rego(outcome: CaseOutcome) -> None:
    assert outcome.complaint == ""


def test_every_rule_has_controls_and_is_of_the_stage_source() -> None:
    for rule in BUNDLE.rules:
        assert rule.metadata.stage == "source"
        assert rule.metadata.controls


def test_every_solution_and_title_is_one_sentence_for_people() -> None:
    for rule in BUNDLE.rules:
        assert rule.metadata.solution.endswith(".")
        assert not rule.metadata.title.endswith(".")
        assert len(rule.metadata.title) <= 70
