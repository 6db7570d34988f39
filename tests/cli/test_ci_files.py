"""The files by which others run Assay: the action, the template for GitLab, the pre-commit hook."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictyaml import parse_yaml
from assay.scan.pins import count_pins
from assay.scan.zizmor import SCANNER
from tests.fakes.gitrepo import GitRepo
from tests.fakes.trust import NOW
from tests.operations.hookkit import TOKEN, hook_home
from tests.operations.site import ASSAY, SECONDS, TREE, Site, write_advisories

__all__ = ["hook_home"]

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ACTION: Final = ROOT / "action.yml"
BASH: Final = shutil.which("bash") or "bash"


def read(path: Path) -> JsonValue:
    return parse_yaml(path.read_bytes())


def test_zizmor_finds_nothing_in_the_action() -> None:
    report = SCANNER.run(ROOT, ("action.yml",), at=NOW)
    assert (report.findings, report.not_checked) == ((), ())


def test_what_the_action_uses_is_pinned() -> None:
    pins = count_pins(ACTION.read_bytes())
    assert (pins.uses, pins.pinned) == (1, 1)


def test_no_script_has_a_value_written_into_it() -> None:
    """What an input holds reaches a script as a variable, never as a part of its text."""
    for step in read(ACTION).field("runs").field("steps").items():
        assert "${{" not in step.optional_text("run")


STUB: Final = """\
#!/bin/sh
echo "$*" >> "$STUB_LOG"
case "$*" in
  "-m venv "*) mkdir -p "$3/bin" "$3/site" && cp "$0" "$3/bin/python" ;;
  *sysconfig*) echo "$(dirname "$0")/../site" ;;
esac
"""


def test_the_action_installs_nothing_that_is_not_pinned(tmp_path: Path) -> None:
    stub = tmp_path / "stub" / "python3"
    stub.parent.mkdir()
    stub.write_text(STUB)
    stub.chmod(0o755)
    venv, log = tmp_path / "a venv", tmp_path / "log"
    subprocess.run(
        (BASH, ROOT / "action" / "install.sh", venv),
        env={"PATH": f"{stub.parent}:{os.environ['PATH']}", "STUB_LOG": str(log)},
        check=True,
        timeout=SECONDS,
    )
    installed = [line for line in log.read_text().splitlines() if " install " in line]
    assert installed == [
        (
            "-m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: "
            f"-r {ROOT}/requirements/run.txt"
        )
    ]
    assert (venv / "site" / "assay.pth").read_text() == f"{ROOT}/src\n"
    done = subprocess.run(
        (venv / "bin" / "assay", "check", "a b"),
        env={"PATH": os.environ["PATH"], "STUB_LOG": str(log)},
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0
    assert log.read_text().splitlines()[-1] == "-I -m assay check a b"


def script_of(name: str) -> tuple[str, JsonValue]:
    """Return the script of a step of the action, and its variables."""
    steps = read(ACTION).field("runs").field("steps").items()
    step = next(step for step in steps if step.field("name").text() == name)
    return step.field("run").text(), step.field("env")


def test_the_action_checks_and_reports(tmp_path: Path) -> None:
    site = Site(folder=tmp_path / "site")
    site.temporary.mkdir(parents=True)
    GitRepo(site.top).commit("Begin", files={**TREE, "a.py": f"key = '{TOKEN}'\n"})
    runner = tmp_path / "runner"
    (runner / "assay-venv" / "bin").mkdir(parents=True)
    (runner / "assay-venv" / "bin" / "assay").symlink_to(ASSAY)
    script, variables = script_of("Check")
    told = {name for name, _ in variables.members()}
    assert told == {
        "ASSAY_ADVISORIES",
        "ASSAY_FORGE",
        "ASSAY_GITHUB_TOKEN",
        "REPORTS",
        "REPOSITORY",
    }
    extra = {
        "ASSAY_ADVISORIES": str(write_advisories(tmp_path / "osv")),
        "ASSAY_FORGE": "",
        "REPORTS": "",
        "REPOSITORY": ".",
        "RUNNER_TEMP": str(runner),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    done = subprocess.run(
        (BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script),
        cwd=site.top,
        env=site.environment(extra),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    reports = runner / "assay-reports"
    assert (tmp_path / "output").read_text() == (
        f"status=1\nsarif={reports}/assay.sarif\nverdict={reports}/verdict.json\n"
    )
    assert (tmp_path / "summary").read_bytes() == (reports / "summary.md").read_bytes()
    assert "FAILED" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(
    ("forge", "reports", "message"),
    [
        ("svn", "reports", "ASSAY_FORGE is github, gitlab or nothing\n"),
        ("", "a\nstatus=0", "a line end in the name of the folder\n"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, forge: str, reports: str, message: str) -> None:
    """A line end in a name would add outputs of its own."""
    quiet = tmp_path / "assay"
    quiet.write_text("#!/bin/sh\nexit 0\n")
    quiet.chmod(0o755)
    done = subprocess.run(
        (BASH, ROOT / "action" / "check.sh", ".", reports),
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASSAY_FORGE": forge},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (2, message)


def test_the_template_runs_the_same_scripts() -> None:
    job = read(ROOT / "templates" / "gitlab-ci.yml").field("assay")
    script = [line.text() for line in job.field("script").items()]
    assert any("action/install.sh" in line for line in script)
    assert any("action/check.sh" in line for line in script)
    assert job.field("variables").field("GIT_DEPTH").text() == "0"


def test_the_hook_as_pre_commit_runs_it(hook_home: Path, tmp_path: Path) -> None:
    [hook] = read(ROOT / ".pre-commit-hooks.yaml").items()
    assert not hook.field("pass_filenames").boolean()
    program, *words = hook.field("entry").text().split(" ")
    assert program == "assay"
    repo = GitRepo(tmp_path / "repo")
    repo.write("a.py", f"key = '{TOKEN}'\n")
    repo.git("add", "a.py")
    done = subprocess.run(
        (ASSAY, *words),
        cwd=repo.top,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "ASSAY_HOME": str(hook_home),
            "GIT_INDEX_FILE": ".git/index",
            "PRE_COMMIT": "1",
        },
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert "a.py:1" in done.stdout.decode()
