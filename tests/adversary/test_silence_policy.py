"""Silence: what was not looked at, not understood or not there is never "clean"."""

import pytest

from assay.core.errors import MalformedError, RejectedError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.gates.decision import Decision
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.reading import SCAN_TYPE, SUPERSESSION_TYPE
from assay.gates.request import decide_verdict
from assay.gates.vsa import render_vsa
from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.engine import evaluate
from assay.sbom.component import Component, Inventory
from tests.fakes.trust import COMMIT, NOW, OTHER_COMMIT, verified
from tests.gates.evidencekit import ACCEPTED, GAP, sbom, scan, source, supersession
from tests.gates.gatekit import BODY, request, with_bundle
from tests.policy.packs import METADATA, named_rule, rule

CLEAN = scan("secrets")
DEFAULT = load_bundle(load_default_pack())


def decide(*evidence: VerifiedStatement) -> Decision:
    return decide_verdict(request(*evidence)).decision


def gap(what: str, why: str) -> NotChecked:
    return NotChecked(what=what, where="x", why=why, remedy="mend it")


SILENT = {
    "unreadable advisory": gap("advisory", "not JSON"),
    "unknown schema version": gap("advisory", "schema version 9"),
    "unparsable lock file line": gap("line", "no requirement"),
    "skipped file": GAP,
    "scanner crash": gap("scanner", "ended by signal 11"),
}


@pytest.mark.parametrize("silent", SILENT.values(), ids=SILENT)
def test_treated_as_clean(silent: NotChecked) -> None:
    decision = decide(scan("secrets", gaps=(silent,)))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.not_checked == (silent,)


UNREAD = {
    "a kind of evidence that nobody knows": (
        verified({}, predicate_type="urn:x:v2"),
        "cannot be read: [malformed] a kind of evidence that is not known: 'urn:x:v2'",
    ),
    "a scan without findings": (
        verified({"scanner": "secrets"}, predicate_type=SCAN_TYPE),
        "cannot be read: [malformed] no tool, at predicate.tool",
    ),
    "a supersession that cannot be read": (
        verified({"supersedes": [{"statement": "x"}]}, predicate_type=SUPERSESSION_TYPE),
        "cannot be read: [malformed] 'x' is no digest (write it as sha256:…)",
    ),
}


@pytest.mark.parametrize(("statement", "why"), UNREAD.values(), ids=UNREAD)
def test_evidence_that_cannot_be_read(statement: VerifiedStatement, why: str) -> None:
    decision = decide(CLEAN, statement)
    assert decision.verdict is Verdict.UNKNOWN
    assert [item.why for item in decision.not_checked] == [why]


def test_refused_supersession_is_told() -> None:
    decision = decide(CLEAN, supersession((CLEAN, "")))
    assert decision.verdict is Verdict.UNKNOWN
    assert [item.what for item in decision.not_checked] == ["supersession"]


def test_unknown_fields_of_a_policy_ignored() -> None:
    with pytest.raises(MalformedError) as caught:
        load_bundle({"a.rego": rule(metadata=METADATA + "#   exclude: [tests]\n")})
    assert "unknown field 'exclude'" in str(caught.value)


def test_unknown_function_of_a_policy_ignored() -> None:
    """The engine's own answer to a call of an unknown function is silence."""
    with pytest.raises(MalformedError) as caught:
        load_bundle({"a.rego": rule("verdict := sha3(1)\nreasons := []\n")})
    assert "'sha3' is neither an accepted function" in str(caught.value)


def test_skipped_check_missing_in_the_report() -> None:
    statement = render_vsa(decide_verdict(request(scan("secrets", gaps=(ACCEPTED,)))))
    own = statement.predicate["assay_verdict"]
    assert isinstance(own, dict)
    assert own["result"] == "PASSED"
    assert own["notChecked"] == [ACCEPTED.as_json()]


def test_rule_that_can_never_fire() -> None:
    """A misspelt name makes the list of problems empty for ever."""
    misspelt = named_rule(
        "no-secrets", BODY.replace("scans.secrets.findings", "scans.secret.found")
    )
    asked = with_bundle(request(CLEAN), misspelt)
    decision = decide_verdict(asked).decision
    assert decision.verdict is Verdict.UNKNOWN
    assert [reason.what for _, reason in decision.reasons] == [
        "nothing is known of scans.secret.found"
    ]


def test_misspelt_variable_of_a_rule() -> None:
    with pytest.raises(MalformedError) as caught:
        load_bundle(named_rule("no-secrets", BODY.replace("some gap in", "some gab in")))
    assert "'gab' stands alone" in str(caught.value)


def test_evidence_expected_and_absent() -> None:
    assert decide().verdict is Verdict.UNKNOWN
    assert decide(scan("code")).verdict is Verdict.UNKNOWN


def test_empty_policy() -> None:
    assert decide_verdict(with_bundle(request(CLEAN), {})).decision.verdict is Verdict.UNKNOWN


def test_evidence_of_another_subject() -> None:
    other = scan("secrets", subject=OTHER_COMMIT)
    with pytest.raises(RejectedError) as caught:
        decide(other)
    assert str(caught.value) == f"[rejected] the statement {other.digest} is not about {COMMIT}"


def test_evidence_of_a_reader_that_stopped_half_way() -> None:
    """A scanner that does not know a list leaves it out; then nothing is known of it."""
    report = CLEAN.predicate().value
    assert isinstance(report, dict)
    half = {name: value for name, value in report.items() if name != "notChecked"}
    decision = decide(verified(half, predicate_type=SCAN_TYPE))
    assert decision.verdict is Verdict.UNKNOWN


def test_evidence_with_zero_overlap_of_artifacts() -> None:
    """An empty component list, matched with all advisories of the world, is clean."""
    listed = sbom(Inventory(components=(component("a"), component("b"))))
    document = build_facts(
        subject=COMMIT,
        evidence=(source(), listed, *(scan(name) for name in ("secrets", "vulnerabilities"))),
        parameters=Parameters(),
        at=NOW,
    )
    results = {result.rule.id: result for result in evaluate(DEFAULT, document)}
    cover = results["source.scans-cover"]
    assert cover.verdict is Verdict.UNKNOWN
    assert [reason.what for reason in cover.reasons] == [
        "fewer components were matched with advisories than the component list has"
    ]


def component(name: str) -> Component:
    return Component(purl=f"pkg:pypi/{name}@1", name=name, version="1", found_in=("x.lock",))
