"""The gate `source` with the default pack, on whole evidence."""

from dataclasses import replace
from typing import Final

import pytest

from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.findings.finding import Severity
from assay.gates.decision import Decision
from assay.gates.parameters import Parameters
from assay.gates.request import decide_verdict
from assay.policy.bundle import load_bundle, load_default_pack
from assay.sbom.component import Inventory
from tests.fakes.forgefacts import forge, owners
from tests.fakes.reviewfacts import reviews
from tests.fakes.sourcefacts import CLONE
from tests.gates.evidencekit import GAP, finding, imported, sbom, scan, source
from tests.gates.gatekit import request

FEEDS: Final = {
    "PyPI/importedAt": "2026-05-31T23:00:00Z",
    "PyPI/newestModified": "2026-05-31T22:00:00Z",
}
CLEAN: Final = {
    "source": source(),
    "sbom": sbom(),
    "vulnerabilities": scan("vulnerabilities", inputs=FEEDS),
    **{name: scan(name) for name in ("secrets", "code", "workflows", "configuration")},
}
DEFAULT: Final = load_bundle(load_default_pack())
HIGH: Final = finding(severity=Severity.HIGH)


def decide(
    *evidence: VerifiedStatement,
    parameters: Parameters = Parameters(),  # noqa: B008  # an immutable value
) -> Decision:
    asked = replace(request(*evidence, parameters=parameters), bundle=DEFAULT)
    return decide_verdict(asked).decision


def blamed(decision: Decision) -> set[str]:
    return {rule.result.rule.id for rule, _ in decision.reasons}


def test_a_clean_commit_passes_every_rule() -> None:
    decision = decide(*CLEAN.values(), forge(), owners(), reviews())
    assert {rule.result.verdict for rule in decision.rules} == {Verdict.PASSED}
    assert (decision.verdict, decision.not_checked) == (Verdict.PASSED, ())


def test_without_a_forge_and_owners_a_commit_passes_unless_the_policy_demands_them() -> None:
    decision = decide(*CLEAN.values())
    assert (decision.verdict, decision.not_checked) == (Verdict.PASSED, ())
    open_rules = {
        rule.result.rule.id for rule in decision.rules if rule.result.verdict is Verdict.UNKNOWN
    }
    assert open_rules == {
        "source.branch-protected",
        "source.changes-reviewed",
        "source.history-kept",
        "source.merges-add-nothing",
        "source.owners-hold",
        "source.protection-continuous",
        "source.review-corroborated",
    }
    for rule in sorted(open_rules):
        demanding = decide(*CLEAN.values(), parameters=Parameters(require=(rule,)))
        assert demanding.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("collector", CLEAN)
def test_one_silent_collector_is_unknown(collector: str) -> None:
    decision = decide(*(one for name, one in CLEAN.items() if name != collector))
    assert decision.verdict is Verdict.UNKNOWN
    assert "source.evidence-complete" in blamed(decision)


BAD = {
    "a secret": (scan("secrets", HIGH), Verdict.FAILED, "source.no-secrets"),
    "a weakness": (scan("code", HIGH), Verdict.FAILED, "source.code-weaknesses"),
    "a Dockerfile": (
        scan("configuration", HIGH),
        Verdict.FAILED,
        "source.configuration-hardened",
    ),
    "what another tool found": (imported(HIGH), Verdict.FAILED, "source.imported-scans"),
    "a workflow": (scan("workflows", HIGH), Verdict.FAILED, "source.workflows-hardened"),
    "a vulnerability": (
        scan("vulnerabilities", HIGH, inputs=FEEDS),
        Verdict.FAILED,
        "source.no-known-vulnerabilities",
    ),
    "a manifest without a lock file": (
        sbom(Inventory(unlocked=("package.json",))),
        Verdict.FAILED,
        "source.dependencies-locked",
    ),
    "a shallow clone": (
        source(clone=replace(CLONE, shallow=True)),
        Verdict.UNKNOWN,
        "source.history-complete",
    ),
    "a gap in a scan": (scan("code", gaps=(GAP,)), Verdict.UNKNOWN, "source.code-weaknesses"),
}


@pytest.mark.parametrize(("bad", "verdict", "rule"), BAD.values(), ids=BAD)
def test_one_bad_statement_beside_clean_ones(
    bad: VerifiedStatement, verdict: Verdict, rule: str
) -> None:
    decision = decide(*CLEAN.values(), bad)
    assert (decision.verdict, blamed(decision)) == (verdict, {rule})


def test_advice_is_given_and_counts_only_where_it_is_required() -> None:
    loose = sbom(Inventory(unpinned=("requirements.txt: flask",)))
    required = Parameters(require=("source.dependencies-pinned",))
    assert decide(*CLEAN.values(), loose).verdict is Verdict.PASSED
    decision = decide(*CLEAN.values(), loose, parameters=required)
    assert (decision.verdict, blamed(decision)) == (Verdict.FAILED, {"source.dependencies-pinned"})


def test_every_reason_says_what_to_do() -> None:
    decision = decide(*(bad for bad, _, _ in BAD.values()))
    assert decision.reasons
    assert all(reason.what and reason.remedy for _, reason in decision.reasons)
