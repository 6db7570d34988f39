"""Levels of SLSA's source track: each requirement, and what it needs to be met."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from assay.core.verdict import Verdict
from assay.source.coverage import OpenChange
from assay.source.forge.continuity import Protection
from assay.source.forge.facts import Control, rules_from
from assay.source.revision import SourceAnswer
from assay.source.sourcelevel import (
    FIRST_LEVEL,
    SourceSituation,
    answer_requirements,
    level_of,
)
from tests.fakes.reviewfacts import COVERAGE
from tests.fakes.trust import EPOCH, NOW

ALL: Final = dict.fromkeys(Control, True)


def protection(answers: dict[Control, bool], *, since: datetime = EPOCH) -> Protection:
    return Protection(
        ref="refs/heads/main",
        rules=rules_from("refs/heads/main", answers),
        observed_at=NOW,
        max_gap=timedelta(days=7),
        looks=3,
        since={control: since for control, held in answers.items() if held},
        weakenings=(),
    )


GOOD: Final = SourceSituation(
    repository="git+https://example.org/shop",
    coverage=COVERAGE,
    first_recorded=EPOCH,
    protection=protection(ALL),
    expunging=True,
)


def answer(situation: SourceSituation, requirement: str) -> SourceAnswer:
    return next(a for a in answer_requirements(situation) if a.requirement == requirement)


def test_everything_is_met() -> None:
    answers = answer_requirements(GOOD)
    assert {a.verdict for a in answers} == {Verdict.PASSED}
    assert [a.requirement for a in answers] == list(FIRST_LEVEL)
    assert level_of(answers) == 4


FAILED, UNKNOWN = Verdict.FAILED, Verdict.UNKNOWN
LEFT = OpenChange(commit="ab" * 20, verdict=FAILED, title="x", reasons=("nobody",))
BARE: Final = {c: c not in {Control.NO_FORCE, Control.REQUESTS} for c in Control}
CASES: dict[str, tuple[SourceSituation, str, Verdict, str, int]] = {
    "nobody says which repository it is": (
        replace(GOOD, repository=""),
        "repository-ids",
        UNKNOWN,
        "nobody says which repository this is: product.uri in assay.toml",
        0,
    ),
    "nobody says how content is taken out": (
        replace(GOOD, expunging=False),
        "safe-expunging-process",
        UNKNOWN,
        "no document of it was named: --expunging-process",
        1,
    ),
    "the history was rewritten": (
        replace(GOOD, coverage=replace(COVERAGE, lost=("ab" * 20,))),
        "history",
        FAILED,
        "1 recorded revisions are not in its history any more",
        1,
    ),
    "nothing was recorded before": (
        replace(GOOD, first_recorded=None),
        "history",
        UNKNOWN,
        "this is the first recorded revision of the branch",
        1,
    ),
    "a commit without a signature": (
        replace(GOOD, coverage=replace(COVERAGE, signed=(("PASSED", 2), ("FAILED", 1)))),
        "identity-management",
        FAILED,
        "1 commits have no signature that holds",
        1,
    ),
    "a signature that nobody knows": (
        replace(GOOD, coverage=replace(COVERAGE, signed=(("PASSED", 2), ("UNKNOWN", 1)))),
        "identity-management",
        UNKNOWN,
        "of 1 commits nobody can tell who signed them",
        1,
    ),
    "no forge was asked": (
        replace(GOOD, protection=None),
        "access-and-history",
        UNKNOWN,
        "no forge was asked: assay forge record",
        1,
    ),
    "a branch that may be forced": (
        replace(GOOD, protection=protection(BARE)),
        "protected-refs",
        FAILED,
        "not shown: no-force-push",
        1,
    ),
    "protected since the day before yesterday": (
        replace(GOOD, protection=protection(ALL, since=NOW)),
        "continuity",
        UNKNOWN,
        "it was not shown to be protected since the first recorded revision",
        1,
    ),
    "changes that go in without a request": (
        replace(GOOD, protection=protection({**ALL, Control.REQUESTS: False})),
        "technical-controls",
        FAILED,
        "not shown: changes-by-request",
        2,
    ),
    "a change that nobody reviewed": (
        replace(GOOD, coverage=replace(COVERAGE, changes=4, open=(LEFT,))),
        "two-party-review",
        FAILED,
        "of 4 changes 1 were not reviewed, and of 0 nobody can tell",
        3,
    ),
}


@pytest.mark.parametrize(
    ("situation", "requirement", "verdict", "reason", "level"),
    CASES.values(),
    ids=[*map(str, CASES)],
)
def test_what_is_missing(
    situation: SourceSituation, requirement: str, verdict: Verdict, reason: str, level: int
) -> None:
    found = answer(situation, requirement)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert level_of(answer_requirements(situation)) == level


def test_no_answers_are_no_level() -> None:
    assert level_of(()) == 0
