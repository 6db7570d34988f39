"""Words for messages."""

from assay.core.wording import entries, near_hint


def test_one_is_not_many() -> None:
    assert [entries(number) for number in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]


def test_what_was_meant() -> None:
    assert near_hint("treshold", ("threshold", "quorum")) == "did you mean 'threshold'?"


def test_what_nobody_could_have_meant() -> None:
    assert near_hint("only", ("threshold", "quorum")) == "known here: threshold, quorum"
