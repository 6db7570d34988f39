import os
import resource
import signal
import stat
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assay.core.errors import AssayError, UnavailableError, UsageError
from assay.system.files import (
    create_beneath,
    create_private_file,
    load_beneath,
    load_file,
    load_private_file,
    save_file,
)

NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let no file grow beyond `room` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def names(folder: Path | str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def message(error: pytest.ExceptionInfo[AssayError]) -> str:
    return str(error.value)


def test_a_file_is_loaded_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert load_file(tmp_path / "a", max_bytes=5) == b"12345"
    with pytest.raises(UnavailableError) as caught:
        load_file(tmp_path / "a", max_bytes=4)
    assert message(caught) == f"[unavailable] larger than 4 bytes, at {tmp_path}/a"


def test_an_endless_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_file(Path("/dev/zero"), max_bytes=4)
    assert message(caught) == "[usage] not a regular file, at /dev/zero"


@pytest.mark.parametrize("name", ["absent", "a/below", "\x1b[31m"])
def test_no_such_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        load_file(tmp_path / name, max_bytes=4)
    shown = name.replace("\x1b", "\\x1b")
    assert message(caught) == f"[usage] no such file, at {tmp_path}/{shown}"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_file(tmp_path, max_bytes=4)
    assert message(caught) == f"[usage] not a regular file, at {tmp_path}"


def test_a_fifo_does_not_hold_us_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UsageError) as caught:
        load_file(tmp_path / "fifo", max_bytes=4)
    assert message(caught) == f"[usage] not a regular file, at {tmp_path}/fifo"


def test_a_circle_of_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(UnavailableError) as caught:
        load_file(tmp_path / "a", max_bytes=4)
    assert message(caught).startswith("[unavailable] cannot read: Too many levels")


@NOT_ROOT
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "a").chmod(0)
    with pytest.raises(UnavailableError) as caught:
        load_file(tmp_path / "a", max_bytes=4)
    assert message(caught) == f"[unavailable] cannot read: Permission denied, at {tmp_path}/a"


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    before = len(names("/proc/self/fd"))
    for path in (tmp_path, tmp_path / "absent", tmp_path / "a"):
        with pytest.raises(AssayError):
            load_file(path, max_bytes=4)
    with pytest.raises(AssayError):
        load_beneath(tmp_path, "a/b", max_bytes=4)
    load_beneath(tmp_path, "a", max_bytes=10)
    assert len(names("/proc/self/fd")) == before


def test_a_saved_file_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a"
    save_file(path, b"one")
    save_file(path, b"two", mode=0o600)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(path.parent) == ["a"]


def test_on_a_full_disk_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a"
    save_file(path, b"old")
    with full_disk(100), pytest.raises(UnavailableError) as caught:
        save_file(path, b"x" * 101)
    assert message(caught) == f"[unavailable] cannot write: File too large, at {path}"
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("name", [".", "..", "a", "a/.."])
def test_a_folder_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        save_file(Path(name), b"x")
    assert message(caught) == f"[usage] a folder, where a file is to be written, at {name}"
    assert names(tmp_path) == ["a"]


def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "a"
    create_private_file(path, b"secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_private_file(path, max_bytes=10) == b"secret"


def test_a_private_file_is_never_overwritten(tmp_path: Path) -> None:
    create_private_file(tmp_path / "a", b"one")
    with pytest.raises(UsageError) as caught:
        create_private_file(tmp_path / "a", b"two")
    assert message(caught) == f"[usage] the file exists already, at {tmp_path}/a"
    assert (tmp_path / "a").read_bytes() == b"one"


def test_a_private_file_does_not_go_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        create_private_file(tmp_path / "a", b"secret")
    assert not (tmp_path / "elsewhere").exists()


def test_half_a_private_file_does_not_stay(tmp_path: Path) -> None:
    with full_disk(100), pytest.raises(UnavailableError) as caught:
        create_private_file(tmp_path / "a", b"x" * 101)
    assert message(caught) == f"[unavailable] cannot write: File too large, at {tmp_path}/a"
    assert names(tmp_path) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_private_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    create_private_file(tmp_path / "a", b"secret")
    (tmp_path / "a").chmod(mode)
    with pytest.raises(UsageError) as caught:
        load_private_file(tmp_path / "a", max_bytes=10)
    assert message(caught) == (
        f"[usage] a private file that others may read, at {tmp_path}/a (chmod 600 {tmp_path}/a)"
    )


def test_files_beneath_are_private_and_new(tmp_path: Path) -> None:
    create_beneath(tmp_path, "a/b/c", b"one")
    path = tmp_path / "a" / "b" / "c"
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(UsageError) as caught:
        create_beneath(tmp_path, "a/b/c", b"two")
    assert message(caught) == "[usage] no file can have this name: File exists"
    assert path.read_bytes() == b"one"


@pytest.mark.parametrize(
    ("path", "why"),
    [("x" * 300, "File name too long"), ("a/below", "File exists"), ("d", "File exists")],
)
def test_names_that_no_file_can_have(tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "d").mkdir()
    with pytest.raises(UsageError) as caught:
        create_beneath(tmp_path, path, b"x")
    assert message(caught) == f"[usage] no file can have this name: {why}"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        create_beneath(tmp_path, "link", b"x")
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_is_not_a_matter_of_the_name(tmp_path: Path) -> None:
    with full_disk(10), pytest.raises(UnavailableError) as caught:
        create_beneath(tmp_path, "a", b"x" * 11)
    assert message(caught) == f"[unavailable] cannot write 'a': File too large, at {tmp_path}"


def test_beneath_a_folder_files_are_read_without_following_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    (root / "d" / "a").write_bytes(b"inside")
    (tmp_path / "a").write_bytes(b"outside")
    (root / "link").symlink_to("../a")
    (root / "folder").symlink_to("..")
    assert load_beneath(root, "d/a", max_bytes=10) == b"inside"
    assert load_beneath(root, "link", max_bytes=10) == b"../a"
    with pytest.raises(UsageError) as caught:
        load_beneath(root, "folder/a", max_bytes=10)
    assert message(caught) == "[usage] no file that could be read without following a link"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("absent", "no file that could be read without following a link"),
        ("a/b", "no file that could be read without following a link"),
        ("d", "a folder, not a file"),
        ("fifo", "a fifo, not a file"),
    ],
)
def test_what_is_no_file_beneath(tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UsageError) as caught:
        load_beneath(tmp_path, path, max_bytes=10)
    assert message(caught) == f"[usage] {why}"


def test_devices_beneath_are_not_read() -> None:
    with pytest.raises(UsageError) as caught:
        load_beneath(Path("/dev"), "null", max_bytes=10)
    assert message(caught) == "[usage] a device, not a file"


def test_a_file_beneath_over_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(UnavailableError) as caught:
        load_beneath(tmp_path, "a", max_bytes=4)
    assert message(caught) == "[unavailable] larger than 4 bytes"


def test_memory_is_taken_for_what_is_there_and_not_for_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(b"x" * 1000)
    tracemalloc.start()
    try:
        assert len(load_file(path, max_bytes=2**29)) == 1000
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_a_file_that_does_not_say_how_large_it_is(tmp_path: Path) -> None:
    whole = load_file(Path("/proc/self/status"), max_bytes=2**20)
    assert whole.startswith(b"Name:")
    assert whole.endswith(b"\n")
    with pytest.raises(UnavailableError) as caught:
        load_file(Path("/proc/self/status"), max_bytes=100)
    assert str(caught.value) == "[unavailable] larger than 100 bytes, at /proc/self/status"
