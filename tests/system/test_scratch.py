import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.system.scratch import link_files, scratch_folder


def test_folder_is_its_owners_alone_and_gone_afterwards() -> None:
    with scratch_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert list(folder.iterdir()) == []
        (folder / "a").mkdir()
        (folder / "a" / "b").write_text("x")
    assert not folder.exists()


def test_folder_is_gone_after_an_error() -> None:
    with pytest.raises(KeyError), scratch_folder() as folder:
        raise KeyError
    assert not folder.exists()


def test_folders_that_may_not_be_written_are_removed_too() -> None:
    with scratch_folder() as folder:
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / "b" / "c").write_text("x")
        (folder / "a" / "b").chmod(0)
        (folder / "a").chmod(0o500)
    assert not folder.exists()


def test_link_out_of_the_folder_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    with scratch_folder() as folder:
        (folder / "out").symlink_to(tmp_path)
    assert (tmp_path / "kept").exists()


def test_no_place_for_a_folder(tmp_path: Path) -> None:
    script = (
        "from assay.system.scratch import scratch_folder\n"
        "from assay.core.errors import UnavailableError\n"
        "import os, sys, tempfile\n"
        "tempfile.tempdir = sys.argv[1]\n"
        "try:\n"
        "    scratch_folder().__enter__()\n"
        "except UnavailableError as error:\n"
        "    print(error)\n"
    )
    absent = tmp_path / "absent"
    done = subprocess.run([sys.executable, "-c", script, absent], check=True, capture_output=True)
    assert done.stdout.decode() == (
        "[unavailable] cannot make a temporary folder: No such file or directory "
        "(free some space, or set TMPDIR to a folder with space)\n"
    )


INTERRUPTED = """
import os, signal, sys, time
from assay.system.scratch import scratch_folder
with scratch_folder() as folder:
    for n in range(2000):
        (folder / str(n)).write_text("x")
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("times", [1, 2])
def test_folder_is_gone_after_ctrl_c(tmp_path: Path, times: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(filter(None, sys.path))},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        for _ in range(times):
            child.send_signal(signal.SIGINT)
        child.wait(timeout=30)
    assert list(tmp_path.iterdir()) == []


def test_files_are_shown_under_their_names(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.py").write_text("x")
    (tmp_path / "d.py").write_text("y")
    (tmp_path / "not-asked-for").write_text("z")
    with scratch_folder() as view:
        assert link_files(tmp_path, ["a/b/c.py", "d.py"], view) == ()
        shown = sorted(str(p.relative_to(view)) for p in view.rglob("*") if p.is_file())
        assert shown == ["a/b/c.py", "d.py"]
        assert (view / "a/b/c.py").read_text() == "x"
    assert (tmp_path / "d.py").read_text() == "y"


def test_what_is_no_regular_file_is_told_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("x")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    odd = ("link", "folder", "pipe", "absent", "nul\0", "target/below")
    with scratch_folder() as view:
        assert link_files(tmp_path, [*odd, "target"], view) == odd
        assert [p.name for p in view.iterdir()] == ["target"]


def test_view_that_cannot_be_laid_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with scratch_folder() as view:
        link_files(tmp_path, ["a"], view)
        with pytest.raises(UnavailableError) as caught:
            link_files(tmp_path, ["a"], view)
    assert str(caught.value) == f"[unavailable] cannot lay out 'a': {os.strerror(errno.EEXIST)}"


def test_files_on_another_device_are_copied() -> None:
    """Memory file systems are devices of their own: no hard link leads there."""
    here = Path("/dev/shm")  # noqa: S108  # the point of the test
    if not os.access(here, os.W_OK):
        pytest.skip("there is no /dev/shm to write to")
    source = here / f"assay-test-{os.getpid()}"
    source.write_text("x")
    try:
        with scratch_folder() as view:
            if view.stat().st_dev == source.stat().st_dev:
                pytest.skip("temporary folders are in /dev/shm themselves")
            assert link_files(here, [source.name], view) == ()
            assert (view / source.name).read_text() == "x"
    finally:
        source.unlink()
