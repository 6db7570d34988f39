"""Time: evidence ages by the event, clocks may lie, and what has ended has ended."""

from datetime import timedelta

import pytest

from assay.core.clock import ALLOWED_SKEW
from assay.core.errors import SignatureInvalidError
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement, parse_envelope
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.request import decide_verdict
from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.engine import evaluate
from tests.fakes.trust import COMMIT, END, NOW, ROOT
from tests.gates.evidencekit import ACCEPTED, HOUR, finding, scan, supersession
from tests.gates.gatekit import request

DEFAULT = load_bundle(load_default_pack())
DAY = timedelta(days=1)


def answers(*evidence: VerifiedStatement, days: float = 0) -> dict[str, Verdict]:
    """Return what the default pack says about `evidence`, `days` after `NOW`."""
    document = build_facts(
        subject=COMMIT, evidence=evidence, parameters=Parameters(), at=NOW + days * DAY
    )
    return {result.rule.id: result.verdict for result in evaluate(DEFAULT, document)}


def matched(imported: str, newest: str = "2026-05-31T00:00:00Z") -> VerifiedStatement:
    inputs = {"advisories": "x", "PyPI/importedAt": imported, "PyPI/newestModified": newest}
    return scan("vulnerabilities", inputs=inputs)


def test_feed_gap() -> None:
    """Advisories of a week ago say nothing about what was published since."""
    fresh = matched("2026-05-31T00:00:00Z")
    assert answers(fresh)["source.advisories-fresh"] is Verdict.PASSED
    assert answers(fresh, days=6)["source.advisories-fresh"] is Verdict.UNKNOWN


def test_feed_that_is_imported_daily_and_dead() -> None:
    dead = matched("2026-05-31T00:00:00Z", newest="2026-04-01T00:00:00Z")
    assert answers(dead)["source.advisories-fresh"] is Verdict.PASSED
    assert answers(dead)["source.feeds-alive"] is Verdict.UNKNOWN


def test_one_stale_feed_beside_a_fresh_one() -> None:
    inputs = {"PyPI/importedAt": "2026-05-31T00:00:00Z", "npm/importedAt": "2026-01-01T00:00:00Z"}
    statement = scan("vulnerabilities", inputs=inputs)
    assert answers(statement)["source.advisories-fresh"] is Verdict.UNKNOWN


def test_clock_set_back() -> None:
    """A gate whose clock stands before the evidence cannot tell any age."""
    late = scan("secrets", at=NOW + ALLOWED_SKEW + timedelta(seconds=1))
    decision = decide_verdict(request(late)).decision
    assert decision.verdict is Verdict.UNKNOWN
    assert [gap.why for gap in decision.not_checked] == [
        "made at 2026-06-01T00:05:01Z, after this decision"
    ]


def test_clocks_that_differ_a_little() -> None:
    assert decide_verdict(request(scan("secrets", at=NOW + ALLOWED_SKEW))).decision.verdict is (
        Verdict.PASSED
    )


def test_evidence_dated_by_upload_not_by_event() -> None:
    """The age is that of the scan, as its signed predicate says; recording it anew changes nothing."""
    old = scan("secrets", at=NOW - 31 * DAY)
    document = build_facts(subject=COMMIT, evidence=(old,), parameters=Parameters(), at=NOW)
    assert document["collectors"] == {
        "secrets": {"statements": 1, "age_hours": 31 * 24, "signed_by": ["alice"]}
    }


def test_future_evidence_does_not_supersede() -> None:
    """A scan dated far ahead would be "as new" as anything; it counts, and the gate says so."""
    red = scan("secrets", finding())
    ahead = scan("secrets", inputs={"rules": "other"}, at=NOW + 100 * DAY)
    verdict = decide_verdict(request(red, ahead, supersession((red, "newer rules")))).decision
    assert verdict.verdict is not Verdict.PASSED


def test_key_ended_later() -> None:
    """Evidence whose signer is no longer trusted is refused at the next decision."""
    statement = scan("secrets")
    with pytest.raises(SignatureInvalidError) as caught:
        parse_envelope(statement.envelope).verify(
            trusted=ROOT,
            role="collector",
            threshold=1,
            subject=COMMIT,
            predicate_type=statement.predicate_type,
            at=END,
        )
    assert str(caught.value) == (
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"
    )
    assert decide_verdict(request(statement)).decision.verdict is Verdict.PASSED
    assert decide_verdict(request()).decision.verdict is Verdict.UNKNOWN


def test_acceptance_that_ended_after_the_scan() -> None:
    statement = scan("secrets", gaps=(ACCEPTED,))
    before = decide_verdict(request(statement, at=NOW + HOUR)).decision
    after = decide_verdict(request(statement, at=NOW + 300 * DAY)).decision
    assert (before.verdict, after.verdict) == (Verdict.PASSED, Verdict.UNKNOWN)


def test_a_moment_before_the_end_of_evidence_and_at_it() -> None:
    statement = scan("code")
    limit = Parameters().evidence_max_age_hours * HOUR
    for at, age in ((NOW + limit - timedelta(seconds=1), 719), (NOW + limit, 720)):
        document = build_facts(
            subject=COMMIT, evidence=(statement,), parameters=Parameters(), at=at
        )
        assert document["collectors"] == {
            "code": {"statements": 1, "age_hours": age, "signed_by": ["alice"]}
        }
