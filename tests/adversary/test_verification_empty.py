"""Verification that was none: nothing to check is not the same as checked."""

import pytest

from assay.core.verdict import Verdict, all_of


def test_no_verdicts_are_not_passed() -> None:
    """`all([])` is true, and that is where gates go wrong."""
    assert all_of([]) is Verdict.UNKNOWN
    assert all_of([Verdict.PASSED]) is Verdict.PASSED


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_no_truth_value(verdict: Verdict) -> None:
    """Every member of an enum is true otherwise, FAILED among them."""
    with pytest.raises(TypeError, match=r"compare with `is Verdict\.PASSED`"):
        bool(verdict)
