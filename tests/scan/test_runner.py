import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.core.notchecked import NotChecked
from assay.scan.runner import run_scanners
from assay.scan.scanner import Command
from tests.scan.folder import AT, lay_out, not_checked, said, scan
from tests.scan.programs import ECHO, QUIET, fake, program

FILES = {"a.txt": "one\n", "b.txt": "two\n", "names.ini": "skip = all\n"}


def test_program_sees_only_the_files_that_its_scanner_takes(tmp_path: Path) -> None:
    report = scan(fake(program(ECHO)), tmp_path, FILES)
    assert [f.locations[0].path for f in report.findings] == ["a.txt", "b.txt"]
    assert report.not_checked == ()


def test_report_says_what_ran_on_how_much(tmp_path: Path) -> None:
    report = scan(fake(program(QUIET)), tmp_path, FILES)
    assert (report.scanner, report.tool, report.version) == ("names", "fake", "1.0")
    assert report.observed_at == AT
    assert dict(report.examined) == {"files": 2, "suppressed_in_source": 0}
    assert report.inputs["script"] == "sha256:0"
    assert "assay" in report.inputs


def test_nothing_to_look_at_is_no_gap(tmp_path: Path) -> None:
    report = scan(fake(program("raise SystemExit(9)")), tmp_path, {"names.ini": ""})
    assert dict(report.examined) == {"files": 0, "suppressed_in_source": 0}
    assert (report.findings, report.not_checked) == ((), ())


def test_nothing_to_look_at_needs_no_program(tmp_path: Path) -> None:
    report = scan(fake(lambda: None), tmp_path, {"names.ini": ""})
    assert (report.version, report.not_checked) == ("unknown", ())


def no_start() -> Command:
    raise UnavailableError("no version of it is known")


FAILURES: dict[str, tuple[Callable[[], Command | None], str]] = {
    "missing": (lambda: None, "fake: not installed, so 2 files were not looked at"),
    "no-version": (no_start, "fake: no version of it is known, so 2 files were not looked at"),
    "gone": (
        lambda: Command(arguments=("/nonexistent/tool",), version="1", inputs={}),
        "fake: cannot start tool: No such file or directory, so 2 files were not looked at",
    ),
    "crash": (
        program("import sys; sys.exit('boom \\x1b[31m')"),
        "fake: it ended with status 1: boom \\x1b[31m, so 2 files were not looked at",
    ),
    "killed": (
        program("import os; os.kill(os.getpid(), 9)"),
        "fake: it ended with status -9: exit status -9, so 2 files were not looked at",
    ),
    "unparsable": (
        program("print('broken')"),
        "fake: its answer cannot be read: no names at line 1, so 2 files were not looked at",
    ),
    "long-answer": (
        program("print('x' * 20_000)"),
        f"fake: {Path(sys.executable).name} wrote over 10000 bytes, so 2 files were not looked at",
    ),
    "long-complaint": (
        program("import sys; sys.stderr.write('x' * 3_000_000)"),
        "fake: it complained more than can be read, so 2 files were not looked at",
    ),
    "another-file": (
        program("print('../c.txt')"),
        "fake: no such file, so 2 files were not looked at",
    ),
}


@pytest.mark.parametrize(("prepare", "why"), FAILURES.values(), ids=FAILURES)
def test_failure_is_not_checked(
    tmp_path: Path, prepare: Callable[[], Command | None], why: str
) -> None:
    report = scan(fake(prepare), tmp_path, FILES)
    assert not_checked(report) == {"names": why}
    assert all(item.accepted == "" and item.remedy for item in report.not_checked)
    assert report.findings == ()
    assert report.examined["files"] == 0


def test_time_out_is_not_checked(tmp_path: Path) -> None:
    slow = fake(program("import time; time.sleep(60)"), seconds=0.2)
    report = scan(slow, tmp_path, FILES)
    name = Path(sys.executable).name
    assert not_checked(report) == {
        "names": f"fake: {name} did not end within 0.2 s, so 2 files were not looked at"
    }


def test_file_that_makes_the_program_give_up_is_left_out_alone(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "for name in sorted(os.listdir('.')):\n"
        "    if open(name).read() == 'bad':\n"
        "        sys.exit(name)\n"
        "    print(name)\n"
    )
    picky = fake(program(script), blamed=lambda completed: completed.complaint())
    report = scan(picky, tmp_path, {"a.txt": "bad", "b.txt": "good", "c.txt": "bad"})
    assert [f.locations[0].path for f in report.findings] == ["b.txt"]
    assert not_checked(report) == {
        "a.txt": "fake cannot read it: a.txt",
        "c.txt": "fake cannot read it: c.txt",
    }


def test_program_that_gives_up_on_every_file_is_not_asked_for_ever(tmp_path: Path) -> None:
    script = "import os, sys; sys.exit(sorted(os.listdir('.'))[0])"
    picky = fake(program(script), blamed=lambda completed: completed.complaint())
    few = scan(picky, tmp_path / "few", {f"{n}.txt": "" for n in range(3)})
    assert sorted(not_checked(few)) == ["0.txt", "1.txt", "2.txt"]
    many = scan(picky, tmp_path / "many", {f"{n:02}.txt": "" for n in range(20)})
    assert not_checked(many) == {
        "names": "fake: it gave up on more than 8 files, so 20 files were not looked at"
    }


def test_names_that_could_forge_a_report_are_not_shown(tmp_path: Path) -> None:
    odd = "b\n INFO completed .txt"
    report = scan(fake(program(ECHO)), tmp_path, {"a.txt": "", odd: ""})
    assert [f.locations[0].path for f in report.findings] == ["a.txt"]
    assert report.not_checked == (
        NotChecked(
            what="file",
            where="b\\x0a INFO completed .txt",
            why="its name has characters that cannot be handed to a program safely",
            remedy="rename the file",
        ),
    )


@pytest.mark.parametrize("path", ["\udcff.txt", "../a.txt", "/etc/a.txt", "x/../../a.txt"])
def test_names_outside_the_view_are_not_shown(tmp_path: Path, path: str) -> None:
    lay_out(tmp_path, {"a.txt": ""})
    report = fake(program(ECHO)).run(tmp_path / "root", (path,), at=AT)
    assert [item.what for item in report.not_checked] == ["file"]
    assert report.findings == ()


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "b.txt").symlink_to("/etc/hostname")
    report = fake(program(ECHO)).run(tmp_path, ("b.txt", "gone.txt"), at=AT)
    assert not_checked(report) == {
        "b.txt": "it is no regular file in the commit's tree",
        "gone.txt": "it is no regular file in the commit's tree",
    }
    assert report.findings == ()


def test_program_gets_the_environment_of_its_command_only(tmp_path: Path) -> None:
    script = "import os; open(os.environ['KEY'], 'w'); print(os.environ['KEY'])"
    given = fake(program(script, environment={"KEY": "b.txt"}))
    assert said(scan(given, tmp_path, FILES)) == {"fake/names": [1]}


def test_reports_come_in_the_order_of_the_scanners(tmp_path: Path) -> None:
    scanners = tuple(
        replace(fake(program(f"import time; time.sleep({pause})")), name=name)
        for name, pause in (("slow", 0.3), ("quick", 0))
    )
    paths = lay_out(tmp_path, FILES)
    reports = run_scanners(scanners, tmp_path, paths, at=AT)
    assert [report.scanner for report in reports] == ["slow", "quick"]
    assert run_scanners((), tmp_path, paths, at=AT) == ()


def test_scanners_run_at_the_same_time(tmp_path: Path) -> None:
    meet = threading.Barrier(2, timeout=20)

    def prepare() -> None:
        meet.wait()

    scanners = (fake(prepare), fake(prepare))
    reports = run_scanners(scanners, tmp_path, lay_out(tmp_path, FILES), at=AT)
    assert [report.version for report in reports] == ["unknown", "unknown"]


class BugError(Exception):
    pass


def test_bug_in_one_scanner_ends_the_others(tmp_path: Path) -> None:
    def prepare() -> None:
        raise BugError

    slow = fake(program("import time; time.sleep(60)"))
    before = time.monotonic()
    with pytest.raises(BugError):
        run_scanners((fake(prepare), slow), tmp_path, lay_out(tmp_path, FILES), at=AT)
    assert time.monotonic() - before < 30


INTERRUPTED = """
import sys
from pathlib import Path
from assay.scan.runner import run_scanners
from tests.scan.folder import AT
from tests.scan.programs import fake, program
slow = program("import os, time; print(os.getpid(), flush=True); time.sleep(60)")
started = program("import sys; sys.stderr.write('x'); import time; time.sleep(60)")
print("ready", flush=True)
run_scanners((fake(slow), fake(started)), Path(sys.argv[1]), ("a.txt",), at=AT)
"""


def test_ctrl_c_ends_the_programs_and_removes_the_views(tmp_path: Path) -> None:
    views = tmp_path / "views"
    views.mkdir()
    lay_out(tmp_path, FILES)
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"TMPDIR": str(views), "PYTHONPATH": ":".join(filter(None, sys.path))},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        wait_for(lambda: len(list(views.glob("*/a.txt"))) == 2)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=30)
    assert errors.endswith(b"KeyboardInterrupt\n")
    assert list(views.iterdir()) == []


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
