from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.system.snapshots import drop_folder, recover_folder, replace_folder


def _folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "file").write_text(text)
    return path


def _text(path: Path) -> str:
    return (path / "file").read_text()


def test_one_takes_the_place_of_another(tmp_path: Path) -> None:
    old, new = _folder(tmp_path / "pushed", "old"), _folder(tmp_path / "pushing", "new")
    replace_folder(old, new)
    assert _text(old) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["pushed"]


def test_where_there_was_none(tmp_path: Path) -> None:
    replace_folder(tmp_path / "pushed", _folder(tmp_path / "pushing", "new"))
    assert _text(tmp_path / "pushed") == "new"


def test_after_a_crash_in_between_the_old_one_counts(tmp_path: Path) -> None:
    _folder(tmp_path / "pushed.old", "old")
    recover_folder(tmp_path / "pushed")
    assert _text(tmp_path / "pushed") == "old"


def test_after_a_crash_at_the_end_the_new_one_counts(tmp_path: Path) -> None:
    _folder(tmp_path / "pushed.old", "old")
    new = _folder(tmp_path / "pushed", "new")
    recover_folder(new)
    assert _text(new) == "new"
    replace_folder(new, _folder(tmp_path / "pushing", "newest"))
    assert _text(new) == "newest"


def test_dropped_also_where_it_is_not(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "pushing", "new")
    drop_folder(folder)
    drop_folder(folder)
    assert not folder.exists()


def test_nothing_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        replace_folder(tmp_path / "pushed", tmp_path / "absent")
    assert str(caught.value) == (
        f"[unavailable] cannot be replaced: No such file or directory, at {tmp_path / 'pushed'}"
    )
