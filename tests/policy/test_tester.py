"""The tests that packs bring along, and what each kind of failure says."""

import pytest

from assay.policy.bundle import load_bundle
from assay.policy.tester import CaseOutcome, run_tests
from tests.policy.packs import rule

PASSING = """\
package tests.sample

test_condition if 1 == 1

test_case := {
	"rule": "source.sample",
	"given": {"items": [{"what": "a"}]},
	"verdict": "FAILED",
	"reasons": ["a"],
}
"""
FAILING = {
    "a condition that is not true": ("test_x if 1 == 2", "it is None, not true"),
    "a value that is neither": ("test_x := 3", "it is 3, not true"),
    "no such rule": (
        'test_x := {"rule": "source.other", "given": {}, "verdict": "PASSED"}',
        "[malformed] no rule 'source.other', at rule",
    ),
    "no document": (
        'test_x := {"rule": "source.sample", "given": [], "verdict": "PASSED"}',
        "[malformed] not a document, at given",
    ),
    "a field is missing": (
        'test_x := {"rule": "source.sample", "given": {"items": []}}',
        "[malformed] no verdict, at verdict",
    ),
    "another verdict": (
        'test_x := {"rule": "source.sample", "given": {"items": []}, "verdict": "FAILED"}',
        "PASSED, where FAILED is expected",
    ),
    "other reasons": (
        (
            'test_x := {"rule": "source.sample", "given": {"items": [{"what": "a"}]},'
            ' "verdict": "FAILED", "reasons": ["b"]}'
        ),
        "the reasons ['a'], where ['b'] are expected",
    ),
}


def test_passing() -> None:
    bundle = load_bundle({"a.rego": rule(), "a_test.rego": PASSING.encode()})
    assert run_tests(bundle) == (
        CaseOutcome(name="tests.sample.test_case", complaint=""),
        CaseOutcome(name="tests.sample.test_condition", complaint=""),
    )


@pytest.mark.parametrize(("test", "complaint"), FAILING.values(), ids=FAILING)
def test_failing(test: str, complaint: str) -> None:
    files = {"a.rego": rule(), "a_test.rego": f"package tests.sample\n\n{test}\n".encode()}
    assert run_tests(load_bundle(files)) == (
        CaseOutcome(name="tests.sample.test_x", complaint=complaint),
    )


def test_a_test_file_without_tests_is_a_failure() -> None:
    files = {"a.rego": rule(), "a_test.rego": b"package tests.sample\n\nx := 1\n"}
    assert run_tests(load_bundle(files)) == (
        CaseOutcome(name="tests.sample", complaint="it holds no test"),
    )


def test_a_package_that_does_not_answer_fails_all_its_tests() -> None:
    source = "package tests.sample\n\ntest_x if 1 == 1\n\ny := 1 if true\n\ny := 2 if true\n"
    outcomes = run_tests(load_bundle({"a.rego": rule(), "a_test.rego": source.encode()}))
    assert outcomes == (CaseOutcome(name="tests.sample.test_x", complaint="it is None, not true"),)
