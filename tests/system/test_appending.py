import os
import stat
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.system.appending import append_line


def test_lines_one_after_the_other_for_nobody_else_to_read(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    append_line(path, b"one")
    append_line(path, b"two")
    assert path.read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_broke_off_is_not_joined_with_what_comes_next(tmp_path: Path) -> None:
    """A disk that was full in between: both lines would be lost to whoever reads them."""
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(b'{"whole":1}\n{"half')
    append_line(path, b'{"next":2}')
    append_line(path, b'{"last":3}')
    assert path.read_bytes() == b'{"whole":1}\n{"half\n{"next":2}\n{"last":3}\n'


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnavailableError) as caught:
        append_line(tmp_path / "link", b"one")
    assert str(caught.value) == (
        f"[unavailable] cannot write: Too many levels of symbolic links, at {tmp_path / 'link'}"
    )
    assert not (tmp_path / "elsewhere").exists()


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnavailableError) as caught:
        append_line(tmp_path / "pipe", b"one")
    assert str(caught.value) == (
        f"[unavailable] cannot write: No such device or address, at {tmp_path / 'pipe'}"
    )
