"""semgrep by what it was seen to print; and the program itself, where it is installed."""

import json
from pathlib import Path
from typing import Final

import pytest

from assay.findings.finding import Severity
from assay.scan.semgrep import semgrep_scanner
from assay.system.process import find_program
from tests.scan.folder import not_checked, said, scan
from tests.scan.standins import instead, program_that

RULES: Final = """\
rules:
  - id: no-system
    languages: [python]
    severity: ERROR
    message: A shell runs text.
    pattern: os.system(...)
    metadata: {cwe: "CWE-78: OS command injection"}
"""
BAD: Final = "import os\n\nos.system(input())\n"
FILES: Final = {"rules/a.yaml": RULES, "tests/a.py": BAD}


def result(path: str = "tests/a.py", **extra: object) -> dict[str, object]:
    return {
        "check_id": "rules.no-system",
        "path": path,
        "start": {"line": 3, "col": 1, "offset": 11},
        "end": {"line": 3, "col": 19, "offset": 29},
        "extra": {
            "message": "A shell runs text.",
            "severity": "ERROR",
            "lines": "os.system(input())",
            "metadata": {"cwe": "CWE-78: OS command injection"},
            **extra,
        },
    }


def report(*results: object, **more: object) -> str:
    told = {"version": "1.97.0", "results": results, "errors": []}
    return json.dumps({**told, "paths": {"scanned": ["tests/a.py"]}, **more})


def test_what_semgrep_says(tmp_path: Path) -> None:
    scanner = instead(semgrep_scanner("rules"), program_that(tmp_path, prints=report(result())))
    found = scan(scanner, tmp_path / "files", FILES)
    assert said(found) == {"semgrep/rules.no-system": [3]}
    assert found.findings[0].severity is Severity.HIGH
    assert found.findings[0].references == ("CWE-78",)
    assert dict(found.examined) == {"files": 1, "rule_files": 1, "suppressed_in_source": 0}
    assert found.not_checked == ()


def test_comment_is_noted_and_takes_nothing_away(tmp_path: Path) -> None:
    printed = report(result(is_ignored=True))
    scanner = instead(semgrep_scanner("rules"), program_that(tmp_path, prints=printed))
    found = scan(scanner, tmp_path / "files", FILES)
    assert found.examined["suppressed_in_source"] == 1
    assert found.findings[0].locations[0].note == "suppressed in the source: nosemgrep"


def test_no_rules_is_not_clean(tmp_path: Path) -> None:
    scanner = instead(semgrep_scanner("none"), program_that(tmp_path, prints=report()))
    found = scan(scanner, tmp_path / "files", FILES)
    assert not_checked(found) == {"none": "there are no rules for semgrep in the commit"}


GAPS = {
    "error": (
        {"errors": [{"path": "tests/a.py", "message": "Syntax error \x1b[1m", "type": "Syntax"}]},
        {"tests/a.py": "semgrep: Syntax error \\x1b[1m"},
    ),
    "error-of-all": ({"errors": [{"type": "OutOfMemory"}]}, {"all files": "semgrep: OutOfMemory"}),
    "skipped": (
        {"paths": {"scanned": [], "skipped": [{"path": "tests/a.py", "reason": "too_big"}]}},
        {"tests/a.py": "semgrep skipped it: too_big"},
    ),
}


@pytest.mark.parametrize(("more", "gaps"), GAPS.values(), ids=GAPS)
def test_what_it_did_not_look_at(
    more: dict[str, object], gaps: dict[str, str], tmp_path: Path
) -> None:
    scanner = instead(semgrep_scanner("rules"), program_that(tmp_path, prints=report(**more)))
    assert not_checked(scan(scanner, tmp_path / "files", FILES)) == gaps


BROKEN = {
    "status": (report(), 2, "it ended with status 2: exit status 2"),
    "no-report": (
        "oops",
        0,
        "its answer cannot be read: not strict JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    "another-file": (
        report(result("/etc/passwd")),
        0,
        "its answer cannot be read: a finding in '/etc/passwd', which it was not shown",
    ),
}


@pytest.mark.parametrize(("printed", "status", "why"), BROKEN.values(), ids=BROKEN)
def test_broken_program_is_not_clean(printed: str, status: int, why: str, tmp_path: Path) -> None:
    program = program_that(tmp_path, prints=printed, status=status)
    found = scan(instead(semgrep_scanner("rules"), program), tmp_path / "files", FILES)
    assert not_checked(found) == {"semgrep": f"semgrep: {why}, so 2 files were not looked at"}
    assert found.findings == ()


def test_missing_program_is_not_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if find_program("semgrep"):
        pytest.skip("semgrep: it is beside this Python")
    found = scan(semgrep_scanner("rules"), tmp_path / "files", FILES)
    assert not_checked(found) == {
        "semgrep": "semgrep: not installed, so 2 files were not looked at"
    }


@pytest.mark.skipif(
    not (find_program("semgrep") or find_program("opengrep")), reason="semgrep: not installed"
)
def test_program_itself(tmp_path: Path) -> None:
    found = scan(semgrep_scanner("rules"), tmp_path, FILES)
    assert said(found) == {"semgrep/no-system": [3]}
    assert found.not_checked == ()
