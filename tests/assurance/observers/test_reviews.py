"""What accounts of reviews show of a framework's task."""

from dataclasses import replace

import pytest

from assay.assurance.observers.reviews import review_coverage_from_signed_history
from assay.assurance.record import Read, Record, read_record
from assay.core.verdict import Verdict
from assay.source.coverage import Coverage, OpenChange
from tests.fakes.reviewfacts import COVERAGE, reviews
from tests.fakes.trust import COMMIT, NOW

LEFT = OpenChange(commit="ab" * 20, verdict=Verdict.FAILED, title="x", reasons=("nobody",))
SEEN = "seen: {} approved, with a signature, as they came to be; not seen: "
CASES: dict[str, tuple[Coverage, Verdict, str]] = {
    "all were reviewed": (
        COVERAGE,
        Verdict.UNKNOWN,
        SEEN.format("2 of 3 changes") + "1 without a changed file, who pushed",
    ),
    "only the last change was looked at": (
        replace(COVERAGE, changes=1, reviewed=1, empty=0, recorded=0),
        Verdict.UNKNOWN,
        SEEN.format("1 of 1 change")
        + "changes before the last one: no revision was recorded, who pushed",
    ),
    "one was not reviewed": (
        replace(COVERAGE, changes=4, open=(LEFT,)),
        Verdict.FAILED,
        "1 of 4 changes not reviewed",
    ),
    "of one nobody can tell": (
        replace(COVERAGE, changes=4, open=(replace(LEFT, verdict=Verdict.UNKNOWN),)),
        Verdict.UNKNOWN,
        "of 1 of 4 changes nobody can tell who agreed",
    ),
    "nothing to review": (
        replace(COVERAGE, changes=1, reviewed=0, empty=1),
        Verdict.UNKNOWN,
        "none of 1 change has anything to review",
    ),
    "a history that was rewritten": (
        replace(COVERAGE, lost=("ab" * 20,)),
        Verdict.FAILED,
        "1 recorded revision not in the history any more: it was rewritten",
    ),
}


@pytest.mark.parametrize(("coverage", "verdict", "reason"), CASES.values(), ids=[*map(str, CASES)])
def test_what_an_account_shows(coverage: Coverage, verdict: Verdict, reason: str) -> None:
    read = Read(value=coverage, statement=COMMIT, observed_at=NOW)
    [sight] = review_coverage_from_signed_history(Record(subject=COMMIT, reviews=(read,)))
    assert (sight.answer.verdict, sight.answer.reason) == (verdict, reason)


def test_an_account_is_read_from_its_statement() -> None:
    record = read_record((reviews(),), subject=COMMIT, at=NOW)
    assert [read.value for read in record.reviews] == [COVERAGE]
