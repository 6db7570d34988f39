import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.system.process import (
    MAX_ERROR_BYTES,
    clean_environment,
    end_processes,
    find_program,
    run_process,
    stream_process,
)

SH = Path("/bin/sh")


def python(code: str) -> tuple[str | bytes | Path, ...]:
    return (sys.executable, "-c", code)


def test_a_program_that_ends_gives_all_that_it_wrote(tmp_path: Path) -> None:
    done = run_process(
        (SH, "-c", "cat; echo problem >&2; exit 3"), cwd=tmp_path, seconds=20, stdin=b"in\0put"
    )
    assert (done.status, done.output, done.errors) == (3, b"in\0put", b"problem\n")
    assert done.complaint() == "problem"


def test_more_input_and_output_than_a_pipe_holds(tmp_path: Path) -> None:
    data = os.urandom(1 << 20)
    done = run_process((SH, "-c", "cat; cat >&2"), cwd=tmp_path, seconds=20, stdin=data)
    assert done.output == data


def test_input_that_is_not_wanted_does_not_matter(tmp_path: Path) -> None:
    done = run_process((SH, "-c", "exit 0"), cwd=tmp_path, seconds=20, stdin=b"x" * (1 << 20))
    assert done.status == 0


def test_a_complaint_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    done = run_process((SH, "-c", r"printf '\033[31mred\033[0m' >&2"), cwd=tmp_path, seconds=20)
    assert done.complaint() == r"\x1b[31mred\x1b[0m"


def test_without_a_complaint_the_status_is_told(tmp_path: Path) -> None:
    assert run_process((SH, "-c", "exit 9"), cwd=tmp_path, seconds=20).complaint() == (
        "exit status 9"
    )


def test_a_program_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        run_process((SH, "-c", "sleep 60 & echo $! > child; wait"), cwd=tmp_path, seconds=0.5)
    assert str(caught.value) == (
        "[unavailable] sh did not end within 0.5 s (try again, or leave out what makes it slow)"
    )
    assert is_gone(int((tmp_path / "child").read_text()))


def test_what_a_program_leaves_behind_does_not_hold_us_up(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = run_process(
        (SH, "-c", "sleep 60 & echo $! > child; echo done"), cwd=tmp_path, seconds=30
    )
    assert done.output == b"done\n"
    assert time.monotonic() - begun < 20
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_stray_process_that_cannot_be_ended_is_told(tmp_path: Path) -> None:
    """It has left the group, and keeps our pipe open: waiting for the end would never end."""
    stray = "import os, time; os.setsid(); open('stray', 'w').write(str(os.getpid()))"
    code = (
        f"import subprocess, sys, pathlib, time\n"
        f"subprocess.Popen((sys.executable, '-c', {stray + '; time.sleep(60)'!r}))\n"
        f"while not pathlib.Path('stray').exists() or not pathlib.Path('stray').read_text():\n"
        f"    time.sleep(0.01)\n"
    )
    try:
        with pytest.raises(UnavailableError) as caught:
            run_process(python(code), cwd=tmp_path, seconds=30)
    finally:
        os.kill(int((tmp_path / "stray").read_text()), signal.SIGKILL)
    name = Path(sys.executable).name
    assert str(caught.value) == f"[unavailable] {name} left a process that holds its pipes open"


def test_nothing_uses_the_pipes_once_a_program_has_ended(tmp_path: Path) -> None:
    """A feeder that went on would write into whatever gets the number of the closed pipe next."""
    before = set(threading.enumerate())
    for _ in range(100):
        run_process((SH, "-c", "exit 0"), cwd=tmp_path, seconds=30, stdin=b"x" * 2**20)
        fed = [t for t in threading.enumerate() if t not in before and t.name.endswith("(_feed)")]
        assert fed == []


def test_too_much_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        run_process((SH, "-c", "yes"), cwd=tmp_path, seconds=20, max_output_bytes=1000)
    assert str(caught.value) == "[unavailable] sh wrote over 1000 bytes"


def test_complaints_beyond_their_limit_are_dropped_and_told(tmp_path: Path) -> None:
    code = f"import sys; sys.stderr.write('e' * {2 * MAX_ERROR_BYTES}); print('ok')"
    done = run_process(python(code), cwd=tmp_path, seconds=20)
    assert done.output == b"ok\n"
    assert len(done.errors) <= MAX_ERROR_BYTES
    assert done.errors_cut


def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        run_process((tmp_path / "absent",), cwd=tmp_path, seconds=5)
    assert str(caught.value) == "[unavailable] cannot start absent: No such file or directory"


def test_a_child_sees_a_clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_TEST_PLANTED", "x")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("LD_PRELOAD_NOT", "x")
    done = run_process((SH, "-c", "env"), cwd=tmp_path, seconds=20, environment={"OWN": "1"})
    names = {line.partition("=")[0] for line in done.output.decode().splitlines()}
    assert "OWN" in names
    assert not names & {"ASSAY_TEST_PLANTED", "GIT_DIR", "LD_PRELOAD_NOT"}


def test_relative_entries_of_the_path_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "planted"
    planted.write_text("#!/bin/sh\n")
    planted.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".::/usr/bin:/bin")
    assert find_program("planted") is None
    assert clean_environment()["PATH"] == "/usr/bin:/bin"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program("planted") == planted


def test_a_program_beside_this_python_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(sys.executable)
    (tmp_path / own.name).write_text("#!/bin/sh\n")
    (tmp_path / own.name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program(own.name) == own
    assert find_program("no-such-program-anywhere") is None


def test_a_stream_is_ended_when_its_block_is_left(tmp_path: Path) -> None:
    with stream_process((SH, "-c", "cat"), cwd=tmp_path) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"line\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"line\n"
    assert child.returncode is not None


def test_a_streams_complaints_never_block_it(tmp_path: Path) -> None:
    errors = bytearray()
    code = "import sys; sys.stderr.write('e' * 300_000); sys.stderr.flush(); print('ok')"
    with stream_process(python(code), cwd=tmp_path, errors=errors) as child:
        assert child.stdout is not None
        assert child.stdout.read() == b"ok\n"
    assert len(errors) == 300_000


def test_a_stream_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    def wait_for_output() -> None:
        with stream_process((SH, "-c", "exec sleep 60"), cwd=tmp_path, seconds=0.3) as child:
            assert child.stdout is not None
            assert child.stdout.read() == b""

    with pytest.raises(UnavailableError) as caught:
        wait_for_output()
    assert str(caught.value) == "[unavailable] sh did not end within 0.3 s"


def test_all_processes_can_be_ended_from_another_thread(tmp_path: Path) -> None:
    statuses: list[int] = []

    def work() -> None:
        statuses.append(run_process((SH, "-c", "sleep 60"), cwd=tmp_path, seconds=50).status)

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + 20
    while thread.is_alive() and time.monotonic() < deadline:
        end_processes()
        thread.join(0.05)
    assert statuses == [-9]


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, or is only waiting to be reaped by somebody else."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
