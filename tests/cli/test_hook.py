"""Hooks as Git runs them: a commit and a push that are refused, and what people read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.cli.hookrun import tell
from assay.core.verdict import Verdict
from assay.operations.run_hook import HookProblem, HookReport
from tests.fakes.gitrepo import GitRepo
from tests.operations.hookkit import TOKEN, hook_home
from tests.operations.site import ASSAY, SECONDS

__all__ = ["hook_home"]


def run(repo: GitRepo, home: Path, *command: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        command,
        cwd=repo.top,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(repo.top.parent),
            "ASSAY_HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.org",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_a_commit_and_a_push_are_refused(hook_home: Path, tmp_path: Path) -> None:
    """What lies in the repository under the name of a module of Assay's is not loaded."""
    repo = GitRepo(tmp_path / "repo")
    for name in ("assay/__init__.py", "typing.py", "hyperscan.py"):
        repo.write(name, "raise SystemExit('loaded from the repository')\n")
    repo.commit()
    other = GitRepo(tmp_path / "other", bare=True)
    repo.git("remote", "add", "origin", other.top)
    status, text = run(repo, hook_home, ASSAY, "hook", "install", "--pre-push")
    assert (status, text.count("looks at each")) == (0, 3)
    repo.write("a.py", f"key = '{TOKEN}'\n")
    repo.git("add", "a.py")
    status, text = run(repo, hook_home, "git", "commit", "-m", "Add")
    assert status == 1
    assert "  where  a.py:1\n" in text
    assert text.endswith("assay: no commit: see above\n")
    assert TOKEN not in text
    repo.git("commit", "-q", "--no-verify", "-m", "Add")
    status, text = run(repo, hook_home, "git", "push", "origin", "HEAD:refs/heads/main")
    assert status == 1
    assert "assay: no push: see above\n" in text
    assert other.text("for-each-ref") == ""


def test_by_hand(hook_home: Path, tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    assert run(repo, hook_home, ASSAY, "hook", "run") == (0, "assay: 0 staged files, no problem\n")
    assert run(repo, hook_home, ASSAY, "hook", "status")[0] == 1
    status, text = run(repo, hook_home, ASSAY, "hook", "run", "--hook", "post-commit")
    assert (status, text) == (
        2,
        (
            "[usage] 'post-commit' is no hook that is known here (one of pre-commit, pre-merge-commit, "
            "pre-push)\n"
        ),
    )


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "[usage] the name of one hook is needed (run: assay hook install)\n"),
        (("pre-push",), 0, ""),
    ],
)
def test_what_the_script_starts(
    hook_home: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    repo = GitRepo(tmp_path / "repo")
    command = (sys.executable, "-I", "-m", "assay.cli.hookrun", *arguments)
    assert run(repo, hook_home, *command) == (status, message)


def test_what_people_read() -> None:
    problem = HookProblem(
        rule="settings/x",
        where=("a\x1b[2J:1", "b:1", "c:1", "d:1"),
        what="something",
        why="it matters",
        remedy="Mend it.",
        accept="Say so.",
    )
    report = HookReport(hook="pre-commit", files=4, problems=(problem,), not_checked=())
    assert report.verdict is Verdict.FAILED
    assert tell(report) == [
        "assay: something  [settings/x]",
        "  where  a\\x1b[2J:1, b:1, c:1 and 1 more",
        "  why    it matters",
        "  mend   Mend it.",
        "  accept Say so.",
        "assay: no commit: see above",
    ]
    assert tell(HookReport(hook="pre-commit", files=1, problems=(), not_checked=())) == []
