"""Time in VEX: what ended, what is dated ahead, and what has no date, calms nobody."""

from datetime import timedelta

import pytest

from assay.vuln.vex.standing import Standing, VexAnswer, VexClaimant, VexQuestion, answer_vex
from tests.vuln.vex.vexes import AT, CVE, LIBRARY, SHOP, openvex, said

LOUD: dict[str, object] = {"status": "affected", "justification": None, "action_statement": "x"}
FIXED: dict[str, object] = {"status": "fixed", "justification": None}
NOW = "2026-06-01T00:00:00Z"
YEAR = timedelta(days=366)
QUESTION = VexQuestion(vulnerability=CVE, product=SHOP, component=LIBRARY)


def ask(*statements: dict[str, object], days: float = 0, **members: object) -> VexAnswer:
    source = VexClaimant(document=openvex(*statements, **members), author="A")
    at = AT + timedelta(days=days)
    return answer_vex((source,), QUESTION, max_age=YEAR, at=at)


@pytest.mark.parametrize("kind", [{}, FIXED])
def test_it_ends_at_its_first_moment(kind: dict[str, object]) -> None:
    ends = said(status_notes=f"[assay:expires={NOW}]", timestamp="2026-05-01T00:00:00Z", **kind)
    assert ask(ends, days=-0.001).standing is Standing.STANDS
    answer = ask(ends)
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)


def test_an_older_one_does_not_come_back() -> None:
    """Else a longer one, said before, would outlive the one that took its place."""
    older = said(timestamp="2026-04-01T00:00:00Z")
    newer = said(timestamp="2026-05-01T00:00:00Z", status_notes=f"[assay:expires={NOW}]", **LOUD)
    assert ask(older, newer).status is None


def test_a_statement_dated_ahead_does_not_win_for_ever() -> None:
    loud = said(timestamp="2026-05-31T00:00:00Z", **LOUD)
    ahead = said(timestamp="2099-01-01T00:00:00Z")
    assert ask(loud, ahead).status == "affected"
    assert ask(ahead).status is None


def test_a_statement_without_a_date_is_not_the_newest() -> None:
    dated, undated = said(timestamp="2026-05-31T00:00:00Z", **LOUD), said()
    assert ask(dated, undated, timestamp=None).status == "affected"
    assert ask(undated, timestamp=None).status is None


def test_two_of_one_moment() -> None:
    assert ask(said(), said(**LOUD)).status == "affected"


def test_a_zone_is_no_way_to_be_newer() -> None:
    """Times are compared, and not their texts: the second one is the older."""
    loud = said(timestamp="2026-05-30T23:00:00Z", **LOUD)
    calm = said(timestamp="2026-05-31T05:00:00+08:00")
    assert ask(loud, calm).status == "affected"


def test_a_version_dated_ahead_does_not_hide_all_later_ones() -> None:
    ahead = openvex(said(timestamp=NOW), last_updated="2099-01-01T00:00:00Z")
    loud = openvex(said(timestamp=NOW, **LOUD), version=2, last_updated="2026-06-02T00:00:00Z")
    sources = [VexClaimant(document=one, author="A") for one in (ahead, loud)]
    answer = answer_vex(sources, QUESTION, max_age=YEAR, at=AT + timedelta(days=2))
    assert answer.status == "affected"


def test_a_version_that_is_later_by_its_number_alone_does_not_win() -> None:
    """Where number and time are at odds, nobody can tell what was taken back."""
    first = openvex(said(timestamp=NOW), last_updated="2026-06-02T00:00:00Z")
    second = openvex(said(timestamp=NOW), version=2, last_updated="2026-06-01T00:00:00Z")
    sources = [VexClaimant(document=one, author="A") for one in (first, second)]
    assert answer_vex(sources, QUESTION, max_age=YEAR, at=AT + timedelta(days=3)).status is None


def test_affected_counts_without_a_date() -> None:
    """It takes nothing away: that nobody knows when it was said is no reason to pass over it."""
    assert ask(said(timestamp="2026-05-31T00:00:00Z"), said(**LOUD), timestamp=None).status == (
        "affected"
    )
