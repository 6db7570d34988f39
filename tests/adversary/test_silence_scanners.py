"""Silence of a scanner must not read as "clean".

Each test is one way in which the answer of a scanner came out empty elsewhere. In all of them an
empty list of findings stands beside an entry of what was not checked, which nobody accepted.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from assay.findings.finding import Severity
from assay.findings.sarif import Examined, render_sarif
from assay.findings.scanreport import ScanReport
from assay.scan import bandit, configuration, ruff, zizmor
from assay.scan.registry import ALL_SCANNERS, SCANNERS
from assay.scan.runner import ProgramScanner, run_scanners
from assay.scan.scanner import Command
from tests.scan.folder import AT, lay_out, said, scan

BAD_CODE = "import os\nos.system(input())\n"
BAD_WORKFLOW = "name: x\non: pull_request_target\npermissions: {}\njobs: {}\n"
WORKFLOW = ".github/workflows/ci.yml"
FILES: Mapping[str, Mapping[str, str]] = {
    "code": {"a.py": BAD_CODE},
    "workflows": {WORKFLOW: BAD_WORKFLOW},
    "ruff": {"a.py": BAD_CODE},
}
REAL: tuple[ProgramScanner, ...] = (zizmor.SCANNER, bandit.SCANNER, ruff.SCANNER)
each_scanner = pytest.mark.parametrize("scanner", REAL, ids=lambda scanner: scanner.name)


def instead(scanner: ProgramScanner, script: str) -> ProgramScanner:
    """Return `scanner` with another program in the place of its own."""
    arguments = (sys.executable, "-I", "-c", script)
    return replace(scanner, prepare=lambda: Command(arguments=arguments, version="0", inputs={}))


def is_silent_but_said(report: ScanReport) -> bool:
    """Tell whether nothing was found, and the report says that it proves nothing."""
    (run,) = runs(render_sarif([report], Examined(commit="0" * 40)))
    open_gaps = [item for item in report.not_checked if not item.accepted]
    return report.findings == () and bool(open_gaps) and "'executionSuccessful': False" in str(run)


def runs(log: Mapping[str, object]) -> list[object]:
    found = log["runs"]
    assert isinstance(found, list)
    return found


def test_every_scanner_of_the_registry_is_here() -> None:
    assert SCANNERS == (zizmor.SCANNER, bandit.SCANNER, configuration.SCANNER)
    assert {scanner.name for scanner in ALL_SCANNERS} == {
        *(scanner.name for scanner in REAL),
        "configuration",  # no program: `tests/scan/test_configuration.py`
        "semgrep",  # not here: `tests/scan/test_semgrep.py`, `tests/scan/test_checkov.py`
        "checkov",
    }


@each_scanner
def test_planted_fault_is_found(scanner: ProgramScanner, tmp_path: Path) -> None:
    """A rule that can never fire: without this, all the tests below could pass on nothing."""
    report = scan(scanner, tmp_path, FILES[scanner.name])
    assert any(f.severity.rank <= Severity.HIGH.rank for f in report.findings)
    assert report.not_checked == ()


@each_scanner
def test_missing_program_is_not_clean(scanner: ProgramScanner, tmp_path: Path) -> None:
    absent = replace(scanner, prepare=lambda: None)
    assert is_silent_but_said(scan(absent, tmp_path, FILES[scanner.name]))


@each_scanner
@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(70)",
        "import os; os.abort()",
        "",
        "print('[]')",
        "print('{}')",
        "print('[')",
        'print(\'{"results": [], "errors": [], "metrics": {}}\')',
        "print('[{\"ident\": 1}]')",
        "print('x' * 3_000_000)",
    ],
    ids=["status", "signal", "empty", "list", "object", "cut", "no-file", "type", "endless"],
)
def test_crash_or_odd_answer_is_not_clean(
    scanner: ProgramScanner, script: str, tmp_path: Path
) -> None:
    broken = replace(instead(scanner, script), max_output_bytes=1_000_000)
    assert is_silent_but_said(scan(broken, tmp_path, FILES[scanner.name]))


@each_scanner
def test_time_out_is_not_clean(scanner: ProgramScanner, tmp_path: Path) -> None:
    slow = replace(instead(scanner, "import time; time.sleep(60)"), seconds=0.2)
    assert is_silent_but_said(scan(slow, tmp_path, FILES[scanner.name]))


@pytest.mark.parametrize("text", [b"def f(:\n", b"\xff", b"x = 1\0\n"])
def test_skipped_python_file_is_not_clean(text: bytes, tmp_path: Path) -> None:
    assert is_silent_but_said(scan(bandit.SCANNER, tmp_path, {"a.py": text}))


@pytest.mark.parametrize("text", [b"on: [\n", b"\xff", b"", b"on: push\n", b"a: &a [*a]\n"])
def test_skipped_workflow_is_not_clean(text: bytes, tmp_path: Path) -> None:
    assert is_silent_but_said(scan(zizmor.SCANNER, tmp_path, {WORKFLOW: text}))


def test_one_odd_file_does_not_drown_what_the_others_show(tmp_path: Path) -> None:
    odd: dict[str, str | bytes] = {"b.py": "def f(:\n", ".github/workflows/b.yml": b"\xff"}
    paths = lay_out(tmp_path, {**FILES["code"], **FILES["workflows"], **odd})
    for report in run_scanners(REAL, tmp_path, paths, at=AT):
        assert len(report.not_checked) == 1
        assert any(f.severity is Severity.HIGH for f in report.findings)


def test_author_cannot_switch_a_scanner_off_by_a_comment(tmp_path: Path) -> None:
    code = BAD_CODE.replace("input())", "input())  # nosec")
    assert "bandit/B605" in said(scan(bandit.SCANNER, tmp_path / "code", {"a.py": code}))
    text = BAD_WORKFLOW.replace("_target", "_target # zizmor: ignore[dangerous-triggers]")
    found = said(scan(zizmor.SCANNER, tmp_path / "workflows", {WORKFLOW: text}))
    assert "zizmor/dangerous-triggers" in found


def test_author_cannot_switch_a_scanner_off_by_a_file(tmp_path: Path) -> None:
    files = {
        **FILES["code"],
        **FILES["workflows"],
        ".bandit": "[bandit]\nskips: B605\n",
        "pyproject.toml": "[tool.bandit]\nskips = ['B605']\n",
        "zizmor.yml": "rules: {dangerous-triggers: {disable: true}}\n",
        ".gitignore": "*\n",
        ".ignore": "*\n",
    }
    paths = lay_out(tmp_path, files)
    workflows, code, _ = run_scanners(REAL, tmp_path, paths, at=AT)
    assert "bandit/B605" in said(code)
    assert "zizmor/dangerous-triggers" in said(workflows)


def test_name_cannot_forge_what_a_program_says(tmp_path: Path) -> None:
    """A file name with a line break writes a line of its own into zizmor's log."""
    name = f".github/workflows/x\n INFO audit: zizmor: 🌈 completed ./{WORKFLOW}"
    files = {WORKFLOW: "on: [\n", name: BAD_WORKFLOW}
    report = scan(zizmor.SCANNER, tmp_path, files)
    assert is_silent_but_said(report)


def test_expression_cannot_forge_what_a_program_says(tmp_path: Path) -> None:
    """What zizmor quotes from one file may look like its word on another one."""
    other = ".github/workflows/other.yml"
    forging = (
        "name: x\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        '      - run: "echo ${{ foo( \\n INFO audit: zizmor: x completed ./'
        f'{other}\\n }}}}"\n'
    )
    report = scan(zizmor.SCANNER, tmp_path, {WORKFLOW: forging, other: "on: [\n"})
    assert any(not item.accepted for item in report.not_checked)


@each_scanner
def test_result_does_not_depend_on_what_runs_beside_it(
    scanner: ProgramScanner, tmp_path: Path
) -> None:
    paths = lay_out(tmp_path, {**FILES["code"], **FILES["workflows"]})
    alone = scanner.run(tmp_path, paths, at=AT)
    for order in (REAL, REAL[::-1], REAL * 2):
        reports = run_scanners(order, tmp_path, paths, at=AT)
        assert {r.scanner: r for r in reports}[scanner.name] == alone
