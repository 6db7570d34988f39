"""Three values, and nothing that reads one of them as yes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.verdict import Verdict, all_of


@pytest.mark.parametrize("verdict", list(Verdict))
def test_no_truth_value(verdict: Verdict) -> None:
    with pytest.raises(TypeError) as caught:
        bool(verdict)
    assert str(caught.value) == "compare with `is Verdict.PASSED`"


def test_no_verdict_at_all_is_unknown() -> None:
    assert all_of([]) is Verdict.UNKNOWN


@given(st.lists(st.sampled_from(Verdict), min_size=1))
def test_the_worst_decides(verdicts: list[Verdict]) -> None:
    worst = next(v for v in (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED) if verdicts.count(v))
    assert all_of(verdicts) is worst
