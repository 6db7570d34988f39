"""Which key signs the tree of which size."""

import pytest

from assay.signing.logkeys import EarlierKey, KeyHistory, key_history
from assay.signing.notekey import note_key
from tests.fakes.trust import ALICE, LOG_KEY, MALLORY, ORIGIN

SECOND = note_key(ORIGIN, ALICE.public)
THIRD = note_key(ORIGIN, MALLORY.public)
KEYS = KeyHistory(
    current=THIRD, earlier=(EarlierKey(key=LOG_KEY, until=3), EarlierKey(key=SECOND, until=5))
)


def test_a_log_that_never_changed_its_key() -> None:
    keys = key_history(LOG_KEY)
    assert (keys.name, keys.current, keys.sealed) == (ORIGIN, LOG_KEY, 0)
    assert [keys.of_size(size) for size in (0, 1, 9)] == [LOG_KEY] * 3
    assert keys.rotated_at(1) is None
    assert key_history(keys) is keys


@pytest.mark.parametrize(
    ("size", "key"),
    [(0, LOG_KEY), (3, LOG_KEY), (4, SECOND), (5, SECOND), (6, THIRD), (9, THIRD)],
)
def test_both_sides_of_each_edge(size: int, key: object) -> None:
    assert KEYS.of_size(size) == key


def test_where_the_key_changes() -> None:
    found = {size: KEYS.rotated_at(size) for size in range(8)}
    assert {size: key for size, key in found.items() if key} == {4: LOG_KEY, 6: SECOND}
    assert KEYS.sealed == 5


def test_a_change_right_after_another() -> None:
    keys = KeyHistory(
        current=THIRD, earlier=(EarlierKey(key=LOG_KEY, until=3), EarlierKey(key=SECOND, until=4))
    )
    assert [keys.of_size(size) for size in (3, 4, 5)] == [LOG_KEY, SECOND, THIRD]
