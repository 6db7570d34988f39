import pytest

from assay.assurance.evidence import Observation
from assay.core.digest import sha256_of
from assay.core.verdict import Verdict
from tests.assurance.factory import NOON

ONE = sha256_of(b"one")


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
def test_a_yes_or_no_needs_a_statement(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match=r"^a yes or no without a statement and its time$"):
        Observation(evidence_type="one", verdict=verdict, reason="seen", observed_at=NOON)


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
def test_a_yes_or_no_needs_a_time(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match=r"^a yes or no without a statement and its time$"):
        Observation(evidence_type="one", verdict=verdict, reason="seen", statements=(ONE,))


def test_unknown_needs_neither() -> None:
    assert Observation(evidence_type="one", verdict=Verdict.UNKNOWN, reason="none").statements == ()


def test_every_answer_needs_a_reason() -> None:
    with pytest.raises(ValueError, match=r"^an observation without a reason$"):
        Observation(evidence_type="one", verdict=Verdict.UNKNOWN, reason="")


def test_a_part_of_the_evidence_is_no_yes_or_no() -> None:
    with pytest.raises(ValueError, match=r"^a yes or no from a part of the evidence$"):
        Observation(
            evidence_type="one",
            verdict=Verdict.PASSED,
            reason="seen",
            statements=(ONE,),
            observed_at=NOON,
            partial=True,
        )
