"""Replay: the same bytes from what the verdict names, or the difference by name."""

from dataclasses import replace

import pytest

from assay.core.digest import Digest, sha256_of
from assay.core.errors import AssayError
from assay.core.strictjson import parse_json, render_canonical_json
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import Statement, Subject, render_statement
from assay.gates.parameters import Parameters
from assay.gates.replay import name_differences, recompute_verdict
from assay.gates.request import decide_verdict
from assay.gates.vsa import parse_verdict, render_vsa
from assay.policy.bundle import PolicyBundle, load_bundle
from tests.fakes.trust import COMMIT, NOW, OTHER_COMMIT
from tests.gates.evidencekit import HOUR, finding, scan
from tests.gates.gatekit import BODY, BUNDLE, TRUST_ROOT, request
from tests.policy.packs import named_rule

EVIDENCE = (scan("secrets", finding()), scan("code"))
VERDICT = decide_verdict(
    request(*EVIDENCE, parameters=Parameters(evidence_max_age_hours=9), at=NOW + HOUR)
)
PAYLOAD = render_statement(render_vsa(VERDICT))
OTHER_BUNDLE = load_bundle(named_rule("no-secrets", BODY))


def test_the_same_bytes() -> None:
    again = recompute_verdict(
        PAYLOAD, evidence=EVIDENCE[::-1], bundle=BUNDLE, trust_root=TRUST_ROOT
    )
    assert again == PAYLOAD
    assert name_differences(PAYLOAD, again) == ()


REFUSED: dict[str, tuple[tuple[VerifiedStatement, ...], PolicyBundle, Digest, str]] = {
    "evidence left out": (
        EVIDENCE[:1],
        BUNDLE,
        TRUST_ROOT,
        f"[rejected] evidence that is not there: {EVIDENCE[1].digest}, at inputAttestations",
    ),
    "evidence added": (
        (*EVIDENCE, extra := scan("workflows")),
        BUNDLE,
        TRUST_ROOT,
        f"[rejected] evidence that the verdict does not name: {extra.digest}, at inputAttestations",
    ),
    "another policy": (
        EVIDENCE,
        OTHER_BUNDLE,
        TRUST_ROOT,
        f"[rejected] the policy {OTHER_BUNDLE.digest}, made with {BUNDLE.digest}, at policy",
    ),
    "another trust root": (
        EVIDENCE,
        BUNDLE,
        sha256_of(b"other"),
        (
            f"[rejected] the trust root {sha256_of(b'other')}, made with {TRUST_ROOT}, "
            "at assay_verdict.trustRoot"
        ),
    ),
}


@pytest.mark.parametrize(("evidence", "bundle", "root", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(
    evidence: tuple[VerifiedStatement, ...], bundle: PolicyBundle, root: Digest, message: str
) -> None:
    with pytest.raises(AssayError) as caught:
        recompute_verdict(PAYLOAD, evidence=evidence, bundle=bundle, trust_root=root)
    assert str(caught.value) == message


NO_VERDICTS = {
    "another type": (
        Statement(
            subjects=(Subject(name="", digest=COMMIT),), predicate_type="urn:x", predicate={}
        ),
        "[malformed] a statement of type 'urn:x', at predicateType",
    ),
    "two subjects": (
        replace(
            render_vsa(VERDICT),
            subjects=(VERDICT.subject, Subject(name="", digest=OTHER_COMMIT)),
        ),
        "[malformed] a verdict on 2 subjects, at subject",
    ),
}


@pytest.mark.parametrize(("statement", "message"), NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_no_verdict(statement: Statement, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_verdict(render_statement(statement))
    assert str(caught.value) == message


def test_a_verdict_by_another_version_differs_in_the_version() -> None:
    old = render_vsa(replace(VERDICT, versions=(("assay", "0.0.9"), ("engine", "rego-cpp 1.0"))))
    payload = render_statement(old)
    again = recompute_verdict(payload, evidence=EVIDENCE, bundle=BUNDLE, trust_root=TRUST_ROOT)
    versions = dict(VERDICT.versions)
    assert name_differences(payload, again) == (
        f"predicate.verifier.version.assay: recorded '0.0.9', now {versions['assay']!r}",
        f"predicate.verifier.version.engine: recorded 'rego-cpp 1.0', now {versions['engine']!r}",
    )


def test_a_forged_result_differs_in_the_result() -> None:
    """Signed by a gate's key, and yet not what the evidence says."""
    forged = replace(VERDICT, decision=replace(VERDICT.decision, verdict=Verdict.PASSED))
    payload = render_statement(render_vsa(forged))
    again = recompute_verdict(payload, evidence=EVIDENCE, bundle=BUNDLE, trust_root=TRUST_ROOT)
    assert name_differences(payload, again) == (
        "predicate.assay_verdict.result: recorded 'PASSED', now 'FAILED'",
        "predicate.verificationResult: recorded 'PASSED', now 'FAILED'",
        "predicate.verifiedLevels[0]: recorded 'ASSAY_SOURCE_GATE', now 'FAILED'",
    )


def test_the_same_json_in_other_bytes_is_a_difference() -> None:
    spaced = PAYLOAD.replace(b'{"_type"', b'{ "_type"')
    assert name_differences(spaced, PAYLOAD) == ("the bytes: the same JSON, not canonical",)


def test_a_list_of_another_length_is_named_as_a_whole_and_cut() -> None:
    document = parse_json(PAYLOAD, max_bytes=2**20)
    assert isinstance(document, dict)
    document["predicate"]["inputAttestations"] = []
    [difference] = name_differences(PAYLOAD, render_canonical_json(document))
    assert difference.startswith("predicate.inputAttestations: recorded [{'digest': {'sha256': '")
    assert difference.endswith("…, now []")
