"""semgrep by what it was seen to print; and the program itself, where it is installed."""

import json
from pathlib import Path
from typing import Final

import pytest

from assay.findings.finding import Severity
from assay.scan.semgrep import semgrep_scanner
from assay.system.process import find_program
from tests.scan.folder import not_checked, said, scan
from tests.scan.peers import put_in_path
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


COMMENTS = {
    "line": ("os.system(input())  # nosemgrep: no-system", True),
    "line above": ("# nosem\nos.system(input())", True),
    "code above": ("a = 1  # nosemgrep\nos.system(input())", False),
    "none": ("os.system(input())", False),
}


@pytest.mark.parametrize(("code", "noted"), COMMENTS.values(), ids=COMMENTS)
def test_comment_is_looked_for_in_the_source(code: str, noted: bool, tmp_path: Path) -> None:  # noqa: FBT001  # both answers
    line = code.count("\n") + 1
    told = result() | {"start": {"line": line, "col": 1}, "end": {"line": line, "col": 9}}
    scanner = instead(semgrep_scanner("rules"), program_that(tmp_path, prints=report(told)))
    found = scan(scanner, tmp_path / "files", {**FILES, "tests/a.py": code})
    note = "suppressed in the source: nosemgrep" if noted else ""
    assert found.findings[0].locations[0].note == note


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
    "status": (report(), 3, "it ended with status 3: exit status 3"),
    "reason": (
        report(errors=[{"message": "no rules\n  at all"}, {"short_msg": "invalid language"}]),
        7,
        "it ended with status 7: no rules; invalid language",
    ),
    "no-reason": (
        report(),
        2,
        "its answer cannot be read: it failed, and does not say at what",
    ),
    "nothing": (
        "",
        2,
        "its answer cannot be read: it failed, and does not say at what",
    ),
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


@pytest.mark.slow
def test_program_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_path("semgrep", monkeypatch)
    broken = RULES.replace("no-system", "broken").replace("os.system(...)", "os.system(")
    marked = "import os\n\nos.system(input())  # nosemgrep\n"
    files = FILES | {"b.py": "os.system(input(\n", "marked.py": marked, "rules/b.yaml": broken}
    found = scan(semgrep_scanner("rules"), tmp_path, files)
    assert said(found) == {"semgrep/no-system": [3, 3]}
    assert [f.locations[0].note for f in found.findings] == [
        "suppressed in the source: nosemgrep",
        "",
    ]
    assert not_checked(found).keys() == {"b.py", "all files"}


@pytest.mark.slow
def test_program_itself_says_why_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_path("semgrep", monkeypatch)
    found = scan(semgrep_scanner("none"), tmp_path, {"a.py": BAD})
    assert not_checked(found) == {
        "semgrep": "semgrep: it ended with status 7: WARNING: unable to find a config; path `none` "
        "does not exist; invalid configuration file found (1 configs were invalid), so 1 file was "
        "not looked at"
    }
