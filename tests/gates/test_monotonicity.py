"""What no evidence can do, for any set of statements: rules 2 and 8 of the gates' DESIGN.md."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import render_statement
from assay.gates.request import decide_verdict
from assay.gates.vsa import render_vsa
from tests.fakes.trust import NOW, verified
from tests.gates.evidencekit import ACCEPTED, GAP, HOUR, finding, sbom, scan, supersession
from tests.gates.gatekit import request

NEW_RULES: Final = {"rules": "sha256:" + "cd" * 32}
RED: Final = scan("secrets", finding())
NEWER: Final = scan("secrets", inputs=NEW_RULES, at=NOW)
CLEAN: Final = (
    scan("secrets", at=NOW - HOUR),
    scan("secrets", gaps=(ACCEPTED,)),
    NEWER,
)
STATEMENTS: Final = (
    *CLEAN,
    RED,
    scan("secrets", finding("two"), gaps=(GAP,)),
    scan("secrets", gaps=(GAP,)),
    scan("code"),
    scan("code", finding("three")),
    sbom(),
    verified({}, predicate_type="urn:x:v9"),
)
REPLACING: Final = (
    supersession((RED, "the rule had a fault")),
    supersession((NEWER, "")),
    supersession((CLEAN[0], "again")),
)
SETS = st.lists(st.sampled_from(STATEMENTS), unique_by=lambda s: s.digest, max_size=6)
ALL_SETS = st.lists(
    st.sampled_from((*STATEMENTS, *REPLACING)), unique_by=lambda s: s.digest, max_size=8
)


def verdict_on(statements: list[VerifiedStatement]) -> Verdict:
    return decide_verdict(request(*statements)).decision.verdict


def is_about(statement: VerifiedStatement, scanner: str) -> bool:
    name = statement.predicate().optional("scanner")
    return name is not None and name.value == scanner


@given(ALL_SETS.flatmap(lambda chosen: st.tuples(st.just(chosen), st.permutations(chosen))))
def test_the_order_of_evidence_changes_no_byte(
    orders: tuple[list[VerifiedStatement], list[VerifiedStatement]],
) -> None:
    one, other = (render_statement(render_vsa(decide_verdict(request(*o)))) for o in orders)
    assert one == other


@given(ALL_SETS)
def test_a_statement_twice_counts_once(chosen: list[VerifiedStatement]) -> None:
    once, twice = decide_verdict(request(*chosen)), decide_verdict(request(*chosen, *chosen))
    assert once == twice


@given(SETS, st.sampled_from(STATEMENTS))
def test_more_evidence_never_mends_a_failure(
    chosen: list[VerifiedStatement], added: VerifiedStatement
) -> None:
    if verdict_on(chosen) is Verdict.FAILED:
        assert verdict_on([*chosen, added]) is Verdict.FAILED


@given(SETS)
def test_a_finding_fails_whatever_else_there_is(chosen: list[VerifiedStatement]) -> None:
    assert verdict_on([*chosen, RED]) is Verdict.FAILED


@given(ALL_SETS)
def test_a_collector_left_out_never_passes(chosen: list[VerifiedStatement]) -> None:
    without = [statement for statement in chosen if not is_about(statement, "secrets")]
    assert verdict_on(without) is not Verdict.PASSED


@given(SETS, st.sampled_from(CLEAN))
def test_leaving_out_good_news_never_passes(
    chosen: list[VerifiedStatement], clean: VerifiedStatement
) -> None:
    if verdict_on([*chosen, clean]) is not Verdict.PASSED:
        without = [statement for statement in chosen if statement.digest != clean.digest]
        assert verdict_on(without) is not Verdict.PASSED
