"""Files that are too large for memory."""

import os
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError, UsageError
from assay.system.largefiles import load_part, new_file
from assay.system.scratch import scratch_file


def test_a_new_file_is_seen_when_it_is_kept(tmp_path: Path) -> None:
    with new_file(tmp_path) as file:
        file.write(b"one")
        file.write(b"two")
        assert not (tmp_path / "kept").exists()
        file.keep(tmp_path / "kept")
    assert (tmp_path / "kept").read_bytes() == b"onetwo"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_was_not_kept_is_gone(tmp_path: Path) -> None:
    with new_file(tmp_path) as file:
        file.write(b"one")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError) as caught, new_file(tmp_path / "file" / "x"):
        pass
    assert caught.value.what == "cannot write: Not a directory"
    with pytest.raises(UnavailableError) as caught:
        scratch_file(tmp_path / "file" / "x")
    assert str(caught.value) == (
        f"[unavailable] cannot make a temporary file: Not a directory, at {tmp_path}/file/x"
    )


PARTS = {
    (0, 3): b"012",
    (3, 4): b"3456",
    (8, 9): b"89",
    (20, 3): b"",
    (-2, 9): b"89",
    (-99, 3): b"012",
}


@pytest.mark.parametrize(("asked", "found"), PARTS.items(), ids=map(str, PARTS))
def test_a_part(tmp_path: Path, asked: tuple[int, int], found: bytes) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    assert load_part(tmp_path / "file", start=asked[0], size=asked[1]) == found


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name, what in (("fifo", "not a regular file"), ("absent", "no such file")):
        with pytest.raises(UsageError) as caught:
            load_part(tmp_path / name, start=0, size=1)
        assert str(caught.value) == f"[usage] {what}, at {tmp_path / name}"


def test_a_scratch_file_has_no_name(tmp_path: Path) -> None:
    with scratch_file(tmp_path) as file:
        file.write(b"x")
        assert list(tmp_path.iterdir()) == []
