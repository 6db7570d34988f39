"""What a confined program can do, by programs that try; and that limits hold without bubblewrap."""

import ast
import os
import sys
from pathlib import Path
from typing import Final

import pytest

from assay.core.errors import UnavailableError
from assay.system.process import Completed
from assay.system.sandbox import Limits, Sandbox, find_sandbox, probe_sandbox, run_confined

HERE: Final = find_sandbox()
NONE: Final = Sandbox(program=None, description="limits only: as a test wants it")
needs_bwrap = pytest.mark.skipif(HERE.program is None, reason=f"bubblewrap: {HERE.description}")
both = pytest.mark.parametrize(
    "sandbox", [NONE, pytest.param(HERE, marks=needs_bwrap)], ids=["limits", "bwrap"]
)
MIB: Final = 2**20


def run(
    script: str,
    view: Path,
    *,
    sandbox: Sandbox,
    limits: Limits = Limits(seconds=60),  # noqa: B008
) -> Completed:
    """Run a Python script."""
    command = (sys.executable, "-I", "-c", script)
    return run_confined(
        command, sandbox=sandbox, view=view, limits=limits, environment={"OWN": "given"}
    )


def printed(script: str, view: Path, *, sandbox: Sandbox) -> str:
    done = run(script, view, sandbox=sandbox)
    assert done.status == 0, done.errors
    return done.output.decode().strip()


@both
def test_program_reads_its_view(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("seen")
    assert printed("print(open('a.txt').read())", tmp_path, sandbox=sandbox) == "seen"


@both
def test_environment_is_made_and_not_inherited(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    script = "import os; print({k: v for k, v in sorted(os.environ.items()) if k != 'PATH'})"
    told = printed(script, tmp_path, sandbox=sandbox)
    assert "swordfish" not in told
    for pair in ("'OWN': 'given'", "'TZ': 'UTC'", "'LC_ALL': 'C.UTF-8'"):
        assert pair in told
    assert str(Path.home()) not in told


@both
def test_folder_for_temporary_files_is_private_empty_and_gone(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    name = f"left-by-{os.getpid()}-{tmp_path.name}"  # nobody else's: /tmp has all sorts of things
    script = f"import os; home = os.environ['HOME']; print(home); open(home + '/{name}', 'w')"
    home = Path(printed(script, tmp_path, sandbox=sandbox))
    assert not (home / name).exists()


LIMITED = {
    "file": ("open('x', 'wb').write(b'0' * 9_000_000)", Limits(seconds=60, file_bytes=MIB)),
    "memory": ("x = bytearray(3 * 2**30)", Limits(seconds=60, memory_bytes=2**30)),
}


@both
@pytest.mark.parametrize("name", ["file", "memory"])
def test_limit_ends_the_program(sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    script, limits = LIMITED[name]
    done = run(
        f"import os; os.chdir(os.environ['HOME']); {script}",
        tmp_path,
        sandbox=sandbox,
        limits=limits,
    )
    assert done.status != 0


def test_limits_are_told_to_the_system() -> None:
    told = dict(pair.split("=") for pair in Limits(seconds=1.5, processes=7).render().split(","))
    assert told.keys() == {"AS", "CPU", "FSIZE", "NPROC", "CORE"}
    assert (told["NPROC"], told["CORE"]) == ("7", "0")
    assert int(told["CPU"]) >= 3


@both
def test_program_that_runs_on_is_ended_with_what_it_started(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"
    with pytest.raises(UnavailableError) as caught:
        run(script, tmp_path, sandbox=sandbox, limits=Limits(seconds=1))
    name = Path(sys.executable).name
    assert str(caught.value) == (
        f"[unavailable] {name} did not end within 1 s (try again, or leave out what makes it slow)"
    )


@both
def test_output_is_limited(sandbox: Sandbox, tmp_path: Path) -> None:
    limits = Limits(seconds=60, output_bytes=1000)
    with pytest.raises(UnavailableError) as caught:
        run("print('x' * 100_000)", tmp_path, sandbox=sandbox, limits=limits)
    assert caught.value.what == f"{Path(sys.executable).name} wrote over 1000 bytes"


def test_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        run_confined(
            (tmp_path / "tool",),
            sandbox=NONE,
            view=tmp_path,
            limits=Limits(seconds=60),
            environment={},
        )
    assert caught.value.what == "cannot start tool: No such file or directory"


def test_program_that_cannot_be_run(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_bytes(b"no program")
    done = run_confined(
        (tool,), sandbox=NONE, view=tmp_path, limits=Limits(seconds=60), environment={}
    )
    assert done.status == 1
    assert done.complaint().startswith("cannot start tool: ")


@needs_bwrap
@pytest.mark.parametrize(
    "attempt",
    [
        "open('new', 'w')",
        "open('a.txt', 'a')",
        "import os; os.unlink('a.txt')",
        "import os; os.mkdir('/usr/new')",
        "import socket; socket.create_connection(('192.0.2.1', 80), 5)",
        "import socket; socket.create_connection(('127.0.0.1', 22), 5)",
        "import os; os.kill(int(OUTSIDE), 0)",
        "import os; os.listdir(HOME)",
        "import os; os.listdir('/root/.ssh')",
    ],
    ids=["new", "write", "remove", "system", "network", "loopback", "process", "home", "keys"],
)
def test_what_a_confined_program_cannot_do(attempt: str, tmp_path: Path) -> None:
    import os  # noqa: PLC0415  # of this process, for the script

    (tmp_path / "a.txt").write_text("whole")
    names = f"OUTSIDE, HOME = {os.getppid()}, {str(Path.home() / '.local/share')!r}\n"
    script = f"{names}try:\n    {attempt}\nexcept OSError:\n    print('refused')\n"
    assert printed(script, tmp_path, sandbox=HERE) == "refused"
    assert (tmp_path / "a.txt").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@needs_bwrap
def test_confined_python_is_the_same_as_this_one(tmp_path: Path) -> None:
    script = "import sys, ast; print(sys.version, ast.__file__)"
    assert printed(script, tmp_path, sandbox=HERE) == f"{sys.version} {ast.__file__}"


@needs_bwrap
def test_confined_program_sees_what_it_is_shown(tmp_path: Path) -> None:
    rules, view = tmp_path / "rules", tmp_path / "view"
    for folder in (rules, view, tmp_path / "other"):
        folder.mkdir()
    (rules / "r").write_text("a rule")
    script = f"import os; print(open({str(rules / 'r')!r}).read(), os.listdir({str(tmp_path)!r}))"
    done = run_confined(
        (sys.executable, "-I", "-c", script),
        sandbox=HERE,
        view=view,
        limits=Limits(seconds=60),
        environment={},
        shown=(rules,),
    )
    assert done.output.decode().strip() in {
        "a rule ['rules', 'view']",
        "a rule ['view', 'rules']",
    }


def script_at(path: Path, text: str) -> Path:
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)
    return path


PROBES = {
    "fails": ("raise SystemExit('no namespaces\\x1b[31m')", "no namespaces\\x1b[31m"),
    "says-nothing": ("", "exit status 0"),
    "another-program": ("print('rm 1.0')", "exit status 0"),
}


@pytest.mark.parametrize(("text", "why"), PROBES.values(), ids=PROBES)
def test_bwrap_that_does_not_work_is_not_used(text: str, why: str, tmp_path: Path) -> None:
    found = probe_sandbox(script_at(tmp_path / "bwrap", text))
    assert found.program is None
    assert found.description == f"limits only: bwrap does not work here: {why}"


def test_no_bwrap_is_said() -> None:
    assert probe_sandbox(None) == Sandbox(
        program=None, description="limits only: bwrap is not installed"
    )


def test_bwrap_that_cannot_be_started_is_said(tmp_path: Path) -> None:
    found = probe_sandbox(tmp_path / "bwrap")
    assert found.description == "limits only: cannot start bwrap: No such file or directory"
