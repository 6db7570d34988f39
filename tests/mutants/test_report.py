"""The score: what cannot be killed does not count, and a sample is told as one."""

import pytest
from mutants.report import Score


@pytest.mark.parametrize(
    ("made", "killed", "equivalent", "share", "interval"),
    [
        (100, 90, 0, 90.0, (82.6, 94.5)),
        (102, 90, 2, 90.0, (82.6, 94.5)),
        (10, 10, 0, 100.0, (72.2, 100.0)),
        (10, 0, 0, 0.0, (0.0, 27.8)),
        (0, 0, 0, 100.0, (0.0, 100.0)),
    ],
)
def test_a_share_and_how_sure_it_is(
    made: int, killed: int, equivalent: int, share: float, interval: tuple[float, float]
) -> None:
    """Wilson's interval, as it is printed in textbooks for 90 of 100."""
    score = Score(made=made, killed=killed, equivalent=equivalent)
    assert score.share == share
    assert score.interval() == pytest.approx(interval, abs=0.05)
