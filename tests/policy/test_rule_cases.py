"""Each rule of the default pack against its cases, and no rule without them.

A case changes a clean document (`given`: dotted path → value; `remove`: dotted paths) and says the
verdict, and optionally what the reasons say. A rule that lacks a case for one of its answers fails
here: a rule that never fires looks like a rule.
"""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.engine import evaluate
from assay.policy.results import RuleResult
from tests.policy.cleandocument import CLEAN

FOLDER = Path(__file__).parent.parent / "cases" / "policy"
BUNDLE = load_bundle(load_default_pack())
RULES = {rule.metadata.id: rule.metadata for rule in BUNDLE.rules}


def cases() -> Iterator[tuple[str, JsonValue]]:
    """Yield the rule and the case, for every case of every file."""
    for path in sorted(FOLDER.glob("*.yaml")):
        document = JsonValue(yaml.safe_load(path.read_text()), path.name)
        rule = document.field("rule").text()
        assert path.name == f"{rule}.yaml"
        for case in document.field("cases").items():
            yield rule, case


CASES = {f"{rule}: {case.field('name').text()}": (rule, case) for rule, case in cases()}


def changed(case: JsonValue) -> dict[str, object]:
    """Return the clean document with the changes of a case."""
    document = copy.deepcopy(CLEAN)
    given = case.optional("given")
    for path, value in given.members() if given else ():
        parent, name = place(document, path)
        assert name in parent, path
        parent[name] = value.value
    for item in case.optional_items("remove"):
        parent, name = place(document, item.text())
        del parent[name]
    return document


def place(document: dict[str, object], path: str) -> tuple[dict[str, object], str]:
    """Return the object that holds the member `path`, and the member's name."""
    *parents, name = path.split(".")
    parent = document
    for part in parents:
        child = parent[part]
        assert isinstance(child, dict)
        parent = child
    return parent, name


def answer(rule: str, document: dict[str, object]) -> RuleResult:
    """Return what one rule says."""
    return next(result for result in evaluate(BUNDLE, document) if result.rule.id == rule)


@pytest.mark.parametrize(("rule", "case"), CASES.values(), ids=CASES)
def test_case(rule: str, case: JsonValue) -> None:
    unknown = {name for name, _ in case.members()} - {
        "name",
        "given",
        "remove",
        "verdict",
        "reasons",
    }
    assert not unknown
    result = answer(rule, changed(case))
    assert result.verdict is Verdict(case.field("verdict").text()), result.reasons
    reasons = case.optional("reasons")
    expected = [item.text() for item in reasons.items()] if reasons else []
    assert [reason.what for reason in result.reasons] == expected


@pytest.mark.parametrize("rule", RULES)
def test_every_answer_of_a_rule_has_a_case(rule: str) -> None:
    covered = {case.field("verdict").text() for name, case in CASES.values() if name == rule}
    assert covered == {answer.value for answer in RULES[rule].answers}


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_passes_a_document_that_says_nothing(rule: str) -> None:
    assert answer(rule, {}).verdict is Verdict.UNKNOWN


def test_every_case_is_of_a_rule() -> None:
    assert {rule for rule, _ in CASES.values()} <= RULES.keys()
