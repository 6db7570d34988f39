"""Hooks as a way in: what lies in a repository must not run, be skipped, or write to the shell."""

import subprocess
import sys
from pathlib import Path

from assay.cli.hookrun import tell
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.operations.hookscript import hook_script
from assay.operations.run_hook import HookProblem, HookReport


def test_a_module_in_the_repository_is_not_loaded(tmp_path: Path) -> None:
    """Helper programs taken from the folder under test: `-I` keeps it out of the path."""
    for name in ("assay", "typing", "hyperscan", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')\n")
    script = hook_script("pre-commit", python=sys.executable)
    command = next(line for line in script.splitlines() if "-m assay" in line)
    assert '"$python" -I -m assay.cli.hookrun' in command
    done = subprocess.run(
        (sys.executable, "-I", "-m", "assay.cli.hookrun"),
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(tmp_path / "typing.py")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert not (tmp_path / "ran").exists()


def test_what_could_not_be_looked_at_stops_the_commit() -> None:
    gap = NotChecked(what="staged file", where="a", why="too large")
    report = HookReport(hook="pre-commit", files=1, problems=(), not_checked=(gap,))
    assert report.verdict is Verdict.UNKNOWN
    assert tell(report)[-1] == "assay: no commit: something could not be looked at"


def test_a_name_does_not_write_to_the_terminal() -> None:
    problem = HookProblem(
        rule="x", where=("a\x1b]0;x\x07:1",), what="\x1b[2J", why="\u202e", remedy="", accept=""
    )
    report = HookReport(hook="pre-commit", files=1, problems=(problem,), not_checked=())
    assert all(line.isprintable() for line in tell(report))
