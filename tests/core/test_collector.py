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
