"""Answers of the engine: three values, and none believed that was not given."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.policy.bundle import PolicyBundle, load_bundle
from assay.policy.engine import MAX_INTEGER, engine_version, evaluate, evaluate_package
from assay.policy.results import Reason
from tests.policy.packs import BODY, METADATA, named_rule, rule

SAMPLE = load_bundle({"a.rego": rule()})
ITEM = '{"what": "w", "where": "", "remedy": "r"}'
NO_ANSWER = {
    "no verdict at all": (
        "verdict := 3 if false\nreasons := []\n",
        "the rule did not answer: no verdict",
    ),
    "a verdict that is no text": (
        "verdict := true\nreasons := []\n",
        "the rule did not answer: bool where text is needed",
    ),
    "a verdict outside the three": (
        'verdict := "OK"\nreasons := []\n',
        "the rule did not answer: 'OK' is none of its answers",
    ),
    "two verdicts": (
        'verdict := "PASSED" if true\nverdict := "FAILED" if true\nreasons := []\n',
        "the rule did not answer: NoneType where an object is needed",
    ),
    "passed with reasons against it": (
        f'verdict := "PASSED"\nreasons := [{ITEM}]\n',
        "the rule did not answer: it passed with reasons against it",
    ),
    "failed without a reason": (
        'verdict := "FAILED"\nreasons := []\n',
        "the rule did not answer: it failed without a reason",
    ),
    "no reasons": (
        'verdict := "PASSED"\nreasons := [] if false\n',
        "the rule did not answer: no reasons",
    ),
    "reasons that are no array": (
        'verdict := "PASSED"\nreasons := {}\n',
        "the rule did not answer: dict where an array is needed",
    ),
    "a reason without a remedy": (
        'verdict := "FAILED"\nreasons := [{"what": "w", "where": ""}]\n',
        "the rule did not answer: no remedy",
    ),
    "a reason with an empty remedy": (
        'verdict := "FAILED"\nreasons := [{"what": "w", "where": "", "remedy": ""}]\n',
        "the rule did not answer: a reason without a text or a remedy",
    ),
    "a reason with another field": (
        'verdict := "FAILED"\nreasons := [{"what": "w", "where": "", "remedy": "r", "why": ""}]\n',
        "the rule did not answer: a reason with an unknown field",
    ),
    "an error in a function": (
        'verdict := "PASSED" if to_number("x") == 1\nreasons := []\n',
        "the rule did not answer: NoneType where an object is needed",
    ),
    "a rule that calls itself": (
        "verdict := other\nother := verdict\nreasons := []\n",
        "the rule did not answer: NoneType where an object is needed",
    ),
}


@pytest.mark.parametrize(("body", "what"), NO_ANSWER.values(), ids=NO_ANSWER)
def test_what_is_no_answer_is_unknown(body: str, what: str) -> None:
    [result] = evaluate(load_bundle({"a.rego": rule(body)}), {})
    assert result.verdict is Verdict.UNKNOWN
    assert result.reasons == (Reason(what=what, where="source.sample", remedy="What to do."),)


def test_no_rules_no_answers() -> None:
    assert evaluate(load_bundle({}), {}) == ()


def test_passed() -> None:
    [result] = evaluate(SAMPLE, {"items": []})
    assert (result.verdict, result.reasons) == (Verdict.PASSED, ())


def test_failed_with_its_reasons() -> None:
    [result] = evaluate(SAMPLE, {"items": [{"what": "a"}, {"what": "b"}]})
    assert result.verdict is Verdict.FAILED
    assert result.reasons == (
        Reason(what="a", where="here", remedy="mend it"),
        Reason(what="b", where="here", remedy="mend it"),
    )


def test_what_the_document_does_not_have_is_unknown_not_empty() -> None:
    """In Rego `some x in input.items` over nothing is nothing, and the rule would pass."""
    [result] = evaluate(SAMPLE, {})
    assert result.verdict is Verdict.UNKNOWN
    assert [reason.what for reason in result.reasons] == ["nothing is known of items"]


def test_without_evidence_the_rule_says_how_to_come_by_it() -> None:
    told = METADATA + "#   obtain: Look at it first.\n"
    for body in (BODY, 'verdict := "UNKNOWN"\nreasons := []\n'):
        [result] = evaluate(load_bundle({"a.rego": rule(body, metadata=told)}), {})
        assert result.without_evidence
        assert [reason.remedy for reason in result.reasons] == ["Look at it first."]
    [judged] = evaluate(load_bundle({"a.rego": rule(BODY, metadata=told)}), {"items": [{}]})
    assert not judged.without_evidence
    [silent] = evaluate(SAMPLE, {})
    assert not silent.without_evidence  # it does not say how
    assert [reason.remedy for reason in silent.reasons] == ["What to do."]


def test_a_rule_that_did_not_answer_is_no_lack_of_evidence() -> None:
    told = METADATA + "#   obtain: Look at it first.\n"
    body = 'verdict := "MAYBE"\nreasons := []\n'
    [result] = evaluate(load_bundle({"a.rego": rule(body, metadata=told)}), {})
    assert [reason.remedy for reason in result.reasons] == ["What to do."]
    assert not result.without_evidence


def test_failed_stays_failed_where_something_else_is_absent() -> None:
    body = BODY + "more := [x | some x in input.more; x.a]\n"
    [result] = evaluate(load_bundle({"a.rego": rule(body)}), {"items": [{"what": "a"}]})
    assert result.verdict is Verdict.FAILED


def test_unknown_without_a_reason_gets_one() -> None:
    body = 'verdict := "UNKNOWN"\nreasons := []\n'
    [result] = evaluate(load_bundle({"a.rego": rule(body)}), {})
    assert result.reasons == (
        Reason(what="no evidence tells", where="source.sample", remedy="What to do."),
    )


def test_an_answer_outside_the_declared_ones_is_none() -> None:
    metadata = METADATA + "#   answers: [PASSED, UNKNOWN]\n"
    bundle = load_bundle({"a.rego": rule(metadata=metadata)})
    [result] = evaluate(bundle, {"items": [{"what": "a"}]})
    assert result.verdict is Verdict.UNKNOWN
    assert result.reasons[0].what == "the rule did not answer: 'FAILED' is none of its answers"


def test_one_broken_rule_leaves_the_others_alone() -> None:
    broken = 'verdict := "PASSED" if true\nverdict := "FAILED" if true\nreasons := []\n'
    bundle = load_bundle({**named_rule("a", broken), **named_rule("b")})
    first, second = evaluate(bundle, {"items": []})
    assert (first.verdict, second.verdict) == (Verdict.UNKNOWN, Verdict.PASSED)


def test_text_cannot_write_an_answer() -> None:
    """The engine puts texts into its answer unescaped."""
    hostile = 'x"}], "verdict": "PASSED"}, {"a": [{"b": "'
    [result] = evaluate(SAMPLE, {"items": [{"what": hostile}]})
    assert result.verdict is Verdict.FAILED
    assert result.reasons[0].what == hostile


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Co"]), min_size=1))
def test_every_text_comes_back_as_it_went_in(text: str) -> None:
    [result] = evaluate(SAMPLE, {"items": [{"what": text}]})
    assert [reason.what for reason in result.reasons] == [text]


@pytest.mark.parametrize("value", [MAX_INTEGER + 1, -MAX_INTEGER - 1, 1.5, b"x"])
def test_values_that_the_engine_would_change_are_refused(value: object) -> None:
    with pytest.raises(MalformedError):
        evaluate(SAMPLE, {"items": [], "other": value})


def test_what_the_engine_cannot_read_is_malformed() -> None:
    bundle = load_bundle({"a.rego": rule(BODY + "other := {\n")})
    with pytest.raises(MalformedError) as caught:
        evaluate(bundle, {})
    assert str(caught.value) == "[malformed] the policy engine cannot read it, at a.rego"


def test_what_does_not_compile_is_malformed(capfd: pytest.CaptureFixture[str]) -> None:
    bundle = load_bundle({"a.rego": rule(BODY + 'default verdict := "PASSED"\n')})
    with pytest.raises(MalformedError) as caught:
        evaluate(bundle, {})
    assert str(caught.value) == "[malformed] the policy engine cannot compile the bundle"
    assert capfd.readouterr() == ("", "")


def test_a_package_for_tests() -> None:
    bundle: PolicyBundle = load_bundle({"a_test.rego": b"package tests.a\n\ntest_x := true\n"})
    assert evaluate_package(bundle, "tests.a", {}) == {"test_x": True}


def test_the_engine_has_a_version() -> None:
    assert engine_version().startswith("rego-cpp 1.")


ENGINE = """
import tempfile
from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.engine import evaluate, load_engine
bundle = load_bundle(load_default_pack())
evaluate(bundle, {})
interpreter = load_engine().Interpreter()
for rule in bundle.rules:
    interpreter.add_module(rule.module.path, rule.module.source)
for module in bundle.library:
    interpreter.add_module(module.path, module.source)
with tempfile.TemporaryDirectory() as folder:  # much text goes through the C++ runtime
    interpreter.save_bundle(folder, interpreter.build(None, [r.entry_point for r in bundle.rules]))
"""
SCANNER = """
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.rule import load_rules
Matcher(load_rules().rules)
"""


@pytest.mark.parametrize("script", [ENGINE + SCANNER, SCANNER + ENGINE], ids=["first", "last"])
def test_the_engine_lives_beside_other_libraries(script: str) -> None:
    """Its operators `new` and `delete` aborted the process, by the order of imports."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
