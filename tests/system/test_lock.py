from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.system.lock import hold_lock


def test_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    with hold_lock(path, seconds=0), pytest.raises(UnavailableError) as caught:  # noqa: SIM117
        with hold_lock(path, seconds=0.1):
            pass
    assert str(caught.value) == (
        "[unavailable] another process still holds it after 0.1 s, "
        f"at {path} (wait for it to end, then try again)"
    )


def test_let_go_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), hold_lock(path, seconds=0):
        raise ZeroDivisionError
    with hold_lock(path, seconds=0):
        pass


def test_a_place_where_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError) as caught, hold_lock(tmp_path / "file" / "x", seconds=0):
        pass
    assert str(caught.value) == f"[unavailable] cannot lock: File exists, at {tmp_path}/file/x"
