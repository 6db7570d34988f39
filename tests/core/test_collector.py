import gc

import pytest

from assay.core.collector import without_collector


def test_off_inside_and_on_again_also_after_an_error() -> None:
    assert gc.isenabled()
    inside = []
    with pytest.raises(ZeroDivisionError), without_collector():
        inside.append(gc.isenabled() or 1 // 0)
    assert (inside, gc.isenabled()) == ([], True)


def test_left_off_where_it_was_off() -> None:
    gc.disable()
    try:
        with without_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_was_made_inside_counts_as_old() -> None:
    with without_collector():
        made = [[number] for number in range(5000)]  # more than a young generation holds
    assert any(one is made for one in gc.get_objects(generation=2))


def test_what_others_froze_stays_frozen() -> None:
    gc.freeze()
    try:
        with without_collector():
            pass
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
