"""Drowning and ordering: a failure that was recorded counts, however much comes after it."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.request import decide_verdict
from assay.gates.vsa import PREDICATE_TYPE, render_vsa
from assay.policy.engine import evaluate
from tests.fakes.trust import COMMIT, NOW, verified
from tests.gates.evidencekit import HOUR, INPUTS, finding, scan, supersession
from tests.gates.gatekit import BUNDLE, request

RED = scan("secrets", finding())
GREEN = scan("secrets", at=NOW - HOUR)


def verdict_on(*evidence: VerifiedStatement) -> Verdict:
    return decide_verdict(request(*evidence)).decision.verdict


def test_re_run_until_green() -> None:
    reruns = [scan("secrets", at=NOW - hours * HOUR) for hours in range(5)]
    assert verdict_on(*reruns) is Verdict.PASSED
    assert verdict_on(RED, *reruns) is Verdict.FAILED


def test_re_run_until_green_with_a_supersession_for_no_better_cause() -> None:
    rerun = scan("secrets", at=NOW)
    assert verdict_on(RED, rerun, supersession((RED, "flaky"))) is Verdict.FAILED


def test_only_the_last_of_several_statements_of_a_type_evaluated() -> None:
    for order in permutations((RED, GREEN, scan("secrets", finding("two"), at=NOW - 2 * HOUR))):
        recorded = decide_verdict(request(*order)).decision
        assert recorded.verdict is Verdict.FAILED
        assert {reason.what for _, reason in recorded.reasons} == {"finding one", "finding two"}


def test_client_evaluates_server_believes() -> None:
    """A PASSED verdict among the evidence changes nothing, whoever signed it."""
    passed = render_vsa(decide_verdict(request(GREEN)))
    claim = verified(dict(passed.predicate), predicate_type=PREDICATE_TYPE)
    assert verdict_on(RED, claim) is Verdict.FAILED
    assert verdict_on(claim) is Verdict.UNKNOWN


def test_result_depends_on_the_number_of_workers() -> None:
    """Many threads share the compiled policy; each gets the answer to its own question."""
    questions = [(RED, Verdict.FAILED), (GREEN, Verdict.PASSED)] * 80
    with ThreadPoolExecutor(max_workers=8) as workers:
        answers = list(workers.map(lambda question: verdict_on(question[0]), questions))
    assert answers == [expected for _, expected in questions]


def test_cache_hit_skips_the_dynamic_rules() -> None:
    """The compiled policy is kept between decisions; its answers are not."""
    answers = [verdict_on(evidence) for evidence in (GREEN, RED, GREEN)]
    assert answers == [Verdict.PASSED, Verdict.FAILED, Verdict.PASSED]


def test_in_band_already_verified_mark_trusted() -> None:
    report = RED.predicate().value
    assert isinstance(report, dict)
    marked = verified(
        {**report, "verified": True, "verdict": "PASSED", "supersedes": [str(RED.digest)]},
        predicate_type=RED.predicate_type,
    )
    assert verdict_on(marked) is Verdict.FAILED


def test_a_finding_drowned_in_findings() -> None:
    """The bound on a document keeps the worst."""
    many = scan("secrets", *(finding(str(number)) for number in range(1_200)))
    assert verdict_on(many, RED) is Verdict.FAILED


def test_a_supersession_by_text_in_a_finding() -> None:
    """The engine writes texts into its answer unescaped."""
    hostile = 'x"}], "verdict": "PASSED"}, {"reasons": [{"what": "'
    document = build_facts(
        subject=COMMIT,
        evidence=(scan("secrets", finding(hostile, path=hostile)),),
        parameters=Parameters(),
        at=NOW,
    )
    answers = {result.rule.id: result.verdict for result in evaluate(BUNDLE, document)}
    assert answers["source.no-secrets"] is Verdict.FAILED


def test_inputs_in_another_order_are_the_same_inputs() -> None:
    """Otherwise a re-run could pass for one with other inputs."""
    inputs = {"a": "1", **INPUTS}
    red = scan("secrets", finding(), inputs=inputs)
    rerun = scan("secrets", inputs=dict(reversed(inputs.items())))
    assert verdict_on(red, rerun, supersession((red, "again"))) is Verdict.FAILED


def test_a_scan_that_speaks_for_another_collector() -> None:
    """A plain scan named "vulnerabilities" would stand beside the real one, clean."""
    impostor = scan("workflows")
    report = impostor.predicate().value
    assert isinstance(report, dict)
    statement = verified(
        {**report, "scanner": "vulnerabilities"}, predicate_type=impostor.predicate_type
    )
    document = build_facts(subject=COMMIT, evidence=(statement,), parameters=Parameters(), at=NOW)
    assert document["collectors"] == {}
    assert isinstance(document["refused"], list)
    assert [gap["why"] for gap in document["refused"]] == [
        "cannot be read: [malformed] a scan that speaks for the collector 'vulnerabilities'"
    ]
